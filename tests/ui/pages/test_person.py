"""The page of one customer."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.details import Details
from adplanning.ui.download import Download
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.journeys import journeys_page
from adplanning.ui.pages.person_words import way_address
from adplanning.ui.table import Table
from adplanning.ui.timeline import Timeline
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST = datetime(2026, 11, 10, 8, 35, tzinfo=UTC)
ASHA = "person_asha"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: NOW)


def add(engine: Engine, table: str, **values: Any) -> None:
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES[table]).values(**values))


@pytest.fixture
def asha(engine: Engine) -> Engine:
    """Somebody who looked around on a phone, signed in there, and bought two days later."""
    add(
        engine,
        "persons",
        id=ASHA, first_name="Asha", last_name="Rao", email="asha@example.in", email_key="asha@example.in",
        phone="+919812345678", date_of_birth=date(1990, 4, 7), country="India", city="Pune", tags=["vip", "quilts"],
        attributes={"sizes": ["s", "m"], "newsletter": True, "shop": {"card": 7}}, created_at=FIRST, updated_at=FIRST,
    )  # fmt: skip
    add(engine, "visitors", id="phone", person_id=ASHA, linked_at=FIRST, first_seen_at=FIRST)
    event = {"origin": "web", "is_bot": False, "visitor_id": "phone"}
    for n, (kind, stage) in enumerate((("ad_click", "awareness"), ("page_view", "interest"))):
        at = FIRST + timedelta(minutes=n)
        add(
            engine,
            "journey_events",
            id=f"jour_{n}", event_type=kind, stage=stage, page_url="https://shop.example/quilts", utm_source="fb",
            event_data={"colour": "blue"}, person_id=ASHA if n else None, occurred_at=at, received_at=at, **event,
        )  # fmt: skip
    at = FIRST + timedelta(days=2)
    add(
        engine,
        "conversions",
        id="conv_1", conversion_type="purchase", platform="meta", attribution_model="last_click",
        attribution_weight=1.0, value_minor=4_999_00, currency="INR", order_id="1001", person_id=ASHA,
        converted_at=at, received_at=at, **event,
    )  # fmt: skip
    return engine


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, customer: str = ASHA, **options: Any) -> list[Any]:
    record_id = way_address(customer).rpartition("/")[2]
    widgets = list(journeys_page(new_visit(engine, record_id=record_id, **options)))
    frame.catch_up()
    return widgets


def cards(widgets: list[Any], label: str) -> dict[str, dict[str, Any]]:
    [found] = [widget for widget in widgets if isinstance(widget, Kpis) and widget.label == label]
    return {item["label"]: item for item in found.items}


def facts(widgets: list[Any]) -> dict[str, dict[str, Any]]:
    groups = the(Details, widgets).groups
    return {group["title"]: {row["label"]: row["cell"]["text"] for row in group["rows"]} for group in groups}


def buttons(widgets: list[Any]) -> list[str]:
    return [action["name"] for details in widgets if isinstance(details, Details) for action in details.actions]


def test_a_person_is_told_with_what_they_left_of_themselves(
    asha: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    found = facts(opened(new_visit, frame, asha))
    assert frame.titles == ["Asha Rao"]
    assert found["Person"] == {
        "Name": "Asha Rao", "E-mail": "asha@example.in", "Phone": "+919812345678", "Place": "Pune, India",
        "Born": "7 Apr 1990", "Tags": "vip, quilts", "Known since": "10 Nov 2026, 14:05", "Id": ASHA,
    }  # fmt: skip
    assert found["Own attributes"] == {"sizes": "s, m", "newsletter": "yes", "shop": '{"card": 7}'}
    assert found["Segments"] == {"Segments": "none"}


def test_their_way_is_summed_up_over_what_they_did_before_they_were_known_too(
    asha: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    way = cards(opened(new_visit, frame, asha), "Their way in numbers")
    assert {label: card["value"] for label, card in way.items()} == {
        "First seen": "10 Nov", "Last seen": "12 Nov", "Stage": "Conversion", "Conversions": "1", "Spent": "₹5K",
        "Time to purchase": "2.0 days",
    }  # fmt: skip
    assert (way["Spent"]["full"], way["First seen"]["words"]) == ("₹4,999.00", "2026, 14:05")


def test_purchases_without_a_rate_are_told_apart(asha: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    add(
        asha,
        "conversions",
        id="conv_isk", conversion_type="purchase", platform="direct", attribution_model="last_click",
        attribution_weight=1.0, value_minor=123_456, currency="ISK", person_id=ASHA, visitor_id="phone",
        origin="admin", is_bot=False, converted_at=NOW, received_at=NOW,
    )  # fmt: skip
    [summary] = [one for one in opened(new_visit, frame, asha) if isinstance(one, Kpis) and one.caption]
    assert summary.caption == "Not in the sum, since no rate is known: 1 purchase of ISK123,456."
    assert cards([summary], "Their way in numbers")["Spent"]["full"] == "₹4,999.00"


def test_everything_they_did_is_in_the_timeline_the_newest_first(
    asha: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    timeline = the(Timeline, opened(new_visit, frame, asha))
    shown = [
        (item["day"], item["time"], item["badge"]["text"], item["stage"]["text"], item["href"])
        for item in timeline.items
    ]
    assert shown == [
        ("12 Nov 2026", "14:05", "Purchase", "Conversion", "/app/ad-planning/conversions/conv_1"),
        ("10 Nov 2026", "14:06", "Page view", "Interest", ""),
        ("10 Nov 2026", "14:05", "Ad click", "Awareness", ""),
    ]
    assert (timeline.items[0]["facts"]["Order"], timeline.items[0]["facts"]["Value"]) == ("1001", "4999.0")
    assert (timeline.items[1]["facts"]["Source"], timeline.items[1]["facts"]["“colour”"]) == ("fb", "blue")
    send(timeline, "choose", {"name": "conversion"})
    assert [item["badge"]["text"] for item in timeline.items] == ["Purchase"]
    assert frame.kept[-1] == {"kind": "conversion"}


def test_scores_say_what_they_stand_for_how_old_they_are_and_how_they_came_about(
    asha: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    common = {"person_id": ASHA, "breakdown": {}, "details": {}, "created_at": FIRST}
    history = [{"at": "2026-11-01T00:00:00Z", "value": 20000.0}, {"at": "2026-11-17T00:00:00Z", "value": 25000.0}]
    add(
        asha,
        "customer_scores",
        id="s1", score_type="clv", score_value=25000.0, previous_score=20000.0, currency="INR", tier="gold",
        method="bg_nbd", confidence="high", history=history, calculated_at=NOW - timedelta(days=3), **common,
    )  # fmt: skip
    add(
        asha,
        "customer_scores",
        id="s2", score_type="churn_risk", score_value=72.5, tier="high", method="rules", history=[],
        calculated_at=NOW - timedelta(hours=2), **common,
    )  # fmt: skip
    scores = cards(opened(new_visit, frame, asha), "Scores")
    clv, churn, nps = scores["CLV"], scores["Churn risk"], scores["NPS"]
    assert (clv["value"], clv["badge"]["text"], clv["badge"]["colour"]) == ("₹25K", "Gold", "blue")
    assert clv["words"] == "By the model, 3 days ago, high confidence, up from ₹20K"
    assert clv["spark"] == [20000.0, 25000.0]
    assert (churn["value"], churn["badge"]["colour"], churn["words"]) == ("72.5%", "red", "By rules, 2 h ago")
    assert (nps["value"], nps["badge"], nps["words"]) == ("–", None, "Not known yet")


def test_scores_are_computed_anew_on_request(asha: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, asha)
    send(the(Details, widgets), "act", {"name": "refresh"})
    assert frame.toasts == [("success", "The scores are of now.")]
    scores = cards(widgets, "Scores")
    assert scores["Engagement"]["value"] != "–"
    assert scores["CLV"]["words"].startswith("By rules, 0 min ago")
    with reading(asha) as session:
        assert session.scalar(select(func.count()).select_from(TABLES["customer_scores"])) == 3


def test_the_segments_that_they_are_in_lead_to_their_pages(
    asha: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    for n, name in enumerate(("Champions", "Twins", "Twins")):
        add(
            asha,
            "segments",
            id=f"seg_{n}", name=name, segment_type="rfm", criteria={}, is_active=n != 0, auto_update=False,
            customer_count=1, created_at=FIRST, updated_at=FIRST,
        )  # fmt: skip
        add(asha, "segment_members", segment_id=f"seg_{n}", person_id=ASHA, added_at=FIRST, added_reason="manual")
    widgets = opened(new_visit, frame, asha)
    assert facts(widgets)["Segments"] == {
        "Champions": "since 10 Nov 2026, not active",
        "Twins (seg_1)": "since 10 Nov 2026",
        "Twins (seg_2)": "since 10 Nov 2026",
    }
    [group] = [group for group in the(Details, widgets).groups if group["title"] == "Segments"]
    assert group["rows"][0]["cell"]["href"] == "/app/ad-planning/segments/seg_0"


def test_a_device_is_taken_from_them_and_given_back(asha: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    table = the(Table, opened(new_visit, frame, asha))
    [row] = table.rows
    assert (row["cells"]["visitor_id"]["text"], row["cells"]["status"]["text"], row["actions"]) == (
        "phone", "Theirs", ["undo"],
    )  # fmt: skip
    send(table, "act", {"name": "undo", "id": "phone"})
    [(title, then)] = frame.questions
    assert title == "Take this device from Asha Rao?"
    then()
    assert frame.gone_to == [f"/app/ad-planning/journeys/{ASHA}"]
    widgets = opened(new_visit, frame, asha)
    [row] = the(Table, widgets).rows
    assert (row["cells"]["status"]["text"], row["actions"]) == ("Taken from them", ["redo"])
    assert row["cells"]["status"]["hint"].startswith("by Asha, ")
    assert the(Timeline, widgets).total == 2
    send(the(Table, widgets), "act", {"name": "redo", "id": "phone"})
    assert the(Timeline, opened(new_visit, frame, asha)).total == 3


def test_a_visitor_whom_nobody_knows_has_a_way_and_nothing_personal(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    add(
        engine,
        "journey_events",
        id="jour_9", event_type="page_view", stage="awareness", visitor_id="kiosk 7/3", origin="web", is_bot=False,
        occurred_at=FIRST, received_at=FIRST,
    )  # fmt: skip
    widgets = opened(new_visit, frame, engine, "kiosk 7/3", role=Role.admin)
    assert frame.titles == ["Visitor kiosk 7/3"]
    assert [type(widget) for widget in widgets] == [Notices, Kpis, Timeline]
    assert the(Timeline, widgets).total == 1


def test_a_visitor_of_somebody_known_shows_that_person(asha: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    assert facts(opened(new_visit, frame, asha, "phone"))["Person"]["Id"] == ASHA


def test_a_person_whom_only_events_name_has_scores_and_no_details(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    add(
        engine,
        "journey_events",
        id="jour_9", event_type="page_view", stage="awareness", person_id="cust 9", origin="admin", is_bot=False,
        occurred_at=FIRST, received_at=FIRST,
    )  # fmt: skip
    widgets = opened(new_visit, frame, engine, "cust 9")
    assert (frame.titles, facts(widgets), buttons(widgets)) == (["cust 9"], {}, ["refresh"])
    assert (the(Timeline, widgets).total, the(Table, widgets).total, the(Table, widgets).fault) == (1, 0, "")


def test_nobody_is_no_record(engine: Engine, new_visit: NewVisit) -> None:
    with pytest.raises(NotFound):
        journeys_page(new_visit(engine, record_id="nobody"))


def test_an_administrator_takes_all_that_is_held_along(asha: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, asha, role=Role.admin)
    assert buttons(widgets) == ["refresh", "export", "delete"]
    send(the(Details, widgets), "act", {"name": "export"})
    part = the(Download, widgets).part
    held = json.loads(part["text"])
    assert (part["name"], held["person"]["email"]) == (f"{ASHA}.json", "asha@example.in")
    assert [row["order_id"] for row in held["conversions"]] == ["1001"]


def test_erasing_asks_for_the_name_and_leaves_nothing_of_them(
    asha: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, asha, role=Role.admin)
    before = everything(asha)
    form = the(Form, widgets)
    send(the(Details, widgets), "act", {"name": "delete"})
    assert (form.shown, form.title) == (True, "Erase Asha Rao?")
    for wrong in ({}, {"name": ""}, {"name": "Asha"}):
        send(form, "submit", {"values": wrong})
        assert list(form.issues["by_field"]) == ["name"]
    assert everything(asha) == before
    send(form, "submit", {"values": {"name": " Asha  Rao "}})
    assert (form.issues["by_field"], frame.toasts[-1]) == ({}, ("success", "They are erased."))
    assert frame.gone_to == ["/app/ad-planning/journeys"]
    assert not any("asha@example.in" in row for rows in everything(asha).values() for row in rows)
    with pytest.raises(NotFound):
        journeys_page(new_visit(asha, record_id=ASHA))


@pytest.mark.parametrize("role", [Role.viewer, Role.analyst])
def test_nobody_but_an_administrator_exports_or_erases(
    asha: Engine, new_visit: NewVisit, frame: NotingFrame, role: Role
) -> None:
    widgets = opened(new_visit, frame, asha, role=role)
    before = everything(asha)
    assert buttons(widgets) == ([] if role is Role.viewer else ["refresh"])
    assert not any(isinstance(widget, (Download, Form)) for widget in widgets)
    for widget in widgets:
        for name in ("export", "delete") if role is Role.analyst else ("export", "delete", "refresh", "undo", "redo"):
            send(widget, "act", {"name": name, "id": "phone"})
    assert (frame.questions, everything(asha)) == ([], before)
