"""The page of one segment."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, delete

from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import Role
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.chart import ChartCard
from adplanning.ui.columns import Columns
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.segment import segment_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.segmented import LOYAL, add_segment, fill_customers, members, segments
from tests.ui.visiting import NotingFrame, everything, send, the


class Page:
    """The page of a segment as somebody sees it."""

    def __init__(self, new_visit: NewVisit, frame: NotingFrame, engine: Engine, segment_id: str, **options: Any):
        page = segment_page(new_visit(engine, **options), segment_id)
        frame.catch_up()
        columns = the(Columns, list(page))
        self.details = the(Details, columns.main)
        self.side = list(columns.side)
        self.widgets = [*page, *columns.main, *columns.side]

    def table(self, label: str) -> Table:
        [found] = [one for one in self.widgets if isinstance(one, Table) and one.label == label]
        return found

    def form(self, button: str) -> Form:
        [found] = [one for one in self.widgets if isinstance(one, Form) and one.button == button]
        return found

    def press(self, name: str) -> None:
        for one in self.widgets:
            if isinstance(one, Details):
                send(one, "act", {"name": name})

    @property
    def kpis(self) -> dict[str, str]:
        return {item["label"]: item["full"] or item["value"] for item in the(Kpis, self.widgets).items}


@pytest.fixture
def loyal(engine: Engine) -> str:
    fill_customers(engine)
    return add_segment(engine, "Loyal")


@pytest.fixture
def page(new_visit: NewVisit, frame: NotingFrame, engine: Engine, loyal: str) -> Page:
    """The page after the segment was built."""
    Page(new_visit, frame, engine, loyal).press("rebuild")
    return Page(new_visit, frame, engine, loyal)


def test_its_rules_stand_in_plain_words_below_one_another(page: Page) -> None:
    [_, criteria] = page.details.groups
    [row] = criteria["rows"]
    assert row["cell"]["text"] == (
        "All of these hold:\n    Orders is more than 5\n    Last order is within the last 30 days"
    )


def test_its_general_information_tells_type_status_members_and_dates(page: Page) -> None:
    told = {row["label"]: row["cell"]["text"] for row in page.details.groups[0]["rows"]}
    assert page.details.groups[0]["title"] == "General information"
    assert (told["Type"], told["Status"], told["Membership"], told["Members"]) == ("Custom", "Active", "Dynamic", "2")
    assert all(told[label] for label in ("Last built", "Created", "Changed"))


def test_members_stand_with_email_name_phone_and_the_date_they_were_added(page: Page) -> None:
    titles = [column["title"] for column in page.table("Members").columns]
    assert titles == ["E-mail", "Name", "Phone", "Date added", "Why"]


def test_rebuild_finds_the_right_people_and_says_so(page: Page, engine: Engine, loyal: str, frame: NotingFrame) -> None:
    assert members(engine, loyal) == {"asha": "rule_match", "ravi": "rule_match"}
    assert ("success", "“Loyal” is built: 2 match, 2 came, 0 went.") in frame.toasts
    assert frame.gone_to == [f"/app/ad-planning/segments/{loyal}"]
    assert {row["cells"]["email"]["text"] for row in page.table("Members").rows} == {
        "asha@example.in", "ravi@example.in",
    }  # fmt: skip


def test_the_summary_says_what_its_members_are_worth(page: Page) -> None:
    assert page.kpis == {
        "Members": "2", "Share of customers": "40.0%", "Average CLV": "–", "Revenue": "₹1,500.00",
    }  # fmt: skip
    assert the(Kpis, page.widgets).caption == "2 of them without a predicted lifetime value."


def test_beside_the_rules_and_members_stand_the_summary_and_the_buttons(page: Page) -> None:
    assert the(Kpis, page.side).label == "Quick summary"
    assert [action["title"] for action in the(Details, page.side).actions] == [
        "Rebuild", "Add a member", "Edit", "Delete",
    ]  # fmt: skip


def test_a_member_leads_to_their_journey_and_is_searched_for(page: Page) -> None:
    table = page.table("Members")
    send(table, "ask", {**table.asked, "search": "ASHA"})
    [row] = table.rows
    assert (row["href"], row["cells"]["name"]["text"]) == ("/app/ad-planning/journeys/asha", "Asha")
    assert row["cells"]["added_reason"]["text"] == "Meets the rules"


@pytest.mark.parametrize("sort", ["email", "name", "phone", "added_at", "added_reason"])
def test_members_can_be_put_in_order(page: Page, sort: str) -> None:
    table = page.table("Members")
    send(table, "ask", {**table.asked, "sort": sort, "descending": False})
    assert (table.fault, [row["id"] for row in table.rows]) == ("", ["asha", "ravi"])


def test_all_members_come_as_csv(page: Page) -> None:
    table = page.table("Members")
    send(table, "export_rows", {"n": 0})
    heading, *rows = table.exporting["part"].split()
    assert heading == "person_id,email,first_name,last_name,phone,added_at,added_reason"
    assert {row.split(",")[1] for row in rows} == {"asha@example.in", "ravi@example.in"}


def test_somebody_is_put_in_by_hand_and_stays_when_it_is_rebuilt(
    page: Page, engine: Engine, loyal: str, frame: NotingFrame
) -> None:
    page.press("add")
    form = page.form("Add to the segment")
    send(form, "submit", {"values": {"email": " Zoya@Example.IN "}})
    assert (form.issues["by_field"], frame.toasts[-1]) == ({}, ("success", "Zoya is in the segment."))
    page.press("rebuild")
    assert members(engine, loyal) == {"asha": "rule_match", "ravi": "rule_match", "zoya": "manual"}


@pytest.mark.parametrize(
    ("email", "words"),
    [("", "Fill this in."), ("nobody@example.in", "nobody with this address is known; check it, or import them first")],
)
def test_somebody_unknown_is_not_put_in(page: Page, engine: Engine, loyal: str, email: str, words: str) -> None:
    form = page.form("Add to the segment")
    send(form, "submit", {"values": {"email": email}})
    assert form.issues["by_field"] == {"email": words}
    assert set(members(engine, loyal)) == {"asha", "ravi"}


def test_somebody_is_taken_out(page: Page, engine: Engine, loyal: str, frame: NotingFrame) -> None:
    send(page.table("Members"), "act", {"name": "remove", "id": "asha"})
    assert members(engine, loyal) == {"ravi": "rule_match"}
    assert frame.toasts[-1][1].startswith("Taken out;")


def test_a_member_who_is_no_person_any_more_is_told_as_such(
    page: Page, engine: Engine, loyal: str, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with write_transaction(engine) as connection:
        connection.execute(delete(TABLES["persons"]).where(TABLES["persons"].c.id == "asha"))
    rows = {row["id"]: row["cells"] for row in Page(new_visit, frame, engine, loyal).table("Members").rows}
    assert rows["asha"]["email"]["text"] == "Nobody known any more"


def test_what_it_shares_with_another_is_counted(
    page: Page, engine: Engine, loyal: str, new_visit: NewVisit, frame: NotingFrame
) -> None:
    assert [one.label for one in page.widgets if isinstance(one, Table)] == ["Members"]
    frequent = add_segment(engine, "Frequent", {"rules": LOYAL["rules"][:1]})
    Page(new_visit, frame, engine, frequent).press("rebuild")
    table = Page(new_visit, frame, engine, loyal).table("Overlap with another segment")
    assert {row["id"]: row["cells"]["n"]["text"] for row in table.rows} == {
        "In both": "2", "Only in “Loyal”": "0", "Only in “Frequent”": "1",
    }  # fmt: skip


def test_the_history_of_its_size_is_drawn_once_it_was_built(
    new_visit: NewVisit, frame: NotingFrame, engine: Engine, loyal: str
) -> None:
    before = the(ChartCard, Page(new_visit, frame, engine, loyal).widgets)
    assert before.spec is None
    assert before.empty.startswith("It has not been built yet")
    Page(new_visit, frame, engine, loyal).press("rebuild")
    after = the(ChartCard, Page(new_visit, frame, engine, loyal).widgets)
    assert after.spec is not None
    assert after.rows_csv.splitlines()[0] == "built_at,n_members,n_added,n_removed"


def test_rules_that_exclude_each_other_are_told(new_visit: NewVisit, frame: NotingFrame, engine: Engine) -> None:
    rules = [{"field": "total_orders", "operator": op, "value": value} for op, value in ((">", 5), ("<", 3))]
    page = Page(new_visit, frame, engine, add_segment(engine, "Nobody", {"rules": rules}))
    assert [item["words"][:20] for item in the(Notices, page.widgets).items] == ["Nobody can meet both"]


def test_it_is_deleted_after_a_question(page: Page, engine: Engine, frame: NotingFrame) -> None:
    page.press("delete")
    assert len(segments(engine)) == 1
    [(question, yes)] = frame.questions
    assert question == "Delete the segment “Loyal”?"
    yes()
    assert segments(engine) == {}
    assert len(everything(engine)["persons"]) == 5
    assert frame.gone_to[-1] == "/app/ad-planning/segments"


def test_a_viewer_looks_and_changes_nothing_whatever_a_browser_sends(
    page: Page, engine: Engine, loyal: str, new_visit: NewVisit, frame: NotingFrame
) -> None:
    before = everything(engine)
    seen = Page(new_visit, frame, engine, loyal, role=Role.viewer)
    assert [one.actions for one in seen.widgets if isinstance(one, Details)] == [[]]
    assert seen.table("Members").actions == []
    for name in ("rebuild", "edit", "add", "delete"):
        seen.press(name)
    send(seen.table("Members"), "act", {"name": "remove", "id": "asha"})
    for one in seen.widgets:
        if isinstance(one, Form):
            send(one, "submit", {"values": {"email": "zoya@example.in", "name": "x", "segment_type": "custom"}})
    assert everything(engine) == before


def test_a_segment_that_is_not_there_is_not_found(new_visit: NewVisit, frame: NotingFrame, engine: Engine) -> None:
    with pytest.raises(NotFound):
        Page(new_visit, frame, engine, "seg_nowhere")
