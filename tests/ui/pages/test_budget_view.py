"""The planner, the curves it goes by, and saving what was planned."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from adplanning.core.vocabulary import Role
from adplanning.forecasts.budget import best_split
from adplanning.forecasts.budget_service import fits_in_use
from adplanning.forecasts.curve_service import keep_curves
from adplanning.forecasts.fields import Outcome
from adplanning.store.session import reading, writing
from adplanning.store.tables.forecasts import BudgetPlan, PlanAllocation
from adplanning.ui.allocation import Allocation
from adplanning.ui.chart import ChartCard
from adplanning.ui.download import Download
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.budget_planner import Planner
from adplanning.ui.pages.forecasts import forecasts_page
from adplanning.ui.table import Table
from tests.forecasts.accounts import a_fit
from tests.forecasts.told import NOW
from tests.ui.conftest import NewVisit
from tests.ui.pages.foretold import yesterday
from tests.ui.visiting import NotingFrame, everything, send, the

# As many as are kept of every curve.
DRAWS = [(500_000.0 + 100 * k, 100_000.0, 0.9, 100.0) for k in range(50)]


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = forecasts_page(new_visit(engine, view="budget", **options))
    frame.catch_up()
    return list(widgets)


def tables(widgets: list[Any]) -> dict[str, Table]:
    return {one.label: one for one in widgets if isinstance(one, Table)}


def numbers(widgets: list[Any]) -> dict[str, tuple[str, str]]:
    return {item["label"]: (item["value"], item["words"]) for item in the(Kpis, widgets).items}


def texts(listed: Table, column: str) -> list[Any]:
    return [row["cells"][column]["text"] for row in listed.rows]


def test_it_begins_with_todays_split_and_a_slider_changes_what_all_bring(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    before = numbers(widgets)
    assert before["Against today"][0] == "₹0"
    sliders = the(Allocation, widgets)
    assert [one["name"] for one in sliders.parts] == ["The camp_a", "The camp_bb"]
    send(sliders, "move", {"key": "camp_a", "amount": sliders.parts[0]["most"]})
    after = numbers(widgets)
    assert after["Against today"][0].startswith("+₹")
    assert after["Spend"] != before["Spend"]
    assert "the last unit brings" in sliders.judged["words"]["camp_a"][1]


def test_the_best_split_is_that_of_the_formula(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    sliders = the(Allocation, widgets)
    with reading(forecast_shop) as session:
        fits = fits_in_use(session, "INR", Outcome.revenue)
    send(sliders, "split", {"total": 2000})
    best = dict(best_split(fits, 200_000.0).rows.select("campaign_id", "spend").iter_rows())
    assert sliders.amounts == pytest.approx({key: spend / 100 for key, spend in best.items()})
    send(sliders, "split", {"total": 1e9})
    assert "out of bounds; the campaigns can spend" in sliders.fault["words"]
    send(sliders, "split", {"total": 2000, "target": 1000})
    assert "a ROAS of at least 1000 is out of reach" in sliders.fault["words"]


def test_a_campaign_that_is_held_keeps_its_budget(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    sliders = the(Allocation, opened(new_visit, frame, forecast_shop))
    send(sliders, "move", {"key": "camp_a", "amount": 1000})
    send(sliders, "hold", {"key": "camp_a", "held": True})
    send(sliders, "split", {"total": 2100})
    assert sliders.amounts == pytest.approx({"camp_a": 1000.0, "camp_bb": 1100.0})


def test_scenarios_stand_side_by_side_with_ones_own(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    listed = tables(widgets)["Scenarios"]
    assert texts(listed, "scenario") == ["Today", "Best of as much", "Best with −20%", "Best with +20%", "Your split"]
    assert texts(listed, "spend")[0] == texts(listed, "spend")[-1]
    send(the(Allocation, widgets), "move", {"key": "camp_bb", "amount": 600})
    frame.catch_up()
    assert texts(listed, "spend")[0] != texts(listed, "spend")[-1]


def test_it_is_saved_as_a_plan_whose_total_is_the_split_on_all_its_days(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    sliders, form = the(Allocation, widgets), the(Form, widgets)
    for key, amount in (("camp_a", 1000), ("camp_bb", 1200)):
        send(sliders, "move", {"key": key, "amount": amount})
    send(sliders, "act", {"name": "save"})
    assert form.shown
    send(form, "submit", {"values": {"name": "December", "first_on": "2026-12-10", "last_on": "2026-12-01"}})
    assert "lies before" in form.issues["by_field"]["last_on"]
    send(form, "submit", {"values": {"name": "December", "first_on": "2026-12-01", "last_on": "2026-12-10"}})
    with reading(forecast_shop) as session:
        plan = session.scalars(select(BudgetPlan)).one()
        assert (plan.name, plan.total_minor, plan.created_by) == ("December", 2_200_000, "Asha")
        daily = select(PlanAllocation.campaign_id, PlanAllocation.daily_minor)
        assert dict(session.execute(daily).all()) == {"camp_a": 100_000, "camp_bb": 120_000}
        assert frame.gone_to == [f"/app/ad-planning/forecasts/{plan.id}"]


def test_a_viewer_plays_takes_the_csv_along_and_saves_nothing(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    before = everything(forecast_shop)
    widgets = opened(new_visit, frame, forecast_shop, role=Role.viewer)
    sliders = the(Allocation, widgets)
    assert [one["name"] for one in sliders.actions] == ["export"]
    send(sliders, "move", {"key": "camp_a", "amount": 1000})
    send(sliders, "act", {"name": "save"})
    send(sliders, "act", {"name": "export"})
    part = the(Download, widgets).part
    assert (part["name"], part["text"].splitlines()[0].split(",")[:3]) == (
        "budget.csv",
        ["campaign_id", "campaign", "usual_spend"],
    )
    assert ",1000.0," in part["text"]
    assert everything(forecast_shop) == before


def test_conversions_are_told_by_what_one_of_them_costs(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop, outcome="conversions")
    assert the(Allocation, widgets).aim == "Target cost per conversion (INR)"
    assert numbers(widgets)["Cost per conversion"][0].startswith("₹")
    send(the(Allocation, widgets), "split", {"total": 2000, "target": 1})
    assert "a CPA of at most 1.00 INR is out of reach" in the(Allocation, widgets).fault["words"]
    send(tables(widgets)["Response curves"], "ask", {"outcome": "revenue"})
    assert frame.gone_to == ["/app/ad-planning/forecasts?view=budget&outcome=revenue"]


def test_where_spend_followed_demand_test_weeks_are_proposed(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    followed = a_fit(500_000, 100_000, usual_spend=500_000.0, followed_because=("spend rose with demand",), draws=DRAWS)
    with writing(forecast_shop) as session:
        keep_curves(session, {"camp_a": followed}, Outcome.revenue, as_of_on=yesterday(), currency="INR", now=NOW)
    widgets = opened(new_visit, frame, forecast_shop)
    assert texts(tables(widgets)["Response curves"], "state")[0] == "Followed demand"
    planned, curves = (one.items for one in widgets if isinstance(one, Notices))
    assert planned[0]["words"].startswith("“The camp_a”: spend only followed demand")
    assert "₹3,500.00 a day" in curves[0]["words"]
    assert "₹6,500.00 a day" in curves[0]["words"]


def test_without_a_curve_it_says_what_one_takes(new_visit: NewVisit, frame: NotingFrame, engine: Engine) -> None:
    widgets = opened(new_visit, frame, engine)
    assert not [one for one in widgets if isinstance(one, Allocation)]
    assert any("28 days of spend" in item["words"] for one in widgets if isinstance(one, Notices) for item in one.items)
    assert any(one.empty == "No campaign has a curve yet." for one in widgets if isinstance(one, ChartCard))


def test_a_move_among_thirty_campaigns_is_answered_at_once(
    new_visit: NewVisit, frame: NotingFrame, engine: Engine
) -> None:
    fits = {
        f"camp_{n:02}": a_fit(
            50_000 + 1000 * n,
            20_000,
            usual_spend=30_000.0 + 500 * n,
            draws=DRAWS,
        )
        for n in range(30)
    }
    widgets = Planner(new_visit(engine), fits, {}, Outcome.revenue).widgets
    sliders = the(Allocation, list(widgets))
    taken = []
    for n in range(5):
        start = time.thread_time()
        send(sliders, "move", {"key": "camp_03", "amount": 200 + 10 * n})
        taken.append(time.thread_time() - start)
    assert min(taken) < 0.15
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(BudgetPlan)) == 0
