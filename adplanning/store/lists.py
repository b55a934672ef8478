"""How every list is searched, sorted and counted: alike on both databases, whatever locale a server has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Select, SQLColumnExpression, String, cast, func, or_, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData
from adplanning.core.spellings import spellings

AnyRow = TypeVar("AnyRow")
AnyList = TypeVar("AnyList", bound=Select[*tuple[Any, ...]])
# What a list can be sorted by: the columns of each order, the first one first.
Orders = Mapping[str, Sequence[ColumnElement[Any]]]
# SQLite's own collation goes by bytes, as this one of PostgreSQL does.
_BY_BYTES = String().with_variant(String(collation="C"), "postgresql")


def containing(texts: Sequence[ColumnElement[Any]], search: str | None) -> list[ColumnElement[bool]]:
    """The condition that one of these texts holds what is looked for; none when nothing is. See `spellings`.

    Raises
    ------
    InvalidData : a search for what no text can hold.
    """
    words = spellings(search)
    small = [_small_letters(text) for text in texts]
    return [or_(*(text.contains(word, autoescape=True) for text in small for word in words))] if words else []


def in_order(query: AnyList, orders: Orders, sort: str, *, ties: SQLColumnExpression[str], descending: bool) -> AnyList:
    """Sort a list by one of its `orders`, then by `ties`; rows without the value come last in both directions.

    Texts are sorted as if A to Z were small, then by the bytes of their UTF-8.

    Raises
    ------
    InvalidData : no such order.
    """
    if sort not in orders:
        raise InvalidData.unknown_choice("sort", sort, orders)
    columns = orders[sort]
    keys = [_small_letters(column) if isinstance(column.type, String) else column for column in columns]
    return query.order_by(
        *(column.is_(None) for column in columns if isinstance(column, Column) and column.nullable),
        *(key.desc() if descending else key.asc() for key in (*keys, ties)),
    )


def page(
    session: Session,
    query: Select[AnyRow],
    orders: Orders,
    *,
    sort: str | None,
    usual: str,
    ties: SQLColumnExpression[str],
    descending: bool,
    limit: int,
    offset: int,
) -> tuple[list[AnyRow], int]:
    """One page of a list of one kind of record, and how many match in all.

    Parameters
    ----------
    sort : one of `orders`; when none is asked for, `usual`, the greatest first.

    Raises
    ------
    InvalidData : no such order.
    """
    order, down = (usual, True) if sort is None else (sort, descending)
    ordered = in_order(query, orders, order, ties=ties, descending=down)
    return list(session.scalars(ordered.limit(limit).offset(offset))), total(session, query)


def total(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    """How many rows a list has, over all its pages."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def _small_letters(text: ColumnElement[Any]) -> ColumnElement[str]:
    return func.lower(cast(text, _BY_BYTES))
