"""Which event meets which goal, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from adplanning.core.errors import InvalidData
from adplanning.core.money import to_minor
from adplanning.core.vocabulary import ConversionType, GoalType, JourneyEventType

Kind = Literal["conversion", "journey"]

# The events that a kind of goal listens to. A purchase is counted by its conversion alone: shops send both.
EVENTS_OF_GOAL: Mapping[str, frozenset[tuple[Kind, str]]] = {
    GoalType.lead_form: frozenset(
        {
            ("conversion", ConversionType.lead_form_submission),
            ("journey", JourneyEventType.form_submit),
            ("journey", JourneyEventType.lead_capture),
        }
    ),
    GoalType.purchase: frozenset({("conversion", ConversionType.purchase)}),
    GoalType.add_to_cart: frozenset({("conversion", ConversionType.add_to_cart)}),
    GoalType.page_view: frozenset({("journey", JourneyEventType.page_view)}),
    GoalType.time_on_page: frozenset({("conversion", ConversionType.time_on_site)}),
    GoalType.scroll_depth: frozenset({("conversion", ConversionType.scroll_depth)}),
    GoalType.custom_event: frozenset({("conversion", ConversionType.custom), ("journey", JourneyEventType.custom)}),
}


CONDITIONS = (
    "event_name",
    "pathname_pattern",
    "min_time_seconds",
    "min_scroll_percent",
    "min_value",
    "custom_conditions",
)


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
    """What a goal looks at in a conversion or journey event; `value_minor` is in minor units of `currency`.

    `derived` marks a journey event that only mirrors another record (an order, a lead); that record is what counts.
    """

    kind: Kind
    event_type: str
    event_name: str | None
    page: str | None
    website_id: str | None
    value_minor: int | None
    currency: str
    data: Mapping[str, Any]
    derived: bool = False


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
    >>> met_goals(EventView("conversion", "purchase", None, "/thanks", "web_1", 50000, "INR", {}), [rule])
    [GoalMet(goal_id='goal_1', value_minor=50000, currency='INR')]
    >>> met_goals(EventView("conversion", "purchase", None, "/thanks", "web_1", 49999, "INR", {}), [rule])
    []
    """
    return [_completion(event, rule) for rule in rules if _meets(event, rule)]


def rules_by_event(rules: Sequence[GoalRule]) -> Mapping[tuple[Kind, str], list[GoalRule]]:
    """The rules by the kind and type of event they listen to, so that most events are held against none.

    >>> rule = GoalRule("goal_1", "scroll_depth", {}, None, "INR", True, None)
    >>> list(rules_by_event([rule]))
    [('conversion', 'scroll_depth')]
    """
    by_event: dict[tuple[Kind, str], list[GoalRule]] = {}
    for rule in rules:
        for kind, event_type in EVENTS_OF_GOAL[rule.goal_type]:
            by_event.setdefault((kind, str(event_type)), []).append(rule)
    return by_event


def _completion(event: EventView, rule: GoalRule) -> GoalMet:
    if rule.value_from_event and event.value_minor is not None:
        return GoalMet(rule.goal_id, event.value_minor, event.currency)
    return GoalMet(rule.goal_id, rule.default_value_minor, rule.currency)


def _meets(event: EventView, rule: GoalRule) -> bool:
    if event.derived or (event.kind, event.event_type) not in EVENTS_OF_GOAL[rule.goal_type]:
        return False
    if rule.website_id is not None and rule.website_id != event.website_id:
        return False
    return all(_holds(name, wanted, event, rule) for name, wanted in rule.conditions.items() if wanted is not None)


def _holds(name: str, wanted: Any, event: EventView, rule: GoalRule) -> bool:
    match name:
        case "event_name":
            return event.event_name == str(wanted)
        case "pathname_pattern":
            return event.page is not None and _matches_path(event.page, wanted)
        case "min_time_seconds":
            return _at_least(event.data.get("seconds"), wanted)
        case "min_scroll_percent":
            return _at_least(event.data.get("depth"), wanted)
        case "min_value":
            return event.currency == rule.currency and _at_least(event.value_minor, to_minor(wanted, rule.currency))
        case "custom_conditions":
            return all(event.data.get(key) == value for key, value in wanted.items())
    raise InvalidData.unknown_choice("conditions", name, CONDITIONS)


def _at_least(given: object, wanted: float) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool) and given >= wanted


def _matches_path(page: str, pattern: str) -> bool:
    # fnmatch gives ? and [ a meaning that the contract does not.
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    try:
        path = urlsplit(page).path or "/"
    except ValueError:
        return False
    return fnmatchcase(path, literal)
