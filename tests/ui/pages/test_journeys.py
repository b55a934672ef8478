"""The pages of journeys."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.chart import ChartCard
from adplanning.ui.kpis import Kpis
from adplanning.ui.pages.journey_filters import VIEWS
from adplanning.ui.pages.journeys import journeys_page
from adplanning.ui.table import Table
from adplanning.ui.view_switch import ViewSwitch
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.pages.conftest import Api
from tests.ui.visiting import NotingFrame, send, the

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: NOW)


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(journeys_page(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def numbers(widgets: list[Any]) -> dict[str, str]:
    return {item["label"]: item["value"] for item in the(Kpis, widgets).items}


def cells(widgets: list[Any]) -> list[dict[str, Any]]:
    return [{key: cell["text"] for key, cell in row["cells"].items()} for row in the(Table, widgets).rows]


def add(engine: Engine, table: str, **values: Any) -> None:
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES[table]).values(**values))


def step(engine: Engine, id_: str, event_type: str, stage: str, at: datetime, **values: Any) -> None:
    common = {"origin": "admin", "is_bot": False, "received_at": at}
    add(engine, "journey_events", id=id_, event_type=event_type, stage=stage, occurred_at=at, **{**common, **values})


def bought(engine: Engine, order: str, visitor: str, at: datetime) -> None:
    add(
        engine,
        "conversions",
        id=f"conv_{order}", conversion_type="purchase", platform="direct", attribution_model="last_click",
        attribution_weight=1.0, value_minor=100_00, currency="INR", order_id=order, visitor_id=visitor, origin="admin",
        is_bot=False, converted_at=at, received_at=at,
    )  # fmt: skip


def test_the_numbers_are_those_of_the_api(
    shop_engine: Engine, api: Api, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, shop_engine)
    told = api.get("journeys/funnel")
    shown = numbers(widgets)
    assert shown["Customers"].replace(",", "") == str(told["summary"]["total_customers"])
    assert shown["Identified"].replace(",", "") == str(told["summary"]["identified_customers"])
    assert float(shown["Conversion rate"].rstrip("%")) == pytest.approx(
        told["summary"]["awareness_to_conversion_rate"], abs=0.051
    )
    drawn = list(csv.DictReader(io.StringIO(the(ChartCard, widgets).rows_csv)))
    assert [int(row["customers"]) for row in drawn] == [stage["count"] for stage in told["funnel"]]
    assert the(ChartCard, widgets).spec


def test_an_event_says_who_did_what_when_and_where(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    at = datetime(2026, 11, 12, 8, 35, tzinfo=UTC)
    add(engine, "persons", id="p1", first_name="Asha", last_name="Rao", created_at=at, updated_at=at)
    step(engine, "e1", "ad_click", "awareness", at, person_id="p1", channel="ad", utm_source="facebook")
    page = "https://shop.example/quilts?size=1"
    step(engine, "e2", "page_view", "interest", at + timedelta(hours=1), visitor_id="vis/1", page_url=page)
    step(engine, "e3", "page_view", "interest", at, visitor_id="robot", is_bot=True)
    table = the(Table, opened(new_visit, frame, engine))
    assert cells([table]) == [
        {"who": "Visitor vis/1", "event_type": "Page view", "stage": "Interest", "channel": None,
         "page_url": "/quilts?size=1", "utm_source": None, "occurred_at": "12 Nov 2026, 15:05"},
        {"who": "Asha Rao", "event_type": "Ad click", "stage": "Awareness", "channel": "Ad", "page_url": None,
         "utm_source": "facebook", "occurred_at": "12 Nov 2026, 14:05"},
    ]  # fmt: skip
    assert [row["href"] for row in table.rows] == [
        "/app/ad-planning/journeys/~dmlzLzE",
        "/app/ad-planning/journeys/p1",
    ]
    send(table, "export_rows", {})
    [first, second] = csv.DictReader(io.StringIO(table.exporting["part"]))
    assert (first["visitor_id"], first["page_url"], second["name"]) == ("vis/1", page, "Asha Rao")


def test_stage_event_and_search_narrow_the_list_and_the_rest_the_numbers_too(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    at = datetime(2026, 11, 12, tzinfo=UTC)
    for n, source in enumerate(("facebook", "facebook", "google")):
        step(engine, f"view{n}", "page_view", "awareness", at, visitor_id=f"v{n}", utm_source=source)
        step(engine, f"click{n}", "email_click", "intent", at + timedelta(days=n), visitor_id=f"v{n}")
    widgets = opened(new_visit, frame, engine, stage="intent", event_type="email_click")
    assert (the(Table, widgets).total, numbers(widgets)["Customers"]) == (3, "3")
    assert "narrow the list only" in the(Kpis, widgets).caption
    widgets = opened(new_visit, frame, engine, utm_source="facebook")
    assert (the(Table, widgets).total, numbers(widgets)["Customers"]) == (2, "2")
    send(the(Table, widgets), "ask", {"from_date": "2026-11-13"})
    frame.catch_up()
    assert (the(Table, widgets).total, numbers(widgets)["Customers"]) == (2, "2")
    assert "narrow the list only" not in the(Kpis, widgets).caption


def test_a_segment_narrows_the_list_and_the_numbers_to_its_members(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    at = datetime(2026, 11, 12, tzinfo=UTC)
    add(
        engine,
        "segments",
        id="seg_1", name="Champions", segment_type="rfm", criteria={}, is_active=True, auto_update=False,
        customer_count=1, created_at=at, updated_at=at,
    )  # fmt: skip
    add(engine, "segment_members", segment_id="seg_1", person_id="p1", added_at=at, added_reason="manual")
    for n in (1, 2):
        step(engine, f"e{n}", "page_view", "awareness", at, person_id=f"p{n}", visitor_id=f"v{n}")
    widgets = opened(new_visit, frame, engine, segment_id="seg_1")
    assert ([row["who"] for row in cells(widgets)], numbers(widgets)["Customers"]) == (["p1"], "1")
    choice = next(choice for choice in the(Table, widgets).choices if choice["key"] == "segment_id")
    assert choice["options"] == [{"value": "seg_1", "title": "Champions"}]


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_store_is_said_in_every_view(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, view: str
) -> None:
    widgets = opened(new_visit, frame, engine, view=view)
    table = the(Table, widgets)
    assert (table.total, table.fault, table.pending) == (0, "", False)
    assert table.empty.endswith(".")
    assert numbers(widgets)
    for chart in widgets:
        if isinstance(chart, ChartCard):
            assert (chart.spec, chart.empty[-1]) == (None, ".")
    assert frame.toasts == []


def test_events_are_narrowed_by_stage_and_by_event_type(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    step(engine, "event_1", "ad_click", "awareness", NOW, visitor_id="vis_1")
    step(engine, "event_2", "purchase", "conversion", NOW, visitor_id="vis_1")
    table = the(Table, opened(new_visit, frame, engine))
    assert [one["label"] for one in table.choices][:2] == ["Stage", "Event type"]
    assert [row["event_type"] for row in cells(opened(new_visit, frame, engine, event_type="ad_click"))] == ["Ad click"]
    assert [row["stage"] for row in cells(opened(new_visit, frame, engine, stage="conversion"))] == ["Conversion"]


def test_another_view_opens_with_the_same_filters(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine, stage="intent", from_date="2026-11-01", utm_source="fb")
    send(the(ViewSwitch, widgets), "choose", {"name": "ways"})
    assert frame.gone_to == ["/app/ad-planning/journeys?utm_source=fb&from_date=2026-11-01&view=ways"]
    widgets = opened(new_visit, frame, engine, view="ways", from_date="2026-11-01")
    send(the(Table, widgets), "ask", {"from_date": "2026-11-02"})
    assert frame.kept[-1] == {"view": "ways", "from_date": "2026-11-02"}


def test_the_time_to_purchase_is_that_of_those_whose_way_is_known(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    for n, days in enumerate((1, 3, 8)):
        step(engine, f"e{n}", "page_view", "awareness", at, visitor_id=f"v{n}")
        bought(engine, f"o{n}", f"v{n}", at + timedelta(days=days))
    bought(engine, "o9", "v9", at)
    widgets = opened(new_visit, frame, engine, view="time")
    assert numbers(widgets) == {
        "Half have bought after": "3.0 days", "On average": "4.0 days", "Buyers": "3", "Time not known": "1",
    }  # fmt: skip
    with_some = {row["label"]: (row["n"], row["share"]) for row in cells(widgets) if row["n"] != "0"}
    assert list(with_some.values()) == [("1", "33.3%")] * 3
    assert the(ChartCard, widgets).spec


def test_retention_follows_the_buyers_of_a_month(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    for order, (visitor, month) in enumerate((("a", 8), ("b", 8), ("a", 9), ("a", 11), ("c", 9))):
        bought(engine, f"o{order}", visitor, datetime(2026, month, 10, tzinfo=UTC))
    widgets = opened(new_visit, frame, engine, view="retention")
    rows = [[row[key] for key in ("cohort_on", "n_customers", "age_1", "age_2", "age_3")] for row in cells(widgets)]
    assert rows == [["Sep 2026", "1", "0.0%", "0.0%", None], ["Aug 2026", "2", "50.0%", "0.0%", "50.0%"]]
    assert numbers(widgets) == {
        "Buyers": "3", "Cohorts": "2", "Back 1 month later": "33.3%", "Back 3 months later": "50.0%",
        "Back 6 months later": "–",
    }  # fmt: skip
    assert the(ChartCard, widgets).spec


def test_a_month_that_is_the_first_has_nobody_to_come_back_yet(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    bought(engine, "o1", "a", NOW - timedelta(days=1))
    widgets = opened(new_visit, frame, engine, view="retention")
    assert (the(ChartCard, widgets).spec, the(Table, widgets).total) == (None, 1)
    assert "no month after" in the(ChartCard, widgets).empty


def test_the_commonest_ways_are_told_in_words(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    for n in range(3):
        step(engine, f"a{n}", "ad_click", "awareness", at, visitor_id=f"v{n}")
        step(engine, f"b{n}", "page_view", "awareness", at + timedelta(minutes=1), visitor_id=f"v{n}")
    bought(engine, "o1", "v0", at + timedelta(hours=1))
    bought(engine, "o2", "v9", at)
    widgets = opened(new_visit, frame, engine, view="ways")
    assert cells(widgets) == [
        {"way": "Ad click → Page view", "n_customers": "3", "n_converted": "1", "share_converted": "33.3%"},
        {
            "way": "Nothing known before the purchase",
            "n_customers": "1",
            "n_converted": "1",
            "share_converted": "100.0%",
        },
    ]
    send(the(Table, widgets), "ask", {"sort": "share_converted", "descending": "false"})
    assert [row["share_converted"] for row in cells(widgets)] == ["33.3%", "100.0%"]


def test_what_an_address_cannot_mean_is_said(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    table = the(Table, opened(new_visit, frame, engine, website_id="<b>nowhere</b>", view="<b>"))
    assert "website_id" in table.notice


def test_somebody_erased_is_called_so(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    step(engine, "e1", "page_view", "awareness", NOW, person_id="erased_1", visitor_id="anon_1")
    assert [row["who"] for row in cells(opened(new_visit, frame, engine))] == ["Somebody erased"]


def test_every_event_of_the_shop_can_be_listed(shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    events = TABLES["journey_events"]
    with write_transaction(shop_engine) as connection:
        connection.execute(update(events).where(events.c.event_type == "email_open").values(channel=None))
    table = the(Table, opened(new_visit, frame, shop_engine, limit="100"))
    with reading(shop_engine) as session:
        n = len(session.scalars(select(events.c.id).where(events.c.is_bot.is_(False))).all())
    assert (table.total, table.fault) == (n, "")
    for sort in ("event_type", "stage", "channel", "page_url", "utm_source"):
        send(table, "ask", {"sort": sort, "descending": "false"})
        assert (len(table.rows), table.fault) == (25, "")
