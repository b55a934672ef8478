"""How far an experiment has come on its way to the subjects that it needs."""

from __future__ import annotations

from dataclasses import dataclass

from adplanning.core.errors import InvalidData
from adplanning.experiments.analysis import Analysis
from adplanning.experiments.metrics import MetricKind
from adplanning.experiments.power import sample_size, sample_size_means


@dataclass(frozen=True, slots=True)
class Progress:
    """How many subjects there are and are to be; what is not known is null.

    `percent` is 0–100 of the target; `days_left` those until it at the pace so far, 0 where it is reached.
    """

    percent: float | None
    total_samples: int
    target_samples: int | None
    required_per_variant: int | None
    days_left: float | None

    @property
    def is_reached(self) -> bool:
        """Whether there are as many subjects as were planned; never where no number was."""
        return self.target_samples is not None and self.total_samples >= self.target_samples


def progress_of(
    analysis: Analysis, *, target_sample_size: int | None, minimum_detectable_effect: float | None, days: float
) -> Progress:
    """Tell how far an experiment has come.

    Formula: required_per_variant is `sample_size` of the control's share or, of other metrics, `sample_size_means` of
    its deviation and the effect × its estimate, each at alpha = 1 − confidence_level; the target is target_sample_size
    or, where none was set, required_per_variant × variants; percent = 100 × n_subjects / target, 100 at most;
    days_left = (target − n_subjects) × days / n_subjects.

    Parameters
    ----------
    analysis : what was found so far.
    target_sample_size : over all variants, as planned; null where none was.
    minimum_detectable_effect : relative, as planned; null where none was.
    days : for how long it has run.

    Returns
    -------
    required_per_variant is null where none follows from the control: no subject or no spread, a share that is 0, or
    lifted beyond 1.

    >>> from adplanning.core.vocabulary import PrimaryMetric
    >>> from adplanning.experiments.analysis import analyse
    >>> from adplanning.experiments.statistics import VariantStatistics
    >>> found = analyse(
    ...     {"a": VariantStatistics(200, 10), "b": VariantStatistics(300, 20)}, control_id="a",
    ...     metric=PrimaryMetric.conversion_rate, weights={"a": 40, "b": 60},
    ... )
    >>> progress_of(found, target_sample_size=2000, minimum_detectable_effect=0.2, days=4)
    Progress(percent=25.0, total_samples=500, target_samples=2000, required_per_variant=8158, days_left=12.0)
    """
    n = analysis.n_subjects
    required = _required(analysis, minimum_detectable_effect)
    target = target_sample_size or (None if required is None else required * len(analysis.variants))
    if target is None:
        return Progress(None, n, None, required, None)
    missing = max(0, target - n)
    days_left = 0.0 if not missing else missing * days / n if n and days > 0 else None
    return Progress(min(100.0, 100 * n / target), n, target, required, days_left)


def _required(analysis: Analysis, effect: float | None) -> int | None:
    control, variants = analysis.control, len(analysis.variants)
    if effect is None or control.estimate is None or control.deviation is None or variants < 2:
        return None
    alpha = 1 - analysis.confidence_level
    try:
        if analysis.kind == MetricKind.proportion:
            return sample_size(control.estimate, effect, alpha=alpha, variants=variants)
        return sample_size_means(control.deviation, effect * control.estimate, alpha=alpha, variants=variants)
    except InvalidData:
        return None
