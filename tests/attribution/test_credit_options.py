from __future__ import annotations

from typing import Any

import pytest

from adplanning.attribution.credit_options import CreditOptions
from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import DirectCredit


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"lookback_days": 0}, "lookback_days: must be 1 day or more, not 0, and 36,500 at most"),
        ({"lookback_days": 10**9}, "lookback_days: must be 1 day or more, not 1000000000, and 36,500 at most"),
        ({"half_life_days": 0}, "half_life_days: must be a number of days above 0, not 0"),
        ({"half_life_days": float("nan")}, "half_life_days: must be a number of days above 0, not nan"),
        ({"first_weight": -0.1}, "first_weight: must be 0 to 1, not -0.1"),
        ({"last_weight": float("nan")}, "last_weight: must be 0 to 1, not nan"),
        ({"first_weight": 0.6, "last_weight": 0.5}, "first_weight: 0.6 and last_weight 0.5 are more than 1 together"),
        ({"direct_credit": "never"}, "direct_credit: unknown value 'never'; choose one of: only_alone, always"),
    ],
)
def test_an_option_out_of_its_range_is_refused_with_what_is_allowed(given: dict[str, Any], refused: str) -> None:
    with pytest.raises(InvalidData, match=refused):
        CreditOptions(**given)


def test_weights_that_leave_nothing_to_those_between_are_allowed() -> None:
    assert CreditOptions(first_weight=0.7, last_weight=0.3).first_weight == 0.7


def test_the_words_say_every_option() -> None:
    options = CreditOptions(
        lookback_days=1, half_life_days=0.5, first_weight=0.25, last_weight=0.125, direct_credit=DirectCredit.always
    )
    assert options.in_words == (
        "touchpoints of the day before a conversion; half-life 0.5 days; first 25 %, last 12.5 %; "
        "direct like all others"
    )
