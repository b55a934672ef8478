from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from adplanning.experiments.significance import holm, significance_level, significance_words


def test_holm_adjusts_as_statsmodels_does() -> None:
    p_values = [*np.random.default_rng(1).random(9) ** 3, 0.02, 0.02]
    theirs = multipletests(p_values, method="holm")[1]
    found = holm({str(number): p_value for number, p_value in enumerate(p_values)})
    assert list(found.values()) == pytest.approx(list(theirs))


def test_a_single_comparison_is_not_adjusted_and_an_unknown_one_counts_for_none() -> None:
    assert holm({"a": 0.03, "b": None}) == {"a": 0.03, "b": None}


@pytest.mark.parametrize(
    ("p_value", "confidence_level", "level"),
    [
        (0.0, 0.95, "high"),
        (0.02, 0.95, "medium"),
        (0.07, 0.95, "low"),
        (0.2, 0.95, "none"),
        # With more confidence asked for, what is high elsewhere is not even sure.
        (0.005, 0.999, "low"),
        (0.15, 0.8, "medium"),
        (None, 0.95, "none"),
    ],
)
def test_a_level_is_never_above_what_the_confidence_allows(
    p_value: float | None, confidence_level: float, level: str
) -> None:
    assert significance_level(p_value, confidence_level=confidence_level) == level


def test_a_tiny_p_value_is_no_long_number_in_words() -> None:
    words = significance_words(1e-30, confidence_level=0.99)
    assert words.startswith("Highly significant at 99 %: without a real difference, fewer than 0.1 of 100 experiments")
