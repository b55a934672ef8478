"""What to do about an experiment, in a sentence or two that a marketer can act on."""

from __future__ import annotations

import math
from collections.abc import Mapping

from adplanning.experiments.analysis import Analysis, Comparison
from adplanning.experiments.checks import split_words
from adplanning.experiments.metrics import EXPERIMENT_METRICS
from adplanning.experiments.progress import Progress


def recommendation(
    analysis: Analysis, *, names: Mapping[str, str], is_running: bool, progress: Progress, unit: str = "visitor"
) -> str:
    """Say what to do next, never surer than what was found.

    Formula: first what forbids a decision: nobody seen, a variant without anybody, a split that is off, too few
    conversions. Then, while it runs short of its plan, only the always-valid result decides; when it has ended or
    reached its plan, the fixed horizon does, which with several treatments is Holm's. An end before the plan without an
    always-valid decision is said to be one. Where nothing was found, the words say what is still possible.

    Parameters
    ----------
    analysis : what was found.
    names : of the variants by id, for people.
    is_running : whether it goes on.
    progress : how far it has come.
    unit : what a subject is, in the singular; default visitor.

    >>> from adplanning.core.vocabulary import PrimaryMetric
    >>> from adplanning.experiments.analysis import analyse
    >>> from adplanning.experiments.progress import progress_of
    >>> from adplanning.experiments.statistics import VariantStatistics
    >>> def advice(control, banner, *, is_running):
    ...     found = analyse(
    ...         {"a": control, "b": banner}, control_id="a", metric=PrimaryMetric.conversion_rate,
    ...         weights={"a": 50, "b": 50},
    ...     )
    ...     far = progress_of(found, target_sample_size=20_000, minimum_detectable_effect=None, days=5)
    ...     return recommendation(found, names={"a": "Now", "b": "Summer banner"}, is_running=is_running, progress=far)
    >>> advice(VariantStatistics(10_000, 1000), VariantStatistics(10_000, 1140), is_running=False)
    'Roll out Summer banner: its conversion rate is between 5.2% and 23.5% higher than that of Now.'
    >>> advice(VariantStatistics(2_000, 200), VariantStatistics(2_000, 210), is_running=True)
    'Go on: about 20 more days until the planned 20,000 visitors. So far no difference is sure.'
    >>> advice(VariantStatistics(6_100, 600), VariantStatistics(3_900, 390), is_running=True).split(":")[0]
    'Do not trust this yet'
    """
    doubt = _doubt(analysis, names, is_running=is_running, unit=unit)
    if doubt is not None:
        return doubt
    if is_running and not progress.is_reached:
        return _while_it_runs(analysis, names, progress, unit)
    return _at_its_end(analysis, names, progress, unit)


def _doubt(analysis: Analysis, names: Mapping[str, str], *, is_running: bool, unit: str) -> str | None:
    """What forbids a decision."""
    empty = [names[variant.variant_id] for variant in analysis.variants if not variant.n_subjects]
    if len(empty) == len(analysis.variants):
        return f"Wait: no {unit} has been counted yet."
    ratio = analysis.sample_ratio
    if not ratio.ok:
        planned, seen = split_words(ratio.planned), split_words(ratio.seen)
        return (
            f"Do not trust this yet: the split is off (planned {planned}, seen {seen}). Find out why {unit}s are "
            "missing in a variant, such as a slow page, a redirect or a filter, and begin anew."
        )
    if empty:
        return f"Wait: {' and '.join(empty)} got no {unit} yet, so that there is nothing to compare."
    codes = {warning.code for warning in analysis.warnings}
    if "no_denominator" in codes and all(variant.estimate is None for variant in analysis.variants):
        return f"Wait: there is no {EXPERIMENT_METRICS[analysis.metric].denominator} yet to divide by."
    if "too_few" in codes and analysis.winner_id is None:
        begin = "Go on" if is_running else "Decide nothing by this"
        return f"{begin}: there are too few conversions to tell the variants apart."
    return None


def _while_it_runs(analysis: Analysis, names: Mapping[str, str], progress: Progress, unit: str) -> str:
    safe = [c for c in analysis.comparisons if c.sequential.safe_to_stop]
    if any(c.is_better for c in safe) or (safe and len(safe) == len(analysis.comparisons)):
        told = max(safe, key=_gain)
        bounds = told.sequential.lift_lower, told.sequential.lift_upper
        return f"{_decided(analysis, names, told, bounds)} That holds however often one looks."
    words = f"Go on: {_left(progress, unit)}."
    if not any(c.is_significant for c in analysis.comparisons):
        return f"{words} So far no difference is sure."
    return (
        f"{words} The difference looks significant today, but one experiment in four without any difference looks so "
        "on some day; decide by the always-valid result, or at the planned end."
    )


def _at_its_end(analysis: Analysis, names: Mapping[str, str], progress: Progress, unit: str) -> str:
    sure = [c for c in analysis.comparisons if c.is_significant]
    if analysis.winner_id is None:
        return _undecided(analysis, names, unit)
    told = next((c for c in sure if c.variant_id == analysis.winner_id), None) or max(sure, key=_gain)
    bounds = told.lift_lower, told.lift_upper
    if told.sequential.safe_to_stop or progress.is_reached:
        return _decided(analysis, names, told, bounds)
    if progress.target_samples is None:
        words = f"No number of {unit}s was planned: that holds only if the end was not chosen by the result."
        return f"{_decided(analysis, names, told, bounds)} {words}"
    seen = _apart(f"the {_title(analysis)} of {names[told.variant_id]}", told, bounds)
    return f"Repeat it before deciding: {seen}, but it ended before its plan, and may have ended on a lucky day."


def _decided(
    analysis: Analysis, names: Mapping[str, str], told: Comparison, bounds: tuple[float | None, float | None]
) -> str:
    """Which variant to take, and how far the one that is told of is from the control."""
    control, treatment = names[analysis.control_id], names[told.variant_id]
    if told.is_better:
        return f"Roll out {treatment}: {_apart(f'its {_title(analysis)}', told, bounds)} than that of {control}."
    return f"Keep {control}: {_apart(f'the {_title(analysis)} of {treatment}', told, bounds)}."


def _undecided(analysis: Analysis, names: Mapping[str, str], unit: str) -> str:
    control = names[analysis.control_id]
    best = max(analysis.comparisons, key=_gain, default=None)
    if best is None:
        return "Add a variant: there is nothing to compare with."
    if best.p_value is None:
        return f"Keep {control}: the {unit}s do not differ enough among themselves to compare the variants."
    words = f"Keep {control}, or choose by cost: no difference is sure among {analysis.n_subjects:,} {unit}s"
    if best.lift_lower is None or best.lift_upper is None:
        return f"{words}."
    lower, upper = (f"{_percent(bound)} {_way(bound)}" for bound in (best.lift_lower, best.lift_upper))
    return f"{words}. The {_title(analysis)} of {names[best.variant_id]} may be anything from {lower} to {upper}."


def _apart(what: str, told: Comparison, bounds: tuple[float | None, float | None]) -> str:
    """How far a treatment is above or below the control, as far as the bounds say it."""
    word = _way(told.difference or 0.0)
    near, far = bounds if word == "higher" else (_minus(bounds[1]), _minus(bounds[0]))
    if near is None or near <= 0:
        return f"{what} is {word}"
    reach = f"at least {_percent(near)}" if far is None else f"between {_percent(near)} and {_percent(far)}"
    return f"{what} is {reach} {word}"


def _way(change: float) -> str:
    return "higher" if change > 0 else "lower"


def _gain(comparison: Comparison) -> float:
    size = abs(comparison.difference or 0.0)
    return size if comparison.is_better else -size


def _left(progress: Progress, unit: str) -> str:
    if progress.target_samples is None:
        return "no number of subjects was planned"
    target = f"the planned {progress.target_samples:,} {unit}s"
    if progress.days_left is None:
        return f"{progress.target_samples - progress.total_samples:,} more until {target}"
    days = max(1, math.ceil(progress.days_left))
    return f"about {days:,} more {'day' if days == 1 else 'days'} until {target}"


def _percent(share: float) -> str:
    """The size of a change, for people.

    >>> _percent(-0.0523), _percent(0.2), _percent(12.345)
    ('5.2%', '20%', '1,234%')
    """
    size = 100 * abs(share)
    written = f"{size:.1f}" if size < 100 else f"{size:,.0f}"
    return f"{written.removesuffix('.0')}%"


def _minus(bound: float | None) -> float | None:
    return None if bound is None else -bound


def _title(analysis: Analysis) -> str:
    title = EXPERIMENT_METRICS[analysis.metric].title
    return title[0].lower() + title[1:]
