from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError

from adplanning.core.errors import InvalidData
from adplanning.core.texts import storable_text
from adplanning.store import facts
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.ads import CurrencyRate
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.people import Person, Visitor
from adplanning.store.writing import insert_frame

AT = datetime(2026, 11, 22, 9, 30, 0, 123457, tzinfo=UTC)


def stored(engine: Engine, table: str, frame: pl.DataFrame, **options: Any) -> int:
    with write_transaction(engine) as connection:
        return insert_frame(connection, TABLES[table], frame, **options)


def visitors(*names: str, person: str | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": names, "person_id": [person] * len(names), "first_seen_at": [AT] * len(names)},
        schema_overrides={"person_id": pl.String},
    )


def persons_by_visitor(engine: Engine) -> dict[str, str | None]:
    with reading(engine) as session:
        return {row.id: row.person_id for row in session.scalars(select(Visitor))}


def touchpoints(n: int) -> pl.DataFrame:
    return pl.DataFrame({"id": [f"t{i}" for i in range(n)]}).with_columns(
        analytics_session_id=pl.col("id"),
        visitor_id=pl.lit("v"),
        platform=pl.lit("meta"),
        is_resolved=pl.int_range(n) % 2 == 0,
        resolution_confidence=pl.int_range(n) / 7,
        resolution_method=pl.lit("manual"),
        session_pageviews=pl.int_range(n),
        is_bot=pl.lit(False),
        metadata=pl.lit('{"a": [1, null, "ü"]}'),
        session_started_at=pl.lit(AT),
        attributed_at=pl.lit(AT),
    )


def test_every_kind_of_value_comes_back_as_it_went_in(any_engine: Engine) -> None:
    assert stored(any_engine, "touchpoints", touchpoints(3)) == 3
    with reading(any_engine) as session:
        rows = session.scalars(select(Touchpoint).order_by(Touchpoint.id)).all()
    assert [row.is_resolved for row in rows] == [True, False, True]
    assert [row.resolution_confidence for row in rows] == [0.0, 1 / 7, 2 / 7]
    assert [row.session_pageviews for row in rows] == [0, 1, 2]
    assert {row.session_started_at for row in rows} == {AT}
    assert {row.utm_source for row in rows} == {None}
    assert [row.extra for row in rows] == [{"a": [1, None, "ü"]}] * 3


def test_days_come_back_as_they_went_in(any_engine: Engine) -> None:
    days = [date(2024, 2, 29), date(1969, 12, 31), date(2199, 1, 1)]
    rates = pl.DataFrame({"currency": ["A", "B", "C"], "in_currency": "INR", "on": days, "rate": [1.5, 0.1, 1e300]})
    stored(any_engine, "currency_rates", rates)
    with reading(any_engine) as session:
        rows = session.scalars(select(CurrencyRate).order_by(CurrencyRate.currency)).all()
    assert [(row.on, row.rate) for row in rows] == list(zip(days, [1.5, 0.1, 1e300], strict=True))


def test_instants_of_another_zone_are_stored_as_the_same_instant(any_engine: Engine) -> None:
    frame = visitors("v").with_columns(pl.col("first_seen_at").dt.convert_time_zone("Asia/Kolkata"))
    stored(any_engine, "visitors", frame)
    with reading(any_engine) as session:
        assert session.get_one(Visitor, "v").first_seen_at == AT


def test_json_is_stored_as_the_session_would_store_it(any_engine: Engine) -> None:
    tags, attributes = ["vip", 'quote " and \\'], {"n": 1.5, "deep": {"x": None}}
    frame = pl.DataFrame(
        {
            "id": ["p1", "p2"],
            "tags": [json.dumps(tags), None],
            "attributes": [json.dumps(attributes), None],
            "created_at": [AT] * 2,
            "updated_at": [AT] * 2,
        }
    )
    stored(any_engine, "persons", frame)
    with reading(any_engine) as session:
        first, second = session.scalars(select(Person).order_by(Person.id))
    assert (first.tags, first.attributes) == (tags, attributes)
    assert (second.tags, second.attributes) == (None, None)


AWKWARD = [
    "tab\there",
    "line\nbreak",
    "back\\slash",
    "\\N",
    "\\.",
    "",
    " ",
    "r\r\n",
    "ü धन्यवाद 🙏",
    "q\"uo'te",
    "\x01\x7f",
    "NULL",
]


def test_text_of_any_kind_comes_back_as_it_went_in(any_engine: Engine) -> None:
    frame = pl.DataFrame({"id": [f"{n}" for n in range(len(AWKWARD))], "person_id": AWKWARD}).with_columns(
        first_seen_at=pl.lit(AT)
    )
    stored(any_engine, "visitors", frame)
    assert persons_by_visitor(any_engine) == {f"{n}": text for n, text in enumerate(AWKWARD)}


def is_storable(text: str) -> bool:
    try:
        storable_text(text)
    except ValueError:
        return False
    return True


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text().filter(is_storable), min_size=1, max_size=20))
def test_all_text_that_may_be_stored_can_be(any_engine: Engine, texts: list[str]) -> None:
    frame = pl.DataFrame({"id": [f"{n}" for n in range(len(texts))], "person_id": texts}).with_columns(
        first_seen_at=pl.lit(AT)
    )
    with write_transaction(any_engine) as connection:
        connection.execute(delete(Visitor))
        insert_frame(connection, TABLES["visitors"], frame)
    assert persons_by_visitor(any_engine) == {f"{n}": text for n, text in enumerate(texts)}
    read = facts.scan(any_engine, "visitors", ["id", "person_id"]).collect()
    assert dict(read.iter_rows()) == {f"{n}": text for n, text in enumerate(texts)}


def test_a_hundred_thousand_rows_are_all_stored(any_engine: Engine) -> None:
    frame = touchpoints(100_000).drop("metadata")
    assert stored(any_engine, "touchpoints", frame) == 100_000
    read = facts.scan(any_engine, "touchpoints", frame.columns).collect().sort("session_pageviews")
    assert_frame_equal(read, frame.with_columns(pl.col("session_pageviews").cast(pl.Int64)))


def test_an_empty_frame_stores_nothing(any_engine: Engine) -> None:
    assert stored(any_engine, "visitors", visitors()) == 0


# --- A row that is there already


def test_a_row_that_is_there_fails_the_whole_transaction(any_engine: Engine) -> None:
    stored(any_engine, "visitors", visitors("a"))
    with pytest.raises(IntegrityError):
        stored(any_engine, "visitors", visitors("b", "a", "c"))
    assert set(persons_by_visitor(any_engine)) == {"a"}


def test_rows_that_are_there_are_ignored_and_not_counted(any_engine: Engine) -> None:
    stored(any_engine, "visitors", visitors("a", person="old"))
    assert stored(any_engine, "visitors", visitors("a", "b", person="new"), on_conflict="ignore") == 1
    assert persons_by_visitor(any_engine) == {"a": "old", "b": "new"}


def test_a_row_twice_in_one_frame_is_stored_once_when_ignored(any_engine: Engine) -> None:
    assert stored(any_engine, "visitors", visitors("a", "a"), on_conflict="ignore") == 1


def test_ignoring_looks_at_every_unique_index(any_engine: Engine) -> None:
    frame = touchpoints(1)
    stored(any_engine, "touchpoints", frame)
    same_session = frame.with_columns(id=pl.lit("another id"))
    assert stored(any_engine, "touchpoints", same_session, on_conflict="ignore") == 0


def test_a_missing_value_where_one_is_needed_is_never_ignored(any_engine: Engine) -> None:
    frame = visitors("a").drop("first_seen_at")
    with pytest.raises(IntegrityError):
        stored(any_engine, "visitors", frame, on_conflict="ignore")


def test_rows_that_are_there_are_replaced_but_for_the_columns_the_frame_lacks(any_engine: Engine) -> None:
    stored(any_engine, "visitors", visitors("a", "b", person="old").with_columns(linked_at=pl.lit(AT)))
    changed = stored(any_engine, "visitors", visitors("b", "c", person="new"), on_conflict="replace", key=["id"])
    assert changed == 2
    assert persons_by_visitor(any_engine) == {"a": "old", "b": "new", "c": "new"}
    with reading(any_engine) as session:
        assert session.get_one(Visitor, "b").linked_at == AT


def test_two_frames_may_be_merged_in_one_transaction(any_engine: Engine) -> None:
    with write_transaction(any_engine) as connection:
        for person in ("first", "second"):
            insert_frame(
                connection, TABLES["visitors"], visitors("a", person=person), on_conflict="replace", key=["id"]
            )
    assert persons_by_visitor(any_engine) == {"a": "second"}


def test_a_row_whose_parent_is_not_there_is_refused(any_engine: Engine) -> None:
    frame = pl.DataFrame({"id": ["s"], "campaign_id": ["nobody"], "name": ["n"], "created_at": [AT]})
    with pytest.raises(IntegrityError):
        stored(any_engine, "ad_sets", frame)


def test_a_column_the_table_does_not_have_is_refused_with_those_it_has(any_engine: Engine) -> None:
    with pytest.raises(InvalidData, match=r"visitors: unknown value 'person'; choose one of: id, person_id"):
        stored(any_engine, "visitors", visitors("a").rename({"person_id": "person"}))


def test_what_was_inserted_is_rolled_back_with_the_transaction(any_engine: Engine) -> None:
    def insert_and_fail() -> None:
        with write_transaction(any_engine) as connection:
            insert_frame(connection, TABLES["visitors"], visitors("a"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        insert_and_fail()
    assert persons_by_visitor(any_engine) == {}
