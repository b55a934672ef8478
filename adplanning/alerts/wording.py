"""Rules and figures in the words of those who act on them."""

from __future__ import annotations

from typing import Final

from adplanning.alerts.changes import LEAST_COUNT
from adplanning.alerts.rule import Rule
from adplanning.alerts.watching import is_percent
from adplanning.core import formats
from adplanning.core.vocabulary import AlertKind
from adplanning.metrics.definitions import METRICS, Unit

KINDS: Final = {
    AlertKind.spend_without_conversions: "Spend without conversions",
    AlertKind.below: "Below a bound",
    AlertKind.above: "Above a bound",
    AlertKind.fell: "Fell against the weeks before",
    AlertKind.rose: "Rose against the weeks before",
    AlertKind.sync_late: "Sync is late",
}


def rule_words(rule: Rule, campaign: str = "") -> str:
    """When a rule tells somebody, as one sentence.

    Parameters
    ----------
    campaign : what the campaign is called that the rule is of, if it is of one.

    >>> rule_words(Rule(AlertKind.below, "roas", 1.5, "INR"))
    'You will be told when ROAS over 7 full days is below 1.50×.'
    >>> rule_words(Rule(AlertKind.fell, "conversions", 0.3, "INR"))
    'You will be told when Total conversions over 7 full days are 30% or more below what is usual for the same \
weekdays (the mean of the four weeks before), where that is at least 20 and more than chance.'
    >>> rule_words(Rule(AlertKind.spend_without_conversions, None, 5000, "INR", 1, True))
    'You will be told when any campaign has spent more than ₹5,000 on one full day without a single credited \
conversion.'
    >>> rule_words(Rule(AlertKind.sync_late, None, 24, "INR"))
    'You will be told when anything of a connected account was last read whole more than 24 hours ago.'
    """
    return f"You will be told when {condition_words(rule, campaign)}."


def threshold_words(rule: Rule) -> str:
    """A threshold as people write it."""
    if rule.kind is AlertKind.sync_late:
        return f"{rule.threshold:g} hours"
    if is_percent(rule.kind, rule.metric):
        return share_words(rule.threshold)
    return figure_words(rule.threshold, rule.metric or "ad_spend", rule.currency)


def figure_words(value: float | None, metric: str, currency: str) -> str:
    """A figure of a metric: money in whole units from a hundred on, and never rounded to nothing.

    >>> figure_words(12400.4, "ad_spend", "INR"), figure_words(0.5, "cpc", "USD"), figure_words(0.0123, "ctr", "INR")
    ('₹12,400', '$0.50', '1.23%')
    >>> figure_words(123456, "conversions", "INR"), figure_words(1.234, "roas", "INR"), figure_words(None, "cpc", "INR")
    ('1,23,456', '1.23×', 'unknown')
    """
    if value is None:
        return "unknown"
    match METRICS[metric].unit:
        case Unit.money:
            return formats.money(value, currency, decimals=0 if abs(value) >= 100 else None)
        case Unit.percent:
            return share_words(value)
        case Unit.times:
            return formats.times(value)
    return formats.number(value, 0 if value == int(value) else 2, currency=currency)


def share_words(share: float) -> str:
    """A share in percent, with no more decimals than it has.

    >>> share_words(0.3), share_words(0.4236), share_words(0.0123)
    ('30%', '42.4%', '1.23%')
    """
    percent = share * 100
    return f"{round(percent, 1 if abs(percent) >= 10 else 2):,g}%"


def condition_words(rule: Rule, campaign: str) -> str:
    """The condition alone, as it stands in the sentence of `rule_words`.

    >>> condition_words(Rule(AlertKind.below, "roas", 1.5, "INR"), "Quilts")
    'ROAS of Quilts over 7 full days is below 1.50×'
    """
    whose = campaign or ("any campaign" if rule.of_each_campaign else "")
    days = "on one full day" if rule.window_days == 1 else f"over {rule.window_days} full days"
    limit = threshold_words(rule)
    match rule.kind:
        case AlertKind.sync_late:
            return f"anything of a connected account was last read whole more than {limit} ago"
        case AlertKind.spend_without_conversions:
            return f"{whose} has spent more than {limit} {days} without a single credited conversion"
    metric = METRICS[rule.metric or ""]
    what = f"{metric.title} of {whose}" if whose else metric.title
    if rule.kind in (AlertKind.below, AlertKind.above):
        verb = "are" if metric.unit is Unit.count else "is"
        return f"{what} {days} {verb} {rule.kind} {limit}"
    side = "below" if rule.kind is AlertKind.fell else "above"
    usual = "what is usual for the same weekdays (the mean of the four weeks before)"
    # What was spent is no matter of chance.
    least = "" if rule.metric == "ad_spend" else f"at least {LEAST_COUNT} and "
    verb = "is" if metric.unit is Unit.money else "are"
    return f"{what} {days} {verb} {limit} or more {side} {usual}, where that is {least}more than chance"
