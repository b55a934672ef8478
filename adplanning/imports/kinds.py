"""What a kind of file is: its columns, what must hold between them, and where its rows go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection

from adplanning.imports.checks import Rule
from adplanning.imports.files import SourceFile
from adplanning.imports.lines import LINE
from adplanning.imports.readers import Context, Field

NO_REJECTS = pl.DataFrame(schema={LINE: pl.Int64, "reason": pl.String})


@dataclass(frozen=True)
class Stored:
    """What became of the good rows: each one stored, a duplicate, or refused by what the store holds.

    `in_words` says what they are, `warnings` what a person should know before they rely on it.
    """

    n_stored: int
    n_duplicates: int
    totals: Mapping[str, float]
    rejected: pl.DataFrame = field(default_factory=lambda: NO_REJECTS)
    in_words: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    `store` writes good rows inside the caller's transaction. `arrange` reads what a header says beyond names: it
    answers the rows, to which it may add columns, and which column is which of ours. `open_fields` makes a field of
    each name of the file or the mapping that asks for one. `header_words`: names of columns, one of which stands in the
    header, where lines of title may stand before it.
    """

    help: str
    fields: tuple[Field, ...]
    store: Callable[[Connection, pl.DataFrame, Context], Stored]
    rules: tuple[Rule, ...] = ()
    arrange: Callable[[SourceFile], tuple[pl.DataFrame, dict[str, str]]] | None = None
    open_fields: Callable[[Iterable[str]], tuple[Field, ...]] | None = None
    header_words: tuple[str, ...] = ()
