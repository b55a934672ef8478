"""Events from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.imports.conftest import Take

Rows = Callable[..., list[Any]]
HEADER = "visitor_id,occurred_at,event_type"


def test_steps_become_journey_events_and_conversions_conversions_and_a_purchase_both(take: Take, rows: Rows) -> None:
    summary = take(
        "events",
        HEADER + ",value,page_url",
        "v,2026-01-01,Page View,,https://shop.in/a?x=1",
        "v,2026-01-02,add_to_cart,5,https://shop.in/b?x=1",
        "v,2026-01-03,purchase,7.5,/thanks",
        "v,2026-01-04,custom,,",
    )
    assert summary.totals == {"conversions": 2.0, "steps": 2.0, "touchpoints": 0.0, "value INR": 12.5}
    assert rows("conversions", "conversion_type", "value_minor", "pathname", "origin") == [
        ("add_to_cart", 500, "/b", "import"),
        ("purchase", 750, "/thanks", "import"),
    ]
    assert rows("journey_events", "event_type", "stage", "source_type", "page_url") == [
        ("custom", "awareness", None, None),
        ("page_view", "awareness", None, "https://shop.in/a?x=1"),
        ("purchase", "conversion", "conversion", "/thanks"),
    ]


def test_an_event_is_repeated_by_its_id_within_its_website(take: Take) -> None:
    header = HEADER + ",event_id,website_id"
    first = take(
        "events", header, "v,2026-01-01,page_view,e1,", "v,2026-01-02,page_view,e1,", "v,2026-01-01,page_view,e1,w"
    )
    assert (first.stored, first.duplicates) == (2, 1)
    again = take(
        "events", header, "x,2026-05-01,page_view,e1,", "x,2026-05-01,page_view,e1,w", "x,2026-05-01,page_view,e2,"
    )
    assert (again.stored, again.duplicates) == (1, 2)


def test_an_event_without_id_is_repeated_by_all_that_it_says(take: Take) -> None:
    header = HEADER + ",page_url,session_id"
    take("events", header, "v,2026-01-01,page_view,/a,s")
    again = take(
        "events",
        header,
        "v,2026-01-01T00:00:00+05:30,page_view,/a,s",
        "v,2026-01-01,page_view,/b,s",
        "v,2026-01-01,page_view,/a,t",
        "v,2026-01-02,page_view,/a,s",
        "w,2026-01-01,page_view,/a,s",
        "v,2026-01-01,ad_click,/a,s",
    )
    assert (again.stored, again.duplicates) == (5, 1)


def test_a_purchase_whose_order_is_there_is_a_duplicate(take: Take, rows: Rows) -> None:
    take("orders", "order_id,email,total,placed_at", "7,a@b.co,5,2026-01-01")
    summary = take(
        "events",
        HEADER + ",order_id,value",
        "v,2026-01-01,purchase,7,9",
        "v,2026-01-02,purchase,8,1",
        "v,2026-01-03,purchase,8,2",
    )
    assert (summary.stored, summary.duplicates) == (1, 2)
    assert rows("conversions", "order_id", "value_minor") == [("7", 500), ("8", 100)]


def test_an_email_tells_whose_browser_it_is(take: Take, rows: Rows) -> None:
    take(
        "events",
        HEADER + ",email",
        "v,2026-01-01,page_view,",
        "v,2026-01-02,page_view,A@b.co",
        "w,2026-01-02,page_view,",
    )
    [(person_id,)] = rows("persons", "id")
    assert rows("visitors", "id", "person_id") == [("v", person_id), ("w", None)]
    assert rows("journey_events", "occurred_at", "visitor_id", "person_id")[0][2] is None


def test_a_person_id_must_be_a_persons(take: Take, rows: Rows, reasons: Callable[[], dict[int, str]]) -> None:
    take("people", "email", "a@b.co")
    [(person_id,)] = rows("persons", "id")
    summary = take(
        "events", HEADER + ",person_id", f"v,2026-01-01,page_view,{person_id}", "v,2026-01-02,page_view,person_x"
    )
    assert (summary.stored, summary.rejected) == (1, 1)
    assert reasons() == {3: "person_id: 'person_x' is no person's id; give the email instead"}
    assert rows("journey_events", "person_id") == [(person_id,)]


def test_an_unknown_type_is_refused_with_those_that_are_known(
    take: Take, reasons: Callable[[], dict[int, str]]
) -> None:
    take("events", HEADER, "v,2026-01-01,1")
    assert "event_type: '1' is not allowed; choose one of: ad_click, add_to_cart" in reasons()[2]


TOUCH = ("session_started_at", "analytics_session_id", "visitor_id", "utm_campaign", "platform", "session_pageviews")


def touchpoints(rows: Rows) -> list[tuple[Any, ...]]:
    return [row[1:] for row in rows("touchpoints", *TOUCH)]


def test_a_session_that_a_campaign_brought_is_a_touchpoint(take: Take, rows: Rows) -> None:
    take(
        "events",
        HEADER + ",session_id,utm_source,utm_campaign,page_url",
        "v,2026-01-01 10:00,page_view,s1,fb,sale,/a",
        "v,2026-01-01 10:01,page_view,s1,,,/b",
        "v,2026-01-02 10:00,page_view,s2,,,/c",
        "v,2026-01-03 10:00,page_view,s3,,,/d?gclid=abc",
    )
    assert touchpoints(rows) == [("s1", "v", "sale", "meta", 2), ("s3", "v", None, "google", 1)]


def test_a_later_file_of_the_same_session_adds_to_its_touchpoint(take: Take, rows: Rows) -> None:
    header = HEADER + ",session_id,utm_campaign"
    take("events", header, "v,2026-01-01 10:10,page_view,s,sale")
    take("events", header, "v,2026-01-01 10:10,page_view,s,sale", "v,2026-01-01 10:00,page_view,s,other")
    assert touchpoints(rows) == [("s", "v", "sale", "direct", 2)]


def test_a_session_id_of_two_visitors_is_two_touchpoints(take: Take, rows: Rows) -> None:
    take(
        "events",
        HEADER + ",session_id,utm_campaign",
        "v,2026-01-01T10:00Z,page_view,s,sale",
        "w,2026-01-01T11:00Z,page_view,s,sale",
        "x,2026-01-01T12:00Z,page_view,,sale",
    )
    assert [(key, visitor) for key, visitor, *_ in touchpoints(rows)] == [
        ("s", "v"),
        ("w@1767265200000000", "w"),
        ("x@1767268800000000", "x"),
    ]


def test_a_file_may_say_where_each_visit_came_from(take: Take, rows: Rows) -> None:
    take(
        "events",
        HEADER + ",session_id,referrer,page_url",
        "v,2026-01-01 10:00,page_view,s1,https://www.google.co.in/search?q=me,/a",
        "v,2026-01-02 10:00,page_view,s2,(direct),/a",
        "v,2026-01-03 10:00,page_view,s3,,/a",
        "v,2026-01-04 10:00,page_view,s4,https://www.paypal.com/in,/thanks",
    )
    assert rows("journey_events", "occurred_at", "referrer")[0][1] == "https://www.google.co.in/search"
    assert [row[1:] for row in rows("touchpoints", "session_started_at", "referrer_domain", "kind")] == [
        ("google.co.in", "session"),
        ("", "session"),
    ]


def test_a_new_campaign_within_a_session_is_a_touchpoint_of_its_own(take: Take, rows: Rows) -> None:
    take(
        "events",
        HEADER + ",session_id,event_id,utm_source,page_url",
        "v,2026-01-01T10:00Z,ad_click,s,e1,fb,/a?fbclid=x",
        "v,2026-01-01T10:01Z,page_view,s,e2,fb,/a",
        "v,2026-01-01T10:02Z,page_view,s,e3,,/b?gclid=y",
        "w,2026-01-01T10:00Z,page_view,,e4,fb,/a",
        "w,2026-01-01T10:02Z,page_view,,e5,,/b?gclid=y",
    )
    found = rows("touchpoints", "analytics_session_id", "kind", "click_id", "metadata", "platform", "session_pageviews")
    assert found == [
        ("s", "ad_click", "fbclid", {"fbclid": "x"}, "meta", 1),
        ("s#e3", "session", "gclid", {"gclid": "y"}, "google", 1),
        ("w@1767261600000000", "session", None, None, "meta", 1),
        ("w@1767261720000000#e5", "session", "gclid", {"gclid": "y"}, "google", 1),
    ]
