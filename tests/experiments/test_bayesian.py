from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from adplanning.experiments.bayesian import beta_posterior, normal_posterior
from adplanning.experiments.effects import Moments
from adplanning.experiments.statistics import VariantStatistics


def variant(n_converted: int, n_subjects: int) -> VariantStatistics:
    return VariantStatistics(n_subjects=n_subjects, n_converted=n_converted)


def closed_form(control: VariantStatistics, treatment: VariantStatistics) -> float:
    """Miller (2014), Formulas for Bayesian A/B testing: the sum over the treatment's successes."""
    a, b = 1 + control.n_converted, 1 + control.n_subjects - control.n_converted
    c, d = 1 + treatment.n_converted, 1 + treatment.n_subjects - treatment.n_converted
    i = np.arange(c)
    terms = special.betaln(a + i, b + d) - np.log(d + i) - special.betaln(1 + i, d) - special.betaln(a, b)
    return float(np.exp(terms).sum())


few = st.integers(1, 300).flatmap(lambda n: st.integers(0, n).map(lambda x: variant(x, n)))
many = st.integers(1, 10**9).flatmap(lambda n: st.integers(0, n).map(lambda x: variant(x, n)))


@given(few, few)
def test_the_probability_is_the_closed_form(control: VariantStatistics, treatment: VariantStatistics) -> None:
    found = beta_posterior(control, treatment).probability_to_beat_control
    assert found == pytest.approx(closed_form(control, treatment), abs=1e-9)


@given(few, few)
def test_both_losses_differ_by_the_difference_of_the_means(one: VariantStatistics, two: VariantStatistics) -> None:
    """E max(C − T, 0) − E max(T − C, 0) = E C − E T."""
    means = [(v.n_converted + 1) / (v.n_subjects + 2) for v in (one, two)]
    there, back = beta_posterior(one, two).expected_loss, beta_posterior(two, one).expected_loss
    assert there is not None
    assert back is not None
    assert there - back == pytest.approx(means[0] - means[1], abs=1e-9)
    assert there >= 0


@settings(max_examples=50)
@given(many, many)
def test_swapping_both_leaves_the_other_probability(one: VariantStatistics, two: VariantStatistics) -> None:
    there = beta_posterior(one, two).probability_to_beat_control
    back = beta_posterior(two, one).probability_to_beat_control
    assert there is not None
    assert back is not None
    assert there + back == pytest.approx(1, abs=1e-5)


def test_with_a_thousand_million_subjects_it_is_the_normal_one() -> None:
    control, treatment = variant(10**8, 10**9), variant(10**8 + 20_000, 10**9)
    z = 20_000 / 10**9 / math.sqrt(2 * 0.1 * 0.9 / 10**9)
    assert beta_posterior(control, treatment).probability_to_beat_control == pytest.approx(
        float(special.ndtr(z)), abs=1e-4
    )


def test_nobody_seen_is_no_view() -> None:
    assert beta_posterior(variant(0, 0), variant(1, 2)).probability_to_beat_control is None


def test_two_estimates_are_compared_as_normal_ones_worked_by_hand() -> None:
    # One standard error above: Φ(1) = 0.8413, and φ(1) − Φ(−1) = 0.2420 − 0.1587 standard errors are lost on average.
    found = normal_posterior(Moments(99, 10.0, 2.0), Moments(99, 12.0, 2.0), lower_is_better=False)
    assert found.probability_to_beat_control == pytest.approx(0.841345, abs=1e-6)
    assert found.expected_loss == pytest.approx(2 * 0.083315, abs=1e-5)


def test_where_less_is_better_a_lower_treatment_beats_the_control() -> None:
    found = normal_posterior(Moments(99, 12.0, 2.0), Moments(99, 10.0, 2.0), lower_is_better=True)
    assert found.probability_to_beat_control == pytest.approx(0.841345, abs=1e-6)


def test_far_apart_there_is_nothing_to_lose_and_far_behind_all_of_it() -> None:
    behind, before = Moments(99, 0.0, 1.0), Moments(99, 1000.0, 1.0)
    assert normal_posterior(behind, before, lower_is_better=False).expected_loss == 0.0
    assert normal_posterior(before, behind, lower_is_better=False).expected_loss == pytest.approx(1000.0)


def test_without_a_variance_there_is_no_view() -> None:
    assert normal_posterior(Moments(1, 1.0, None), Moments(2, 1.0, 1.0), lower_is_better=False).expected_loss is None
