"""The results of an experiment in the form that clients of the API read and the store keeps."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from adplanning.experiments.analysis import Analysis, Comparison, VariantResult
from adplanning.experiments.fields import CONTROL, INCONCLUSIVE, TREATMENT
from adplanning.experiments.progress import Progress
from adplanning.experiments.significance import significance_level, significance_words


def shown_comparison(analysis: Analysis) -> Comparison:
    """The treatment that stands for all where only one is told: the one that has won, otherwise the first."""
    won = [one for one in analysis.comparisons if one.variant_id == analysis.winner_id]
    return (won or list(analysis.comparisons))[0]


def lift_percent(lift: float | None) -> float | None:
    """A lift in percent; null where that is unknown, or beyond what a number can hold.

    >>> lift_percent(0.4), lift_percent(None), lift_percent(1e307)
    (40.0, None, None)
    """
    percent = None if lift is None else 100 * lift
    return percent if percent is not None and math.isfinite(percent) else None


def reported(
    analysis: Analysis, progress: Progress, *, runtime: timedelta, recommendation: str, names: dict[str, str]
) -> dict[str, Any]:
    """Tell everything as JSON: what is unknown is null, and an experiment without any subject has zeros.

    `statistics` holds control and treatment: of several treatments, the one of `shown_comparison`; the winner is a
    word: control, treatment or inconclusive. `variants` are all of them, each held against the control, which itself
    is held against nothing. pValue is of one comparison by itself; p_value_adjusted, for how many there are, decides.

    Parameters
    ----------
    runtime : for how long it has run.
    names : of the variants by id.
    """
    shown = shown_comparison(analysis)
    results = {one.variant_id: one for one in analysis.variants}
    compared = {one.variant_id: _compared(one, analysis) for one in analysis.comparisons}
    against_nothing = dict.fromkeys(compared[shown.variant_id])
    milliseconds = runtime // timedelta(milliseconds=1)
    return {
        "statistics": {
            "control": _arm(analysis.control),
            "treatment": _arm(results[shown.variant_id]),
            **compared[shown.variant_id],
            "winner": _winner(analysis, shown),
            "sample_ratio": {"p_value": analysis.sample_ratio.p_value, "ok": analysis.sample_ratio.ok},
            "method": analysis.method,
        },
        "variants": [
            {
                "id": one.variant_id,
                "name": names[one.variant_id],
                "is_control": one.variant_id == analysis.control_id,
                **_arm(one),
                **compared.get(one.variant_id, against_nothing),
            }
            for one in analysis.variants
        ],
        "winner_id": analysis.winner_id,
        "progress": {
            "percent": 0.0 if analysis.n_subjects == 0 else progress.percent,
            "total_samples": progress.total_samples,
            "target_samples": progress.target_samples,
            "required_per_variant": progress.required_per_variant,
        },
        "runtime": {
            "days": milliseconds / 86_400_000,
            "hours": milliseconds / 3_600_000,
            "total_ms": milliseconds,
            "estimated_days_to_significance": progress.days_left,
        },
        "recommendation": recommendation,
        "warnings": [asdict(one) for one in analysis.warnings],
    }


def _arm(result: VariantResult) -> dict[str, Any]:
    is_empty = result.n_subjects == 0
    return {
        "conversions": result.n_converted,
        "samples": result.n_subjects,
        "rate": 0.0 if is_empty else result.estimate,
        "confidenceInterval": {
            "lower": 0.0 if is_empty else result.lower,
            "upper": 0.0 if is_empty else result.upper,
        },
    }


def _compared(one: Comparison, analysis: Analysis) -> dict[str, Any]:
    zero = 0.0 if analysis.n_subjects == 0 else None
    decides = one.p_value_adjusted
    lift = zero if one.lift is None else one.lift
    return {
        "zScore": zero if one.z is None else one.z,
        "pValue": one.p_value,
        "p_value_adjusted": decides,
        "significance": {
            "level": significance_level(decides, confidence_level=analysis.confidence_level),
            "confident": one.is_significant,
            "description": significance_words(decides, confidence_level=analysis.confidence_level),
        },
        "lift": {
            "lift": lift,
            "liftPercent": lift_percent(lift),
            "direction": one.direction,
            "lower": one.lift_lower,
            "upper": one.lift_upper,
        },
        "difference": {
            "value": zero if one.difference is None else one.difference,
            "lower": one.difference_lower,
            "upper": one.difference_upper,
        },
        "sequential": asdict(one.sequential),
        "bayesian": asdict(one.bayesian),
        "cuped": one.cuped and asdict(one.cuped),
        "is_better": one.is_better,
    }


def _winner(analysis: Analysis, shown: Comparison) -> str:
    return {analysis.control_id: CONTROL, shown.variant_id: TREATMENT}.get(analysis.winner_id or "", INCONCLUSIVE)
