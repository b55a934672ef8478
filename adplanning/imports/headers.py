"""Which column of a file is which of ours."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.imports.readers import Field


def header_key(name: str) -> str:
    """The form in which two spellings of a header are equal.

    >>> header_key("Order ID"), header_key("order_id"), header_key("orderId"), header_key("Impr.")
    ('orderid', 'orderid', 'orderid', 'impr')
    """
    return re.sub(r"[\s_\-.’']+", "", unicodedata.normalize("NFC", name)).casefold()


def match_headers(header: Sequence[str], fields: Iterable[Field], mapping: Mapping[str, str]) -> dict[str, str]:
    """Find for each field the file's column: the one that was mapped, else its own name, else its first synonym.

    A column that was mapped by hand is not taken for another field by its name.

    Parameters
    ----------
    header : the file's column names.
    fields : what may be there.
    mapping : our name → the file's, from the user.

    Returns
    -------
    Our name → the file's; fields without a column are left out.

    Raises
    ------
    InvalidData : the mapping names a field or a column that is not there; a required column is missing.
    """
    known = {field.name: field for field in fields}
    by_key: dict[str, str] = {}
    for name in header:
        by_key.setdefault(header_key(name), name)
    found = {ours: _mapped(ours, theirs, known, header, by_key) for ours, theirs in mapping.items()}
    for field in known.values():
        names = (by_key.get(header_key(name)) for name in (field.name, *field.synonyms))
        theirs = next((name for name in names if name is not None and name not in mapping.values()), None)
        if field.name not in found and theirs is not None and theirs not in found.values():
            found[field.name] = theirs
    missing = [field.name for field in known.values() if field.required and field.name not in found]
    if missing:
        raise InvalidData.at(
            "header",
            f"column {missing[0]} is missing; the file has: {', '.join(header)}. "
            f"If it is there under another name, say so: --map {missing[0]}=THEIR_NAME",
        )
    return found


def refuse_contradictions(rows: pl.DataFrame, columns: Iterable[str]) -> None:
    """Where a header name stands twice, the first column counts; refuse one that is needed and differs.

    Raises
    ------
    InvalidData : naming the column and the first row that differs.
    """
    for name in columns:
        twin = f"{name} (2)"
        if twin in rows.columns and not rows[name].equals(rows[twin]):
            raise InvalidData.at("header", f"column {name!r} stands twice with different values; remove one of them")


def _mapped(
    ours: str, theirs: str, known: Mapping[str, Field], header: Sequence[str], by_key: Mapping[str, str]
) -> str:
    if ours not in known:
        raise InvalidData.unknown_choice("--map", ours, known)
    name = theirs if theirs in header else by_key.get(header_key(theirs))
    if name is None:
        near = difflib.get_close_matches(theirs, header, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InvalidData.at(
            "--map", f"{ours}={theirs}: the file has no column {theirs!r}, but: {', '.join(header)}.{hint}"
        )
    return name
