from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.journeys import service
from adplanning.journeys.queries import JOURNEY_ORDERS
from adplanning.store.session import reading
from adplanning.store.tables.segments import Segment, SegmentMember
from tests.journeys.told import AT, DAY, of_person, step, stored


def listed(engine: Engine, **options: Any) -> tuple[list[str], int]:
    usual: dict[str, Any] = {"filters": {}, "period": Period(), "limit": 10, "offset": 0}
    with reading(engine) as session:
        rows, count = service.list_events(session, **usual | options)
        return [row.id.removeprefix("jour_") for row in rows], count


@pytest.fixture
def three(any_engine: Engine) -> Engine:
    stored(
        any_engine,
        step("b", "v", day=0, page_url="/quilts", utm_source="FB"),
        step("a", "v", "ad_click", day=1, utm_campaign="Diwali"),
        step("c", "w", "email_click", day=2, page_url="/about_us"),
    )
    return any_engine


def test_events_are_newest_first_unless_another_order_is_asked_for(three: Engine) -> None:
    assert listed(three) == (["c", "a", "b"], 3)
    assert listed(three, sort="occurred_at", descending=False)[0] == ["b", "a", "c"]
    assert listed(three, sort="event_type", descending=False)[0] == ["a", "c", "b"]


def test_an_event_is_found_by_what_people_know_it_by(three: Engine) -> None:
    assert listed(three, search="QUILT")[0] == ["b"]
    assert listed(three, search="diwali")[0] == ["a"]
    assert listed(three, search="t_u")[0] == ["c"]


def test_filters_and_the_period_must_all_hold(three: Engine) -> None:
    assert listed(three, filters={"visitor_id": "v", "stage": None})[0] == ["a", "b"]
    assert listed(three, filters={"visitor_id": "v", "event_type": "ad_click"})[0] == ["a"]
    assert listed(three, period=Period(AT + DAY, AT + 2 * DAY)) == (["a"], 1)


def test_a_segment_has_the_events_that_name_its_members_and_those_on_their_browsers(three: Engine) -> None:
    segment = Segment(
        id="seg_1", name="Loyal", segment_type="custom", criteria={}, is_active=True, auto_update=False,
        customer_count=1, created_at=AT, updated_at=AT,
    )  # fmt: skip
    stored(three, segment, of_person("w", "asha"), step("d", None, day=3, person_id="asha"))
    stored(three, SegmentMember(segment_id="seg_1", person_id="asha", added_at=AT, added_reason="manual"))
    assert listed(three, filters={"segment_id": "seg_1"}) == (["d", "c"], 2)
    assert listed(three, filters={"segment_id": "seg_9"}) == ([], 0)


def test_the_count_is_of_all_pages(three: Engine) -> None:
    assert listed(three, limit=1, offset=1) == (["a"], 3)


def test_every_order_can_be_asked_for_and_no_other(three: Engine) -> None:
    for order in JOURNEY_ORDERS:
        assert listed(three, sort=order)[1] == 3
    with pytest.raises(InvalidData, match="sort"):
        listed(three, sort="person")
