"""How many segments there are, and what the members of one are worth, read from both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from adplanning.core.vocabulary import PublicRevenue
from adplanning.segments.summary_service import SegmentCounts, segment_counts, summary_of_segment
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def add(engine: Engine, table: str, **values: Any) -> None:
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES[table]).values(**values))


def add_segment(engine: Engine, name: str, *, is_active: bool = True, auto_update: bool = True, n: int = 0) -> None:
    add(
        engine, "segments",
        id=name, name=name, segment_type="custom", criteria={}, is_active=is_active, auto_update=auto_update,
        customer_count=n, created_at=NOON, updated_at=NOON,
    )  # fmt: skip


def add_person(engine: Engine, person_id: str, *, spent_minor: int, segment_id: str | None) -> None:
    add(engine, "persons", id=person_id, created_at=NOON, updated_at=NOON)
    add(
        engine, "conversions",
        id=f"conv_{person_id}", conversion_type="purchase", platform="direct", attribution_model="last_click",
        attribution_weight=1.0, value_minor=spent_minor, currency="INR", person_id=person_id,
        visitor_id=f"v_{person_id}", origin="admin", is_bot=False, converted_at=NOON, received_at=NOON,
    )  # fmt: skip
    if segment_id:
        member = {"segment_id": segment_id, "person_id": person_id, "added_at": NOON, "added_reason": "manual"}
        add(engine, "segment_members", **member)


def test_segments_are_counted_with_their_members(any_engine: Engine) -> None:
    with reading(any_engine) as session:
        assert segment_counts(session) == SegmentCounts(0, 0, 0, 0)
    add_segment(any_engine, "a", n=3)
    add_segment(any_engine, "b", is_active=False, auto_update=False, n=4)
    with reading(any_engine) as session:
        assert segment_counts(session) == SegmentCounts(n=2, n_active=1, n_dynamic=1, n_members=7)


def test_the_summary_is_of_the_members_alone(any_engine: Engine) -> None:
    add_segment(any_engine, "loyal")
    add_person(any_engine, "asha", spent_minor=500_00, segment_id="loyal")
    add_person(any_engine, "ravi", spent_minor=900_00, segment_id=None)
    found = summary_of_segment(
        any_engine,
        "loyal",
        as_of=NOON,
        currency="INR",
        zone=ZoneInfo("Asia/Kolkata"),
        public_revenue=PublicRevenue.counted,
    )
    assert (found.n_members, found.revenue_minor, found.average_clv_minor) == (1, 500_00, None)
