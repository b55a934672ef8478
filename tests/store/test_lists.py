"""Every list is searched, sorted and counted alike on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Select, String, Table, case, insert, select

from adplanning.core.errors import InvalidData
from adplanning.store import lists
from adplanning.store.session import reading, write_transaction

BOOKS = Table(
    "books",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("title", String, nullable=True),
    Column("author", String, nullable=True),
    Column("pages", Integer, nullable=True),
)
ORDERS: lists.Orders = {
    "title": [BOOKS.c.title],
    "pages": [BOOKS.c.pages],
    "author and pages": [BOOKS.c.author, BOOKS.c.pages],
    "length": [case((BOOKS.c.pages > 100, "Long"), else_="short")],
}
EVERY: Select[*tuple[Any, ...]] = select(BOOKS.c.id)


def store(engine: Engine, **books: dict[str, Any]) -> None:
    with write_transaction(engine) as connection:
        BOOKS.create(connection)
        for book_id, fields in books.items():
            connection.execute(insert(BOOKS).values(id=book_id, **fields))


def found(engine: Engine, query: Select[*tuple[Any, ...]]) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(query))


def in_order(engine: Engine, sort: str, *, descending: bool = False) -> list[str]:
    return found(engine, lists.in_order(EVERY, ORDERS, sort, ties=BOOKS.c.id, descending=descending))


def containing(engine: Engine, search: str | None) -> list[str]:
    return found(engine, EVERY.where(*lists.containing([BOOKS.c.title, BOOKS.c.author], search)).order_by(BOOKS.c.id))


def test_texts_are_sorted_without_case_then_by_bytes_those_missing_last_in_both_directions(any_engine: Engine) -> None:
    titles = {"b1": None, "b2": "Zeta", "b3": "alpha", "b4": "Alpha", "b5": "é", "b6": "É", "b7": "a_b", "b8": "a-b"}
    store(any_engine, **{name: {"title": title} for name, title in titles.items()})
    up = ["b8", "b7", "b3", "b4", "b2", "b6", "b5"]
    assert in_order(any_engine, "title") == [*up, "b1"]
    assert in_order(any_engine, "title", descending=True) == [*reversed(up), "b1"]


def test_numbers_are_sorted_as_numbers_and_equal_ones_by_id_in_the_same_direction(any_engine: Engine) -> None:
    store(any_engine, b1={"pages": 90}, b2={"pages": 100}, b3={}, b4={"pages": 90}, b5={})
    assert in_order(any_engine, "pages") == ["b1", "b4", "b2", "b3", "b5"]
    assert in_order(any_engine, "pages", descending=True) == ["b2", "b4", "b1", "b5", "b3"]


def test_an_order_of_several_columns_puts_those_last_that_miss_one(any_engine: Engine) -> None:
    store(
        any_engine,
        b1={"author": "B", "pages": 1},
        b2={"author": "a", "pages": 9},
        b3={"author": "a", "pages": 2},
        b4={"author": "a"},
        b5={"pages": 1},
    )
    assert in_order(any_engine, "author and pages") == ["b3", "b2", "b1", "b4", "b5"]
    assert in_order(any_engine, "author and pages", descending=True) == ["b1", "b2", "b3", "b4", "b5"]


def test_what_is_computed_can_be_an_order(any_engine: Engine) -> None:
    store(any_engine, b1={"pages": 10}, b2={"pages": 300}, b3={"pages": 10})
    assert in_order(any_engine, "length") == ["b2", "b1", "b3"]


def test_an_order_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidData, match=r"sort: unknown value 'titel'; choose one of: title, .* mean 'title'"):
        lists.in_order(EVERY, ORDERS, "titel", ties=BOOKS.c.id, descending=False)


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("DIWALI", ["b1", "b2"]),
        ("100%", ["b2"]),
        ("a_b", ["b3"]),
        ("café", ["b4"]),
        (r"\\", ["b5"]),
        ("/", []),
        ("", ["b1", "b2", "b3", "b4", "b5"]),
        (None, ["b1", "b2", "b3", "b4", "b5"]),
    ],
)
def test_a_word_is_found_in_any_text_in_whatever_case_and_stands_for_nothing_but_itself(
    any_engine: Engine, search: str | None, ids: list[str]
) -> None:
    store(
        any_engine,
        b1={"title": "Diwali sale", "author": "axb"},
        b2={"author": "diwali 100% cotton"},
        b3={"title": "#1001", "author": "a_B"},
        b4={"title": "CAFÉ"},
        b5={"title": r"C:\\books"},
    )
    assert containing(any_engine, search) == ids


def test_what_no_text_can_hold_is_refused() -> None:
    with pytest.raises(InvalidData, match=r"search: holds the character U\+0000"):
        lists.containing([BOOKS.c.title], "a\x00")


def test_the_count_is_of_all_pages_whatever_the_order(any_engine: Engine) -> None:
    store(any_engine, **{f"b{n}": {"pages": n % 2} for n in range(5)})
    query = lists.in_order(EVERY.where(BOOKS.c.pages == 0), ORDERS, "pages", ties=BOOKS.c.id, descending=True)
    with reading(any_engine) as session:
        assert lists.total(session, query) == 3
        assert lists.total(session, EVERY.where(BOOKS.c.pages == 7)) == 0


def test_a_page_has_its_part_of_the_rows_and_the_count_of_all_the_usual_order_greatest_first(
    any_engine: Engine,
) -> None:
    store(any_engine, b1={"pages": 90}, b2={"pages": 300}, b3={"pages": 200})

    def page(sort: str | None, *, descending: bool, offset: int) -> tuple[list[Any], int]:
        with reading(any_engine) as session:
            return lists.page(
                session,
                select(BOOKS.c.id),
                ORDERS,
                sort=sort,
                usual="pages",
                ties=BOOKS.c.id,
                descending=descending,
                limit=2,
                offset=offset,
            )

    assert page(None, descending=False, offset=0) == (["b2", "b3"], 3)
    assert page(None, descending=False, offset=2) == (["b1"], 3)
    assert page("pages", descending=False, offset=0) == (["b1", "b3"], 3)
    assert page("pages", descending=False, offset=9) == ([], 3)
