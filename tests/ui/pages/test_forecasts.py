"""The forecast itself, those that were kept, and the days that are out of the usual."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from adplanning import batch
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, writing
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.forecasts import Forecast, PlannedEvent
from adplanning.ui.chart import ChartCard
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notices
from adplanning.ui.pages.forecasts import forecasts_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.foretold import yesterday
from tests.ui.visiting import NotingFrame, everything, send, the

HARM = "<img src=x onerror=alert(1)>{{7*7}}"


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = forecasts_page(new_visit(engine, **options))
    frame.catch_up()
    return list(widgets)


def table(widgets: list[Any], label: str) -> Table:
    [found] = [one for one in widgets if isinstance(one, Table) and one.label == label]
    return found


def form(widgets: list[Any], title: str) -> Form:
    [found] = [one for one in widgets if isinstance(one, Form) and one.title == title]
    return found


def numbers(widgets: list[Any]) -> dict[str, tuple[str, str]]:
    return {item["label"]: (item["value"], item["words"]) for item in the(Kpis, widgets).items}


def newest(engine: Engine, campaign_id: str | None) -> Forecast:
    with reading(engine) as session:
        of_it = Forecast.ad_campaign_id.is_(None) if campaign_id is None else Forecast.ad_campaign_id == campaign_id
        found = session.scalars(select(Forecast).where(of_it).order_by(Forecast.created_at.desc())).first()
        assert found is not None
        session.expunge(found)
        return found


def test_all_campaigns_together_are_shown_with_their_intervals_trust_and_pictures(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    shown, kept = numbers(widgets), newest(forecast_shop, None)
    assert list(shown) == ["Expected spend", "Expected conversions", "Expected revenue", "Expected ROAS", "Trust"]
    assert shown["Expected conversions"][0] == f"{kept.summary['n_conversions']['expected']:.0f}"
    assert " to " in shown["Expected ROAS"][1]
    assert shown["Trust"][0] == "60 days"
    assert the(Kpis, widgets).caption.startswith("All campaigns together, ")
    pictures = [one for one in widgets if isinstance(one, ChartCard)]
    assert [one.file_name for one in pictures] == ["forecast-revenue", "forecast-conversions", "forecast-spend"]
    assert all(one.spec is not None for one in pictures)
    assert pictures[0].title.startswith("Revenue: ")
    # Sixty days before and fourteen to come, with a heading.
    assert len(pictures[0].rows_csv.splitlines()) == 75


def test_a_campaign_that_is_chosen_in_the_list_is_shown_instead(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    listed = table(widgets, "Forecasts")
    assert listed.total == 4
    send(listed, "ask", {"ad_campaign_id": "camp_a"})
    frame.catch_up()
    assert listed.total == 2
    assert the(Kpis, widgets).caption.startswith("The camp_a, ")
    send(listed, "ask", {"status": "completed"})
    assert [row["cells"]["status"]["text"] for row in listed.rows] == ["Over", "Over"]


def test_an_empty_store_says_what_is_needed(new_visit: NewVisit, frame: NotingFrame, engine: Engine) -> None:
    widgets = opened(new_visit, frame, engine)
    assert "at least 4 days of spend" in the(Notices, widgets).items[0]["words"]
    assert {value for value, _ in numbers(widgets).values()} == {"–"}
    assert all(one.empty for one in widgets if isinstance(one, ChartCard))


def test_a_viewer_reads_and_changes_nothing(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    before = everything(forecast_shop)
    widgets = opened(new_visit, frame, forecast_shop, role=Role.viewer)
    assert not [one for one in widgets if isinstance(one, (Form, MainButton, Details))]
    send(table(widgets, "Planned events"), "act", {"name": "remove", "id": "event_1"})
    assert everything(forecast_shop) == before


def test_the_button_runs_the_notebook(
    new_visit: NewVisit, frame: NotingFrame, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    def start(notebook: str, *_: Any, **__: Any) -> str:
        started.append(notebook)
        return "run_1"

    monkeypatch.setattr(batch, "start_run", start)
    send(the(MainButton, opened(new_visit, frame, engine)), "press")
    assert started == ["forecast_budget"]


def test_a_forecast_with_a_planned_budget_is_made_and_opened(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    asked = form(widgets, "New forecast")
    send(asked, "submit", {"values": {"ad_campaign_id": "camp_a", "forecast_days": 400}})
    assert set(asked.issues["by_field"]) == {"forecast_days"}
    values = {"ad_campaign_id": "camp_a", "forecast_days": 7, "daily_budget": 2000, "target_roas": 2}
    send(asked, "submit", {"values": values})
    made = newest(forecast_shop, "camp_a")
    assert (made.daily_budget_minor, made.target_roas, made.origin) == (200_000, 2.0, "admin")
    assert made.last_on - made.as_of_on == timedelta(days=7)
    assert frame.gone_to == [f"/app/ad-planning/forecasts/{made.id}"]


def test_one_forecast_tells_what_was_asked_what_it_advises_and_how_it_came_out(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    with reading(forecast_shop) as session:
        over = session.scalars(
            select(Forecast).where(Forecast.ad_campaign_id == "camp_a", Forecast.last_on == yesterday())
        ).one()
        over_id = over.id
    widgets = opened(new_visit, frame, forecast_shop, record_id=over_id)
    assert frame.titles == ["Forecast of The camp_a"]
    came_out = [one for one in widgets if isinstance(one, ChartCard)][-1]
    assert (came_out.file_name, came_out.spec is not None) == ("forecast-against-actual", True)
    groups = {one["title"]: one["rows"] for one in the(Details, widgets).groups}
    advised = {row["label"]: row["cell"]["text"] for row in groups["Budget advised"]}
    assert advised["Budget a day"].startswith("₹")
    assert advised["Confidence"] in {"High", "Medium", "Low"}


def test_an_event_is_added_in_percent_and_removed_after_a_question(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    add, listed = form(widgets, "Add an event"), table(widgets, "Planned events")
    days = {"first_on": "2026-12-20", "last_on": "2026-12-10"}
    send(add, "submit", {"values": {"name": "Diwali", **days}})
    send(
        add,
        "check",
        {"values": {"name": "Diwali", "first_on": "2026-12-20", "last_on": "2026-12-20", "effect": "-100"}},
    )
    assert add.issues["by_field"]["effect"] == "must be a number of percent above −100, and 2000 at most"
    send(add, "submit", {"values": {"name": "Diwali", **days}})
    assert "lies before" in add.issues["by_field"]["last_on"]
    send(add, "submit", {"values": {"name": HARM, "first_on": "2026-12-20", "last_on": "2026-12-21", "effect": "50"}})
    assert add.issues["by_field"] == {}
    [row] = listed.rows
    assert [row["cells"][key]["text"] for key in ("name", "days", "effect")] == [HARM, "20 Dec – 21 Dec 2026", "+50%"]
    send(listed, "act", {"name": "remove", "id": row["id"]})
    [(question, remove)] = frame.questions
    assert question == "Remove this event?"
    remove()
    assert listed.rows == []
    with reading(forecast_shop) as session:
        assert session.scalar(select(func.count()).select_from(PlannedEvent)) == 0


def test_hostile_names_stay_text(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    with writing(forecast_shop) as session:
        session.get_one(Campaign, "camp_a").name = HARM
    widgets = opened(new_visit, frame, forecast_shop)
    names = {row["cells"]["campaign"]["text"] for row in table(widgets, "Forecasts").rows}
    assert names == {HARM, "All campaigns together"}
