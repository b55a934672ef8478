from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import NotFound
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.journeys.analysis_service import conversion_times, funnel_report, retention, top_ways
from adplanning.journeys.funnel import FunnelReport
from adplanning.journeys.scope import JourneyScope
from adplanning.store.tables.segments import Segment, SegmentMember
from tests.journeys.told import AT, DAY, conversion, of_person, step, stored

EVER = JourneyScope(Period())
COUNTED = PublicRevenue.counted
UTC_ZONE = ZoneInfo("UTC")


def report(engine: Engine, *, public_revenue: PublicRevenue = COUNTED, **scope: Any) -> FunnelReport:
    return funnel_report(engine, JourneyScope(**{"period": Period()} | scope), public_revenue=public_revenue)


def counts(found: FunnelReport) -> dict[str, int]:
    return {stage.stage: stage.n for stage in found.stages if stage.n}


def events(found: FunnelReport) -> dict[str, int]:
    return {event_type: n for by_type in found.stage_events.values() for event_type, n in by_type.items()}


def test_an_empty_store_answers_nobody(any_engine: Engine) -> None:
    found = report(any_engine)
    assert (found.n_customers, found.biggest_dropoff, counts(found)) == (0, None, {})
    assert conversion_times(any_engine, EVER, public_revenue=COUNTED).n == 0
    assert retention(any_engine, EVER, public_revenue=COUNTED, zone=UTC_ZONE).is_empty()
    assert top_ways(any_engine, EVER, public_revenue=COUNTED).is_empty()


def test_a_person_on_two_devices_first_unknown_is_one_customer(any_engine: Engine) -> None:
    stored(
        any_engine,
        of_person("phone", "asha"),
        of_person("tablet", "asha"),
        step("1", "phone", day=-1),
        step("2", "tablet", "email_click", day=1),
        step("3", None, "purchase", day=2, person_id="asha"),
        step("4", "kiosk"),
    )
    found = report(any_engine)
    assert (found.n_customers, found.n_identified, found.n_anonymous) == (2, 1, 1)
    assert counts(found) == {"awareness": 2, "interest": 1, "consideration": 1, "intent": 1, "conversion": 1}


def test_a_purchase_or_lead_is_one_event_however_it_is_stored(any_engine: Engine) -> None:
    """As a conversion alone, as a step alone, as a conversion and the step that mirrors it."""
    stored(
        any_engine,
        conversion("alone", "a"),
        step("alone", "b", "purchase"),
        conversion("order", "c", order_id="1001"),
        step("its_order", "c", "purchase", source_type="order", source_id="1001"),
        conversion("imported", "d"),
        step("imported", "d", "purchase", source_type="conversion", source_id="conv_imported"),
        conversion("left", "e", "lead_form_submission", lead_id="lead_1"),
        step("left", "e", "lead_capture", source_type="lead", source_id="lead_1"),
        conversion("form", "f", "lead_form_submission"),
        step("called", "g", "lead_capture", source_type="lead", source_id="lead_of_another_system"),
    )
    found = report(any_engine)
    assert found.stage_events["conversion"] == {"purchase": 4}
    assert found.stage_events["intent"] == {"lead_capture": 3}
    assert counts(found)["conversion"] == 4


def test_what_follows_an_order_is_no_mirror_of_it(any_engine: Engine) -> None:
    stored(
        any_engine,
        conversion("order", "a", order_id="1001"),
        step("said", "a", "feedback", day=3, source_type="order", source_id="1001"),
        step("again", "a", "purchase", day=4, source_type="order", source_id="an order that is gone"),
    )
    assert events(report(any_engine)) == {"purchase": 2, "feedback": 1}


def test_a_cart_is_intent_and_what_measures_a_page_view_is_no_step(any_engine: Engine) -> None:
    stored(
        any_engine,
        conversion("cart", "a", "add_to_cart"),
        conversion("checkout", "b", "begin_checkout"),
        conversion("depth", "c", "scroll_depth"),
        conversion("own", "d", "custom"),
    )
    found = report(any_engine)
    assert found.stage_events["intent"] == {"add_to_cart": 1, "begin_checkout": 1}
    assert (events(found)["custom"], found.n_customers) == (1, 3)


def test_bots_the_shops_own_visits_and_cancelled_orders_are_on_nobodys_way(any_engine: Engine) -> None:
    stored(
        any_engine,
        step("bot", "a", is_bot=True),
        step("own", "b", is_internal=True),
        conversion("cancelled", "c", order_id="1001", cancelled_at=AT),
        step("its_order", "c", "purchase", source_type="order", source_id="1001"),
    )
    assert report(any_engine).n_customers == 0


def test_a_purchase_that_only_a_browser_has_claimed_counts_as_everywhere(any_engine: Engine) -> None:
    stored(any_engine, step("seen", "a"), conversion("claimed", "a", day=1, origin="web"))
    assert "conversion" in counts(report(any_engine))
    assert counts(report(any_engine, public_revenue=PublicRevenue.confirmed_only)) == {"awareness": 1}


def test_a_period_and_a_website_leave_out_what_happened_elsewhere(any_engine: Engine) -> None:
    stored(
        any_engine,
        step("before", "a", day=-1, website_id="shop"),
        step("in", "b", website_id="shop"),
        step("after", "c", day=1, website_id="shop"),
        conversion("elsewhere", "b", website_id="blog"),
    )
    assert report(any_engine, period=Period(AT, AT + DAY)).n_customers == 1
    assert counts(report(any_engine, website_id="shop")) == {"awareness": 3}
    assert report(any_engine, website_id="blog").n_customers == 1


def test_a_segment_has_only_its_persons_with_all_of_their_devices(any_engine: Engine) -> None:
    segment = Segment(
        id="seg_1", name="Loyal", segment_type="custom", criteria={}, is_active=True, auto_update=False,
        customer_count=1, created_at=AT, updated_at=AT,
    )  # fmt: skip
    stored(any_engine, segment)
    stored(
        any_engine,
        SegmentMember(segment_id="seg_1", person_id="asha", added_at=AT, added_reason="manual"),
        of_person("phone", "asha"),
        step("1", "phone"),
        step("2", "kiosk"),
        step("3", None, person_id="ravi"),
    )
    found = report(any_engine, segment_id="seg_1")
    assert (found.n_customers, found.n_identified) == (1, 1)


def test_an_unknown_segment_is_refused_and_not_taken_for_an_empty_one(any_engine: Engine) -> None:
    with pytest.raises(NotFound, match="seg_9"):
        report(any_engine, segment_id="seg_9")


def test_the_source_a_customer_came_with_is_the_first_ever_not_the_first_of_the_period(any_engine: Engine) -> None:
    stored(
        any_engine,
        step("came", "a", day=-3, utm_source="FB"),
        step("later", "a", day=1, utm_source="google"),
        step("other", "b", day=1, utm_source="google"),
    )
    since = Period(AT, None)
    assert report(any_engine, period=since, utm_source="google").n_customers == 1
    by_facebook = report(any_engine, period=since, utm_source="fb")
    assert (by_facebook.n_customers, events(by_facebook)) == (1, {"page_view": 1})


def test_the_time_to_a_purchase_begins_before_the_period(any_engine: Engine) -> None:
    stored(
        any_engine,
        of_person("phone", "asha"),
        step("1", "phone", day=-5),
        conversion("1", "laptop", day=2, person_id="asha"),
        conversion("2", "kiosk", day=2),
    )
    found = conversion_times(any_engine, JourneyScope(Period(AT, None)), public_revenue=COUNTED)
    assert (found.n, found.n_unknown, found.median_days) == (1, 1, 7.0)
    assert conversion_times(any_engine, JourneyScope(Period(None, AT)), public_revenue=COUNTED).n == 0


def test_who_buys_again_on_another_device_is_retained(any_engine: Engine) -> None:
    stored(
        any_engine,
        of_person("phone", "asha"),
        step("came", "phone", day=-1, utm_source="fb"),
        conversion("1", "phone"),
        conversion("2", "laptop", day=31, person_id="asha"),
        conversion("3", "kiosk"),
    )
    until_may = JourneyScope(Period(None, datetime(2026, 5, 1, tzinfo=UTC)))
    found = retention(any_engine, until_may, public_revenue=COUNTED, zone=UTC_ZONE)
    assert found.rows() == [(date(2026, 3, 1), 0, 2, 2, 1.0), (date(2026, 3, 1), 1, 2, 1, 0.5)]
    by_source = JourneyScope(until_may.period, utm_source="fb")
    of_source = retention(any_engine, by_source, public_revenue=COUNTED, zone=UTC_ZONE)
    assert of_source["n_active"].to_list() == [1, 1]


def test_the_ways_of_all_devices_lead_to_the_purchase(any_engine: Engine) -> None:
    stored(
        any_engine,
        of_person("phone", "asha"),
        step("1", "phone", "ad_click"),
        step("2", "phone", day=1),
        conversion("1", "laptop", day=2, person_id="asha"),
        step("3", "kiosk", "ad_click"),
    )
    found = top_ways(any_engine, EVER, public_revenue=COUNTED)
    assert found.rows() == [(["ad_click"], 1, 0, 0.0), (["ad_click", "page_view"], 1, 1, 1.0)]
