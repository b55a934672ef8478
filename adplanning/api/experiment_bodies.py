"""Bodies and answers of experiments."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from adplanning.core.fields import Optional
from adplanning.core.periods import isoformat
from adplanning.core.texts import ShortText
from adplanning.core.vocabulary import ExperimentSource, ExperimentStatus, ExperimentType, PrimaryMetric
from adplanning.experiments.observation_service import MAX_OBSERVATIONS
from adplanning.store.tables.experiments import Experiment, ExperimentChange


class VariantOut(BaseModel):
    """A variant as the API shows one; the first is the control."""

    id: str
    name: str
    weight: float
    config: dict[str, Any] | None
    source_ids: list[str]


class ExperimentOut(BaseModel):
    """An experiment as the API shows one; the fields of control and treatment are those of the first two variants."""

    id: str
    name: str
    description: str | None
    hypothesis: str | None
    website_id: str | None
    experiment_type: ExperimentType
    primary_metric: PrimaryMetric
    source: ExperimentSource
    status: ExperimentStatus
    control_name: str
    treatment_name: str
    control_config: dict[str, Any] | None
    treatment_config: dict[str, Any] | None
    traffic_split: float
    variants: list[VariantOut]
    target_sample_size: int | None
    confidence_level: float
    minimum_detectable_effect: float | None
    auto_stop: bool
    currency: str
    results: dict[str, Any] | None
    is_significant: bool | None
    p_value: float | None
    improvement_percent: float | None
    winner: str | None
    stop_reason: str | None
    contaminated_subjects: int
    feed: dict[str, Any] | None
    counted_at: str | None
    started_at: str | None
    ended_at: str | None
    created_at: str | None
    updated_at: str | None


class ExperimentAnswer(BaseModel):
    """One experiment."""

    experiment: ExperimentOut


class ExperimentsAnswer(BaseModel):
    """A page of experiments."""

    experiments: list[ExperimentOut]
    count: int
    limit: int
    offset: int


class SaidAnswer(ExperimentAnswer):
    """One experiment, and what became of it."""

    message: str


class StopFields(BaseModel):
    """Why an experiment ends, and what is decided: a variant by id or name, control, treatment or inconclusive."""

    reason: Optional = None
    winner: ShortText | None = None


class ObservationsFields(BaseModel):
    """What subjects did; each is read by itself, see `experiments.observations`."""

    observations: Annotated[list[Any], Field(max_length=MAX_OBSERVATIONS)]


class RejectedOut(BaseModel):
    """An observation that was not taken in, by its place in the list."""

    index: int
    message: str


class AcceptedAnswer(BaseModel):
    """How many observations were taken in, and the others."""

    accepted: int
    rejected: list[RejectedOut]


class BoundsOut(BaseModel):
    """An interval at the experiment's confidence level; null is unknown, or open to that side."""

    lower: float | None
    upper: float | None


class ArmOut(BaseModel):
    """What a variant has reached; the rate is a share, a mean or a ratio as the metric has it."""

    conversions: int
    samples: int
    rate: float | None
    confidenceInterval: BoundsOut  # noqa: N815 (as clients read it)


class SignificanceOut(BaseModel):
    """What the p-value says."""

    level: Literal["high", "medium", "low", "none"]
    confident: bool
    description: str


class LiftOut(BoundsOut):
    """The difference by the control's size."""

    lift: float | None
    liftPercent: float | None  # noqa: N815 (as clients read it)
    direction: Literal["positive", "negative", "neutral"]


class DifferenceOut(BoundsOut):
    """Treatment − control."""

    value: float | None


class SequentialOut(BoundsOut):
    """The result that may be watched: valid at every look."""

    p_value: float | None
    p_value_adjusted: float | None
    lift_lower: float | None
    lift_upper: float | None
    safe_to_stop: bool


class BayesianOut(BaseModel):
    """How probable it is that the treatment is better, and what choosing it would cost if not."""

    probability_to_beat_control: float | None
    expected_loss: float | None


class ComparedOut(BaseModel):
    """A treatment against the control; what is significant goes by the p-value adjusted for several ones (Holm)."""

    zScore: float | None  # noqa: N815 (as clients read it)
    pValue: float | None  # noqa: N815 (as clients read it)
    p_value_adjusted: float | None
    significance: SignificanceOut
    lift: LiftOut
    difference: DifferenceOut
    sequential: SequentialOut
    bayesian: BayesianOut
    cuped: dict[str, float | None] | None
    is_better: bool


class SampleRatioOut(BaseModel):
    """Whether the subjects are spread over the variants as planned."""

    p_value: float | None
    ok: bool


class StatisticsOut(ComparedOut):
    """Control and treatment; of several treatments the one that has won, otherwise the first."""

    control: ArmOut
    treatment: ArmOut
    winner: Literal["control", "treatment", "inconclusive"]
    sample_ratio: SampleRatioOut
    method: str


class VariantResultOut(ArmOut):
    """One variant against the control, as in `statistics`; all of that is null of the control itself."""

    id: str
    name: str
    is_control: bool
    zScore: float | None  # noqa: N815 (as clients read it)
    pValue: float | None  # noqa: N815 (as clients read it)
    p_value_adjusted: float | None
    significance: SignificanceOut | None
    lift: LiftOut | None
    difference: DifferenceOut | None
    sequential: SequentialOut | None
    bayesian: BayesianOut | None
    cuped: dict[str, float | None] | None
    is_better: bool | None


class ProgressOut(BaseModel):
    """How far it is: percent 0–100 of the target, which is over all variants; null where none follows."""

    percent: float | None
    total_samples: int
    target_samples: int | None
    required_per_variant: int | None


class RuntimeOut(BaseModel):
    """For how long it has run, each the whole of it; the estimate is of days to the target."""

    days: float
    hours: float
    total_ms: int
    estimated_days_to_significance: float | None


class WarningOut(BaseModel):
    """What speaks against trusting the results."""

    code: str
    words: str


class ResultsOut(BaseModel):
    """What an experiment has shown so far."""

    statistics: StatisticsOut
    variants: list[VariantResultOut]
    winner_id: str | None
    progress: ProgressOut
    runtime: RuntimeOut
    recommendation: str
    warnings: list[WarningOut]


class ResultsAnswer(ResultsOut):
    """What an experiment has shown so far, beside it."""

    experiment: ExperimentOut


class StoppedAnswer(SaidAnswer):
    """An experiment that has ended, and what it has shown."""

    results: ResultsOut


class LookOut(BaseModel):
    """The result as it stood after a day; the always-valid bounds may be watched, the fixed ones may not."""

    on: str
    n_subjects: int
    difference: float | None
    lower: float | None
    upper: float | None
    fixed_lower: float | None
    fixed_upper: float | None
    p_value: float | None
    p_value_sequential: float | None


class SequenceOut(BaseModel):
    """One treatment against the control, day by day."""

    variant_id: str
    days: list[LookOut]


class SequenceAnswer(BaseModel):
    """The running results of all treatments."""

    sequences: list[SequenceOut]


class AssignmentAnswer(BaseModel):
    """The variant of a subject: always the same one."""

    subject: str
    variant: VariantOut


class SizeAnswer(BaseModel):
    """How many subjects are needed; the days where a daily number of them is given."""

    per_variant: int
    total: int
    days: int | None


class ChangeOut(BaseModel):
    """What was done to an experiment."""

    at: str | None
    what: str
    by: str | None
    details: dict[str, Any] | None


class ChangesAnswer(BaseModel):
    """What was done to an experiment, oldest first."""

    changes: list[ChangeOut]


def variant_json(variant: dict[str, Any]) -> VariantOut:
    """A variant as the API shows one."""
    return VariantOut.model_validate(variant)


def experiment_json(experiment: Experiment) -> ExperimentOut:
    """An experiment as the API shows one."""
    control, treatment = experiment.variants[:2]
    return ExperimentOut(
        id=experiment.id,
        name=experiment.name,
        description=experiment.description,
        hypothesis=experiment.hypothesis,
        website_id=experiment.website_id,
        experiment_type=ExperimentType(experiment.experiment_type),
        primary_metric=PrimaryMetric(experiment.primary_metric),
        source=ExperimentSource(experiment.source),
        status=ExperimentStatus(experiment.status),
        control_name=control["name"],
        treatment_name=treatment["name"],
        control_config=control["config"],
        treatment_config=treatment["config"],
        traffic_split=control["weight"],
        variants=[variant_json(variant) for variant in experiment.variants],
        target_sample_size=experiment.target_sample_size,
        confidence_level=experiment.confidence_level,
        minimum_detectable_effect=experiment.minimum_detectable_effect,
        auto_stop=experiment.auto_stop,
        currency=experiment.currency,
        results=experiment.results,
        is_significant=experiment.is_significant,
        p_value=experiment.p_value,
        improvement_percent=experiment.improvement_percent,
        winner=experiment.winner,
        stop_reason=experiment.stop_reason,
        contaminated_subjects=experiment.n_contaminated,
        feed=experiment.feed,
        counted_at=isoformat(experiment.counted_at),
        started_at=isoformat(experiment.started_at),
        ended_at=isoformat(experiment.ended_at),
        created_at=isoformat(experiment.created_at),
        updated_at=isoformat(experiment.updated_at),
    )


def change_json(change: ExperimentChange) -> ChangeOut:
    """A change as the API shows one."""
    return ChangeOut(at=isoformat(change.at), what=change.what, by=change.changed_by, details=change.details)
