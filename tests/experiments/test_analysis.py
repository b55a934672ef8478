from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.analysis import Analysis, Comparison, analyse
from adplanning.experiments.metrics import MetricKind
from adplanning.experiments.statistics import PARTS, SUMS, VariantStatistics

# Most of the time would go into making a fault small.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
RATE, REVENUE, CPC = PrimaryMetric.conversion_rate, PrimaryMetric.revenue, PrimaryMetric.cpc


def analysed(metric: PrimaryMetric = RATE, confidence_level: float = 0.95, **variants: VariantStatistics) -> Analysis:
    """The first variant is the control, all are to get as many subjects."""
    return analyse(
        variants,
        control_id=next(iter(variants)),
        metric=metric,
        confidence_level=confidence_level,
        weights=dict.fromkeys(variants, 1.0),
    )


def rate(n_converted: int, n_subjects: int) -> VariantStatistics:
    return VariantStatistics(n_subjects=n_subjects, n_converted=n_converted)


def spent(n: int, cost: float, *, clicks: float = 2.0) -> VariantStatistics:
    """Subjects of whom half click at twice the cost a click, and half at none."""
    half, each = n // 2, 2 * cost * clicks
    return VariantStatistics(
        n_subjects=n,
        value_sum=half * each,
        value_squares=half * each**2,
        n_with_denominator=n,
        denominator_sum=n * clicks,
        denominator_squares=n * clicks**2,
        value_denominator=half * each * clicks,
    )


def paid(n: int, mean: float, *, deviation: float = 30.0) -> VariantStatistics:
    return VariantStatistics(n_subjects=n, value_sum=n * mean, value_squares=n * (mean**2 + deviation**2))


def codes(found: Analysis) -> list[str]:
    return [warning.code for warning in found.warnings]


@st.composite
def any_sums(draw: st.DrawFn) -> VariantStatistics:
    """Whatever an import may bring: counts that are possible, sums that need not belong together."""
    n = draw(st.integers(0, 10**9))
    amount = st.integers(-(10**15), 10**15).map(float) | st.sampled_from([0.0, 1e-300, -1e60, 1e60, 1e30, 5e-324])
    sums = {name: draw(amount) for name in SUMS if name not in PARTS}
    parts = {name: draw(st.integers(0, n) | st.just(n)) for name in PARTS[1:]}
    return VariantStatistics(n_subjects=n, **parts, **sums)


@settings(max_examples=100, deadline=None, phases=NO_SHRINKING)
@given(
    st.lists(any_sums(), min_size=1, max_size=3),
    st.sampled_from(PrimaryMetric),
    st.sampled_from([0.5, 0.95, 0.999]),
)
def test_nothing_that_may_come_leaves_a_number_that_is_none(
    variants: list[VariantStatistics], metric: PrimaryMetric, confidence_level: float
) -> None:
    found = analysed(metric, confidence_level, **{f"v{number}": v for number, v in enumerate(variants)})
    json.dumps(asdict(found), allow_nan=False)
    for variant in found.variants:
        if variant.lower is not None and variant.upper is not None:
            assert variant.lower <= variant.upper
    for comparison in found.comparisons:
        for p_value in (comparison.p_value, comparison.p_value_adjusted, comparison.sequential.p_value):
            assert p_value is None or 0 <= p_value <= 1


@settings(max_examples=30, deadline=None, phases=NO_SHRINKING)
@given(any_sums(), any_sums(), any_sums(), st.sampled_from(PrimaryMetric))
def test_the_order_of_the_treatments_changes_no_number(
    control: VariantStatistics, one: VariantStatistics, two: VariantStatistics, metric: PrimaryMetric
) -> None:
    there = analysed(metric, control=control, one=one, two=two)
    back = analysed(metric, control=control, two=two, one=one)
    assert sorted(there.comparisons, key=_id) == sorted(back.comparisons, key=_id)
    assert there.winner_id == back.winner_id
    assert codes(there) == codes(back)


@settings(max_examples=30, deadline=None, phases=NO_SHRINKING)
@given(any_sums(), any_sums(), st.sampled_from(PrimaryMetric))
def test_swapping_control_and_treatment_mirrors_the_difference(
    one: VariantStatistics, two: VariantStatistics, metric: PrimaryMetric
) -> None:
    there, back = analysed(metric, a=one, b=two), analysed(metric, b=two, a=one)
    before, after = there.comparisons[0], back.comparisons[0]
    if before.difference is None:
        assert after.difference is None
        return
    assert before.difference == -(after.difference or 0.0)
    assert before.is_significant == after.is_significant
    assert there.winner_id == back.winner_id or not before.difference


def test_without_subjects_everything_is_null_and_nobody_wins() -> None:
    found = analysed(a=VariantStatistics(), b=VariantStatistics())
    assert found.n_subjects == 0
    assert found.control.estimate is None
    comparison = found.comparisons[0]
    assert (comparison.difference, comparison.p_value, comparison.direction) == (None, None, "neutral")
    assert comparison.bayesian.probability_to_beat_control is None
    assert not comparison.sequential.safe_to_stop
    assert (found.winner_id, found.sample_ratio.p_value, found.warnings) == (None, None, ())


def test_variants_that_have_no_sums_have_no_subjects() -> None:
    found = analyse({}, control_id="a", metric=RATE, weights={"a": 50, "b": 50})
    assert [variant.n_subjects for variant in found.variants] == [0, 0]


def test_one_variant_alone_has_an_estimate_and_nothing_to_compare_with() -> None:
    found = analysed(a=rate(5, 100))
    assert (found.control.estimate, found.comparisons, found.winner_id) == (0.05, (), None)


def test_a_variant_without_anybody_is_warned_of() -> None:
    found = analysed(a=rate(5, 100), b=VariantStatistics())
    assert "no_subjects" in codes(found)
    assert found.comparisons[0].difference is None


def test_a_treatment_that_converts_more_wins_and_one_that_converts_less_leaves_the_control_to() -> None:
    assert analysed(a=rate(100, 1000), b=rate(150, 1000)).winner_id == "b"
    assert analysed(a=rate(150, 1000), b=rate(100, 1000)).winner_id == "a"
    assert analysed(a=rate(100, 1000), b=rate(110, 1000)).winner_id is None


def test_of_costs_the_lower_one_wins_though_its_lift_is_negative() -> None:
    found = analysed(CPC, a=spent(2000, 10.0), b=spent(2000, 8.0))
    cheaper = found.comparisons[0]
    assert (cheaper.lift, cheaper.direction, cheaper.is_better) == (pytest.approx(-0.2), "negative", True)
    assert found.winner_id == "b"
    assert cheaper.bayesian.probability_to_beat_control is not None
    assert cheaper.bayesian.probability_to_beat_control > 0.99
    dearer = analysed(CPC, a=spent(2000, 8.0), b=spent(2000, 10.0))
    assert dearer.comparisons[0].direction == "positive"
    assert dearer.winner_id == "a"


def test_among_several_the_best_of_those_that_are_sure_wins_and_holm_adjusts_them() -> None:
    found = analysed(a=rate(100, 1000), b=rate(140, 1000), c=rate(150, 1000), d=rate(128, 1000))
    by_id = {comparison.variant_id: comparison for comparison in found.comparisons}
    assert found.winner_id == "c"
    assert by_id["d"].p_value is not None
    assert by_id["d"].p_value < 0.05 / 1
    assert by_id["c"].p_value_adjusted == pytest.approx(3 * (by_id["c"].p_value or 0))
    assert by_id["b"].p_value_adjusted == pytest.approx(2 * (by_id["b"].p_value or 0))
    assert by_id["d"].p_value_adjusted == by_id["d"].p_value


def test_among_several_a_difference_that_is_sure_alone_may_not_be() -> None:
    alone = analysed(a=rate(100, 1000), b=rate(129, 1000))
    among = analysed(a=rate(100, 1000), b=rate(129, 1000), c=rate(100, 1000), d=rate(100, 1000))
    assert (alone.winner_id, among.winner_id) == ("b", None)


def test_the_control_wins_only_where_every_treatment_is_worse() -> None:
    assert analysed(a=rate(150, 1000), b=rate(100, 1000), c=rate(90, 1000)).winner_id == "a"
    assert analysed(a=rate(150, 1000), b=rate(100, 1000), c=rate(148, 1000)).winner_id is None


def test_too_few_conversions_make_no_winner_however_far_apart() -> None:
    found = analysed(a=rate(0, 4), b=rate(4, 4))
    assert found.comparisons[0].is_significant
    assert (found.winner_id, codes(found)) == (None, ["too_few"])


def test_with_a_control_of_nothing_the_difference_decides() -> None:
    found = analysed(a=rate(0, 2000), b=rate(30, 2000))
    comparison = found.comparisons[0]
    assert (comparison.lift, comparison.lift_upper, comparison.direction) == (None, None, "positive")
    assert (found.winner_id, comparison.is_significant) == ("b", True)


def test_a_split_that_is_off_is_warned_of_unless_subjects_were_not_assigned() -> None:
    variants = {"a": rate(610, 6100), "b": rate(390, 3900)}
    found = analysed(**variants)
    assert not found.sample_ratio.ok
    assert found.warnings[0].words.startswith("The split is off (planned 50/50, seen 61/39)")
    days = analyse(variants, control_id="a", metric=RATE, weights={"a": 1, "b": 1}, are_assigned=False)
    assert (days.sample_ratio.p_value, days.warnings) == (None, ())


def test_a_split_that_was_planned_uneven_is_right_as_it_is() -> None:
    found = analyse(
        {"a": rate(900, 9000), "b": rate(130, 1000)}, control_id="a", metric=RATE, weights={"a": 90, "b": 10}
    )
    assert found.sample_ratio.ok
    assert found.winner_id == "b"


def test_clicks_without_impressions_are_taken_by_the_share_of_subjects() -> None:
    found = analysed(PrimaryMetric.ctr, a=rate(100, 1000), b=rate(150, 1000))
    assert (found.kind, codes(found), found.winner_id) == (MetricKind.proportion, ["no_denominator"], "b")
    assert found.comparisons[0].p_value == analysed(a=rate(100, 1000), b=rate(150, 1000)).comparisons[0].p_value


def test_other_ratios_without_denominators_are_unknown() -> None:
    found = analysed(PrimaryMetric.roas, a=paid(100, 5.0), b=paid(100, 9.0))
    assert found.comparisons[0].difference is None
    assert codes(found) == ["no_denominator"]


def test_subjects_without_a_denominator_are_told_of() -> None:
    found = analysed(CPC, a=spent(2000, 10.0) + paid(10, 1.0), b=spent(2010, 8.0))
    assert codes(found) == ["missing_denominators"]
    assert found.warnings[0].words == "10 of 4,020 subjects have no clicks."


def test_revenue_may_be_negative() -> None:
    found = analysed(REVENUE, a=paid(4000, -10.0), b=paid(4000, -6.0))
    comparison = found.comparisons[0]
    assert (comparison.difference, comparison.lift, found.winner_id) == (4.0, 0.4, "b")
    assert comparison.lift_lower is not None
    assert 0 < comparison.lift_lower < 0.4


def test_one_subject_a_variant_has_nothing_to_test_by() -> None:
    found = analysed(REVENUE, a=VariantStatistics(1, 1, 5.0, 25.0), b=VariantStatistics(1, 1, 9.0, 81.0))
    assert found.comparisons[0].difference == 4.0
    assert found.comparisons[0].p_value is None
    assert codes(found) == ["few_values", "no_spread"]


def test_means_of_few_subjects_have_no_result_that_may_be_watched() -> None:
    few, enough = (analysed(REVENUE, a=paid(n, 5.0), b=paid(n, 50.0)).comparisons[0].sequential for n in (99, 100))
    assert (few.p_value, few.safe_to_stop) == (None, False)
    assert enough.safe_to_stop


def test_stopping_is_safe_only_where_it_is_among_all_treatments() -> None:
    def watched(**variants: VariantStatistics) -> Comparison:
        return next(c for c in analysed(**variants).comparisons if c.variant_id == "b")

    alone = watched(a=rate(300, 3000), b=rate(380, 3000))
    among = watched(a=rate(300, 3000), b=rate(380, 3000), c=rate(300, 3000), d=rate(300, 3000))
    assert alone.sequential.p_value == among.sequential.p_value
    assert (alone.sequential.safe_to_stop, among.sequential.safe_to_stop) == (True, False)


def test_a_past_that_all_subjects_have_is_used_beside() -> None:
    before = VariantStatistics(4, 2, 20.0, 148.0, n_with_pre=4, pre_sum=10.0, pre_squares=30.0, value_pre=58.0)
    found = analysed(REVENUE, a=before, b=before)
    assert found.comparisons[0].cuped is not None
    assert analysed(REVENUE, a=before, b=paid(4, 5.0)).comparisons[0].cuped is None


def test_a_thousand_million_subjects_and_one_in_a_million_are_no_trouble() -> None:
    found = analysed(a=rate(1000, 10**9), b=rate(1300, 10**9))
    comparison = found.comparisons[0]
    assert found.winner_id == "b"
    assert comparison.bayesian.probability_to_beat_control == pytest.approx(1.0, abs=1e-6)
    assert comparison.sequential.safe_to_stop


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"control_id": "c"}, "variant: unknown value 'c'; choose one of: a, b"),
        ({"statistics": {"x": VariantStatistics()}}, "variant: unknown value 'x'"),
        ({"confidence_level": 1.0}, "confidence_level: must be above 0 and below 1"),
        ({"confidence_level": float("nan")}, "confidence_level: must be above 0 and below 1"),
    ],
)
def test_what_does_not_belong_together_is_refused(wrong: dict[str, Any], message: str) -> None:
    given_ = {"statistics": {}, "control_id": "a", "metric": RATE, "weights": {"a": 1.0, "b": 1.0}} | wrong
    with pytest.raises(InvalidData, match=message):
        analyse(given_.pop("statistics"), **given_)


def _id(comparison: Comparison) -> str:
    return comparison.variant_id
