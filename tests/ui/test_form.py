"""The form of every record."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import Conflict, Forbidden, InvalidData
from adplanning.ui.form import MAX_ROWS, Field, Form, Values
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

FIELDS = (
    Field("name", "Name", required=True),
    Field("kind", "Kind", "choice", options={"a": "A", "b": "B"}),
    Field("conditions.min_value", "At least", "number", only_for={"kind": ["a"]}),
    Field("is_active", "Active", "switch"),
    Field("lines", "Lines", "rows", parts=(Field("name", "Name"), Field("value", "Value"))),
)


class Desk:
    """A form that keeps what it was given, or refuses it."""

    def __init__(self, new_visit: NewVisit, engine: Engine) -> None:
        self.saved: list[Values] = []
        self.checked: list[Values] = []
        self.fault: Exception | None = None
        self.form = Form(
            new_visit(engine),
            title="New thing",
            button="Create",
            fields=FIELDS,
            check=lambda values: self._take(values, self.checked),
            submit=lambda values: self._take(values, self.saved),
        )

    def _take(self, values: Values, into: list[Values]) -> None:
        if self.fault:
            raise self.fault
        into.append(values)

    def submit(self, **values: Any) -> None:
        send(self.form, "submit", {"values": values})

    @property
    def issues(self) -> dict[str, str]:
        return dict(self.form.issues["by_field"])


@pytest.fixture
def desk(new_visit: NewVisit, engine: Engine) -> Desk:
    made = Desk(new_visit, engine)
    made.form.ask({"name": "Blue"})
    return made


def test_a_form_opens_with_what_it_is_given_and_anew_each_time(desk: Desk) -> None:
    first = desk.form.given
    assert (desk.form.shown, first["values"]) == (True, {"name": "Blue"})
    send(desk.form, "close")
    assert not desk.form.shown
    desk.form.ask({"name": "Blue"})
    assert desk.form.shown
    assert desk.form.given["values"] == first["values"]
    assert desk.form.given != first


def test_it_closes_only_after_it_was_saved(desk: Desk) -> None:
    desk.fault = InvalidData.at("name", "is taken")
    desk.submit(name="Blue")
    assert (desk.form.shown, desk.saved, desk.issues) == (True, [], {"name": "is taken"})
    desk.fault = None
    desk.submit(name="Green")
    assert (desk.form.shown, desk.issues) == (False, {})
    assert desk.saved == [{"name": "Green", "is_active": False, "lines": []}]


def test_a_refusal_stands_at_the_field_that_its_path_names_and_any_other_on_top(desk: Desk) -> None:
    paths = ["name", "conditions.min_value", "conditions.min_value.0", "lines.3.name", "conditions", "elsewhere"]
    desk.fault = InvalidData("no", [(path, f"wrong at {path}") for path in paths])
    desk.submit(name="Blue")
    assert desk.issues == {
        "name": "wrong at name",
        "conditions.min_value": "wrong at conditions.min_value",
        "lines": "wrong at lines.3.name",
        "": "conditions: wrong at conditions",
    }
    desk.fault = InvalidData("one of the two is needed")
    desk.submit(name="Blue")
    assert desk.issues == {"": "one of the two is needed"}


def test_a_field_that_is_not_there_is_asked_for_in_plain_words(desk: Desk) -> None:
    desk.fault = InvalidData("no", [("name", "Field required")])
    desk.submit()
    assert desk.issues == {"name": "Fill this in."}


def test_every_field_that_must_be_filled_in_is_asked_for_at_once(desk: Desk) -> None:
    more = (
        Field("amount", "Amount", "number", required=True, only_for={"kind": ["a"]}),
        Field("day", "Day", "day", required=True, only_for={"kind": ["b"]}),
    )
    desk.form.have([*FIELDS, *more])
    desk.fault = InvalidData.at("name", "is too short")
    desk.submit(kind="a")
    assert desk.issues == {"name": "Fill this in.", "amount": "Fill this in."}
    desk.submit(kind="a", name="B", amount=3)
    assert desk.issues == {"name": "is too short"}


def test_the_same_refusal_twice_is_a_new_answer(desk: Desk) -> None:
    desk.fault = InvalidData.at("name", "is taken")
    answers: list[object] = []
    desk.form.observe(lambda change: answers.append(change["new"]), "issues")
    desk.submit(name="Blue")
    desk.submit(name="Blue")
    send(desk.form, "check", {"values": {"name": "Blue"}})
    assert len(answers) == 3


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Conflict("order 1001 is there already"), "order 1001 is there already"),
        (Forbidden("you are a viewer"), "you are a viewer"),
        (RuntimeError("secret"), "Something went wrong here and nothing was saved."),
    ],
)
def test_any_other_fault_is_told_in_the_form_which_stays_open(
    desk: Desk, frame: NotingFrame, fault: Exception, words: str
) -> None:
    desk.fault = fault
    desk.submit(name="Blue")
    assert desk.form.shown
    assert desk.issues[""].startswith(words)
    assert "secret" not in desk.issues[""]
    assert frame.toasts == []


def test_leaving_a_field_checks_and_saves_nothing(desk: Desk) -> None:
    send(desk.form, "check", {"values": {"name": "Blue"}})
    assert (len(desk.checked), desk.saved, desk.form.shown) == (1, [], True)


def test_only_the_fields_of_the_form_are_taken_and_of_the_kinds_it_can_give(desk: Desk) -> None:
    desk.submit(
        **{
            "name": 7,
            "kind": ["a"],
            "conditions.min_value": "12.5",
            "is_active": "true",
            "lines": [{"name": "colour", "value": None, "id": "x"}, "text", None, {"value": 3}],
            "id": "goal_1",
            "website_id": "another",
        }
    )
    assert desk.saved == [
        {
            "name": "7",
            "conditions.min_value": "12.5",
            "is_active": False,
            "lines": [{"name": "colour", "value": ""}, {"name": "", "value": "3"}],
        }
    ]


@pytest.mark.parametrize("empty", [None, "", "  ", [], {}, True, [1]])
def test_what_is_left_empty_is_not_given(desk: Desk, empty: Any) -> None:
    desk.submit(name=empty, lines=empty)
    assert desk.saved == [{"is_active": False, "lines": []}]


@pytest.mark.parametrize("values", [None, [], "name", 7])
def test_what_is_no_set_of_values_is_an_empty_one(desk: Desk, values: Any) -> None:
    send(desk.form, "submit", {"values": values})
    assert desk.saved == [{"is_active": False, "lines": []}]


def test_lines_are_bounded(desk: Desk) -> None:
    desk.submit(lines=[{"name": str(n)} for n in range(MAX_ROWS + 1)])
    assert (desk.saved, desk.issues) == ([], {"lines": "has 51 lines; give at most 50"})
    desk.submit(lines=[{"name": str(n)} for n in range(MAX_ROWS)])
    assert len(desk.saved[0]["lines"]) == MAX_ROWS


def test_the_browser_gets_every_field_with_its_choices_and_parts(desk: Desk) -> None:
    shown = {field["key"]: field for field in desk.form.fields}
    assert shown["kind"]["options"] == [{"value": "a", "title": "A"}, {"value": "b", "title": "B"}]
    assert [part["key"] for part in shown["lines"]["parts"]] == ["name", "value"]
    assert shown["conditions.min_value"]["only_for"] == {"kind": ["a"]}


PARTED = (
    Field("source", "Source", "choice", options={"page": "Page", "none": "None"}),
    Field(
        "lines",
        "Lines",
        "rows",
        parts=(
            Field("id", "Id", "kept"),
            Field("pages", "Pages", "texts", options={"/a": "/a"}, only_for={"source": ["page"]}),
        ),
    ),
)


def test_a_line_may_hold_several_choices_and_hands_back_what_it_does_not_show(desk: Desk) -> None:
    desk.form.have(PARTED)
    line = {"id": "7", "pages": ["/a", 8, "/b"], "more": "x"}
    desk.submit(source="page", lines=[line, {"pages": "/a"}, {}])
    lines = [{"id": "7", "pages": ["/a", "8", "/b"]}, {"id": "", "pages": []}, {"id": "", "pages": []}]
    assert desk.saved == [{"source": "page", "lines": lines}]
    desk.submit(lines=[{"pages": ["/a"] * (MAX_ROWS + 1)}])
    assert desk.issues == {"lines": "has a line with 51 choices; give at most 50"}


def test_a_form_with_other_fields_takes_these_and_no_more(desk: Desk) -> None:
    desk.form.have(PARTED[:1])
    assert [field["key"] for field in desk.form.fields] == ["source"]
    assert desk.form.given["values"] == {"name": "Blue"}
    desk.submit(source="page", name="Blue")
    assert desk.saved == [{"source": "page"}]


def test_what_is_typed_is_told_where_somebody_listens(desk: Desk, new_visit: NewVisit, engine: Engine) -> None:
    heard: list[Values] = []
    listening = Form(
        new_visit(engine), title="T", button="B", fields=FIELDS, check=heard.append, submit=heard.append,
        changed=heard.append,
    )  # fmt: skip
    assert (listening.live, desk.form.live) == (True, False)
    for form in (listening, desk.form):
        send(form, "change", {"values": {"name": "Gre", "is_active": True}})
    assert heard == [{"name": "Gre", "is_active": True, "lines": []}]
    assert (desk.checked, desk.saved) == ([], [])


def test_a_field_is_filled_in_while_the_others_stay(desk: Desk) -> None:
    before = desk.form.given
    desk.form.put({"kind": "b"})
    assert desk.form.added["values"] == {"kind": "b"}
    assert desk.form.given == before
