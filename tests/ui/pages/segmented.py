"""Customers and segments that pages are opened on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from adplanning.segments import service
from adplanning.segments.definition import SegmentFields
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.segments import Segment, SegmentMember

LOYAL: Mapping[str, Any] = {
    "logic": "AND",
    "rules": [
        {"field": "total_orders", "operator": ">", "value": 5},
        {"field": "last_order_date", "operator": "within_last_days", "value": 30},
    ],
    "groups": [],
}
# By person: how many orders, and how many days ago the last one was. The first two are loyal.
ORDERS = {"asha": (6, 2), "ravi": (9, 29), "zoya": (5, 1), "omar": (8, 45), "mira": (0, 0)}


def fill_customers(engine: Engine) -> None:
    """The five of `ORDERS`."""
    now = datetime.now(UTC)
    with write_transaction(engine) as connection:
        for name, (n_orders, days_ago) in ORDERS.items():
            email = f"{name}@example.in"
            connection.execute(
                insert(TABLES["persons"]).values(
                    id=name, first_name=name.title(), email=email, email_key=email, city="Pune", tags=["vip"],
                    attributes={"shoe": "brown"}, created_at=now, updated_at=now,
                )
            )  # fmt: skip
            for n in range(n_orders):
                at = now - timedelta(days=days_ago + 7 * n)
                connection.execute(
                    insert(TABLES["conversions"]).values(
                        id=f"{name}{n}", conversion_type="purchase", platform="direct", attribution_model="last_click",
                        attribution_weight=1.0, value_minor=100_00, currency="INR", person_id=name,
                        visitor_id=f"v-{name}", order_id=f"{name}{n}", origin="admin", is_bot=False, converted_at=at,
                        received_at=at,
                    )
                )  # fmt: skip


def add_segment(engine: Engine, name: str, criteria: Mapping[str, Any] = LOYAL, **given: Any) -> str:
    """A segment that is not built yet."""
    fields = SegmentFields(name=name, criteria=dict(criteria), **given)
    with writing(engine) as session:
        return service.create_segment(session, fields, now=datetime.now(UTC)).id


def members(engine: Engine, segment_id: str) -> dict[str, str]:
    """Who is in a segment, and why."""
    with reading(engine) as session:
        found = session.scalars(select(SegmentMember).where(SegmentMember.segment_id == segment_id))
        return {member.person_id: member.added_reason for member in found}


def segments(engine: Engine) -> dict[str, Segment]:
    """All segments by name."""
    with reading(engine) as session:
        found = {segment.name: segment for segment in session.scalars(select(Segment))}
        session.expunge_all()
        return found
