"""Which event meets which goal, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from adplanning.core.money import to_minor
from adplanning.core.vocabulary import ConversionType, GoalType, JourneyEventType

# The types of conversions and of journey events that a kind of goal listens to.
EVENTS_OF_GOAL: Mapping[str, frozenset[str]] = {
    GoalType.lead_form: frozenset(
        {ConversionType.lead_form_submission, JourneyEventType.form_submit, JourneyEventType.lead_capture}
    ),
    GoalType.purchase: frozenset({ConversionType.purchase}),
    GoalType.add_to_cart: frozenset({ConversionType.add_to_cart}),
    GoalType.page_view: frozenset({JourneyEventType.page_view}),
    GoalType.time_on_page: frozenset({ConversionType.time_on_site}),
    GoalType.scroll_depth: frozenset({ConversionType.scroll_depth}),
    GoalType.custom_event: frozenset({ConversionType.custom, JourneyEventType.custom}),
}


@dataclass(frozen=True)
class GoalRule:
    """An active goal, reduced to what decides whether an event meets it."""

    goal_id: str
    goal_type: str
    conditions: Mapping[str, Any]
    default_value_minor: int | None
    currency: str
    value_from_event: bool
    website_id: str | None


@dataclass(frozen=True)
class EventView:
    """What a goal looks at in a conversion or journey event; `value_minor` is in minor units of `currency`."""

    event_type: str
    event_name: str | None
    page: str | None
    website_id: str | None
    value_minor: int | None
    currency: str
    data: Mapping[str, Any]


class GoalMet(NamedTuple):
    """One goal that an event has met, with the completion's value."""

    goal_id: str
    value_minor: int | None
    currency: str


def met_goals(event: EventView, rules: Iterable[GoalRule]) -> list[GoalMet]:
    """All goals that one event meets, in the order of the rules.

    An event meets a goal when its type is one of `EVENTS_OF_GOAL`, its website is the goal's (a goal without one takes
    all) and every condition holds: `event_name` equal; `pathname_pattern` (`*` stands for anything, case counts)
    matching the page's path; `min_time_seconds` at most `seconds`; `min_scroll_percent` at most `depth`; `min_value`
    (major units of the goal's currency, so an event in another currency does not meet it) at most the value; each entry
    of `custom_conditions` equal in the event's data. What a condition asks for and the event lacks is not met.

    The completion is worth the event's value when `value_from_event` and it has one, else the goal's default.

    >>> rule = GoalRule("goal_1", "purchase", {"min_value": 500}, None, "INR", True, None)
    >>> met_goals(EventView("purchase", None, "/thanks", "web_1", 50000, "INR", {}), [rule])
    [GoalMet(goal_id='goal_1', value_minor=50000, currency='INR')]
    >>> met_goals(EventView("purchase", None, "/thanks", "web_1", 49999, "INR", {}), [rule])
    []
    """
    return [_completion(event, rule) for rule in rules if _meets(event, rule)]


def met_by_event(rules: Sequence[GoalRule]) -> Mapping[str, list[GoalRule]]:
    """The rules by the event type they listen to, so that most events are held against none.

    >>> rule = GoalRule("goal_1", "scroll_depth", {}, None, "INR", True, None)
    >>> list(met_by_event([rule]))
    ['scroll_depth']
    """
    by_type: dict[str, list[GoalRule]] = {}
    for rule in rules:
        for event_type in EVENTS_OF_GOAL[rule.goal_type]:
            by_type.setdefault(str(event_type), []).append(rule)
    return by_type


def _completion(event: EventView, rule: GoalRule) -> GoalMet:
    if rule.value_from_event and event.value_minor is not None:
        return GoalMet(rule.goal_id, event.value_minor, event.currency)
    return GoalMet(rule.goal_id, rule.default_value_minor, rule.currency)


def _meets(event: EventView, rule: GoalRule) -> bool:
    if event.event_type not in EVENTS_OF_GOAL[rule.goal_type]:
        return False
    if rule.website_id is not None and rule.website_id != event.website_id:
        return False
    return all(
        _CONDITIONS[name](event, rule, wanted)
        for name, wanted in rule.conditions.items()
        if wanted is not None and name in _CONDITIONS
    )


def _at_least(name: str, event: EventView, wanted: float) -> bool:
    given = event.data.get(name)
    return isinstance(given, (int, float)) and not isinstance(given, bool) and given >= wanted


def _matches_path(event: EventView, pattern: str) -> bool:
    if event.page is None:
        return False
    # fnmatch gives ? and [ a meaning that the contract does not.
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(urlsplit(event.page).path or "/", literal)


def _worth_at_least(event: EventView, rule: GoalRule, wanted_minor: float) -> bool:
    return event.value_minor is not None and event.currency == rule.currency and event.value_minor >= wanted_minor


_CONDITIONS: Mapping[str, Any] = {
    "event_name": lambda event, rule, wanted: event.event_name == wanted,
    "pathname_pattern": lambda event, rule, wanted: _matches_path(event, wanted),
    "min_time_seconds": lambda event, rule, wanted: _at_least("seconds", event, wanted),
    "min_scroll_percent": lambda event, rule, wanted: _at_least("depth", event, wanted),
    "min_value": lambda event, rule, wanted: _worth_at_least(event, rule, to_minor(wanted, rule.currency)),
    "custom_conditions": lambda event, rule, wanted: all(event.data.get(k) == v for k, v in wanted.items()),
}
