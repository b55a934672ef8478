"""The page of imported files."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.operations import Import
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.notices import Notices
from adplanning.ui.pages.import_files import import_files_page
from adplanning.ui.table import Table
from adplanning.ui.upload import Upload
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

EXPORT = b"""Campaign name,Day,Amount spent (INR),Impressions,Clicks (all)
Diwali,2026-10-01,100.50,1000,10
Diwali,2026-10-02,abc,1000,10
Diwali,2026-10-03,99.50,1000,10
"""


def upload(widgets: list[Any], data: bytes, name: str = "Ads Manager.csv") -> None:
    send(the(Upload, widgets), "begin", {"name": name, "size": len(data)})
    send(the(Upload, widgets), "part", {"at": 0, "part": base64.b64encode(data).decode()})


def shown(widgets: list[Any]) -> dict[str, dict[str, Any]]:
    return {
        group["title"]: {row["label"]: row["cell"]["text"] for row in group["rows"]}
        for group in the(Details, widgets).groups
    }


def press(widgets: list[Any], name: str) -> None:
    send(the(Details, widgets), "act", {"name": name})


@pytest.fixture
def page(engine: Engine, new_visit: NewVisit) -> list[Any]:
    return list(import_files_page(new_visit(engine)))


def test_a_file_is_looked_at_before_anything_is_stored(engine: Engine, page: list[Any]) -> None:
    before = everything(engine)
    upload(page, EXPORT)
    found = shown(page)
    its = found["Ads Manager.csv"]
    assert (its["Kind"], its["Rows"], its["Would be stored"], its["Would be refused"]) == ("Meta export", "3", "2", "1")
    assert "spend" in found["Will be refused"]["Line 3"]
    assert "campaign Diwali" in found["First rows"]["Line 2"]
    assert everything(engine) == before


def test_taking_it_in_stores_it_and_lists_it(engine: Engine, page: list[Any], frame: NotingFrame) -> None:
    upload(page, EXPORT)
    press(page, "take")
    assert frame.toasts[-1] == ("success", "Ads Manager.csv: 2 rows stored, 0 known already, 1 refused.")
    with reading(engine) as session:
        assert session.scalars(select(Campaign.name)).all() == ["Diwali"]
    [row] = the(Table, page).rows
    assert row["cells"]["n_rejected"]["text"] == "1"


def test_a_file_that_was_taken_in_before_is_not_offered_again(page: list[Any]) -> None:
    upload(page, EXPORT)
    press(page, "take")
    upload(page, EXPORT)
    assert [action["name"] for action in the(Details, page).actions] == ["kind"]
    assert "taken in before" in the(Notices, page).items[0]["words"]


def test_what_nobody_can_guess_is_asked_for(page: list[Any]) -> None:
    upload(page, b"a,b\n1,2\n", "what.csv")
    form = the(Form, page)
    assert form.shown
    send(form, "submit", {"values": {"kind": "spend"}})
    assert "column date is missing" in form.issues["by_field"][""]


def test_what_is_no_table_is_refused_in_a_sentence(page: list[Any]) -> None:
    upload(page, b"\x00\x01\x02", "picture.csv")
    form = the(Form, page)
    assert form.shown
    send(form, "submit", {"values": {"kind": "orders"}})
    assert form.issues["by_field"][""]


def test_the_refused_rows_of_a_file_stand_on_its_own_page(
    engine: Engine, page: list[Any], new_visit: NewVisit, frame: NotingFrame
) -> None:
    upload(page, EXPORT)
    press(page, "take")
    with reading(engine) as session:
        import_id = session.scalars(select(Import.id)).one()
    widgets = list(import_files_page(new_visit(engine, record_id=import_id)))
    assert frame.titles == ["Ads Manager.csv"]
    [row] = the(Table, widgets).rows
    assert row["cells"]["line"]["text"] == "3"
    assert row["cells"]["row"]["text"] == "Diwali,2026-10-02,abc,1000,10"
    with pytest.raises(NotFound):
        import_files_page(new_visit(engine, record_id="import_nobody"))


def test_a_viewer_sees_what_was_taken_in_and_no_place_for_a_file(engine: Engine, new_visit: NewVisit) -> None:
    widgets = list(import_files_page(new_visit(engine, role=Role.viewer)))
    assert [type(widget) for widget in widgets] == [Table]


def test_the_uploaded_file_is_gone_with_the_page(page: list[Any]) -> None:
    upload(page, EXPORT)
    folder = Path(the(Upload, page)._folder.name)
    assert folder.exists()
    for widget in page:
        widget.close()
    assert not folder.exists()
