from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.journeys.timeline_service import Timeline, person_timeline
from adplanning.store.session import reading
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.opinions import Feedback, Sentiment
from adplanning.store.tables.people import Person
from adplanning.store.tables.scores import CustomerScore
from tests.journeys.told import AT, DAY, conversion, of_person, step, stored


def timeline(engine: Engine, customer: str, **options: Any) -> Timeline:
    usual = {"currency": "INR", "zone": ZoneInfo("Asia/Kolkata"), "public_revenue": PublicRevenue.counted}
    with reading(engine) as session:
        return person_timeline(session, customer, **usual | options)


def told(found: Timeline) -> list[tuple[str, str]]:
    return [(entry.kind, entry.data["id"]) for entry in found.entries]


ASHA = {"id": "asha", "first_name": "Asha", "email": "asha@example.in", "created_at": AT, "updated_at": AT}


def test_a_way_leads_over_all_devices_oldest_first(any_engine: Engine) -> None:
    stored(
        any_engine,
        Person(**ASHA),
        of_person("phone", "asha"),
        of_person("tablet", "ravi"),
        step("first", "phone", "ad_click", day=-2),
        step("named", None, "email_open", day=-1, person_id="asha"),
        step("on_his_tablet", "tablet", day=0, person_id="asha"),
        step("his", "tablet", day=1),
        conversion("hers", "laptop", day=2, person_id="asha", order_id="1001", value_minor=499_00),
    )
    found = timeline(any_engine, "asha")
    assert told(found) == [
        ("journey_event", "jour_first"),
        ("journey_event", "jour_named"),
        ("journey_event", "jour_on_his_tablet"),
        ("conversion", "conv_hers"),
    ]
    assert (found.person_id, found.person and found.person.first_name, found.n_entries) == ("asha", "Asha", 4)
    assert found.entries[-1].words == "Bought for 499.00 INR: order 1001"
    assert found.entries[-1].data["conversion_value"] == 499.0
    assert (found.summary.current_stage, found.summary.purchase_value_minor) == ("conversion", 499_00)
    assert told(timeline(any_engine, "ravi")) == [("journey_event", "jour_his")]


def test_what_is_stored_twice_is_listed_once(any_engine: Engine) -> None:
    """Of a purchase and a lead the conversion stays, of an opinion the feedback."""
    whose = {"person_id": "asha"}
    stored(
        any_engine,
        conversion("order", "phone", order_id="1001", **whose),
        step("order", "phone", "purchase", source_type="order", source_id="1001", **whose),
        conversion("left", "lead:1", "lead_form_submission", day=1, lead_id="lead_1", **whose),
        step("left", "lead:1", "lead_capture", day=1, source_type="lead", source_id="lead_1", **whose),
        Feedback(
            id="fb_1", person_id="asha", content="Lovely", rating=9, scale="10", given_at=AT + 2 * DAY, received_at=AT
        ),
        step("said", None, "feedback", day=2, source_type="feedback", source_id="fb_1", **whose),
    )
    stored(
        any_engine,
        Lead(
            id="lead_1", platform="meta", form_name="Catalogue", answers={}, status="new", currency="INR",
            person_id="asha", conversion_id="conv_left", submitted_at=AT, received_at=AT, updated_at=AT,
        ),
        Sentiment(
            id="s", source_type="feedback", source_id="fb_1", text="Lovely", sentiment_label="positive",
            sentiment_score=0.6, keywords=[], entities=[], emotions={}, topics=[], analyser="vader",
            is_fallback=False, said_at=AT, analysed_at=AT,
        ),
    )  # fmt: skip
    found = timeline(any_engine, "asha")
    assert told(found) == [("conversion", "conv_order"), ("lead", "lead_1"), ("feedback", "fb_1")]
    assert [entry.words for entry in found.entries] == [
        "Bought: order 1001",
        "Left a lead form: Catalogue",
        "Gave 9 of 10: Lovely",
    ]
    assert [entry.stage for entry in found.entries] == ["conversion", "intent", "retention"]
    assert found.entries[2].data["sentiment_label"] == "positive"
    assert found.summary.n_conversions == 2


def test_a_lead_whose_record_is_gone_is_told_by_its_conversion(any_engine: Engine) -> None:
    stored(any_engine, conversion("left", "v", "lead_form_submission", lead_id="lead_1"))
    assert told(timeline(any_engine, "v")) == [("lead", "conv_left")]


def test_what_measures_a_page_view_is_listed_at_no_stage(any_engine: Engine) -> None:
    stored(any_engine, conversion("depth", "v", "scroll_depth"))
    [entry] = timeline(any_engine, "v").entries
    assert (entry.kind, entry.event_type, entry.stage) == ("conversion", "scroll_depth", None)


def test_a_visitor_whom_nobody_knows_has_a_way_without_a_person(any_engine: Engine) -> None:
    stored(any_engine, step("1", "kiosk"), step("2", "other"))
    found = timeline(any_engine, "kiosk")
    assert (found.person_id, found.person, told(found)) == (None, None, [("journey_event", "jour_1")])


def test_a_visitor_leads_to_the_person_who_has_it_now(any_engine: Engine) -> None:
    stored(
        any_engine,
        Person(**ASHA),
        step("his", "tablet", day=-1, person_id="ravi"),
        step("hers", "tablet", person_id="asha"),
        step("elsewhere", "phone", person_id="asha"),
    )
    found = timeline(any_engine, "tablet")
    assert (found.person_id, told(found)) == (
        "asha",
        [("journey_event", "jour_elsewhere"), ("journey_event", "jour_hers")],
    )


def test_a_till_that_many_sign_in_on_is_nobodys(any_engine: Engine) -> None:
    stored(any_engine, *(step(f"{n}", "till", person_id=f"person_{n}") for n in range(7)), step("own", "till", day=1))
    found = timeline(any_engine, "till")
    assert (found.person_id, told(found)) == (None, [("journey_event", "jour_own")])


def test_of_an_unknown_id_all_is_null(any_engine: Engine) -> None:
    found = timeline(any_engine, "nobody")
    assert (found.person_id, found.person, found.entries, found.n_entries) == (None, None, [], 0)
    assert found.summary.first_at is None
    assert found.scores == {"nps": None, "engagement": None, "clv": None, "churn_risk": None}


def test_a_person_who_did_nothing_yet_is_known_nevertheless(any_engine: Engine) -> None:
    stored(any_engine, Person(**ASHA))
    found = timeline(any_engine, "asha")
    assert (found.person_id, found.person and found.person.email, found.n_entries) == ("asha", "asha@example.in", 0)


def test_bots_and_cancelled_orders_are_on_no_timeline(any_engine: Engine) -> None:
    stored(
        any_engine,
        step("bot", "v", is_bot=True),
        conversion("gone", "v", order_id="7", cancelled_at=AT),
        step("its", "v", "purchase", source_type="order", source_id="7"),
    )
    assert timeline(any_engine, "v").n_entries == 0


def test_scores_are_those_that_are_kept(any_engine: Engine) -> None:
    score = CustomerScore(
        id="score_1", person_id="asha", score_type="engagement", score_value=71.0, method="rules", breakdown={},
        details={}, history=[], calculated_at=AT, created_at=AT,
    )  # fmt: skip
    stored(any_engine, Person(**ASHA), score)
    assert timeline(any_engine, "asha").scores["engagement"] == 71.0


def test_pages_hold_each_entry_once_and_the_summary_covers_all(any_engine: Engine) -> None:
    stored(any_engine, *(step(f"{n:02}", "v", day=n // 3) for n in range(10)), conversion("1", "v", day=9))
    pages = [timeline(any_engine, "v", limit=4, offset=offset) for offset in (0, 4, 8, 12)]
    assert [row_id for page in pages for _, row_id in told(page)] == [*(f"jour_{n:02}" for n in range(10)), "conv_1"]
    assert {(page.n_entries, page.summary.n_entries) for page in pages} == {(11, 11)}
    backwards = timeline(any_engine, "v", limit=2, newest_first=True)
    assert told(backwards) == [("conversion", "conv_1"), ("journey_event", "jour_09")]
    bought = timeline(any_engine, "v", kinds=["conversion"])
    assert (told(bought), bought.n_entries, bought.summary.n_entries) == ([("conversion", "conv_1")], 1, 11)
