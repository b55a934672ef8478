"""The list of segments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from adplanning.core.vocabulary import Role
from adplanning.segments.suggestions import SUGGESTIONS
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.form import Form
from adplanning.ui.main_button import MainButton
from adplanning.ui.offers import Offers
from adplanning.ui.pages.segments import segments_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.segmented import LOYAL, add_segment, fill_customers, segments
from tests.ui.visiting import NotingFrame, send, the


def opened(new_visit: NewVisit, engine: Engine, **options: Any) -> list[Any]:
    return list(segments_page(new_visit(engine, **options)))


def cells(widgets: list[Any]) -> dict[str, Mapping[str, Any]]:
    return {row["name"]: row["cells"] for row in the(Table, widgets).rows}


def built(engine: Engine, segment_id: str, *sizes: tuple[int, int, int]) -> None:
    with write_transaction(engine) as connection:
        for n, (members, added, removed) in enumerate(sizes):
            connection.execute(
                insert(TABLES["segment_sizes"]).values(
                    segment_id=segment_id, built_at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=n),
                    n_members=members, n_added=added, n_removed=removed,
                )
            )  # fmt: skip


def test_an_empty_store_says_what_a_segment_is_and_suggests_some(engine: Engine, new_visit: NewVisit) -> None:
    widgets = opened(new_visit, engine)
    table = the(Table, widgets)
    assert (table.total, table.fault, table.empty_action["title"]) == (0, "", "Create Segment")
    assert [item["key"] for item in the(Offers, widgets).items] == [one.key for one in SUGGESTIONS]


def test_a_segment_is_told_with_its_size_and_how_that_has_changed(engine: Engine, new_visit: NewVisit) -> None:
    fill_customers(engine)
    names = {"grows": [(1, 1, 0), (4, 3, 0)], "shrinks": [(4, 4, 0), (3, 1, 2)], "stays": [(2, 2, 0)] * 2, "fresh": []}
    for name, sizes in names.items():
        built(engine, add_segment(engine, name, auto_update=name != "stays"), *sizes)
    shown = cells(opened(new_visit, engine))
    assert {name: shown[name]["change"]["text"] for name in names} == {
        "grows": "+3", "shrinks": "−1", "stays": "0", "fresh": None,
    }  # fmt: skip
    assert shown["shrinks"]["change"]["hint"] == "1 came, 2 went"
    assert (shown["stays"]["auto_update"]["text"], shown["grows"]["auto_update"]["text"]) == ("Static", "Dynamic")
    assert (shown["fresh"]["last_calculated_at"]["text"], shown["fresh"]["share"]["text"]) == ("–", "0.0%")


def test_the_list_is_filtered_by_type_and_state(engine: Engine, new_visit: NewVisit) -> None:
    add_segment(engine, "rich", segment_type="value-based")
    add_segment(engine, "near", segment_type="demographic", is_active=False)
    assert set(cells(opened(new_visit, engine, segment_type="value-based"))) == {"rich"}
    assert set(cells(opened(new_visit, engine, is_active="false"))) == {"near"}
    assert set(cells(opened(new_visit, engine, search="ric"))) == {"rich"}
    shown = cells(opened(new_visit, engine))
    assert (shown["rich"]["is_active"]["text"], shown["near"]["is_active"]["text"]) == ("Active", "Paused")


def test_a_suggestion_fills_the_form_and_is_gone_once_it_was_taken(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    fill_customers(engine)
    widgets = opened(new_visit, engine)
    form, offers = the(Form, widgets), the(Offers, widgets)
    send(offers, "take", {"key": "champions"})
    assert (form.shown, form.given["values"]["name"]) == (True, "Champions")
    send(form, "submit", {"values": form.given["values"]})
    assert form.issues["by_field"] == {}
    assert "champions" not in [item["key"] for item in offers.items]
    assert list(cells(widgets)) == ["Champions"]


def test_the_main_button_opens_an_empty_form(engine: Engine, new_visit: NewVisit) -> None:
    widgets = opened(new_visit, engine)
    button = the(MainButton, widgets)
    assert button.title == "Create Segment"
    send(button, "press")
    assert the(Form, widgets).given["values"] == {"segment_type": "custom", "auto_update": True, "is_active": True}


def test_a_viewer_sees_the_list_and_no_buttons(engine: Engine, new_visit: NewVisit) -> None:
    add_segment(engine, "loyal")
    widgets = opened(new_visit, engine, role=Role.viewer)
    assert list(cells(widgets)) == ["loyal"]
    assert [type(widget) for widget in widgets] == [Table]


@pytest.mark.parametrize("role", [Role.viewer, Role.analyst])
def test_the_csv_holds_every_segment(engine: Engine, new_visit: NewVisit, role: Role) -> None:
    add_segment(engine, "=1+1", LOYAL)
    table = the(Table, opened(new_visit, engine, role=role))
    send(table, "export_rows", {"n": 0})
    heading, row, _ = table.exporting["part"].split("\r\n")
    assert heading.startswith("id,name,description,type,members,share_of_all")
    assert f"{segments(engine)['=1+1'].id},'=1+1,,custom,0," in row
