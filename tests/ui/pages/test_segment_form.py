"""The form of a segment."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import Role
from adplanning.segments.suggestions import SUGGESTIONS
from adplanning.ui.pages.segment_form import FRESH, SegmentForm
from tests.ui.conftest import NewVisit
from tests.ui.pages.segmented import LOYAL, add_segment, fill_customers, members, segments
from tests.ui.visiting import NotingFrame, everything, send


class Desk:
    """The form, and how often it has told that something was saved."""

    def __init__(self, new_visit: NewVisit, engine: Engine, **options: Any) -> None:
        self.n_saved = 0
        self.segment = SegmentForm(new_visit(engine, **options), saved=self._count)
        self.form, self.builder = self.segment.form, self.segment.builder

    def _count(self) -> None:
        self.n_saved += 1

    def rules(self, criteria: object) -> None:
        send(self.builder, "change", {"criteria": criteria})

    def submit(self, **values: Any) -> dict[str, str]:
        send(self.form, "submit", {"values": {**FRESH, **values}})
        return dict(self.form.issues["by_field"])


@pytest.fixture
def desk(new_visit: NewVisit, engine: Engine) -> Desk:
    fill_customers(engine)
    return Desk(new_visit, engine)


def test_a_new_segment_is_created_and_built_at_once(desk: Desk, engine: Engine, frame: NotingFrame) -> None:
    desk.segment.create()
    assert desk.form.button == "Create"
    assert [field["label"] for field in desk.form.fields][:3] == ["Name", "Description", "Segment type"]
    desk.rules(LOYAL)
    assert desk.submit(name="Loyal", color="#009E73") == {}
    assert not desk.form.shown
    [made] = segments(engine).values()
    assert (made.name, made.color, made.criteria, made.customer_count) == ("Loyal", "#009E73", LOYAL, 2)
    assert members(engine, made.id) == {"asha": "rule_match", "ravi": "rule_match"}
    assert (frame.toasts[-1], desk.n_saved) == (("success", "“Loyal” is built: 2 match, 2 came, 0 went."), 1)


def test_who_matches_is_told_while_the_rules_are_put_together(desk: Desk, frame: NotingFrame) -> None:
    desk.segment.create()
    frame.catch_up()
    assert desk.builder.matched["words"] == "5 of 5 customers match"
    desk.rules(LOYAL)
    frame.catch_up()
    assert (desk.builder.matched["words"], desk.builder.matched["names"]) == (
        "2 of 5 customers match",
        ["Asha", "Ravi"],
    )


def test_values_and_attributes_that_customers_have_are_offered(desk: Desk, frame: NotingFrame) -> None:
    desk.segment.create()
    frame.catch_up()
    fields = {field["name"]: field for field in desk.builder.fields}
    assert (fields["city"]["values"], fields["tags"]["values"]) == (["Pune"], ["vip"])
    assert fields["shoe"]["values"] == ["brown"]
    assert fields["email"]["values"] == ()


def test_a_field_that_nobody_has_is_told_and_no_reason_to_refuse(desk: Desk, frame: NotingFrame) -> None:
    desk.segment.create()
    desk.rules({"rules": [{"field": "total_order", "operator": ">", "value": 5}]})
    frame.catch_up()
    assert desk.builder.matched["words"] == "0 of 5 customers match"
    [note] = desk.builder.matched["notes"]
    assert "Did you mean 'total_orders'?" in note


def test_what_is_suggested_is_filled_in_and_can_be_changed_before(desk: Desk) -> None:
    new = next(one for one in SUGGESTIONS if one.key == "new")
    desk.segment.suggest("new")
    assert desk.form.given["values"]["name"] == new.name
    assert [rule["field"] for rule in desk.builder.given["criteria"]["rules"]] == ["total_orders", "last_order_date"]
    assert desk.builder.judged["issues"] == {}


def test_a_segment_is_changed_and_built_anew_and_a_field_left_empty_is_emptied(desk: Desk, engine: Engine) -> None:
    segment_id = add_segment(engine, "Loyal", description="Why", color="#009E73")
    desk.segment.change(segment_id)
    assert desk.form.given["values"]["description"] == "Why"
    assert desk.builder.given["criteria"] == LOYAL
    desk.rules({"rules": LOYAL["rules"][:1]})
    assert desk.submit(name="Buyers", description="") == {}
    [changed] = segments(engine).values()
    assert (changed.name, changed.description, changed.color) == ("Buyers", None, None)
    assert set(members(engine, segment_id)) == {"asha", "ravi", "omar"}


@pytest.mark.parametrize("resting", [{"auto_update": False}, {"is_active": False}])
def test_a_static_or_paused_segment_keeps_its_members_when_it_is_changed(
    desk: Desk, engine: Engine, frame: NotingFrame, resting: dict[str, bool]
) -> None:
    segment_id = add_segment(engine, "Loyal")
    desk.segment.change(segment_id)
    assert desk.submit(name="Loyal", **resting) == {}
    assert (members(engine, segment_id), desk.n_saved) == ({}, 1)
    assert frame.toasts[-1][1] == "Changes saved. Its members stay as they are until you rebuild it."


def test_rules_that_came_under_other_names_are_shown_under_their_own(desk: Desk, engine: Engine) -> None:
    alias = {"rules": [{"field": "total_purchases", "operator": "greater_than", "value": "5"}]}
    desk.segment.change(add_segment(engine, "Loyal", alias))
    [rule] = desk.builder.given["criteria"]["rules"]
    assert rule == {"field": "total_orders", "operator": ">", "value": 5}


@pytest.mark.parametrize(
    ("wrong", "field"), [({"name": " "}, "name"), ({"segment_type": "x"}, "segment_type"), ({"color": "<b>"}, "color")]
)
def test_what_cannot_be_saved_is_said_at_its_field(
    desk: Desk, engine: Engine, wrong: dict[str, Any], field: str
) -> None:
    desk.segment.create()
    assert list(desk.submit(**{"name": "Loyal", **wrong})) == [field]
    assert (segments(engine), desk.form.shown) == ({}, True)


def test_rules_that_are_not_whole_are_not_saved(desk: Desk, engine: Engine) -> None:
    desk.segment.create()
    desk.rules({"rules": [{"field": "", "operator": "", "value": None}]})
    assert desk.submit(name="Loyal") == {"": "A rule is not complete; see below what is missing."}
    assert desk.builder.judged["insist"]
    assert segments(engine) == {}


@pytest.mark.parametrize(
    "criteria",
    [
        {"rules": [{"field": "age", "operator": "; DROP TABLE", "value": 1}]},
        {"rules": [{"field": "age", "operator": ">", "value": {"a": 1}}]},
        {"rules": [{"field": ["age"], "operator": ">", "value": 1}]},
        {"rules": [{"field": "x" * 2000, "operator": "==", "value": "1"}]},
        {"rules": [{"field": "city", "operator": "==", "value": "x" * 2000}]},
        {"rules": [{"field": "city", "operator": "==", "value": "\x00"}]},
        {"rules": {"0": 1}},
        {"logic": ["AND"]},
        {"groups": [[[[]]]]},
        {"__proto__": {}},
    ],
)
def test_rules_that_no_page_of_ours_sends_are_refused_and_store_nothing(
    desk: Desk, engine: Engine, frame: NotingFrame, criteria: dict[str, Any]
) -> None:
    desk.segment.create()
    before = everything(engine)
    desk.rules(criteria)
    assert desk.submit(name="Loyal") != {}
    frame.catch_up()
    assert everything(engine) == before
    assert [words for kind, words in frame.toasts if kind == "error"] == []


def test_a_viewer_who_forges_messages_stores_nothing(new_visit: NewVisit, engine: Engine) -> None:
    before = everything(engine)
    desk = Desk(new_visit, engine, role=Role.viewer)
    desk.rules(LOYAL)
    assert "viewer" in desk.submit(name="Loyal")[""]
    assert everything(engine) == before


def test_leaving_the_page_closes_the_rules_with_the_form(desk: Desk) -> None:
    desk.form.close()
    assert desk.builder.closed
