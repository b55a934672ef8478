"""The rules of a group of customers, put together by clicking, with who they match while one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

from traitlets import Dict, Int, List

from adplanning.core.errors import InvalidData
from adplanning.ui.component import Component, sentence_of
from adplanning.ui.visit import Visit

Criteria = Mapping[str, Any]
# Groups within groups that the buttons offer; rules that came from elsewhere are shown however deep they are.
MAX_LEVELS = 3


@dataclass(frozen=True)
class RuleOperator:
    """How a field is compared; `takes` is number, numbers, date, dates, days, text, texts or flag.

    It is found by its words and by each of `names`.
    """

    name: str
    words: str
    takes: str
    names: Sequence[str] = ()


@dataclass(frozen=True)
class RuleField:
    """What a rule can ask about; `values` are some that exist, most frequent first."""

    name: str
    title: str
    group: str
    operators: Sequence[RuleOperator]
    unit: str = ""
    help: str = ""
    example: str = ""
    values: Sequence[str] = ()


@dataclass(frozen=True)
class Judgement:
    """What there is to say of rules as they stand: faults by path, contradictions, and their meaning line by line."""

    issues: Mapping[str, str]
    contradictions: Sequence[str] = ()
    lines: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Matched:
    """Whom the rules match, in words, some of them by name, and what one should know before relying on it."""

    words: str
    names: Sequence[str] = ()
    notes: Sequence[str] = ()


class RuleBuilder(Component):
    """Rules in groups: `{"logic", "rules": [{"field", "operator", "value"}], "groups": […]}`.

    Parameters
    ----------
    judge : reads criteria, which a stranger may have sent; faults are answered, not raised.
    count : finds whom criteria without faults match; called beside the page, the newest alone is shown.
    """

    vue = "rule_builder"

    fields = List(Dict()).tag(sync=True)
    given = Dict().tag(sync=True)
    judged = Dict().tag(sync=True)
    matched = Dict().tag(sync=True)
    max_levels = Int(MAX_LEVELS).tag(sync=True)

    def __init__(
        self, visit: Visit, *, judge: Callable[[Criteria], Judgement], count: Callable[[Criteria], Matched]
    ) -> None:
        self._visit, self._judge, self._count = visit, judge, count
        self._criteria: Criteria = {}
        self._asked = 0
        self._one_at_a_time = Lock()
        super().__init__(notify=lambda words: visit.frame.toast(words, "error"))

    def offer(self, fields: Sequence[RuleField]) -> None:
        """Say what rules can ask about."""
        self.fields = [asdict(field) for field in fields]

    def show(self, criteria: Criteria) -> None:
        """Begin with these rules."""
        with self.hold_sync():
            self.given = {"n": next(self._numbers), "criteria": dict(criteria)}
            self.matched = {}
            self._take(criteria)

    def require(self) -> Criteria:
        """The rules as they stand.

        Raises
        ------
        InvalidData : they have faults, each of which is now shown where it is.
        """
        judgement = self._judge(self._criteria)
        if judgement.issues:
            self._say(judgement, insist=True)
            raise InvalidData("A rule is not complete; see below what is missing.")
        return self._criteria

    def vue_change(self, data: dict[str, Any]) -> None:
        """A rule was added, changed or removed."""
        criteria = data.get("criteria")
        self._take(criteria if isinstance(criteria, dict) else {})

    def _take(self, criteria: Criteria) -> None:
        self._criteria = criteria
        self._asked += 1
        judgement = self._judge(criteria)
        self._say(judgement)
        if not judgement.issues:
            asked = self._asked
            self._visit.frame.later(lambda: self._match(criteria, asked))

    def _say(self, judgement: Judgement, *, insist: bool = False) -> None:
        self.judged = {"n": next(self._numbers), "insist": insist, **asdict(judgement)}

    def _match(self, criteria: Criteria, asked: int) -> None:
        with self._one_at_a_time:
            if asked != self._asked or self.closed:
                return  # something else was asked meanwhile
            try:
                found = self._count(criteria)
            except Exception as fault:  # noqa: BLE001 - told where the number would stand
                found = Matched(sentence_of(fault))
            if asked == self._asked:
                self.matched = {"n": next(self._numbers), **asdict(found)}
