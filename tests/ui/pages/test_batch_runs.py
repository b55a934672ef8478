"""The page of batch runs."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from adplanning import batch
from adplanning.batch_lease import begin_run, end_run
from adplanning.core.errors import Conflict
from adplanning.core.vocabulary import Role
from adplanning.store.session import write_transaction
from adplanning.store.tables.operations import BatchRun
from adplanning.ui.details import Details
from adplanning.ui.download import Download
from adplanning.ui.form import Form
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages import batch_runs as page_module
from adplanning.ui.pages.batch_runs import batch_runs_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

NAME = "attribute_conversions"
AT = datetime(2026, 10, 31, 12, tzinfo=UTC)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, str]]]:
    """What would have been started; no process is."""
    asked: list[tuple[str, Mapping[str, str]]] = []

    def start_run(name: str, given: Mapping[str, str], *, settings: Any, engine: Engine) -> str:
        asked.append((name, given))
        begin_run(engine, f"run_{len(asked)}", name, dict(given), now=datetime.now(UTC), lease_s=60)
        return f"run_{len(asked)}"

    monkeypatch.setattr(batch, "start_run", start_run)
    monkeypatch.setattr(page_module, "LOOK_AGAIN_S", 0)
    return asked


def opened(new_visit: NewVisit, engine: Engine, **options: Any) -> list[Any]:
    return list(batch_runs_page(new_visit(engine, **options)))


def defaults(widgets: list[Any]) -> dict[str, Any]:
    send(the(MainButton, widgets), "press")
    return dict(the(Form, widgets).given["values"])


def test_runs_are_listed_with_how_they_ended(engine: Engine, new_visit: NewVisit) -> None:
    begin_run(engine, "run_1", NAME, {"models": ["linear", "time_decay"], "as_of": ""}, now=AT, lease_s=60)
    end_run(engine, "run_1", status="failed", message="no spend", output_path=None, now=AT + timedelta(seconds=75))
    [row] = the(Table, opened(new_visit, engine)).rows
    texts = {key: cell["text"] for key, cell in row["cells"].items()}
    assert texts == {
        "notebook": "Attribute conversions",
        "status": "Failed",
        "started_at": "31 Oct 2026, 17:30",
        "took": "1 min 15 s",
        "parameters": "models linear, time_decay",
        "message": "no spend",
    }


def test_a_run_of_a_notebook_that_is_no_longer_there_is_still_shown(engine: Engine, new_visit: NewVisit) -> None:
    begin_run(engine, "run_1", "long_gone", {"days": 7}, now=AT, lease_s=60)
    [row] = the(Table, opened(new_visit, engine)).rows
    assert row["cells"]["notebook"]["text"] == "long_gone"
    assert row["cells"]["status"]["text"] == "Failed"  # it has given no sign of life since
    assert the(Details, opened(new_visit, engine, record_id="run_1")).groups


def test_an_empty_store_offers_the_first_run(engine: Engine, new_visit: NewVisit) -> None:
    table = the(Table, opened(new_visit, engine))
    assert (table.total, table.fault, table.empty_action["name"]) == (0, "", "start")
    assert the(Table, opened(new_visit, engine, role=Role.viewer)).empty_action is None


def test_a_run_starts_with_the_declared_defaults_and_is_followed_to_its_end(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, started: list[Any]
) -> None:
    widgets = opened(new_visit, engine)
    values = defaults(widgets)
    send(the(Form, widgets), "submit", {"values": values})
    assert (the(Form, widgets).issues["by_field"], the(Form, widgets).shown) == ({}, False)
    [(name, given)] = started
    declared = batch.parameters_of_notebook(NAME)
    assert (name, set(given) <= set(declared)) == (NAME, True)
    assert [row["cells"]["status"]["text"] for row in the(Table, widgets).rows] == ["Running"]
    end_run(engine, "run_1", status="succeeded", message="done", output_path=None, now=datetime.now(UTC))
    frame.catch_up()
    the(Table, widgets).refresh()
    assert [row["cells"]["status"]["text"] for row in the(Table, widgets).rows] == ["Succeeded"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"notebook": "rm -rf"}, "notebook"),
        ({"notebook": ""}, "notebook"),
        ({f"{NAME}.lookback_days": "many"}, f"{NAME}.lookback_days"),
        ({f"{NAME}.half_life_days": "soon"}, f"{NAME}.half_life_days"),
    ],
)
def test_what_a_notebook_cannot_take_is_said_at_its_field_and_nothing_starts(
    engine: Engine, new_visit: NewVisit, started: list[Any], wrong: dict[str, str], field: str
) -> None:
    widgets = opened(new_visit, engine)
    form = the(Form, widgets)
    send(form, "submit", {"values": defaults(widgets) | wrong})
    assert (list(form.issues["by_field"]), form.shown, started) == ([field], True, [])


def test_a_run_that_goes_on_already_is_said_in_the_form(
    engine: Engine, new_visit: NewVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> str:
        raise Conflict("attribute_conversions is running already")

    monkeypatch.setattr(batch, "start_run", refuse)
    widgets = opened(new_visit, engine)
    form = the(Form, widgets)
    send(form, "submit", {"values": defaults(widgets)})
    assert (form.issues["by_field"], form.shown) == ({"": "attribute_conversions is running already"}, True)


def test_an_executed_notebook_is_linked_only_behind_our_server(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    begin_run(engine, "run_1", NAME, {}, now=AT, lease_s=60)
    end_run(engine, "run_1", status="succeeded", message="done", output_path="/runs/run_1.ipynb", now=AT)

    def cell() -> dict[str, Any]:
        [found] = [
            row["cell"]
            for group in the(Details, opened(new_visit, engine, record_id="run_1")).groups
            for row in group["rows"]
            if row["label"] == "Executed notebook"
        ]
        return dict(found)

    assert (cell()["href"], cell()["new_tab"]) == ("/app/ad-planning/batch-runs/run_1/notebook", True)
    frame.served = False
    assert (cell()["href"], cell()["text"]) == ("", "/runs/run_1.ipynb")


def test_a_page_that_was_left_is_not_followed_for_ever(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, started: list[Any]
) -> None:
    begin_run(engine, "run_1", NAME, {}, now=datetime.now(UTC), lease_s=600)
    widgets = opened(new_visit, engine)
    assert len(frame.jobs) == 1
    the(Table, widgets).close()
    frame.catch_up()  # comes to its end although the run goes on


def test_a_viewer_looks_and_cannot_start_anything(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, started: list[Any]
) -> None:
    begin_run(engine, "run_1", NAME, {}, now=AT, lease_s=60)
    before = everything(engine)
    values = defaults(opened(new_visit, engine))
    widgets = opened(new_visit, engine, role=Role.viewer)
    for widget in (*widgets, *opened(new_visit, engine, role=Role.viewer, record_id="run_1")):
        for event in ("check", "press", "act", "submit"):
            send(widget, event, {"values": values, "name": "start", "id": "run_1"})
    assert (everything(engine), started) == (before, [])
    assert the(Form, widgets).issues["by_field"][""].startswith("you are signed in as a viewer")


def test_a_failed_run_says_who_was_told(engine: Engine, new_visit: NewVisit) -> None:
    begin_run(engine, "run_1", NAME, {}, now=AT, lease_s=60)
    end_run(engine, "run_1", status="failed", message="no spend", output_path=None, now=AT)
    with write_transaction(engine) as connection:
        connection.execute(update(BatchRun).values(notice="told by webhook"))
    rows = {
        row["label"]: row["cell"]["text"]
        for group in the(Details, opened(new_visit, engine, record_id="run_1")).groups
        for row in group["rows"]
    }
    assert rows["Told outside"] == "told by webhook"


def test_the_reports_of_a_run_are_saved_and_nothing_else(engine: Engine, new_visit: NewVisit, tmp_path: Path) -> None:
    for name in ("run_1.ipynb", "run_1.html", "run_1.pdf", "run_2.html", "elsewhere.ipynb", "elsewhere.html"):
        (tmp_path / name).write_bytes(name.encode())
    for id_, kept in (("run_1", "run_1.ipynb"), ("run_2", "elsewhere.ipynb")):
        begin_run(engine, id_, f"{NAME}_{id_}", {}, now=AT, lease_s=60)
        end_run(engine, id_, status="succeeded", message="done", output_path=tmp_path / kept, now=AT)
    assert the(Details, opened(new_visit, engine, record_id="run_2")).actions == []
    widgets = opened(new_visit, engine, record_id="run_1")
    details, file = the(Details, widgets), the(Download, widgets)
    assert [action["title"] for action in details.actions] == ["Download HTML", "Download PDF"]
    send(details, "act", {"name": "report_PDF"})
    assert (file.part["name"], b64decode(file.part["text"])) == (f"{NAME}_run_1_2026-10-31.pdf", b"run_1.pdf")
