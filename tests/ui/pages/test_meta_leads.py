"""The pages of leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.vocabulary import LeadStatus, Role
from adplanning.leads import service
from adplanning.leads.fields import LeadChange
from adplanning.store.session import reading, writing
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.leads import Lead
from adplanning.ui.board import Board
from adplanning.ui.chart import ChartCard
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.lead_pipeline import conversion_rate
from adplanning.ui.pages.meta_leads import meta_leads
from adplanning.ui.pipeline import Pipeline
from adplanning.ui.table import Table
from adplanning.ui.view_switch import ViewSwitch
from adplanning.workflows.lead_changed import change_lead
from tests.leads.arrived import ASHA, LEFT, advertise, received
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

NAMES = ("Asha Rao", "Bina Shah", "Chen Li", "=1+1", "<img src=x onerror=alert(1)>")


@pytest.fixture
def leads(engine: Engine) -> dict[str, str]:
    """Five leads, of a campaign that is known, one that is not, and none; their ids by name."""
    advertise(engine)
    told = [
        replace(
            ASHA,
            platform_lead_id=str(71 + n),
            submitted_at=LEFT + timedelta(days=n),
            answers={"full_name": [name], "email": [f"person{n}@example.in"], "What for?": ["curtains", "quilts"]},
        )
        for n, name in enumerate(NAMES)
    ]
    unknown = {"platform_campaign_id": None, "platform_ad_set_id": None, "platform_ad_id": None}
    told[3] = replace(told[3], **unknown, campaign_name="Spring")
    told[4] = replace(told[4], **unknown, campaign_name=None)
    received(engine, *told)
    with reading(engine) as session:
        return {str(name): id_ for id_, name in session.execute(select(Lead.id, Lead.full_name))}


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(meta_leads(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def changed(engine: Engine, lead_id: str, **fields: Any) -> None:
    with writing(engine) as session:
        change_lead(session, lead_id, LeadChange(**fields), by="Asha", now=datetime.now(UTC))


def lead(engine: Engine, lead_id: str) -> Lead:
    with reading(engine) as session:
        found = service.find_lead(session, lead_id)
        session.expunge_all()
    return found


def shown(widgets: list[Any]) -> dict[str, Any]:
    return {row["id"]: row["cells"] for row in the(Table, widgets).rows}


def lanes(widgets: list[Any]) -> dict[str, list[str]]:
    return {lane["key"]: [card["name"] for card in lane["cards"]] for lane in the(Board, widgets).lanes}


def numbers(widgets: list[Any]) -> dict[str, str]:
    return {item["label"]: item["value"] for item in the(Kpis, widgets).items}


def test_the_list_says_who_left_word_where_and_for_which_campaign(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    rows = shown(opened(new_visit, frame, engine))
    assert [rows[id_]["full_name"]["text"] for id_ in rows] == list(reversed(NAMES))
    first = rows[leads["Asha Rao"]]
    assert first["campaign_name"]["href"] == "/app/meta-ads/campaigns/camp_1"
    assert [first[key]["text"] for key in ("campaign_name", "form_name", "email", "submitted_at", "value")] == [
        "Diwali", "Festive enquiry", "person0@example.in", "20 Nov 2026, 15:00", None,
    ]  # fmt: skip
    assert (rows[leads["=1+1"]]["campaign_name"]["text"], rows[leads["=1+1"]]["campaign_name"]["href"]) == (
        "Spring",
        "",
    )
    assert rows[leads[NAMES[4]]]["campaign_name"]["text"] is None


def test_the_numbers_are_those_of_all_leads_that_the_filters_let_through(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    changed(engine, leads["Bina Shah"], status="converted")
    changed(engine, leads["Chen Li"], status="lost")
    widgets = opened(new_visit, frame, engine, limit="25", status="lost", search="chen")
    assert numbers(widgets) == {
        "Leads": "5", "To be contacted": "3", "In talks": "0", "Converted": "1", "Conversion rate": "20.0%",
    }  # fmt: skip
    stages = the(Pipeline, widgets).stages + the(Pipeline, widgets).ends
    assert [(stage["badge"]["text"], stage["n"], stage["share"]) for stage in stages] == [
        ("New", 3, "60.0%"), ("Contacted", 0, "0.0%"), ("Qualified", 0, "0.0%"), ("Converted", 1, "20.0%"),
        ("Unqualified", 0, "0.0%"), ("Lost", 1, "20.0%"), ("Archived", 0, "0.0%"),
    ]  # fmt: skip
    assert the(Kpis, widgets).caption.endswith("The status and the search narrow the list only.")
    assert the(Table, widgets).total == 1
    of_campaign = opened(new_visit, frame, engine, campaign_id="camp_1")
    assert (numbers(of_campaign)["Leads"], the(Table, of_campaign).total) == ("3", 3)


def test_days_are_held_against_as_many_days_before(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    items = the(Kpis, opened(new_visit, frame, engine, from_date="2026-11-22", to_date="2026-11-23")).items
    assert (items[0]["value"], items[0]["change"]) == ("2", 0.0)
    items = the(Kpis, opened(new_visit, frame, engine, from_date="2026-11-21", to_date="2026-11-23")).items
    assert (items[0]["value"], items[0]["change"]) == ("3", 2.0)
    assert the(Kpis, opened(new_visit, frame, engine, from_date="2026-11-22")).items[0]["change"] is None


def test_a_stage_leads_to_its_leads_with_the_other_filters(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine, campaign_id="camp_1", status="lost", view="board")
    assert the(Pipeline, widgets).stages[1]["href"] == (
        "/app/meta-ads/leads?status=contacted&campaign_id=camp_1&view=board"
    )


def test_the_chart_holds_every_lead_of_the_dates_by_campaign(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    chart = the(ChartCard, opened(new_visit, frame, engine))
    assert "Diwali,new,3" in chart.rows_csv
    assert "Spring,new,1" in chart.rows_csv
    assert "No campaign,new,1" in chart.rows_csv
    empty = the(ChartCard, opened(new_visit, frame, engine, from_date="2027-01-01"))
    assert (empty.spec, empty.empty) == (None, "Nobody has left word in this time.")


def test_what_a_stranger_wrote_is_no_formula_in_the_csv(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    table = the(Table, opened(new_visit, frame, engine))
    send(table, "export_rows", {})
    assert ",'=1+1," in table.exporting["part"]
    assert table.exporting["part"].count("\r\n") == 6


def test_without_leads_the_page_says_how_they_come(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine, view="board")
    table = the(Table, widgets)
    assert (table.total, table.fault) == (0, "")
    for way in ("sync", "webhook", "file"):
        assert way in table.empty
    send(table, "act", {"name": "import"})
    assert frame.gone_to == ["/app/ad-planning/import"]
    assert numbers(widgets)["Conversion rate"] == "–"
    assert [lane["total"] for lane in the(Board, widgets).lanes] == [0, 0, 0, 0]


def test_the_view_is_kept_in_the_address_beside_the_filters(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine)
    assert not the(Board, widgets).shown
    send(the(ViewSwitch, widgets), "choose", {"name": "board"})
    assert frame.kept[-1] == {"view": "board"}
    assert lanes(widgets) == {"new": list(reversed(NAMES)), "contacted": [], "qualified": [], "converted": []}
    send(the(Table, widgets), "ask", {"campaign_id": "camp_1", "search": "shah"})
    assert frame.kept[-1] == {"view": "board", "campaign_id": "camp_1", "search": "shah"}
    assert lanes(widgets)["new"] == ["Bina Shah"]
    assert lanes(opened(new_visit, frame, engine, **frame.kept[-1]))["new"] == ["Bina Shah"]
    send(the(ViewSwitch, widgets), "choose", {"name": "table"})
    assert frame.kept[-1] == {"campaign_id": "camp_1", "search": "shah"}


def test_a_chosen_end_has_a_lane_of_its_own(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    changed(engine, leads["Chen Li"], status="lost")
    assert lanes(opened(new_visit, frame, engine, view="board", status="lost")) == {"lost": ["Chen Li"]}


def test_a_card_is_moved_and_everything_follows(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine, view="board")
    send(the(Board, widgets), "move_card", {"id": leads["Chen Li"], "to": "contacted"})
    frame.catch_up()
    assert frame.toasts == [("success", "Chen Li: contacted.")]
    assert lanes(widgets)["contacted"] == ["Chen Li"]
    assert shown(widgets)[leads["Chen Li"]]["status"]["text"] == "Contacted"
    assert numbers(widgets)["In talks"] == "1"
    with reading(engine) as session:
        [step] = service.steps_of(session, leads["Chen Li"])
        assert (step.before, step.after, step.by) == ("new", "contacted", "Asha")


def test_a_lead_that_converts_is_asked_for_what_it_brought(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine, view="board")
    form, lead_id = the(Form, widgets), leads["Asha Rao"]
    changed(engine, lead_id, notes="Calls back")
    send(the(Board, widgets), "move_card", {"id": lead_id, "to": "converted"})
    assert (form.shown, form.title) == (True, "Asha Rao (amounts in INR)")
    assert lead(engine, lead_id).status == "new"
    given = form.given["values"]
    assert (given["status"], given["notes"]) == ("converted", "Calls back")
    send(form, "submit", {"values": {**given, "actual_value": "4999.50"}})
    assert (form.issues["by_field"], form.shown) == ({}, False)
    found = lead(engine, lead_id)
    assert (found.status, found.actual_value_minor, found.notes) == ("converted", 499950, "Calls back")
    with reading(engine) as session:
        assert session.get_one(Conversion, str(found.conversion_id)).value_minor == 499950
    assert shown(widgets)[lead_id]["value"]["text"] == "₹4,999.50"


def test_a_row_is_changed_in_the_form_and_a_field_left_empty_is_emptied(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    lead_id = leads["Bina Shah"]
    changed(engine, lead_id, notes="Old", assigned_to="Ravi", actual_value=10, estimated_value=500)
    widgets = opened(new_visit, frame, engine)
    send(the(Table, widgets), "act", {"name": "edit", "id": lead_id})
    form = the(Form, widgets)
    values = {**form.given["values"], "status": "qualified", "notes": "", "assigned_to": "Meena", "actual_value": None}
    send(form, "submit", {"values": values})
    found = lead(engine, lead_id)
    assert (found.status, found.notes, found.assigned_to) == ("qualified", None, "Meena")
    # The form has not asked for it, so it stays.
    assert (found.actual_value_minor, found.estimated_value_minor) == (1000, 50000)


@pytest.mark.parametrize(
    "refused",
    [
        ({"status": "sold"}, "status"),
        ({"status": None}, "status"),
        ({"status": "converted", "actual_value": "-1"}, "actual_value"),
        ({"status": "converted", "actual_value": "much"}, "actual_value"),
        ({"estimated_value": "1e30"}, "estimated_value"),
        ({"person_id": "nobody"}, "person_id"),
        ({"notes": "a" + chr(0xD800)}, "notes"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame, refused: tuple[dict[str, Any], str]
) -> None:
    wrong, field = refused
    widgets = opened(new_visit, frame, engine)
    before, form = everything(engine), the(Form, widgets)
    send(the(Table, widgets), "act", {"name": "edit", "id": leads["Chen Li"]})
    send(form, "submit", {"values": {**form.given["values"], **wrong}})
    assert (list(form.issues["by_field"]), form.shown) == ([field], True)
    assert everything(engine) == before


def test_one_lead_shows_its_contact_answers_origin_and_history(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    lead_id = leads["Asha Rao"]
    changed(engine, lead_id, status="contacted")
    changed(engine, lead_id, status="converted", actual_value=250, notes="Two pairs")
    widgets = opened(new_visit, frame, engine, record_id=lead_id)
    groups = {
        group["title"]: {row["label"]: row["cell"] for row in group["rows"]} for group in the(Details, widgets).groups
    }
    assert frame.titles == ["Asha Rao"]
    assert groups["Contact"]["E-mail"]["text"] == "person0@example.in"
    assert groups["Contact"]["Person"]["text"] == "Asha Rao"
    assert groups["Contact"]["Person"]["href"].startswith("/app/ad-planning/journeys/person_")
    assert groups["Answers"]["What for?"]["text"] == "curtains, quilts"
    assert groups["Where from"]["Campaign"]["href"] == "/app/meta-ads/campaigns/camp_1"
    assert groups["Status"]["Actual value"]["text"] == "₹250.00"
    assert groups["Status"]["Qualified"]["text"] == "–"
    assert groups["Status"]["Conversion"]["href"] == (
        f"/app/ad-planning/conversions/{lead(engine, lead_id).conversion_id}"
    )
    history = [[row["cells"][key]["text"] for key in ("before", "after", "by")] for row in the(Table, widgets).rows]
    assert history == [["Contacted", "Converted", "Asha"], ["New", "Contacted", "Asha"]]


def test_one_lead_is_changed_on_its_page(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    lead_id = leads["Chen Li"]
    widgets = opened(new_visit, frame, engine, record_id=lead_id)
    send(the(Details, widgets), "act", {"name": "edit"})
    form = the(Form, widgets)
    send(form, "submit", {"values": {**form.given["values"], "notes": "Wants blue ones"}})
    assert lead(engine, lead_id).notes == "Wants blue ones"
    assert frame.gone_to == [f"/app/meta-ads/leads/{lead_id}"]


@pytest.mark.parametrize("status", list(LeadStatus))
def test_every_status_can_be_listed_and_opened(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame, status: LeadStatus
) -> None:
    changed(engine, leads["Chen Li"], status=status)
    table = the(Table, opened(new_visit, frame, engine, status=status.value))
    assert table.total == (5 if status is LeadStatus.new else 1)
    assert the(Details, opened(new_visit, frame, engine, record_id=leads["Chen Li"])).groups


def test_a_viewer_looks_and_cannot_change_anything(
    engine: Engine, leads: dict[str, str], new_visit: NewVisit, frame: NotingFrame
) -> None:
    before, lead_id = everything(engine), leads["Chen Li"]
    of_list = opened(new_visit, frame, engine, role=Role.viewer, view="board")
    of_one = opened(new_visit, frame, engine, role=Role.viewer, record_id=lead_id)
    for widget in (*of_list, *of_one):
        for event in ("check", "act", "press", "submit", "move_card"):
            for name in ("import", "edit", "sync"):
                data = {"values": {"status": "lost"}, "name": name, "id": lead_id, "to": "lost"}
                send(widget, event, data)
    assert everything(engine) == before
    assert (the(Table, of_list).actions, the(Details, of_one).actions, the(Board, of_list).targets) == ([], [], [])
    assert not any(isinstance(widget, MainButton) for widget in of_list)
    for widgets in (of_list, of_one):
        assert the(Form, widgets).issues["by_field"][""].startswith("you are signed in as a viewer")


def test_a_rate_of_no_leads_is_unknown_and_one_of_all_is_whole() -> None:
    assert conversion_rate({}) is None
    assert conversion_rate(dict.fromkeys(LeadStatus, 0)) is None
    assert conversion_rate({LeadStatus.converted: 4}) == 1
    assert conversion_rate({LeadStatus.converted: 1, LeadStatus.new: 2, LeadStatus.lost: 1}) == 0.25
