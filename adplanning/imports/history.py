"""Which files were taken in, and what each had that was refused."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.store import lists
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.operations import Import, RejectedRow

_IMPORTS = TABLES["imports"].c
ORDERS: lists.Orders = {
    name: [_IMPORTS[name]] for name in ("imported_at", "file_name", "kind", "n_received", "n_rejected")
}


def list_imports(
    session: Session,
    *,
    limit: int,
    offset: int,
    kind: str | None = None,
    sort: str = "imported_at",
    descending: bool = True,
) -> tuple[list[Import], int]:
    """One page of the files that were taken in, and how many there are."""
    query = select(Import)
    if kind is not None:
        query = query.where(Import.kind == kind)
    page = lists.in_order(query, ORDERS, sort, ties=Import.id, descending=descending).limit(limit).offset(offset)
    return list(session.scalars(page)), lists.total(session, query)


def find_import(session: Session, import_id: str) -> Import:
    """One file that was taken in.

    Raises
    ------
    NotFound : there is none of that id.
    """
    found = session.get(Import, import_id)
    if found is None:
        raise NotFound(f"import_id: there is no import {import_id!r}")
    return found


def list_rejected(
    session: Session, import_id: str, *, limit: int, offset: int, search: str | None = None
) -> tuple[list[RejectedRow], int]:
    """One page of the rows of a file that were refused, as they stood there, and how many there are."""
    c = TABLES["rejected_rows"].c
    query = select(RejectedRow).where(RejectedRow.import_id == import_id, *lists.containing([c.reason], search))
    page = query.order_by(RejectedRow.line, RejectedRow.id).limit(limit).offset(offset)
    return list(session.scalars(page)), lists.total(session, query)
