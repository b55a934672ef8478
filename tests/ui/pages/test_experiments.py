"""The list of experiments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import Role
from adplanning.ui.form import Form
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.experiment_form import FRESH
from adplanning.ui.pages.experiments import experiments_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.experimented import add_experiment, banner, observed, start, stop
from tests.ui.visiting import NotingFrame, send, the


def opened(new_visit: NewVisit, engine: Engine, **options: Any) -> list[Any]:
    return list(experiments_page(new_visit(engine, **options)))


def cells(widgets: list[Any]) -> dict[str, Mapping[str, Any]]:
    return {row["name"]: row["cells"] for row in the(Table, widgets).rows}


def words(widgets: list[Any], name: str) -> dict[str, str | None]:
    return {key: cell["text"] for key, cell in cells(widgets)[name].items()}


def test_an_empty_store_says_what_an_experiment_is_and_offers_one(engine: Engine, new_visit: NewVisit) -> None:
    table = the(Table, opened(new_visit, engine))
    assert (table.total, table.fault, table.empty_action["title"]) == (0, "", "Create Experiment")
    assert "tells which does better" in table.empty


def test_an_experiment_is_told_with_how_far_it_is_and_what_it_shows(engine: Engine, new_visit: NewVisit) -> None:
    add_experiment(engine, "A draft", experiment_type="ad_creative", primary_metric="ctr")
    banner(engine, target_sample_size=20_000)
    widgets = opened(new_visit, engine)
    assert words(widgets, "A draft") == {
        "name": "A draft", "experiment_type": "Ad creative", "status": "Draft", "primary_metric": "Click-through rate",
        "subjects": "–", "improvement_percent": "–", "is_significant": "No result yet",
        "started_at": "–",
    }  # fmt: skip
    running = words(widgets, "Summer or winter")
    assert (running["status"], running["subjects"]) == ("Running", "10,000 (50%)")
    assert (running["improvement_percent"], running["is_significant"]) == ("+56.5%", "Significantly better")
    assert running["started_at"] == "2 Nov 2026"


def test_how_far_it_is_is_told_until_it_has_ended(engine: Engine, new_visit: NewVisit) -> None:
    stop(engine, banner(engine, target_sample_size=20_000))
    ended = words(opened(new_visit, engine), "Summer or winter")
    assert (ended["status"], ended["subjects"]) == ("Completed", "10,000")


def test_less_is_worse_but_for_costs(engine: Engine, new_visit: NewVisit) -> None:
    observed(engine, start(engine, add_experiment(engine, "Falls")), [[(5000, 500), (5000, 300)]])
    shown = cells(opened(new_visit, engine))["Falls"]
    assert (shown["improvement_percent"]["text"], shown["is_significant"]["colour"]) == ("−40.0%", "red")


def test_a_split_that_is_off_stands_in_place_of_a_result(engine: Engine, new_visit: NewVisit) -> None:
    observed(engine, start(engine, add_experiment(engine, "Film")), [[(3000, 150), (2000, 240)]])
    shown = cells(opened(new_visit, engine))["Film"]["is_significant"]
    assert (shown["text"], shown["colour"]) == ("Split is off", "orange")


def test_the_list_is_filtered_by_type_and_status(engine: Engine, new_visit: NewVisit) -> None:
    add_experiment(engine, "page")
    start(engine, add_experiment(engine, "bids", experiment_type="bidding", description="Costs at night"))
    assert set(cells(opened(new_visit, engine, status="running"))) == {"bids"}
    assert set(cells(opened(new_visit, engine, experiment_type="landing_page"))) == {"page"}
    assert set(cells(opened(new_visit, engine, search="NIGHT"))) == {"bids"}


def test_a_new_experiment_is_created_and_opened(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, engine)
    send(the(MainButton, widgets), "press")
    form = the(Form, widgets)
    assert form.shown
    send(form, "submit", {"values": {**FRESH, "name": "Banner"}})
    assert form.issues["by_field"] == {}
    [address] = frame.gone_to
    assert address.startswith("/app/ad-planning/experiments/exp_")


def test_a_viewer_sees_the_list_and_no_buttons(engine: Engine, new_visit: NewVisit) -> None:
    add_experiment(engine, "page")
    widgets = opened(new_visit, engine, role=Role.viewer)
    assert list(cells(widgets)) == ["page"]
    assert [type(widget) for widget in widgets] == [Table]


@pytest.mark.parametrize("role", [Role.viewer, Role.analyst])
def test_the_csv_holds_every_experiment(engine: Engine, new_visit: NewVisit, role: Role) -> None:
    add_experiment(engine, "=1+1")
    table = the(Table, opened(new_visit, engine, role=role))
    send(table, "export_rows", {"n": 0})
    heading, row, _ = table.exporting["part"].split("\r\n")
    assert heading.startswith("id,name,description,type,status,primary_metric,subjects")
    assert ",'=1+1,,landing_page,draft,conversion_rate," in row
