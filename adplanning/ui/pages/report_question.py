"""What the attribution report is asked: which conversions, under which model, credited how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import ALL_MODELS, Scope
from adplanning.attribution.report_service import options_of_goal
from adplanning.conversions.service import list_goals
from adplanning.core.vocabulary import ConversionType
from adplanning.ui import badges
from adplanning.ui.table import Filter, Query
from adplanning.ui.visit import Visit

MODELS = {model: badges.MODELS[model] for model in ALL_MODELS}
DEFAULT_MODEL = "last_click"
BREAKDOWNS = {
    "campaign": "Campaign",
    "ad_set": "Ad set",
    "ad": "Ad",
    "source": "Source",
    "medium": "Medium",
    "channel": "Channel",
    "day": "Day",
}
ALL_TYPES = "all"
# A goal's id never looks like a type, which has no colon.
GOAL = "goal:"
MAX_GOALS = 200


@dataclass(frozen=True)
class Question:
    """Which conversions are credited, how, and how they are called."""

    scope: Scope
    options: CreditOptions
    model: str
    conversions: str


def kinds_of_conversions(visit: Visit) -> Mapping[str, str]:
    """What can be credited: purchases, all conversions, one type, or the completions of an active goal."""
    with visit.reading() as session:
        goals, _ = list_goals(session, {"is_active": True}, limit=MAX_GOALS, offset=0)
        named = {f"{GOAL}{goal.id}": f"Goal: {goal.name}" for goal in goals}
    others = {kind.value: badges.CONVERSION_TYPES[kind].words for kind in ConversionType}
    return {ConversionType.purchase.value: "Purchases", ALL_TYPES: "All conversions"} | {
        value: words for value, words in (others | named).items() if value != ConversionType.purchase
    }


def question_filters(kinds: Mapping[str, str]) -> Sequence[Filter]:
    """The filters that a question is read from."""
    return [
        Filter("attribution_model", "Model", MODELS, default=DEFAULT_MODEL),
        Filter("conversions", "Conversions", kinds, default=ConversionType.purchase.value),
    ]


def question_of(visit: Visit, query: Query, kinds: Mapping[str, str]) -> Question:
    """Read the filters; a goal's completions are credited with its own window, half-life and weights."""
    settings, chosen = visit.settings, query.filters["conversions"]
    goal_id = chosen.removeprefix(GOAL) if chosen.startswith(GOAL) else None
    types = () if goal_id or chosen == ALL_TYPES else (chosen,)
    with visit.reading() as session:
        options = options_of_goal(session, goal_id, direct_credit=settings.direct_credit)
    scope = Scope(query.period, settings.public_revenue, types, goal_id)
    return Question(scope, options, query.filters["attribution_model"], kinds[chosen])


def question_in_address(query: Query) -> dict[str, str]:
    """The question as an address says it, for a link to another page that is asked the same."""
    from_date, to_date = query.dates
    said = {**query.filters, "from_date": from_date, "to_date": to_date}
    usual = {"attribution_model": DEFAULT_MODEL, "conversions": ConversionType.purchase.value}
    return {name: value for name, value in said.items() if value and value != usual.get(name)}
