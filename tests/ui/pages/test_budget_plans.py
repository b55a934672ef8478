"""Plans, and how they go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.validation import validated
from adplanning.core.vocabulary import Role
from adplanning.forecasts.budget_service import save_plan
from adplanning.forecasts.fields import PlanFields
from adplanning.store.session import writing
from adplanning.ui.chart import ChartCard
from adplanning.ui.details import Details
from adplanning.ui.download import Download
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.forecasts import forecasts_page
from adplanning.ui.table import Table
from tests.forecasts.told import NOW
from tests.ui.conftest import NewVisit
from tests.ui.pages.foretold import yesterday
from tests.ui.visiting import NotingFrame, send, the

HARM = "<img src=x onerror=alert(1)>"


def planned(engine: Engine, name: str = "The month", *, begun_days_ago: int = 9) -> str:
    """Twenty days, 1,000 for each of two campaigns."""
    begun = yesterday() - timedelta(days=begun_days_ago)
    given = {
        "name": name,
        "total": 40_000,
        "first_on": str(begun),
        "last_on": str(begun + timedelta(days=19)),
        "allocations": [{"campaign_id": one, "daily_budget": 1000} for one in ("camp_a", "camp_bb")],
    }
    with writing(engine) as session:
        return save_plan(session, validated(PlanFields, given), currency="INR", now=NOW, by="Ravi").id


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = forecasts_page(new_visit(engine, **options))
    frame.catch_up()
    return list(widgets)


def test_plans_are_listed_with_where_they_stand(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    planned(forecast_shop, HARM)
    planned(forecast_shop, "Over", begun_days_ago=40)
    planned(forecast_shop, "Next", begun_days_ago=-10)
    listed = the(Table, opened(new_visit, frame, forecast_shop, view="plans", sort="name"))
    shown = {row["cells"]["name"]["text"]: row["cells"]["state"]["text"] for row in listed.rows}
    assert shown == {HARM: "Passing", "Over": "Over", "Next": "To come"}
    assert listed.rows[0]["cells"]["total"]["text"] == "₹40,000.00"


def test_a_plan_is_held_against_what_was_spent(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    plan_id = planned(forecast_shop)
    widgets = opened(new_visit, frame, forecast_shop, record_id=plan_id)
    assert frame.titles == ["The month"]
    shown = {item["label"]: item for item in the(Kpis, widgets).items}
    assert (shown["Planned"]["full"], shown["Planned"]["words"]) == ("₹40,000.00", "₹20K so far")
    assert shown["To spend a day"]["words"] == "10 days left"
    assert "plan" in the(Notices, widgets).items[0]["words"].lower()
    assert the(ChartCard, widgets).spec is not None
    rows = {row["id"]: row["cells"] for row in the(Table, widgets).rows}
    assert rows["camp_a"]["planned"]["text"] == "₹10,000.00"
    spent = sum(float(rows[key]["spent"]["text"].strip("₹").replace(",", "")) for key in rows)
    assert float(shown["Spent so far"]["full"].strip("₹").replace(",", "")) == pytest.approx(spent)


def test_a_plan_is_exported_and_deleted_after_a_question(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    plan_id = planned(forecast_shop)
    widgets = opened(new_visit, frame, forecast_shop, record_id=plan_id)
    details = the(Details, widgets)
    assert [one["name"] for one in details.actions] == ["export", "delete"]
    send(details, "act", {"name": "export"})
    assert the(Download, widgets).part["text"].splitlines()[1].startswith("camp_")
    send(details, "act", {"name": "delete"})
    [(question, delete)] = frame.questions
    assert question == "Delete the plan “The month”?"
    delete()
    assert frame.gone_to == ["/app/ad-planning/forecasts?view=plans"]
    assert the(Table, opened(new_visit, frame, forecast_shop, view="plans")).total == 0


def test_a_viewer_exports_but_cannot_delete(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    plan_id = planned(forecast_shop)
    widgets = opened(new_visit, frame, forecast_shop, record_id=plan_id, role=Role.viewer)
    assert [one["name"] for one in the(Details, widgets).actions] == ["export"]
