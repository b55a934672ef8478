"""The rules of a segment, put together by clicking."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, StoreUnavailable
from adplanning.ui.rule_builder import Criteria, Judgement, Matched, RuleBuilder, RuleField, RuleOperator
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

WHOLE: dict[str, Any] = {"logic": "AND", "rules": [{"field": "age", "operator": ">", "value": 30}], "groups": []}
LACKING: dict[str, Any] = {"logic": "AND", "rules": [{"field": "", "operator": "", "value": None}], "groups": []}


class Desk:
    """A builder whose rules are whole when each names a field."""

    def __init__(self, new_visit: NewVisit, engine: Engine) -> None:
        self.counted: list[Criteria] = []
        self.fault: Exception | None = None
        self.builder = RuleBuilder(new_visit(engine), judge=self._judge, count=self._count)

    def _judge(self, criteria: Criteria) -> Judgement:
        rules = criteria.get("rules", [])
        return Judgement(
            {f"criteria.rules[{n}].field": "has no name" for n, rule in enumerate(rules) if not rule["field"]},
            ["Nobody can meet both."] if len(rules) > 1 else [],
            [(0, f"{len(rules)} rules")],
        )

    def _count(self, criteria: Criteria) -> Matched:
        if self.fault:
            raise self.fault
        self.counted.append(criteria)
        return Matched(f"{len(self.counted)} counted", ("Asha",))

    def change(self, criteria: object) -> None:
        send(self.builder, "change", {"criteria": criteria})


@pytest.fixture
def desk(new_visit: NewVisit, engine: Engine) -> Desk:
    return Desk(new_visit, engine)


def test_it_begins_with_the_rules_that_are_given_and_says_whom_they_match(desk: Desk, frame: NotingFrame) -> None:
    desk.builder.show(WHOLE)
    assert desk.builder.given["criteria"] == WHOLE
    assert (desk.builder.judged["lines"], desk.builder.matched) == ([(0, "1 rules")], {})
    frame.catch_up()
    assert (desk.builder.matched["words"], desk.builder.matched["names"]) == ("1 counted", ("Asha",))


def test_the_browser_gets_every_field_with_its_operators_and_values(desk: Desk) -> None:
    more = RuleOperator(">", "is more than", "number", ["greater_than"])
    desk.builder.offer([RuleField("age", "Age", "Person", [more], "years", values=["30"])])
    [shown] = desk.builder.fields
    [operator] = shown["operators"]
    assert operator == {"name": ">", "words": "is more than", "takes": "number", "names": ["greater_than"]}
    assert (shown["title"], shown["group"], shown["unit"], shown["values"]) == ("Age", "Person", "years", ["30"])


def test_a_change_is_judged_at_once_and_counted_beside_the_page(desk: Desk, frame: NotingFrame) -> None:
    desk.change(WHOLE)
    assert desk.builder.judged["issues"] == {}
    assert desk.counted == []
    frame.catch_up()
    assert desk.counted == [WHOLE]


def test_only_the_newest_rules_are_counted(desk: Desk, frame: NotingFrame) -> None:
    for value in range(5):
        desk.change({**WHOLE, "rules": [{"field": "age", "operator": ">", "value": value}]})
    frame.catch_up()
    assert [criteria["rules"][0]["value"] for criteria in desk.counted] == [4]


def test_rules_that_are_not_whole_are_not_counted_and_their_faults_are_told(desk: Desk, frame: NotingFrame) -> None:
    desk.change(LACKING)
    frame.catch_up()
    assert desk.builder.judged["issues"] == {"criteria.rules[0].field": "has no name"}
    assert (desk.counted, desk.builder.judged["insist"]) == ([], False)


def test_rules_that_are_asked_for_must_be_whole(desk: Desk) -> None:
    desk.change(WHOLE)
    assert desk.builder.require() == WHOLE
    desk.change(LACKING)
    with pytest.raises(InvalidData, match="A rule is not complete"):
        desk.builder.require()
    assert desk.builder.judged["insist"]


def test_what_contradicts_itself_is_flagged_and_counted_all_the_same(desk: Desk, frame: NotingFrame) -> None:
    desk.change({**WHOLE, "rules": WHOLE["rules"] * 2})
    frame.catch_up()
    assert desk.builder.judged["contradictions"] == ["Nobody can meet both."]
    assert len(desk.counted) == 1


def test_a_count_that_fails_says_so_in_its_place(desk: Desk, frame: NotingFrame) -> None:
    desk.fault = StoreUnavailable("the store is locked")
    desk.change(WHOLE)
    frame.catch_up()
    assert (desk.builder.matched["words"], frame.toasts) == ("the store is locked", [])


@pytest.mark.parametrize("criteria", [None, [], "all", 7, [[]], True])
def test_what_is_no_object_is_no_rules(desk: Desk, criteria: Any) -> None:
    desk.change(WHOLE)
    desk.change(criteria)
    assert desk.builder.require() == {}


def test_a_page_that_was_left_is_counted_for_no_more(desk: Desk, frame: NotingFrame) -> None:
    desk.change(WHOLE)
    desk.builder.close()
    frame.catch_up()
    assert desk.counted == []
