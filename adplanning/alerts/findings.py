"""What a rule finds in the figures: whether it fires, of which campaign, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adplanning.alerts.changes import change_against_weeks_before
from adplanning.alerts.rule import Rule
from adplanning.alerts.watching import BOUNDS
from adplanning.alerts.windows import Window
from adplanning.alerts.wording import figure_words, share_words, threshold_words
from adplanning.core.vocabulary import AlertKind
from adplanning.metrics.definitions import METRICS


@dataclass(frozen=True)
class Seen:
    """What was seen of one campaign, or of all together (`subject` and `name` are empty then).

    `value` is the figure of the window, money in major units; `count` that of the events behind it; `before` and
    `counts_before` are the same of the weeks before, where the rule compares with them. Null where a figure is unknown.
    """

    subject: str
    name: str
    value: float | None
    count: float | None = None
    before: Sequence[float | None] = ()
    counts_before: Sequence[float | None] | None = None
    unknown_because: str | None = None


@dataclass(frozen=True)
class Finding:
    """Whether a rule fires for a campaign, or for all together; null with `unknown_because` where it cannot be told.

    `words` is what is to be acted on where it fires; `value` what was seen.
    """

    subject: str
    fires: bool | None
    value: float | None
    words: str = ""
    unknown_because: str | None = None


def found(rule: Rule, seen: Seen, window: Window) -> Finding:
    """Hold what was seen against a rule; exactly one finding for each subject.

    Formula: spend_without_conversions fires when value > threshold and no event is behind it; below when value <
    threshold; above when value > threshold; fell when the share of `change_against_weeks_before` ≤ −threshold and is
    beyond chance, rose when ≥ threshold. What is not known neither fires nor clears.

    >>> from datetime import date
    >>> rule = Rule(AlertKind.spend_without_conversions, None, 5000, "INR", of_each_campaign=True)
    >>> window = Window(date(2026, 11, 21), date(2026, 11, 27))
    >>> finding = found(rule, Seen("camp_1", "Diwali Retarget", 12400.0, count=0.0), window)
    >>> finding.fires, finding.words
    (True, 'Diwali Retarget spent ₹12,400 in the 7 days to 27 Nov 2026 without a single conversion.')
    >>> found(rule, Seen("camp_1", "Diwali Retarget", 12400.0, count=0.5), window).fires
    False
    """
    if seen.unknown_because is not None:
        return _unknown(seen, seen.unknown_because)
    if seen.value is None:
        return Finding(seen.subject, fires=False, value=None)
    if rule.kind is AlertKind.spend_without_conversions:
        return _spent_in_vain(rule, seen, seen.value, window)
    if rule.kind in BOUNDS:
        return _out_of_bounds(rule, seen, seen.value, window)
    return _changed(rule, seen, seen.value, window)


def late(hours: Sequence[tuple[str, float]], rule: Rule) -> Finding:
    """Hold the hours since each stream was last read whole, by what it is called, against a rule; one finding for all.

    >>> rule = Rule(AlertKind.sync_late, None, 24, "INR")
    >>> late([("Leads of Shop", 30.0), ("Figures of campaigns of Shop", 31.2), ("Posts of Shop", 2.0)], rule).words
    'Figures of campaigns of Shop: last read whole 31 hours ago. 1 more is late: Leads of Shop.'
    """
    behind = sorted(((n, name) for name, n in hours if n > rule.threshold), reverse=True)
    longest = max((n for _, n in hours), default=None)
    if not behind:
        return Finding("", fires=False, value=longest)
    (most, name), others = behind[0], [name for _, name in behind[1:]]
    words = f"{name}: last read whole {most:,.0f} hours ago."
    if others:
        listed = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
        words += f" {len(others)} more {'is' if len(others) == 1 else 'are'} late: {listed}."
    return Finding("", fires=True, value=most, words=words)


def _spent_in_vain(rule: Rule, seen: Seen, spent: float, window: Window) -> Finding:
    if seen.count is None:
        return _unknown(seen, "it is not known what it was credited with")
    words = f"{seen.name} spent {figure_words(spent, 'ad_spend', rule.currency)} {window.words}"
    fires = spent > rule.threshold and seen.count == 0
    return Finding(seen.subject, fires, spent, f"{words} without a single conversion." if fires else "")


def _out_of_bounds(rule: Rule, seen: Seen, value: float, window: Window) -> Finding:
    is_below = rule.kind is AlertKind.below
    if not (value < rule.threshold if is_below else value > rule.threshold):
        return Finding(seen.subject, fires=False, value=value)
    metric, side = rule.metric or "", "below" if is_below else "above"
    words = f"{_what(rule, seen)} was {figure_words(value, metric, rule.currency)} {window.words}"
    return Finding(seen.subject, fires=True, value=value, words=f"{words}, {side} {threshold_words(rule)}.")


def _changed(rule: Rule, seen: Seen, value: float, window: Window) -> Finding:
    change = change_against_weeks_before(value, seen.before, seen.counts_before)
    if change.share is None:
        return _unknown(seen, change.unknown_because or "")
    fell = rule.kind is AlertKind.fell
    if not change.is_beyond_chance or (-change.share if fell else change.share) < rule.threshold:
        return Finding(seen.subject, fires=False, value=value)
    metric = rule.metric or ""
    now, usual = (figure_words(one, metric, rule.currency) for one in (value, change.expected))
    verb = "fell" if fell else "rose"
    words = f"{_what(rule, seen)} {verb} by {share_words(abs(change.share))}: {now} {window.words}"
    return Finding(seen.subject, fires=True, value=value, words=f"{words}, where {usual} is usual for these weekdays.")


def _what(rule: Rule, seen: Seen) -> str:
    title = METRICS[rule.metric or ""].title
    return f"{title} of {seen.name}" if seen.name else title


def _unknown(seen: Seen, reason: str) -> Finding:
    return Finding(seen.subject, None, seen.value, unknown_because=f"{seen.name}: {reason}" if seen.name else reason)
