"""What an import of a file would do, without keeping any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.imports.importing import CheckedFile, ImportSummary, checked_file, take_in
from adplanning.imports.lines import BESIDE, LINE
from adplanning.store.session import write_transaction

SHOWN_ROWS = 20
SHOWN_REJECTS = 20


@dataclass(frozen=True)
class Refusal:
    """A row that would be refused: where it stands in the file, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Preview:
    """What `import_file` would answer, and what its rows would become.

    `summary` is what the import itself would answer, but for its id. `rows` are the first good rows as they were read:
    `line`, each of our columns that has a value there, and `refused`: why what the store holds already speaks against
    it, else null. `refusals` are the first rows that would be refused.
    """

    summary: ImportSummary
    rows: pl.DataFrame
    refusals: tuple[Refusal, ...]


def preview_file(
    engine: Engine,
    kind: str,
    path: Path | str,
    *,
    mapping: Mapping[str, str] | None = None,
    settings: Settings,
    now: datetime,
) -> Preview:
    """Do all that `importing.import_file` does, and take it back.

    Raises
    ------
    InvalidData : see `import_file`.
    StoreUnavailable : the database cannot be written now.
    """
    given = checked_file(
        kind, Path(path), mapping=mapping or {}, settings=settings, now=now, tell=lambda _stage, _share: None
    )
    with write_transaction(engine) as connection:
        summary, rejects = take_in(connection, given)
        taken_back = connection.get_transaction()
        assert taken_back is not None
        taken_back.rollback()
    return Preview(summary, _first_rows(given, rejects), _first_refusals(given, rejects))


def _first_rows(given: CheckedFile, rejects: pl.DataFrame) -> pl.DataFrame:
    first = given.checked.good.sort(LINE).head(SHOWN_ROWS)
    told = [column for column in first.drop(BESIDE, strict=False) if column.null_count() < first.height]
    refused = rejects.unique(LINE).select(LINE, refused="reason")
    return (
        first.select(LINE, *told)
        .join(refused, on=LINE, how="left", maintain_order="left")
        .rename({LINE: "line"})
        .with_columns(pl.selectors.decimal().cast(pl.Float64))
    )


def _first_refusals(given: CheckedFile, rejects: pl.DataFrame) -> tuple[Refusal, ...]:
    whole = rejects.sort(LINE).select(LINE, "reason").head(SHOWN_REJECTS).iter_rows()
    torn = ((row.line, row.reason) for row in given.file.torn[:SHOWN_REJECTS])
    return tuple(Refusal(line, reason) for line, reason in sorted([*whole, *torn])[:SHOWN_REJECTS])
