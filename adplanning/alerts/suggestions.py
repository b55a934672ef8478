"""Rules that most shops want, ready-made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adplanning.alerts.fields import RuleFields
from adplanning.core.vocabulary import AlertKind


@dataclass(frozen=True)
class Suggestion:
    """A rule, and what it is good for."""

    key: str
    words: str
    fields: RuleFields


def suggestions(currency: str) -> tuple[Suggestion, ...]:
    """The four rules to begin with; the amount is to be fitted to what the shop spends.

    >>> [one.fields.kind.value for one in suggestions("INR")]
    ['spend_without_conversions', 'below', 'fell', 'sync_late']
    """
    amount = _AMOUNTS.get(currency, _USUAL_AMOUNT)
    return (
        Suggestion(
            "spend",
            "Money that brings nothing: a campaign that spent much in a week and was credited with nothing.",
            RuleFields(
                name="Spend without conversions",
                kind=AlertKind.spend_without_conversions,
                threshold=amount,
                of_each_campaign=True,
            ),
        ),
        Suggestion(
            "roas",
            "Ads that cost more than the shop takes in: the revenue of a week for each unit spent.",
            RuleFields(name="ROAS below 1", kind=AlertKind.below, metric="roas", threshold=1),
        ),
        Suggestion(
            "fell",
            "A broken checkout or pixel: far fewer conversions than is usual for these weekdays.",
            RuleFields(
                name="Conversions fell by 30%", kind=AlertKind.fell, metric="conversions", threshold=30, window_days=3
            ),
        ),
        Suggestion(
            "sync",
            "Figures that stand still: nothing was read from Meta for more than a day.",
            RuleFields(name="Sync is late", kind=AlertKind.sync_late, threshold=30),
        ),
    )


_AMOUNTS: Final = {"INR": 5000.0, "JPY": 10_000.0}
_USUAL_AMOUNT: Final = 100.0
