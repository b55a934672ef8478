"""The refused rows of an import as a file that a person can correct and import again."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from adplanning.core.errors import NotFound
from adplanning.store.session import reading
from adplanning.store.tables.operations import Import, RejectedRow

_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d*)?([eE][+-]?\d+)?")


def write_rejects(engine: Engine, import_id: str, path: Path | str) -> int:
    """Write line, reason and the original columns of each refused row as CSV; answer how many.

    Raises
    ------
    NotFound : there is no such import.
    """
    query = select(RejectedRow).where(RejectedRow.import_id == import_id).order_by(RejectedRow.line)
    with reading(engine) as session:
        if session.get(Import, import_id) is None:
            raise NotFound(f"import_id: there is no import {import_id!r}")
        rows = session.scalars(query).all()
    columns = list(dict.fromkeys(name for row in rows for name in row.row))
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", *map(harmless, columns)])
        writer.writerows([row.line, harmless(row.reason), *(harmless(row.row.get(n)) for n in columns)] for row in rows)
    return len(rows)


def commonest_reasons(engine: Engine, import_id: str, *, limit: int = 3) -> list[tuple[str, int, int]]:
    """Why rows of an import were refused, how many for that reason, and the first such line; most rows first."""
    n_rows = func.count()
    query = (
        select(RejectedRow.reason, n_rows, func.min(RejectedRow.line))
        .where(RejectedRow.import_id == import_id)
        .group_by(RejectedRow.reason)
        .order_by(n_rows.desc(), func.min(RejectedRow.line))
        .limit(limit)
    )
    with reading(engine) as session:
        return [(reason, n, line) for reason, n, line in session.execute(query)]


def harmless(cell: Any) -> Any:
    """Put a ' before a text that a spreadsheet would run as a formula; numbers stay.

    >>> [harmless(cell) for cell in ("=1+1", "@sum", "-5.20", "-cmd", None)]
    ["'=1+1", "'@sum", '-5.20', "'-cmd", None]
    """
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
