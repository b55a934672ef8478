"""What may be asked of a forecast, of a budget and of planned events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from adplanning.core.errors import InvalidData
from adplanning.core.fields import Amount, DefaultedFields, Fields, Number, Optional, WholeNumber, minor_units
from adplanning.core.periods import in_range
from adplanning.core.texts import Identifier
from adplanning.core.vocabulary import BudgetTarget
from adplanning.forecasts.budget import Target

MOST_DAYS: Final = 90
MOST_PLAN_DAYS: Final = 366
MOST_EVENT_DAYS: Final = 366
MOST_EVENTS: Final = 100
MOST_CAMPAIGNS: Final = 1000
MOST_SCENARIOS: Final = 12


def _no_number(value: object) -> object:
    if not isinstance(value, str | date):
        raise ValueError("must be a date such as 2026-11-22")
    return value


def _sensible(day: date) -> date:
    in_range(datetime(day.year, day.month, day.day))
    return day


Day = Annotated[date, BeforeValidator(_no_number), AfterValidator(_sensible)]
Positive = Annotated[Number, Field(gt=0, le=1e6, allow_inf_nan=False)]
Paid = Annotated[Amount, Field(gt=0)]
Effect = Annotated[Number, Field(gt=-1, le=20, allow_inf_nan=False, description="0.5 is half as much again")]


class Outcome(StrEnum):
    """What money is to bring: revenue, or purchases and leads whatever they are worth."""

    revenue = "revenue"
    conversions = "conversions"


class EventFields(Fields):
    """Days that are out of the usual; without an effect it is learnt from those of the same name."""

    name: Identifier
    first_on: Day
    last_on: Day
    effect: Effect | None = None
    ad_campaign_id: Optional = None


class ForecastFields(DefaultedFields):
    """What to forecast: a campaign, or everything (null), with a budget a day, or spending as usual (null)."""

    ad_campaign_id: Identifier | None
    daily_budget: Paid | None
    forecast_days: Annotated[WholeNumber, Field(ge=1, le=MOST_DAYS)] = 30
    target_roas: Positive | None = None
    events: Annotated[list[EventFields], Field(max_length=MOST_EVENTS)] = []


class BudgetBounds(Fields):
    """Between which amounts a day the budget of a campaign must stay; where none is given, near the usual one."""

    campaign_id: Identifier
    least: Amount | None = None
    most: Amount | None = None


class SplitFields(Fields):
    """A total for some days, to be split over campaigns; all that have a response curve when none are named.

    A target of a cost per conversion is one of conversions; otherwise `outcome` says of what, revenue when not given.
    """

    total: Paid
    first_on: Day
    last_on: Day
    campaign_ids: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_CAMPAIGNS)] | None = None
    bounds: Annotated[list[BudgetBounds], Field(max_length=MOST_CAMPAIGNS)] = []
    target: BudgetTarget | None = None
    target_value: Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)] | None = None
    outcome: Outcome | None = None


class DailyBudget(BudgetBounds):
    """What one campaign is to spend a day."""

    daily_budget: Amount


class OwnScenario(Fields):
    """A split of one's own under a name; campaigns that are left out go on as usual."""

    name: Identifier
    allocations: Annotated[list[DailyBudget], Field(min_length=1, max_length=MOST_CAMPAIGNS)]


class ScenariosFields(SplitFields):
    """Further totals for the same days, and splits of one's own, to be compared."""

    totals: Annotated[list[Paid], Field(max_length=MOST_SCENARIOS)] = []
    own: Annotated[list[OwnScenario], Field(max_length=MOST_SCENARIOS)] = []


class PlanFields(SplitFields):
    """A split under a name; with `allocations` that one, otherwise the best."""

    name: Identifier
    allocations: Annotated[list[DailyBudget], Field(min_length=1, max_length=MOST_CAMPAIGNS)] | None = None


def checked_event(given: EventFields) -> EventFields:
    """The event, if its days are in order.

    Raises
    ------
    InvalidData : an end before the beginning, or an event longer than a year.

    >>> checked_event(EventFields(name="Diwali", first_on="2026-11-08", last_on="2026-11-01"))
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: last_on: 2026-11-01 lies before first_on 2026-11-08; give the later day last
    """
    _checked_days(given.first_on, given.last_on, most=MOST_EVENT_DAYS)
    return given


def checked_split(given: SplitFields) -> SplitFields:
    """The split, if its days, bounds and target make sense.

    Raises
    ------
    InvalidData : an end before the beginning or after more than a year, a campaign named twice, bounds the wrong way
        round, or a target without its value.
    """
    _checked_days(given.first_on, given.last_on, most=MOST_PLAN_DAYS)
    _named_once([bound.campaign_id for bound in given.bounds], "bounds")
    _named_once(given.campaign_ids or [], "campaign_ids")
    for bound in given.bounds:
        if bound.least is not None and bound.most is not None and bound.most < bound.least:
            raise InvalidData.at("bounds", f"of {bound.campaign_id} most {bound.most} is below least {bound.least}")
    if (given.target is None) != (given.target_value is None):
        raise InvalidData.at("target_value", "goes with target, roas or cpa; give both or neither")
    if given.target is BudgetTarget.roas and given.outcome is Outcome.conversions:
        raise InvalidData.at("outcome", "conversions have no ROAS; leave outcome out, or give a target of cpa")
    return given


def n_days(given: SplitFields) -> int:
    """How many days a total is for."""
    return (given.last_on - given.first_on).days + 1


def daily_minor(given: SplitFields, total: Decimal, currency: str) -> float:
    """A total, a day, in minor units.

    >>> given = SplitFields(total=3100, first_on="2026-12-01", last_on="2026-12-31")
    >>> daily_minor(given, given.total, "INR")
    10000.0
    """
    return (minor_units(total, currency, field="total") or 0) / n_days(given)


def bounds_minor(bounds: Sequence[BudgetBounds], currency: str) -> tuple[dict[str, float], dict[str, float]]:
    """The least and the most that campaigns may get a day, in minor units, as far as they are given."""
    # Of several for one campaign the last one that is given holds.
    least = [(one.campaign_id, minor_units(one.least, currency, field="bounds")) for one in bounds]
    most = [(one.campaign_id, minor_units(one.most, currency, field="bounds")) for one in bounds]
    return _given(least), _given(most)


def outcome_of(given: SplitFields) -> Outcome:
    """Which results a split is judged by.

    >>> days = {"first_on": "2026-12-01", "last_on": "2026-12-31"}
    >>> outcome_of(SplitFields(total=1, **days, target="cpa", target_value=9)).value
    'conversions'
    """
    if given.target is BudgetTarget.cpa:
        return Outcome.conversions
    return given.outcome or Outcome.revenue


def spends_minor(allocations: Sequence[DailyBudget], currency: str) -> dict[str, float]:
    """What each campaign is to spend a day, in minor units.

    Raises
    ------
    InvalidData : a campaign that is named twice, or an amount that cannot be kept.
    """
    _named_once([one.campaign_id for one in allocations], "allocations")
    return _given(
        (one.campaign_id, minor_units(one.daily_budget, currency, field="allocations")) for one in allocations
    )


def target_of(given: SplitFields, currency: str) -> Target | None:
    """The target as formulas take it: a cost per conversion in minor units, a return as it is."""
    if given.target is None or given.target_value is None:
        return None
    if given.target is BudgetTarget.roas:
        return Target(given.target, given.target_value)
    cost = minor_units(Decimal(str(given.target_value)), currency, field="target_value")
    if not cost:
        raise InvalidData.at("target_value", f"{given.target_value} is less than the least amount of {currency}")
    return Target(given.target, cost)


def _given(amounts: Iterable[tuple[str, int | None]]) -> dict[str, float]:
    return {campaign_id: float(minor) for campaign_id, minor in amounts if minor is not None}


def _checked_days(first_on: date, last_on: date, *, most: int) -> None:
    if last_on < first_on:
        raise InvalidData.at("last_on", f"{last_on} lies before first_on {first_on}; give the later day last")
    if (last_on - first_on).days >= most:
        raise InvalidData.at("last_on", f"{last_on} is more than {most} days from first_on {first_on}; give fewer days")


def _named_once(campaign_ids: list[str], field: str) -> None:
    twice = sorted({one for one in campaign_ids if campaign_ids.count(one) > 1})
    if twice:
        raise InvalidData.at(field, f"{', '.join(twice)} is named more than once; name each campaign once")
