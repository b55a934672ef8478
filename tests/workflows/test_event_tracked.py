"""What happens when events come in, on both databases."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from adplanning.attribution.sessions import UTM_TAGS, touchpoints_of
from adplanning.conversions.goals import GoalRule
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.tracking.events import NewConversion, NewEvent, NewJourneyEvent
from adplanning.tracking.visits import arrival
from adplanning.workflows.event_tracked import Tracked, track

NOON = 1_795_348_800_000_000
MINUTE = 60_000_000
numbers = itertools.count(1)


def conversion(**fields: Any) -> NewConversion:
    row: dict[str, Any] = dict.fromkeys(NewConversion._fields) | NewConversion._field_defaults
    row |= {"id": f"conv_{next(numbers):09}", "conversion_type": "custom", "platform": "direct", "website_id": "web_1"}
    row |= {"attribution_model": "last_click", "attribution_weight": 1.0, "currency": "INR", "visitor_id": "v1"}
    row |= {"origin": "web", "is_bot": False, "converted_at": NOON, "received_at": NOON}
    return NewConversion(**row | fields)


def step(**fields: Any) -> NewJourneyEvent:
    row: dict[str, Any] = dict.fromkeys(NewJourneyEvent._fields) | NewJourneyEvent._field_defaults
    row |= {"id": f"jour_{next(numbers):09}", "event_type": "page_view", "stage": "awareness", "website_id": "web_1"}
    row |= {"visitor_id": "v1", "origin": "web", "is_bot": False, "occurred_at": NOON, "received_at": NOON}
    return NewJourneyEvent(**row | fields)


def tracked(engine: Engine, *events: NewEvent, goals: Sequence[GoalRule] = ()) -> list[Tracked]:
    with write_transaction(engine) as connection:
        return track(connection, events, goals=goals)


def stored(engine: Engine, table: str, *columns: str) -> list[tuple[Any, ...]]:
    fact = TABLES[table]
    with engine.connect() as connection:
        query = select(*(fact.c[column] for column in columns)).order_by(*fact.primary_key)
        return [tuple(row) for row in connection.execute(query)]


def at(minutes: float) -> int:
    return NOON + round(minutes * MINUTE)


# --- Once


def test_events_are_stored_as_they_came_and_answered_in_their_order(any_engine: Engine) -> None:
    first, second = conversion(metadata='{"a": 1}', value_minor=499900, is_bot=True), step(event_data='{"b": [2]}')
    assert tracked(any_engine, second, first) == [Tracked(second.id, False, ()), Tracked(first.id, False, ())]
    [row] = stored(any_engine, "conversions", "id", "metadata", "value_minor", "is_bot", "converted_at")
    assert row == (first.id, {"a": 1}, 499900, True, datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert stored(any_engine, "journey_events", "id", "event_data") == [(second.id, {"b": [2]})]


def test_the_same_event_again_answers_the_first_ones_id_and_changes_nothing(any_engine: Engine) -> None:
    first, again, other = (conversion(event_id="e1", value_minor=n) for n in (1, 2, 3))
    assert tracked(any_engine, first) == [Tracked(first.id, False, ())]
    assert tracked(any_engine, again) == [Tracked(first.id, True, ())]
    assert tracked(any_engine, other, conversion())[0] == Tracked(first.id, True, ())
    assert stored(any_engine, "conversions", "value_minor")[0] == (1,)


def test_repeats_within_one_group_are_told_too(any_engine: Engine) -> None:
    first, again = step(event_id="e1"), step(event_id="e1")
    assert tracked(any_engine, first, again) == [Tracked(first.id, False, ()), Tracked(first.id, True, ())]


def test_an_event_id_counts_within_its_website_and_its_kind(any_engine: Engine) -> None:
    events = [conversion(event_id="e1"), conversion(event_id="e1", website_id="web_2"), step(event_id="e1")]
    assert [outcome.duplicate for outcome in tracked(any_engine, *events)] == [False] * 3


def test_events_without_an_event_id_are_never_repeats(any_engine: Engine) -> None:
    assert not any(outcome.duplicate for outcome in tracked(any_engine, conversion(), conversion(), step(), step()))


def test_one_order_is_one_purchase_whatever_its_website_and_event_id(any_engine: Engine) -> None:
    first = conversion(conversion_type="purchase", order_id="o1", event_id="e1")
    again = conversion(conversion_type="purchase", order_id="o1", event_id="e2", website_id=None)
    cart = conversion(conversion_type="begin_checkout", order_id="o1")
    outcomes = tracked(any_engine, first, again, cart)
    assert outcomes == [Tracked(first.id, False, ()), Tracked(first.id, True, ()), Tracked(cart.id, False, ())]


def test_more_rows_than_one_statement_takes_are_stored_and_repeats_among_them_told(any_engine: Engine) -> None:
    events = [conversion(event_id=f"e{n % 250}") for n in range(260)]
    outcomes = tracked(any_engine, *events)
    assert [outcome.id for outcome in outcomes[250:]] == [event.id for event in events[:10]]
    assert len(stored(any_engine, "conversions", "id")) == 250


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sends=st.lists(
        st.lists(st.tuples(st.sampled_from(["conversion", "journey"]), st.integers(0, 8)), min_size=1, max_size=12),
        max_size=8,
    )
)
def test_however_events_are_repeated_and_reordered_each_is_stored_once(
    sends: list[list[tuple[str, int]]], engine: Engine
) -> None:
    website = f"web_{next(numbers)}"
    first_ids: dict[tuple[str, int], str] = {}
    for group in sends:
        events = [
            (conversion if kind == "conversion" else step)(website_id=website, event_id=f"e{n}") for kind, n in group
        ]
        for key, event, outcome in zip(group, events, tracked(engine, *events), strict=True):
            assert outcome.duplicate == (key in first_ids)
            assert outcome.id == first_ids.setdefault(key, event.id)
    rows = stored(engine, "conversions", "id", "website_id") + stored(engine, "journey_events", "id", "website_id")
    assert {row_id for row_id, its in rows if its == website} == set(first_ids.values())


# --- Visitors


def test_a_visitor_is_noted_when_first_seen(any_engine: Engine) -> None:
    tracked(any_engine, conversion(visitor_id="v1"), step(visitor_id="v2", occurred_at=at(5)))
    tracked(any_engine, conversion(visitor_id="v1", converted_at=at(9)), step(visitor_id=None, person_id="p1"))
    assert stored(any_engine, "visitors", "id", "person_id") == [("v1", None), ("v2", None)]
    assert [seen for (seen,) in stored(any_engine, "visitors", "first_seen_at")] == [
        datetime(2026, 11, 22, 12, 0, tzinfo=UTC), datetime(2026, 11, 22, 12, 5, tzinfo=UTC),
    ]  # fmt: skip


def test_a_visitor_is_the_person_whom_the_latest_event_names_whenever_it_comes(any_engine: Engine) -> None:
    late = step(origin="admin", person_id="p_late", occurred_at=at(60))
    early = conversion(origin="admin", person_id="p_early", converted_at=at(0))
    tracked(any_engine, late)
    tracked(any_engine, early, conversion())
    assert stored(any_engine, "visitors", "person_id") == [("p_late",)]
    tracked(any_engine, step(origin="admin", person_id="p_last", occurred_at=at(61)))
    assert stored(any_engine, "visitors", "person_id") == [("p_last",)]


# --- Touchpoints


def touches(engine: Engine, *columns: str) -> list[tuple[Any, ...]]:
    return stored(engine, "touchpoints", *columns)


def test_a_campaign_bearing_session_is_one_touchpoint_that_counts_its_page_views(any_engine: Engine) -> None:
    landing = step(session_id="s1", utm_source="fb", utm_campaign="Sale", page_url="/a?fbclid=x", occurred_at=at(1))
    tracked(
        any_engine,
        landing,
        step(session_id="s1", occurred_at=at(2)),
        conversion(session_id="s1", utm_source="fb", converted_at=at(2)),
    )
    tracked(any_engine, step(session_id="s1", occurred_at=at(3)), step(session_id="s2", occurred_at=at(4)))
    columns = ("analytics_session_id", "visitor_id", "platform", "utm_campaign", "session_pageviews", "entry_page")
    assert touches(any_engine, *columns, "metadata") == [
        ("s1", "v1", "meta", "Sale", 3, "/a?fbclid=x", {"fbclid": "x"})
    ]
    assert touches(any_engine, "is_resolved", "resolution_method", "resolution_confidence", "ad_campaign_id") == [
        (False, "unresolved", None, None)
    ]


def test_a_campaign_that_comes_late_in_a_session_counts_the_page_views_before(any_engine: Engine) -> None:
    tracked(any_engine, step(session_id="s1", occurred_at=at(1)), step(session_id="s1", occurred_at=at(2)))
    assert touches(any_engine, "id") == []
    tracked(any_engine, step(session_id="s1", utm_medium="cpc", occurred_at=at(3)))
    [(n_pageviews, started_at)] = touches(any_engine, "session_pageviews", "session_started_at")
    assert (n_pageviews, started_at.minute) == (3, 1)


def test_a_session_keeps_the_campaign_it_came_with_and_the_start_that_comes_to_light(any_engine: Engine) -> None:
    tracked(any_engine, step(session_id="s1", utm_campaign="first", occurred_at=at(10)))
    tracked(any_engine, step(session_id="s1", utm_campaign="first", occurred_at=at(5)))
    [(campaign, n_pageviews, started_at)] = touches(
        any_engine, "utm_campaign", "session_pageviews", "session_started_at"
    )
    assert (campaign, n_pageviews, started_at.minute) == ("first", 2, 5)


def test_a_repeated_event_counts_no_page_view(any_engine: Engine) -> None:
    for _ in range(3):
        tracked(any_engine, step(session_id="s1", utm_source="fb", event_id="e1"))
    assert touches(any_engine, "session_pageviews") == [(1,)]


def test_without_a_session_half_an_hour_of_silence_ends_a_visit(any_engine: Engine) -> None:
    first = conversion(utm_source="google", converted_at=at(0))
    tracked(any_engine, first, step(occurred_at=at(10)), step(utm_source="google", occurred_at=at(39.9)))
    # A time on the page is no page view, and yet no silence.
    tracked(any_engine, conversion(conversion_type="time_on_site", converted_at=at(60)))
    tracked(any_engine, step(utm_source="google", occurred_at=at(80)))
    after = step(utm_source="google", occurred_at=at(110))
    tracked(any_engine, after)
    assert touches(any_engine, "analytics_session_id", "session_pageviews") == [(first.id, 3), (after.id, 1)]


def test_without_a_session_an_event_belongs_to_the_visit_of_the_one_before_it(any_engine: Engine) -> None:
    tracked(any_engine, step(session_id="s1", utm_source="fb"))
    tracked(any_engine, conversion(utm_source="fb", converted_at=at(29)), step(occurred_at=at(30)))
    tracked(any_engine, brought := step(utm_source="google", occurred_at=at(31)))
    assert touches(any_engine, "analytics_session_id", "session_pageviews") == [("s1", 2), (f"s1#{brought.id}", 1)]


def test_a_visit_without_sessions_is_followed_for_a_day(any_engine: Engine) -> None:
    start = step(utm_source="fb", occurred_at=at(-25 * 60))
    tracked(any_engine, start, *(step(occurred_at=at(minute)) for minute in range(-25 * 60 + 20, 0, 20)))
    tracked(any_engine, step(occurred_at=at(0)))
    assert touches(any_engine, "session_pageviews") == [(75,)]


def test_a_new_campaign_within_a_session_is_a_touchpoint_that_later_page_views_belong_to(any_engine: Engine) -> None:
    landing = {"session_id": "s1", "utm_source": "fb", "utm_campaign": "sale"}
    tracked(any_engine, step(**landing, page_url="/?fbclid=1"), step(**landing, occurred_at=at(1)))
    clicked = step(session_id="s1", page_url="/?gclid=2", occurred_at=at(90))
    tracked(any_engine, clicked, conversion(**landing, converted_at=at(91)))
    tracked(any_engine, step(session_id="s1", occurred_at=at(92)))
    columns = ("analytics_session_id", "utm_campaign", "click_id", "metadata", "platform", "session_pageviews")
    assert touches(any_engine, *columns) == [
        ("s1", "sale", "fbclid", {"fbclid": "1"}, "meta", 2),
        (f"s1#{clicked.id}", None, "gclid", {"gclid": "2"}, "google", 2),
    ]
    assert touches(any_engine, "session_started_at")[1][0].minute == 30


@pytest.mark.parametrize("at_once", [True, False])
def test_a_click_in_an_ad_and_the_landing_it_led_to_are_one_touchpoint(any_engine: Engine, at_once: bool) -> None:
    clicked = step(session_id="s1", event_type="ad_click", page_url=None, utm_campaign="sale")
    landed = step(
        session_id="s1",
        utm_source="fb",
        utm_medium="cpc",
        utm_campaign="sale",
        page_url="/?fbclid=1",
        occurred_at=at(1),
    )
    for group in ([clicked, landed],) if at_once else ([clicked], [landed]):
        tracked(any_engine, *group)
    # The landing has completed what the click did not tell.
    columns = ("kind", "utm_source", "utm_medium", "platform", "click_id", "metadata", "session_pageviews")
    assert touches(any_engine, *columns) == [("ad_click", "fb", "cpc", "meta", "fbclid", {"fbclid": "1"}, 1)]


def test_an_event_that_comes_late_belongs_to_what_had_begun_by_its_time(any_engine: Engine) -> None:
    for minute, source in ((10, "fb"), (20, "google")):
        tracked(any_engine, step(session_id="s1", utm_source=source, occurred_at=at(minute)))
    tracked(any_engine, step(session_id="s1", occurred_at=at(15)))
    assert touches(any_engine, "utm_source", "session_pageviews") == [("fb", 2), ("google", 1)]
    tracked(any_engine, step(session_id="s1", utm_source="bing", occurred_at=at(5)))
    found = touches(any_engine, "utm_source", "session_pageviews", "session_started_at")
    assert [(source, n, start.minute) for source, n, start in found] == [
        ("fb", 2, 10),
        ("google", 1, 20),
        ("bing", 1, 5),
    ]


# --- Touchpoints without a campaign


def shop(engine: Engine) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with write_transaction(engine) as connection:
        site = {"id": "web_1", "domain": "shop.example", "status": "active", "created_at": now, "updated_at": now}
        connection.execute(insert(TABLES["websites"]).values(**site))


@pytest.mark.parametrize(
    ("referrer", "domain"),
    [("https://www.google.com/", "google.com"), ("https://news.example/a", "news.example"), ("", "")],
)
def test_a_session_from_elsewhere_or_from_nowhere_is_a_touchpoint(
    any_engine: Engine, referrer: str, domain: str
) -> None:
    shop(any_engine)
    tracked(any_engine, step(session_id="s1", referrer=referrer))
    tracked(any_engine, step(session_id="s1", referrer="https://t.co/", occurred_at=at(1)))
    columns = ("analytics_session_id", "kind", "referrer_domain", "platform", "is_resolved", "session_pageviews")
    assert touches(any_engine, *columns) == [("s1", "session", domain, "direct", False, 2)]


@pytest.mark.parametrize(
    "referrer",
    [None, "https://shop.example/", "https://blog.shop.example/", "https://api.razorpay.com/", "https://bank.in/"],
)
def test_what_nobody_told_the_shops_own_pages_and_stops_on_the_way_make_none(
    any_engine: Engine, referrer: str | None
) -> None:
    shop(any_engine)
    with write_transaction(any_engine) as connection:
        track(connection, [step(session_id="s1", referrer=referrer)], goals=(), passed=["bank.in"])
        later = step(session_id="s1", referrer="https://t.co/", occurred_at=at(1))
        track(connection, [later], goals=(), passed=["bank.in"])
    assert touches(any_engine, "id") == []


def test_a_payment_page_keeps_the_visit_that_it_interrupted(any_engine: Engine) -> None:
    tracked(any_engine, step(utm_source="fb"))
    tracked(any_engine, step(referrer="https://www.paypal.com/", utm_source="fb", occurred_at=at(45)))
    tracked(any_engine, step(session_id="s9", referrer="https://www.paypal.com/", occurred_at=at(46)))
    assert touches(any_engine, "session_pageviews") == [(2,)]


def test_a_touchpoint_of_the_shops_own_people_is_flagged(any_engine: Engine) -> None:
    tracked(any_engine, step(utm_source="fb", is_internal=True), step(visitor_id="v2", referrer="", is_internal=True))
    assert touches(any_engine, "is_internal") == [(True,), (True,)]


def test_half_an_hour_is_each_visitors_own(any_engine: Engine) -> None:
    tracked(any_engine, step(utm_source="fb", visitor_id="v1"), step(utm_source="fb", visitor_id="v2"))
    assert touches(any_engine, "visitor_id", "session_pageviews") == [("v1", 1), ("v2", 1)]


def test_another_visitor_cannot_touch_a_session_that_is_taken(any_engine: Engine) -> None:
    tracked(any_engine, step(session_id="s1", visitor_id="victim", utm_campaign="sale"))
    thief = step(session_id="s1", visitor_id="thief", utm_campaign="stolen")
    tracked(any_engine, thief, step(session_id="s1", visitor_id="thief", occurred_at=at(1)))
    assert touches(any_engine, "analytics_session_id", "visitor_id", "utm_campaign", "session_pageviews") == [
        ("s1", "victim", "sale", 1),
        (f"s1#{thief.id}", "thief", "stolen", 2),
    ]


def test_two_visitors_who_claim_one_session_at_once_are_kept_apart(any_engine: Engine) -> None:
    first, second = (step(session_id="s1", visitor_id=visitor, utm_source="fb") for visitor in ("v1", "v2"))
    tracked(any_engine, first, second)
    assert touches(any_engine, "analytics_session_id", "visitor_id") == [
        ("s1", "v1"),
        (f"s1#{second.id}", "v2"),
    ]


def test_what_an_admin_or_a_file_records_makes_no_touchpoint(any_engine: Engine) -> None:
    tracked(
        any_engine, step(origin="admin", session_id="s1", utm_source="fb"), conversion(origin="import", utm_source="g")
    )
    assert touches(any_engine, "id") == []


@pytest.mark.parametrize(
    ("event_type", "kind"), [("ad_click", "ad_click"), ("email_click", "email_click"), ("lead_capture", "lead")]
)
def test_a_click_or_lead_that_an_admin_records_is_a_touchpoint_if_it_bears_a_campaign(
    any_engine: Engine, event_type: str, kind: str
) -> None:
    told = {"origin": "admin", "event_type": event_type}
    tracked(any_engine, step(**told), step(**told, visitor_id=None, person_id="p", utm_source="fb"))
    assert touches(any_engine, "id") == []
    tracked(any_engine, step(**told, utm_source="fb"), step(**told, visitor_id="v2", ad_campaign_id="camp_1"))
    assert touches(
        any_engine, "kind", "visitor_id", "ad_campaign_id", "resolution_method", "resolution_confidence"
    ) == [
        (kind, "v1", None, "unresolved", None),
        (kind, "v2", "camp_1", "manual", 1.0),
    ]
    assert touches(any_engine, "is_resolved") == [(False,), (True,)]


def test_what_an_admin_records_of_a_running_session_is_no_second_touchpoint(any_engine: Engine) -> None:
    tracked(any_engine, step(session_id="s1", utm_source="fb"))
    tracked(
        any_engine, step(session_id="s1", origin="admin", event_type="ad_click", utm_source="fb", occurred_at=at(1))
    )
    assert touches(any_engine, "kind", "session_pageviews") == [("session", 1)]


def test_a_bots_touchpoint_is_flagged(any_engine: Engine) -> None:
    tracked(any_engine, step(utm_source="fb", is_bot=True))
    assert touches(any_engine, "is_bot") == [(True,)]


def test_a_click_id_alone_bears_a_campaign(any_engine: Engine) -> None:
    tracked(any_engine, conversion(pathname="/a?gclid=Cj0"))
    assert touches(any_engine, "platform", "utm_source") == [("google", None)]


@pytest.mark.parametrize(
    ("names", "resolved"),
    [(["Summer Sale", "Winter"], True), (["Summer Sale", "summer-sale"], False), (["Summer Sale 2"], False)],
)
def test_a_campaign_is_resolved_when_exactly_one_has_that_name(
    any_engine: Engine, names: list[str], resolved: bool
) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with write_transaction(any_engine) as connection:
        account = {"id": "acc", "platform": "meta", "platform_account_id": "1", "name": "A", "currency": "INR"}
        connection.execute(insert(TABLES["ad_accounts"]).values(**account, timezone="UTC", created_at=now))
        for n, name in enumerate(names):
            campaign = {"id": f"camp_{n}", "ad_account_id": "acc", "name": name, "status": "active"}
            key = name.lower().replace(" ", "-")
            connection.execute(
                insert(TABLES["campaigns"]).values(**campaign, name_key=key, created_at=now, updated_at=now)
            )
    tracked(any_engine, step(session_id="s1", utm_campaign="summer_sale"))
    assert touches(any_engine, "ad_campaign_id", "is_resolved", "resolution_method", "resolution_confidence") == [
        ("camp_0", True, "exact_utm_match", 1.0) if resolved else (None, False, "unresolved", None)
    ]


@pytest.mark.parametrize("decision", ["accepted", "refused"])
def test_a_name_that_people_have_decided_about_is_left_to_them(any_engine: Engine, decision: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with write_transaction(any_engine) as connection:
        account = {"id": "acc", "platform": "meta", "platform_account_id": "1", "name": "A", "currency": "INR"}
        connection.execute(insert(TABLES["ad_accounts"]).values(**account, timezone="UTC", created_at=now))
        campaign = {"id": "camp_0", "ad_account_id": "acc", "name": "Summer Sale", "status": "active"}
        times = {"created_at": now, "updated_at": now}
        connection.execute(insert(TABLES["campaigns"]).values(**campaign, name_key="summer-sale", **times))
        alias = {"name_key": "summer-sale", "campaign_id": "camp_0", "decision": decision, "name": "summer sale"}
        connection.execute(insert(TABLES["campaign_aliases"]).values(**alias, decided_at=now))
    tracked(any_engine, step(session_id="s1", utm_campaign="summer_sale"))
    assert touches(any_engine, "ad_campaign_id", "is_resolved") == [(None, False)]


def test_a_macro_that_nobody_replaced_names_no_campaign(any_engine: Engine) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with write_transaction(any_engine) as connection:
        account = {"id": "acc", "platform": "meta", "platform_account_id": "1", "name": "A", "currency": "INR"}
        connection.execute(insert(TABLES["ad_accounts"]).values(**account, timezone="UTC", created_at=now))
        campaign = {"id": "camp_0", "ad_account_id": "acc", "name": "Campaign name", "status": "active"}
        times = {"created_at": now, "updated_at": now}
        connection.execute(insert(TABLES["campaigns"]).values(**campaign, name_key="campaign-name", **times))
    tracked(any_engine, step(session_id="s1", utm_campaign="__CAMPAIGN_NAME__"))
    assert touches(any_engine, "ad_campaign_id") == [(None,)]


# --- The same touchpoints as the formula finds


PAGES = [
    "https://shop.example/",
    "https://shop.example/a?gclid=1",
    "https://shop.example/a?gclid=2",
    "/a?fbclid=3",
    None,
]
REFERRERS = [
    None, None, "", "https://shop.example/b", "https://www.google.co.in/", "https://t.co/x", "https://www.paypal.com/",
]  # fmt: skip
happenings = st.lists(
    st.fixed_dictionaries(
        {
            "minute": st.sampled_from([0, 1, 15, 29, 30, 31, 59, 60, 61, 90, 119, 120, 150]),
            "visitor_id": st.sampled_from(["v1", "v1", "v2"]),
            "session_id": st.sampled_from([None, None, "s1", "s2"]),
            "event_type": st.sampled_from(
                ["page_view", "page_view", "ad_click", "email_click", "lead_capture", "cart"]
            ),
            "page_url": st.sampled_from(PAGES),
            "referrer": st.sampled_from(REFERRERS),
            "utm_source": st.sampled_from([None, None, "fb", "google"]),
            "utm_medium": st.sampled_from([None, None, "cpc"]),
            "utm_campaign": st.sampled_from([None, None, "sale", "brand"]),
            "utm_term": st.sampled_from([None, None, None, "shoes"]),
        }
    ),
    max_size=14,
)
TOUCHED = [
    "visitor_id", "session_started_at", "kind", "referrer_domain", "utm_source", "utm_medium", "utm_campaign",
    "utm_term", "click", "entry_page", "session_pageviews", "website_id",
]  # fmt: skip


def as_tracked(happening: dict[str, Any], website: str, prefix: str) -> NewEvent:
    told = happening | {"website_id": website, "visitor_id": prefix + happening["visitor_id"]}
    minute, kind, page = told.pop("minute"), told.pop("event_type"), told.pop("page_url")
    told["session_id"] = told["session_id"] and prefix + told["session_id"] + told["visitor_id"]
    if kind == "cart":
        return conversion(**told, conversion_type="add_to_cart", converted_at=at(minute), pathname=page)
    return step(**told, event_type=kind, occurred_at=at(minute), page_url=page)


def as_told(event: NewEvent) -> dict[str, Any]:
    names = ("visitor_id", "session_id", "website_id", "referrer", *UTM_TAGS)
    return {name: getattr(event, name) for name in names} | {
        "event_id": arrival(event.id),
        "event_type": getattr(event, "event_type", "add_to_cart"),
        "page_url": event.page,
        "occurred_at": datetime.fromtimestamp(event.at // 1_000_000, UTC),
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=happenings, cuts=st.sets(st.integers(1, 13)))
def test_events_in_order_make_the_touchpoints_that_the_formula_finds_however_they_are_grouped(
    happened: list[dict[str, Any]], cuts: set[int], engine: Engine
) -> None:
    website, prefix = f"web_{next(numbers)}", f"{next(numbers)}-"
    events = [as_tracked(told, website, prefix) for told in sorted(happened, key=lambda told: told["minute"])]
    bounds = [0, *sorted(cut for cut in cuts if cut < len(events)), len(events)]
    for start, end in pairwise(bounds):
        tracked(engine, *events[start:end])
    schema = dict.fromkeys(["visitor_id", "session_id", "website_id", "referrer", "event_id", "page_url", *UTM_TAGS])
    frame = pl.LazyFrame(
        [as_told(event) for event in events],
        schema_overrides=dict.fromkeys(schema, pl.String),
        schema=[*schema, "event_type", "occurred_at"],
    ).cast({"event_type": pl.String, "occurred_at": pl.Datetime("us", "UTC")})
    found = touchpoints_of(frame).collect()
    columns = [*TOUCHED[:8], "click_id", "metadata", *TOUCHED[9:]]
    made = [
        (*row[:8], row[8] and f"{row[8]}={row[9][row[8]]}", *row[10:])
        for row in touches(engine, *columns)
        if row[0].startswith(prefix)
    ]
    assert sorted(made, key=repr) == sorted(found.select(TOUCHED).rows(), key=repr)


# --- Goals


def goal(engine: Engine, goal_type: str, **conditions: Any) -> GoalRule:
    rule = GoalRule(f"goal_{goal_type}", goal_type, conditions, 100, "INR", True, None)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with write_transaction(engine) as connection:
        connection.execute(
            insert(TABLES["goals"]).values(
                id=rule.goal_id,
                name=goal_type,
                goal_type=goal_type,
                conditions=conditions,
                currency="INR",
                value_from_event=True,
                is_active=True,
                priority=0,
                created_at=now,
                updated_at=now,
            )
        )
    return rule


def test_an_event_completes_the_goals_it_meets(any_engine: Engine) -> None:
    goals = [goal(any_engine, "purchase"), goal(any_engine, "scroll_depth", min_scroll_percent=50)]
    bought = conversion(conversion_type="purchase", value_minor=5000, event_id="e1")
    deep = conversion(conversion_type="scroll_depth", metadata='{"depth": 75}')
    shallow = conversion(conversion_type="scroll_depth", metadata='{"depth": 25}')
    outcomes = tracked(any_engine, bought, deep, shallow, step(), goals=goals)
    assert [outcome.goal_ids for outcome in outcomes] == [("goal_purchase",), ("goal_scroll_depth",), (), ()]
    again = conversion(conversion_type="purchase", event_id="e1")
    assert tracked(any_engine, again, goals=goals) == [Tracked(bought.id, True, ())]
    assert stored(any_engine, "goal_completions", "goal_id", "conversion_id", "journey_event_id", "value_minor") == [
        ("goal_purchase", bought.id, None, 5000),
        ("goal_scroll_depth", deep.id, None, 100),
    ]


def test_a_journey_event_that_mirrors_an_order_or_a_lead_completes_nothing(any_engine: Engine) -> None:
    goals = [goal(any_engine, "lead_form")]
    own, mirrored = step(event_type="lead_capture"), step(event_type="lead_capture", source_type="lead", source_id="l1")
    assert [outcome.goal_ids for outcome in tracked(any_engine, own, mirrored, goals=goals)] == [
        ("goal_lead_form",),
        (),
    ]
    assert stored(any_engine, "goal_completions", "journey_event_id") == [(own.id,)]


def test_nothing_comes_of_nothing(engine: Engine) -> None:
    assert tracked(engine) == []
