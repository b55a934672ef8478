"""How every list is searched, sorted and counted: alike on both databases, whatever locale a server has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Select, SQLColumnExpression, String, cast, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

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
    compared = [_InAnyCase(text) for text in texts]
    return [or_(*(text.contains(word, autoescape=True) for text in compared for word in words))] if words else []


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
    ties : the id of the records, which settles what the order leaves open.

    Raises
    ------
    InvalidData : no such order.
    """
    order, down = (usual, True) if sort is None else (sort, descending)
    ordered = in_order(query, orders, order, ties=ties, descending=down)
    # Sorted as ids, since a database would carry every column of all rows through its sort.
    ids = session.scalars(ordered.with_only_columns(ties).limit(limit).offset(offset)).all()
    return list(session.scalars(ordered.where(ties.in_(ids)))) if ids else [], total(session, query)


def total(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    """How many rows a list has, over all its pages."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


class _InAnyCase(FunctionElement[str]):
    """A text of which LIKE finds A to Z in either case, when asked for the small ones."""

    type = String()
    inherit_cache = True


@compiles(_InAnyCase)
def _lowered(element: _InAnyCase, compiler: SQLCompiler, **options: Any) -> str:
    [text] = element.clauses
    return compiler.process(_small_letters(text), **options)


@compiles(_InAnyCase, "sqlite")
def _as_it_is(element: _InAnyCase, compiler: SQLCompiler, **options: Any) -> str:
    # Its LIKE takes the one for the other, twice as fast as over `lower()`.
    return compiler.process(element.clauses, **options)


def _small_letters(text: ColumnElement[Any]) -> ColumnElement[str]:
    return func.lower(cast(text, _BY_BYTES))
