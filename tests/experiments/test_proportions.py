from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from adplanning.experiments.proportions import (
    expected_least,
    lift_interval,
    proportions_effect,
    rate_moments,
    wilson_interval,
)
from adplanning.experiments.statistics import VariantStatistics


def variant(n_converted: int, n_subjects: int) -> VariantStatistics:
    return VariantStatistics(n_subjects=n_subjects, n_converted=n_converted)


counts = st.integers(1, 10**9).flatmap(lambda n: st.integers(0, n).map(lambda x: variant(x, n)))
few = st.integers(1, 60).flatmap(lambda n: st.integers(0, n).map(lambda x: variant(x, n)))


@pytest.mark.parametrize(
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10: treatment, control, lower, upper.
    ("treatment", "control", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_the_difference_is_the_published_one(
    treatment: tuple[int, int], control: tuple[int, int], lower: float, upper: float
) -> None:
    effect = proportions_effect(variant(*control), variant(*treatment))
    assert (effect.lower, effect.upper) == (pytest.approx(lower, abs=5e-5), pytest.approx(upper, abs=5e-5))


@given(few, few)
def test_the_test_is_the_pooled_one_of_statsmodels(control: VariantStatistics, treatment: VariantStatistics) -> None:
    converted = control.n_converted + treatment.n_converted
    assume(0 < converted < control.n_subjects + treatment.n_subjects)
    z, p = proportions_ztest([treatment.n_converted, control.n_converted], [treatment.n_subjects, control.n_subjects])
    effect = proportions_effect(control, treatment)
    assert effect.statistic == pytest.approx(z, abs=1e-12)
    assert effect.p_value == pytest.approx(p, rel=1e-9)


@given(few, st.sampled_from([0.8, 0.95, 0.999]))
def test_a_share_has_the_wilson_interval(v: VariantStatistics, confidence_level: float) -> None:
    found = wilson_interval(v.n_converted, v.n_subjects, confidence_level=confidence_level)
    assert found == pytest.approx(
        proportion_confint(v.n_converted, v.n_subjects, alpha=1 - confidence_level, method="wilson"), abs=1e-12
    )


def test_the_lift_has_nearly_the_interval_of_miettinen_and_nurminen_when_there_are_many() -> None:
    before, after = variant(400, 10_000), variant(460, 9_000)
    theirs = confint_proportions_2indep(460, 9_000, 400, 10_000, compare="ratio", method="score")
    found = lift_interval(before, after, confidence_level=0.95)
    assert [1 + (bound or 0) for bound in found] == pytest.approx(theirs, rel=1e-4)


@given(counts, counts, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_lift_leaves_zero_out_exactly_where_the_test_is_significant(
    control: VariantStatistics, treatment: VariantStatistics, confidence_level: float
) -> None:
    effect = proportions_effect(control, treatment, confidence_level=confidence_level)
    assume(effect.p_value is not None and abs(effect.p_value / (1 - confidence_level) - 1) > 1e-6)
    assert effect.p_value is not None
    leaves_out = (effect.lift_lower or 0) > 0 or (effect.lift_upper or 0) < 0
    assert leaves_out == (effect.p_value < 1 - confidence_level)


@given(counts, counts)
def test_swapping_control_and_treatment_mirrors_the_difference(one: VariantStatistics, two: VariantStatistics) -> None:
    there, back = proportions_effect(one, two), proportions_effect(two, one)
    assert there.difference == -(back.difference or 0)
    assert there.lower == pytest.approx(-(back.upper or 0), abs=1e-12)
    assert there.p_value == pytest.approx(back.p_value)
    if there.lift_lower is not None and back.lift_upper is not None and there.lift_lower > -1:
        assert 1 + there.lift_lower == pytest.approx(1 / (1 + back.lift_upper), rel=1e-6)


@given(counts, counts)
def test_every_interval_holds_its_estimate_and_is_finite(one: VariantStatistics, two: VariantStatistics) -> None:
    effect = proportions_effect(one, two)
    assert effect.lower is not None
    assert effect.upper is not None
    assert -1 - 1e-9 <= effect.lower <= effect.difference <= effect.upper <= 1 + 1e-9
    if effect.lift is not None:
        assert effect.lift_upper is not None
        assert effect.lift_lower is not None
        assert -1 <= effect.lift_lower <= effect.lift + 1e-9
        assert effect.lift <= effect.lift_upper + 1e-9
        assert math.isfinite(effect.lift_upper)


def test_with_a_control_of_nothing_the_difference_is_known_and_the_lift_open_above() -> None:
    effect = proportions_effect(variant(0, 1000), variant(12, 1000))
    assert effect.difference == 0.012
    assert effect.lower is not None
    assert effect.lower > 0
    assert (effect.lift, effect.lift_upper) == (None, None)
    assert effect.lift_lower is not None
    assert effect.lift_lower > 0
    # 0.012 by sqrt(0.006 * 0.994 * 2 / 1000).
    assert effect.statistic == pytest.approx(3.4746, abs=1e-4)


@pytest.mark.parametrize("x", [0, 50], ids=["nobody", "everybody"])
def test_where_nobody_or_everybody_converted_there_is_no_p_value(x: int) -> None:
    effect = proportions_effect(variant(x, 50), variant(x, 50))
    assert (effect.difference, effect.statistic, effect.p_value) == (0.0, None, None)
    assert effect.lower == pytest.approx(-0.0714, abs=1e-4)


def test_where_everybody_converted_the_lift_is_as_uncertain_as_the_difference() -> None:
    control, treatment = variant(99, 100), variant(200, 200)
    nearly = lift_interval(control, treatment, confidence_level=0.95)
    whole = lift_interval(variant(100, 100), treatment, confidence_level=0.95)
    limit = stats.norm.isf(0.025) ** 2
    assert whole == pytest.approx((-limit / (200 + limit), limit / 100))
    assert nearly[0] > whole[0]
    assert nearly[1] > whole[1]


def test_all_converted_against_none_is_as_far_as_it_goes() -> None:
    effect = proportions_effect(variant(0, 40), variant(40, 40))
    assert effect.statistic == pytest.approx(math.sqrt(80))
    assert effect.upper == 1.0


def test_tiny_rates_and_a_thousand_million_subjects_keep_their_digits() -> None:
    effect = proportions_effect(variant(1000, 10**9), variant(1200, 10**9))
    # As of Poisson counts: (1200 - 1000) / sqrt(2200).
    assert effect.statistic == pytest.approx(200 / math.sqrt(2200), rel=1e-5)
    assert effect.lift == pytest.approx(0.2)
    assert effect.lift_lower == pytest.approx(0.1033, abs=2e-4)


def test_a_p_value_far_out_is_small_and_not_zero() -> None:
    p_value = proportions_effect(variant(100_000, 10**6), variant(105_000, 10**6)).p_value
    assert p_value == pytest.approx(2 * stats.norm.sf(11.6586), rel=1e-3)
    assert p_value is not None
    assert 0 < p_value < 1e-30


def test_a_rate_of_nothing_still_has_a_variance() -> None:
    moments = rate_moments(variant(0, 98))
    assert moments is not None
    assert moments.variance == pytest.approx(0.01 * 0.99 / 98)
    assert rate_moments(variant(0, 0)) is None


def test_the_fewest_expected_are_those_of_the_smaller_variant() -> None:
    assert expected_least(variant(30, 900), variant(10, 100)) == 4
    assert expected_least(variant(899, 900), variant(99, 100)) == pytest.approx(0.2)
