"""What a rule may be given, and how it becomes one that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Final

from pydantic import Field

from adplanning.alerts.rule import Rule
from adplanning.alerts.watching import CHANGES, OF_METRIC, is_percent, metrics_of
from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, Number, Optional, StrictFields, WholeNumber, changes
from adplanning.core.texts import Identifier
from adplanning.core.vocabulary import AlertKind

MOST_DAYS: Final = 90
MOST_RULES: Final = 200
"""Each is held against the figures in every check; nobody reads the alerts of more."""

Days = Annotated[WholeNumber, Field(ge=1, le=MOST_DAYS)]
Threshold = Annotated[
    Number, Field(ge=0, le=1e12, description="in the metric's unit: money in major units, shares in percent; hours")
]


class RuleFields(Fields):
    """A rule: of the account, of each campaign, or of one; `metric` where its kind watches one."""

    name: Identifier
    kind: AlertKind
    metric: Optional = None
    threshold: Threshold
    window_days: Days = 7
    of_each_campaign: bool = False
    ad_campaign_id: Optional = None
    is_active: bool = True


class RuleChange(StrictFields):
    """What is to change of a rule; what is left out stays."""

    name: Identifier | None = None
    kind: AlertKind | None = None
    metric: Optional = None
    threshold: Threshold | None = None
    window_days: Days | None = None
    of_each_campaign: bool | None = None
    ad_campaign_id: Optional = None
    is_active: bool | None = None


def rule_of(given: RuleFields, currency: str) -> Rule:
    """The rule that was asked for, if it makes sense.

    Raises
    ------
    InvalidData : a metric that its kind cannot watch, a window of more than a week where weeks are compared, a
        threshold that can never be met, each campaign and one of them at once.

    >>> rule_of(RuleFields(name="ROAS", kind="below", metric="roas", threshold=1.5), "INR").threshold
    1.5
    >>> rule_of(RuleFields(name="Fewer", kind="fell", metric="conversions", threshold=30), "INR").threshold
    0.3
    >>> rule_of(RuleFields(name="Fewer", kind="fell", metric="roas", threshold=30), "INR")
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: metric: 'roas' is a ratio, and weeks are compared by their sums; choose below \
or above for it, or a metric such as conversions
    """
    metric = given.metric if given.kind in OF_METRIC else None
    of_campaigns = given.of_each_campaign or given.ad_campaign_id is not None
    if given.of_each_campaign and given.ad_campaign_id is not None:
        raise InvalidData.at("ad_campaign_id", "is of no use where each campaign is watched; give one of the two")
    if given.kind is AlertKind.spend_without_conversions and not of_campaigns:
        raise InvalidData.at(
            "of_each_campaign", "must be true, or ad_campaign_id given: campaigns spend, the account does not"
        )
    if given.kind is AlertKind.sync_late and of_campaigns:
        raise InvalidData.at("of_each_campaign", "is of no use: a sync is of an account, not of a campaign")
    if given.kind in OF_METRIC:
        _checked_metric(given.kind, metric, of_campaigns=of_campaigns)
    if given.kind in CHANGES and given.window_days > 7:
        raise InvalidData.at(
            "window_days", f"{given.window_days} is more than a week; weekdays are compared over 1 to 7"
        )
    _checked_threshold(given)
    return Rule(
        kind=given.kind,
        metric=metric,
        threshold=given.threshold / 100 if is_percent(given.kind, metric) else given.threshold,
        currency=currency,
        window_days=1 if given.kind is AlertKind.sync_late else given.window_days,
        of_each_campaign=given.of_each_campaign,
        ad_campaign_id=given.ad_campaign_id,
    )


def shown_threshold(rule: Rule) -> float:
    """A threshold as it is given and shown: shares in percent.

    >>> shown_threshold(Rule(AlertKind.fell, "conversions", 0.07, "INR"))
    7.0
    """
    return round(rule.threshold * 100, 9) if is_percent(rule.kind, rule.metric) else rule.threshold


def changed_fields(before: Mapping[str, Any], change: RuleChange) -> RuleFields:
    """The fields of a rule after a change; whom it watches is changed as a whole.

    Raises
    ------
    InvalidData : a null for a field that must have a value.
    """
    named = changes(change, required=tuple(name for name in RuleChange.model_fields if name not in _MAY_BE_NULL))
    if named.get("ad_campaign_id"):
        named = {"of_each_campaign": False} | named
    elif named.get("of_each_campaign"):
        named = {"ad_campaign_id": None} | named
    return RuleFields(**{**before, **named})


def given_fields(rule: Rule, *, name: str, is_active: bool) -> dict[str, Any]:
    """A rule as `RuleFields` take it."""
    own = {key: value for key, value in asdict(rule).items() if key in RuleFields.model_fields}
    return {**own, "name": name, "is_active": is_active, "threshold": shown_threshold(rule)}


_MAY_BE_NULL = ("metric", "ad_campaign_id")


def _checked_metric(kind: AlertKind, metric: str | None, *, of_campaigns: bool) -> None:
    allowed = metrics_of(kind, of_campaigns=of_campaigns)
    if metric is None:
        raise InvalidData.at("metric", f"is needed to tell what {kind}; choose one of: {', '.join(allowed)}")
    if metric in allowed:
        return
    if metric in metrics_of(AlertKind.below, of_campaigns=of_campaigns):
        raise InvalidData.at(
            "metric",
            f"{metric!r} is a ratio, and weeks are compared by their sums; choose below or above for it, or a metric "
            f"such as {'ad_spend' if of_campaigns else 'conversions'}",
        )
    if of_campaigns and metric in metrics_of(kind, of_campaigns=False):
        raise InvalidData.at("metric", f"{metric!r} is not known by campaign; choose one of: {', '.join(allowed)}")
    raise InvalidData.unknown_choice("metric", metric, allowed)


def _checked_threshold(given: RuleFields) -> None:
    if given.kind in (*CHANGES, AlertKind.sync_late) and given.threshold <= 0:
        raise InvalidData.at("threshold", "must be more than 0; otherwise every check would tell you")
    if given.kind is AlertKind.below and given.threshold <= 0:
        raise InvalidData.at("threshold", "must be more than 0; nothing that is counted is below that")
    if given.kind is AlertKind.fell and given.threshold > 100:
        raise InvalidData.at("threshold", f"{given.threshold:g} % is more than all; give 1 to 100")
