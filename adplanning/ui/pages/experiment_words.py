"""How an experiment is told of on its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adplanning.core import formats
from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import ExperimentSource, PrimaryMetric
from adplanning.experiments.metrics import EXPERIMENT_METRICS
from adplanning.ui import badges
from adplanning.ui.badges import Badge

SLUG: Final = "ad-planning/experiments"
NOTEBOOK: Final = "update_experiments"
STATUSES: Final = {status.value: badge.words for status, badge in badges.EXPERIMENT_STATUSES.items()}
TYPES: Final = {kind.value: badge.words for kind, badge in badges.EXPERIMENT_TYPES.items()}
METRICS: Final = {metric.value: its.title for metric, its in EXPERIMENT_METRICS.items()}
SOURCES: Final[Mapping[str, str]] = {
    ExperimentSource.observations: "Sent by the API",
    ExperimentSource.campaigns: "Campaigns",
    ExperimentSource.ad_sets: "Ad sets",
    ExperimentSource.landing_pages: "Landing pages",
}


def amount(metric: str, value: float | None, currency: str) -> str:
    """What a metric comes to, in its unit; money is in major units of the experiment's currency.

    >>> amount("conversion_rate", 0.0345, "INR"), amount("cpc", 12.344, "INR"), amount("roas", 2.5, "INR")
    ('3.45%', '₹12.34', '2.50×')
    >>> amount("revenue", None, "INR")
    '–'
    """
    unit = EXPERIMENT_METRICS[PrimaryMetric(metric)].unit
    if value is None or unit == "share":
        return formats.percent(value, 2)
    return formats.times(value) if unit == "times" else formats.money(value, currency)


def change(value: float | None) -> str:
    """A relative change with its sign.

    >>> change(0.123), change(-0.04), change(0.0), change(None)
    ('+12.3%', '−4.0%', '0.0%', '–')
    """
    words = formats.percent(None if value is None else abs(value))
    return words if value is None or words == "0.0%" else f"{'+' if value > 0 else '−'}{words}"


def interval(lower: str, upper: str) -> str:
    """From where to where; an end that is open is said in words.

    >>> interval("+1.0%", "+9.0%"), interval("+1.0%", "–"), interval("–", "–")
    ('+1.0% to +9.0%', '+1.0% or more', '–')
    """
    if lower == upper == formats.UNKNOWN:
        return formats.UNKNOWN
    if formats.UNKNOWN in (lower, upper):
        return f"{lower} or more" if upper == formats.UNKNOWN else f"{upper} or less"
    return f"{lower} to {upper}"


def chance(p_value: float | None) -> str:
    """A p-value as it is written.

    >>> chance(0.04321), chance(0.00001), chance(None)
    ('0.043', 'below 0.001', '–')
    """
    if p_value is None:
        return formats.UNKNOWN
    return "below 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def is_better(metric: str, difference: float) -> bool | None:
    """Whether a difference to the control is for the better; None where there is none.

    >>> is_better("conversion_rate", 0.1), is_better("cpc", 0.1), is_better("cpc", 0.0)
    (True, False, None)
    """
    if not difference:
        return None
    return (difference < 0) is EXPERIMENT_METRICS[PrimaryMetric(metric)].lower_is_better


def significance(is_significant: bool | None, better: bool | None) -> Badge:
    """What a result amounts to.

    >>> significance(True, False).words, significance(False, True).words, significance(None, None).words
    ('Significantly worse', 'Not significant', 'No result yet')
    """
    if is_significant is None:
        return Badge("No result yet", "grey", "mdi-timer-sand")
    if not is_significant or better is None:
        return Badge("Not significant", "grey", "mdi-approximately-equal")
    if better:
        return Badge("Significantly better", "green", "mdi-thumb-up-outline")
    return Badge("Significantly worse", "red", "mdi-thumb-down-outline")


SPLIT_OFF: Final = Badge("Split is off", "orange", "mdi-alert-outline")
"""What stands where a result would: of subjects that are not spread over the variants as planned, none is told."""


def probability(share: float | None) -> str:
    """A probability, never as sure as 0 or 1.

    >>> probability(0.93), probability(0.99999), probability(0.0), probability(None)
    ('93.0%', 'above 99.9%', 'below 0.1%', '–')
    """
    if share is None or 0.001 <= share <= 0.999:
        return formats.percent(share)
    return "above 99.9%" if share > 0.5 else "below 0.1%"


def config_words(config: Mapping[str, Any] | None) -> str:
    """What a variant is set to, as one writes it.

    >>> config_words({"headline": "Festive offer", "colour": "red"}), config_words(None)
    ('headline = Festive offer; colour = red', '')
    """
    return "; ".join(f"{name} = {value}" for name, value in (config or {}).items())


def config_of(words: str) -> dict[str, str]:
    """What was written, by name.

    Raises
    ------
    InvalidData : at `variants`: a part without a name or without "=".

    >>> config_of("headline = Festive offer; colour=red"), config_of("")
    ({'headline': 'Festive offer', 'colour': 'red'}, {})
    """
    config = {}
    for part in filter(str.strip, words.split(";")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            said = f"{part.strip()[:80]!r} is no setting; write it as name = value, several with ; between them"
            raise InvalidData.at("variants", said)
        config[name.strip()] = value.strip()
    return config
