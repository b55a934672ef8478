"""How credit is given: the window, and the shape of the credit models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Final

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import DirectCredit

LOOKBACK_DAYS: Final = 30
HALF_LIFE_DAYS: Final = 7.0
FIRST_WEIGHT: Final = 0.4
LAST_WEIGHT: Final = 0.4
MAX_LOOKBACK_DAYS: Final = 36_500


@dataclass(frozen=True)
class CreditOptions:
    """What a credit depends on besides the facts and the model; checked when it is made.

    Parameters
    ----------
    lookback_days : days of 24 h before a conversion in which a touchpoint can have led to it; default 30, the window of
        the report.
    half_life_days : of time_decay, the days in which a touchpoint's weight halves; default 7, the convention of web
        analytics.
    first_weight, last_weight : of position_based, what the first and the last touchpoint earn, together 1 at most;
        default 0.4 each, which leaves 0.2 to those between, the convention of web analytics.
    direct_credit : whether direct touchpoints earn credit beside others; default only alone, as "last non-direct".

    Raises
    ------
    InvalidData : a value out of its range.

    >>> CreditOptions(half_life_days=14).in_words
    'touchpoints of the 30 days before a conversion; half-life 14 days; first 40 %, last 40 %; direct only where alone'
    """

    lookback_days: int = LOOKBACK_DAYS
    half_life_days: float = HALF_LIFE_DAYS
    first_weight: float = FIRST_WEIGHT
    last_weight: float = LAST_WEIGHT
    direct_credit: DirectCredit = DirectCredit.only_alone

    def __post_init__(self) -> None:
        if not 1 <= self.lookback_days <= MAX_LOOKBACK_DAYS:
            raise InvalidData.at(
                "lookback_days",
                f"must be 1 day or more, not {self.lookback_days}, and {MAX_LOOKBACK_DAYS:,} at most; 30 is usual",
            )
        half_life = self.half_life_days
        if not (0 < half_life < inf and 1 / half_life < inf):
            raise InvalidData.at("half_life_days", f"must be a number of days above 0, not {half_life}; 7 is usual")
        for name, weight in (("first_weight", self.first_weight), ("last_weight", self.last_weight)):
            if not 0 <= weight <= 1:
                raise InvalidData.at(name, f"must be 0 to 1, not {weight}; 0.4 is usual")
        if self.first_weight + self.last_weight > 1 + 1e-9:
            raise InvalidData.at(
                "first_weight",
                f"{self.first_weight} and last_weight {self.last_weight} are more than 1 together; lower one of them",
            )
        if self.direct_credit not in set(DirectCredit):
            raise InvalidData.unknown_choice("direct_credit", self.direct_credit, DirectCredit)

    @property
    def lookback(self) -> timedelta:
        """The length of the window."""
        return timedelta(days=self.lookback_days)

    @property
    def in_words(self) -> str:
        """The options as they are printed beside a number."""
        days = "day" if self.lookback_days == 1 else f"{self.lookback_days} days"
        direct = (
            "direct only where alone" if self.direct_credit == DirectCredit.only_alone else "direct like all others"
        )
        return (
            f"touchpoints of the {days} before a conversion; half-life {self.half_life_days:g} days; "
            f"first {self.first_weight * 100:g} %, last {self.last_weight * 100:g} %; {direct}"
        )
