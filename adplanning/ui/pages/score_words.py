"""How scores are written: their values, what they stand for, how they came about, and where they went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from adplanning.core import formats
from adplanning.core.vocabulary import ScoreType
from adplanning.scores.catalogue import SCORES
from adplanning.scores.standings import change_of
from adplanning.store.tables.people import Person
from adplanning.store.tables.scores import CustomerScore
from adplanning.ui import badges
from adplanning.ui.badges import Badge
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.pages.lead_words import age
from adplanning.ui.pages.person_words import customer_name, person_name
from adplanning.ui.view_switch import ViewSwitch
from adplanning.ui.visit import Visit

SLUG: Final = "ad-planning/scores"
NOTEBOOK: Final = "score_customers"
VIEWS: Final = {
    "scores": ("Scores", "mdi-star-outline"),
    "at-risk": ("At risk", "mdi-account-alert-outline"),
    "nps": ("NPS", "mdi-emoticon-outline"),
    "model": ("Model", "mdi-chart-bell-curve"),
}
METHODS: Final = {"rules": "By rules", "bg_nbd": "By the model"}
# From which percent on a churn risk is bad, and from which it is to be watched.
BAD_RISK, DOUBTFUL_RISK = 70.0, 40.0


def view_switch(visit: Visit, asked: Callable[[], Mapping[str, str]] = dict) -> ViewSwitch:
    """The views; another one opens at an address of its own, with what of the filters it shares."""

    def turn() -> None:
        said = urlencode({**asked(), **switch.state})
        visit.frame.go(address_of(SLUG) + (f"?{said}" if said else ""))

    switch = ViewSwitch(visit, views=VIEWS, changed=turn)
    return switch


def written(kind: ScoreType, value: float, currency: str, *, short: bool = False) -> str:
    """A score in its unit.

    >>> written(ScoreType.clv, 1234567, "INR"), written(ScoreType.churn_risk, 72.3, "INR")
    ('₹12,34,567.00', '72.3%')
    >>> written(ScoreType.clv, 1234567, "INR", short=True), written(ScoreType.engagement, 41, "INR")
    ('₹12.3L', '41')
    """
    unit = SCORES[kind].unit
    if unit == "money":
        return formats.short_money(value, currency) if short else formats.money(value, currency)
    if unit == "percent":
        return formats.percent(value / 100)
    return formats.number(value, 0 if value == int(value) else 1, currency=currency)


def class_words(kind: ScoreType, low: float, high: float, currency: str) -> str:
    """The values from one up to another, as `scores.distribution` classes them.

    >>> [class_words(ScoreType.clv, *bounds, "INR") for bounds in ((0, 0), (0, 100), (50_000, 100_000))]
    ['₹0', 'below ₹100', '₹50K to ₹1L']
    >>> class_words(ScoreType.churn_risk, 20, 30, "INR"), class_words(ScoreType.nps, 9, 10, "INR")
    ('20% to 30%', '9')
    """

    def words(value: float) -> str:
        return (
            formats.percent(value / 100, 0)
            if SCORES[kind].unit == "percent"
            else written(kind, value, currency, short=True)
        )

    if kind is ScoreType.nps or low == high:
        return words(low)
    return f"{words(low)} to {words(high)}" if low else f"below {words(high)}"


def value_cell(score: CustomerScore, currency: str) -> Cell:
    """The score itself; a churn risk wears the colour of what it means."""
    kind = ScoreType(score.score_type)
    if kind is ScoreType.churn_risk:
        return risk_cell(score.score_value)
    return text(written(kind, score.score_value, score.currency or currency))


def risk_cell(percent: float) -> Cell:
    """A churn risk: red above 70 %, yellow above 40 %, green else.

    >>> [risk_cell(percent)["colour"] for percent in (70.1, 70, 40.1, 40)]
    ['red', 'yellow', 'yellow', 'green']
    """
    words = formats.percent(percent / 100)
    if percent > BAD_RISK:
        return Badge(words, "red", "mdi-alert-outline").cell()
    if percent > DOUBTFUL_RISK:
        return Badge(words, "yellow", "mdi-shield-half-full").cell()
    return Badge(words, "green", "mdi-shield-check-outline").cell()


def tier_cell(score: CustomerScore) -> Cell:
    """What the score stands for among those of its type."""
    level = badges.LEVELS[ScoreType(score.score_type)].get(score.tier or "")
    return text(None) if level is None else level.cell()


def trend_cell(score: CustomerScore, currency: str) -> Cell:
    """How it has changed since the score before, and whether that is welcome."""
    kind = ScoreType(score.score_type)
    change = change_of(score.score_value, score.previous_score)
    if change is None:
        return text(None, hint="There is no score before this one")
    before = f"Before: {written(kind, score.previous_score or 0.0, score.currency or currency)}"
    if not change:
        return Badge("Unchanged", "grey", "mdi-minus").cell() | {"hint": before}
    words = written(kind, abs(change), score.currency or currency, short=True)
    welcome = (change > 0) == SCORES[kind].is_more_better
    icon = "mdi-trending-up" if change > 0 else "mdi-trending-down"
    sign = "+" if change > 0 else "−"
    return Badge(f"{sign}{words}", "green" if welcome else "red", icon).cell() | {"hint": before}


def method_words(score: CustomerScore, now: datetime) -> str:
    """How it came about, and how long ago."""
    how = "As rated" if score.score_type == ScoreType.nps else METHODS.get(score.method, score.method)
    return f"{how}, {age(score.calculated_at, now)}"


def nps_words(score: float) -> str:
    """A net promoter score with its sign.

    >>> nps_words(33.33), nps_words(-12.0), nps_words(0.0)
    ('+33.3', '−12.0', '0.0')
    """
    sign = "+" if score > 0 else "−" if score < 0 else ""
    return f"{sign}{abs(score):.1f}"


def whose(person: Person | None, person_id: str) -> str:
    """What the customer is called."""
    return customer_name(person_id, None, {}) if person is None else person_name(person)
