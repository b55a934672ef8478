"""The table of every list."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import StoreUnavailable
from adplanning.ui import table as table_module
from adplanning.ui.actions import Action
from adplanning.ui.cells import text
from adplanning.ui.table import Column, Filter, Query, Row, Table
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

COLUMNS = (Column("name", "Name", sortable=True), Column("size", "Size", sortable=True), Column("notes", "Notes"))
FILTERS = (
    Filter("platform", "Platform", {"meta": "Meta", "google": "Google"}),
    Filter("model", "Model", {"last": "Last", "first": "First"}, default="last"),
)


class Shelf:
    """A table over numbered boxes, which notes what it was asked."""

    def __init__(self, new_visit: NewVisit, engine: Engine, n_boxes: int, address: dict[str, str], **options: Any):
        self.n_boxes, self.fault = n_boxes, None
        self.fetched: list[Query] = []
        self.changed: list[Query] = []
        usual: dict[str, Any] = {
            "label": "Boxes",
            "columns": COLUMNS,
            "fetch": self.fetch,
            "filters": FILTERS,
            "dated": True,
            "searchable": "Search",
            "sort": "name",
            "export_name": "boxes",
            "empty": "No box yet.",
            "changed": self.changed.append,
        }
        self.table = Table(new_visit(engine, **address), **(usual | options))

    n_boxes: int
    fault: Exception | None

    def fetch(self, query: Query) -> tuple[Sequence[Row], int]:
        self.fetched.append(query)
        if self.fault:
            raise self.fault
        numbers = range(self.n_boxes)[query.offset : query.offset + query.limit]
        return [
            Row(f"b{n}", f"Box {n}", f"/app/boxes/b{n}", {"name": text(f"Box {n}")}, {"id": f"b{n}", "size": -n})
            for n in numbers
        ], self.n_boxes

    def ask(self, **data: Any) -> None:
        send(self.table, "ask", data)

    def ids(self) -> list[str]:
        return [row["id"] for row in self.table.rows]


@pytest.fixture
def new_shelf(new_visit: NewVisit, engine: Engine) -> Any:
    def make(n_boxes: int = 60, address: dict[str, str] | None = None, **options: Any) -> Shelf:
        return Shelf(new_visit, engine, n_boxes, address or {}, **options)

    return make


def test_without_an_address_the_defaults_are_asked(new_shelf: Any) -> None:
    shelf = new_shelf()
    query = shelf.table.query
    assert (query.filters, query.search, query.dates) == ({"model": "last"}, None, ("", ""))
    assert (query.sort, query.descending, query.limit, query.offset) == ("name", True, 25, 0)
    assert (shelf.table.total, len(shelf.table.rows), shelf.table.notice) == (60, 25, "")


def test_an_address_says_what_is_asked(new_shelf: Any) -> None:
    address = {
        "platform": "meta",
        "model": "first",
        "search": " diwali ",
        "from_date": "2026-10-01",
        "to_date": "2026-10-31",
        "sort": "size",
        "descending": "false",
        "limit": "50",
        "page": "2",
    }
    query = new_shelf(address=address).table.query
    assert (query.filters, query.search) == ({"platform": "meta", "model": "first"}, "diwali")
    assert query.period.to_json() == {"from": "2026-09-30T18:30:00+00:00", "to": "2026-10-31T18:29:59.999999+00:00"}
    assert (query.sort, query.descending, query.limit, query.offset) == ("size", False, 50, 50)


FORGED: list[dict[str, Any]] = [
    {"platform": "tiktok"},
    {"platform": ["meta"]},
    {"platform": {"meta": 1}},
    {"platform": True},
    {"model": "markov"},
    {"sort": "notes"},
    {"sort": "id; DROP TABLE goals"},
    {"sort": {"name": 1}},
    {"page": -1},
    {"page": 0},
    {"page": 1e30},
    {"page": 10**30},
    {"page": "two"},
    {"page": 1.5},
    {"page": [1]},
    {"limit": 10**9},
    {"limit": 0},
    {"limit": -1},
    {"limit": "all"},
    {"from_date": "2026-02-30"},
    {"from_date": ["2026-02-01"]},
    {"from_date": "2026-11-30", "to_date": "2026-11-01"},
    {"to_date": "soon"},
    {"search": "a\x00b"},
    {"search": "a" + chr(0xD800)},
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_a_forged_message_is_refused_with_a_sentence_and_what_was_shown_stays(
    new_shelf: Any, frame: NotingFrame, forged: dict[str, Any]
) -> None:
    shelf = new_shelf(address={"platform": "meta", "page": "2"})
    query, ids, n_fetched = shelf.table.query, shelf.ids(), len(shelf.fetched)
    answers: list[object] = []
    shelf.table.observe(lambda change: answers.append(change["new"]), "asked")
    shelf.ask(**{"platform": "meta", "page": 2} | forged)
    [(kind, words)] = frame.toasts
    assert kind == "error"
    assert words.startswith(tuple(forged))
    assert "reference" not in words
    assert (shelf.table.query, shelf.ids(), len(shelf.fetched), frame.kept) == (query, ids, n_fetched, [])
    [answer] = answers  # the browser waits for one
    assert isinstance(answer, dict)
    assert (answer["platform"], answer["page"]) == ("meta", 2)


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_an_address_that_asks_for_what_is_not_there_says_so_and_shows_the_defaults(
    new_shelf: Any, forged: dict[str, Any]
) -> None:
    shelf = new_shelf(address={"platform": "meta"} | {key: str(value) for key, value in forged.items()})
    assert shelf.table.notice.startswith("The address asked for something else: ")
    assert shelf.table.query.filters == {"model": "last"}
    assert len(shelf.table.rows) == 25


def test_another_question_is_kept_in_the_address_with_what_is_not_the_default_alone(
    new_shelf: Any, frame: NotingFrame
) -> None:
    shelf = new_shelf()
    shelf.ask(platform="", model="last", search="", sort="name", descending=True, limit=25, page=1, n=7)
    shelf.ask(platform="google", model="last", sort="size", descending=False, limit=50, page=2)
    assert frame.kept == [
        {},
        {"platform": "google", "sort": "size", "descending": "false", "limit": "50", "page": "2"},
    ]
    again = new_shelf(address=frame.kept[1]).table.query
    assert again == shelf.table.query


def test_pages_make_up_the_list(new_shelf: Any) -> None:
    shelf = new_shelf()
    seen = []
    for page in (1, 2, 3):
        shelf.ask(page=page)
        seen += shelf.ids()
    assert seen == [f"b{n}" for n in range(60)]


@pytest.mark.parametrize("page", ["9", "999999999"])
def test_beyond_the_last_page_is_the_first(new_shelf: Any, page: str) -> None:
    shelf = new_shelf(address={"page": page})
    assert (shelf.ids()[0], shelf.table.asked["page"]) == ("b0", 1)
    shelf.ask(page=page)
    assert (shelf.ids()[0], shelf.table.asked["page"]) == ("b0", 1)


def test_the_last_row_of_a_last_page_may_go(new_shelf: Any) -> None:
    shelf = new_shelf(26, address={"page": "2"})
    shelf.n_boxes = 25
    shelf.table.refresh()
    assert (len(shelf.ids()), shelf.table.asked["page"]) == (25, 1)


def test_what_the_rows_are_about_is_told_on_only_when_it_changes(new_shelf: Any) -> None:
    shelf = new_shelf()
    shelf.ask(page=2)
    shelf.ask(sort="size")
    assert shelf.changed == []
    shelf.ask(platform="meta")
    shelf.ask(platform="meta", from_date="2026-10-01")
    assert [query.filters.get("platform") for query in shelf.changed] == ["meta", "meta"]


def test_a_fault_is_shown_in_the_tables_place_until_it_is_gone(new_shelf: Any, frame: NotingFrame) -> None:
    shelf = new_shelf()
    shelf.fault = StoreUnavailable("the database is locked; try again")
    shelf.ask(page=2)
    assert (shelf.table.fault, shelf.table.rows) == ("the database is locked; try again", [])
    shelf.fault = RuntimeError("secret")
    shelf.table.refresh()
    assert "secret" not in shelf.table.fault
    shelf.fault = None
    send(shelf.table, "ask", dict(shelf.table.asked))
    assert (shelf.table.fault, shelf.ids()[0], frame.toasts) == ("", "b25", [])


def test_a_question_asked_twice_is_answered_twice(new_shelf: Any) -> None:
    shelf = new_shelf()
    answers: list[object] = []
    shelf.table.observe(lambda change: answers.append(change["new"]), "asked")
    shelf.ask(page=1)
    shelf.ask(page=1)
    assert len(answers) == 2


def test_what_a_browser_writes_into_the_answer_is_not_read_back(new_shelf: Any, frame: NotingFrame) -> None:
    shelf = new_shelf()
    shelf.table.asked = {"n": "many", "sort": ["x"]}
    shelf.ask(page=2)
    assert (shelf.table.asked["page"], frame.toasts) == (2, [])


def test_only_buttons_of_the_table_can_be_pressed(new_shelf: Any) -> None:
    pressed: list[str] = []
    shelf = new_shelf(actions=[Action("open", "Open", "mdi-eye", pressed.append)])
    for name in ("delete", None, ["open"]):
        send(shelf.table, "act", {"name": name, "id": "b1"})
    assert pressed == []
    send(shelf.table, "act", {"name": "open", "id": "b1"})
    assert pressed == ["b1"]


def test_an_empty_table_offers_its_own_button(new_shelf: Any) -> None:
    pressed: list[str] = []
    shelf = new_shelf(0, empty_action=Action("add", "Add", "mdi-plus", pressed.append))
    assert (shelf.table.total, shelf.table.empty, shelf.table.empty_action["title"]) == (0, "No box yet.", "Add")
    send(shelf.table, "act", {"name": "add"})
    assert pressed == [""]


def exported(shelf: Shelf) -> list[str]:
    """The parts that a browser gets when it asks for one after the other."""
    parts, n = [], 0
    while True:
        send(shelf.table, "export_rows", {"n": n} if n else {})
        answer = shelf.table.exporting
        parts.append(answer["part"])
        if answer["last"]:
            assert not answer["busy"]
            return parts
        n = answer["n"]


def test_an_export_holds_all_rows_in_their_order_over_several_parts(
    new_shelf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "EXPORT_ROWS", 7)
    shelf = new_shelf(address={"page": "2"})
    parts = exported(shelf)
    assert len(parts) == 9
    rows = list(csv.DictReader(io.StringIO("".join(parts))))
    assert [row["id"] for row in rows] == [f"b{n}" for n in range(60)]
    assert [float(row["size"]) for row in rows] == [-n for n in range(60)]
    assert shelf.table.exporting["name"] == "boxes.csv"
    assert (shelf.ids()[0], shelf.table.query.offset) == ("b25", 25)


def test_an_export_can_be_taken_twice(new_shelf: Any) -> None:
    shelf = new_shelf(3)
    answers: list[object] = []
    shelf.table.observe(lambda change: answers.append(change["new"]), "exporting")
    assert exported(shelf) == exported(shelf)
    assert len(answers) == 2


@pytest.mark.parametrize("n", [-1, "7", None, 1e300, 2**60, [7], {"n": 1}])
def test_a_forged_place_in_an_export_is_its_beginning(new_shelf: Any, n: Any) -> None:
    shelf = new_shelf(3)
    send(shelf.table, "export_rows", {"n": n})
    assert shelf.table.exporting["part"].startswith("id,size\r\nb0,0\r\n")


def test_an_export_that_fails_says_so_and_waits_no_longer(
    new_shelf: Any, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "EXPORT_ROWS", 7)
    shelf = new_shelf()
    send(shelf.table, "export_rows")
    assert shelf.table.exporting["busy"]
    shelf.fault = StoreUnavailable("the database is locked; try again")
    send(shelf.table, "export_rows", {"n": 7})
    assert frame.toasts == [("error", "the database is locked; try again")]
    assert not shelf.table.exporting.get("busy")


TOTAL = Row("sum", "Total", "", {"name": text("Total")}, {"id": "sum", "size": 7})


def test_sums_stand_below_every_page_and_once_at_the_end_of_the_export(
    new_shelf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "EXPORT_ROWS", 25)
    shelf = new_shelf(footer=lambda _: [TOTAL])
    for page in (1, 2, 3):
        shelf.ask(page=page)
        assert [foot["name"] for foot in shelf.table.feet] == ["Total"]
    rows = list(csv.DictReader(io.StringIO("".join(exported(shelf)))))
    assert [row["id"] for row in rows] == [*(f"b{n}" for n in range(60)), "sum"]


def test_an_empty_table_and_one_that_failed_have_no_sums(new_shelf: Any) -> None:
    assert new_shelf(0, footer=lambda _: [TOTAL]).table.feet == []
    shelf = new_shelf(footer=lambda _: [TOTAL])
    shelf.fault = StoreUnavailable("the database is locked; try again")
    shelf.table.refresh()
    assert shelf.table.feet == []


def test_a_table_that_waits_reads_nothing_until_it_is_told_to(new_shelf: Any) -> None:
    shelf = new_shelf(waits=True, address={"platform": "meta"})
    assert (shelf.fetched, shelf.table.pending, shelf.table.asked["platform"]) == ([], True, "meta")
    shelf.table.refresh()
    assert (len(shelf.fetched), shelf.table.pending, len(shelf.table.rows)) == (1, False, 25)


def test_an_answer_that_comes_too_late_is_not_shown(new_shelf: Any) -> None:
    shelf: Shelf = new_shelf()
    fetch = shelf.fetch

    def slowly(query: Query) -> tuple[Sequence[Row], int]:
        found = fetch(query)
        if not query.filters.get("platform"):
            shelf.ask(platform="meta", page=2)
        return found

    shelf.table._fetch = slowly
    shelf.table.refresh()
    assert (shelf.table.asked["platform"], shelf.ids()[0]) == ("meta", "b25")


def test_two_tables_share_an_address(new_shelf: Any, frame: NotingFrame) -> None:
    address = {"page": "2", "low_page": "3", "low_platform": "meta", "key": "x"}
    low = new_shelf(address=address, prefix="low_")
    high = new_shelf(address=address, beside=lambda: {"key": "x", **low.table.state})
    assert (high.ids()[0], low.ids()[0], low.table.query.filters["platform"]) == ("b25", "b50", "meta")
    assert (high.table.notice, low.table.notice) == ("", "")
    high.ask(page=1)
    assert frame.kept == [{"key": "x", "low_page": "3", "low_platform": "meta"}]


def test_a_row_may_have_only_some_of_the_buttons() -> None:
    assert Row("b", "Box", "", {}).shown()["actions"] is None
    assert Row("b", "Box", "", {}, actions=["open"]).shown()["actions"] == ["open"]


def test_a_table_without_a_name_for_it_has_no_export(new_shelf: Any) -> None:
    shelf = new_shelf(export_name="")
    send(shelf.table, "export_rows")
    assert (shelf.table.exportable, shelf.table.exporting) == (False, {})
