"""What an experiment has shown so far, from its sums by day alone, however many subjects it has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import ExperimentStatus, PrimaryMetric
from adplanning.experiments import queries
from adplanning.experiments.analysis import Analysis, analyse
from adplanning.experiments.checks import Warning, life_warnings  # noqa: A004 (the word of the field)
from adplanning.experiments.feed import DAY
from adplanning.experiments.fields import INCONCLUSIVE
from adplanning.experiments.progress import Progress, progress_of
from adplanning.experiments.recommendation import recommendation
from adplanning.experiments.reported import lift_percent, reported, shown_comparison
from adplanning.experiments.running_times import running_times
from adplanning.experiments.sequence import running_sequence
from adplanning.experiments.statistics import statistics_of
from adplanning.experiments.trail_service import record_change, trail_of
from adplanning.store import facts
from adplanning.store.tables.experiments import Experiment

AUTO_STOP = "auto_stop"
"""Who an experiment is stopped by when it has stopped itself."""


@dataclass(frozen=True)
class ExperimentResults:
    """The results of an experiment: what was found, how far it is, how long it has run and what to do."""

    experiment: Experiment
    analysis: Analysis
    progress: Progress
    runtime: timedelta
    recommendation: str

    @property
    def reported(self) -> dict[str, Any]:
        """The same as JSON; see `experiments.reported`."""
        return reported(
            self.analysis,
            self.progress,
            runtime=self.runtime,
            recommendation=self.recommendation,
            names=_names(self.experiment),
        )


def days_of(session: Session, experiment_id: str) -> pl.DataFrame:
    """The sums of an experiment's subjects by variant and day, as in `ExperimentDay`."""
    return facts.read_within(session, queries.days(experiment_id)).sort("variant_id", "on")


def results_of(session: Session, experiment: Experiment, *, now: datetime) -> ExperimentResults:
    """What an experiment has shown so far; what was found beside the sums in the store is among the warnings.

    Parameters
    ----------
    now : until when it has run, unless it has ended.
    """
    weights = {str(variant["id"]): float(variant["weight"]) for variant in experiment.variants}
    feed = experiment.feed or {}
    analysis = analyse(
        statistics_of(days_of(session, experiment.id)),
        control_id=experiment.variants[0]["id"],
        metric=PrimaryMetric(experiment.primary_metric),
        confidence_level=experiment.confidence_level,
        weights=weights,
        are_assigned=feed.get("unit") != DAY,
    )
    told = tuple(Warning(one["code"], one["words"]) for one in feed.get("warnings", ()))
    runtime = _runtime(session, experiment, now)
    progress = progress_of(
        analysis,
        target_sample_size=experiment.target_sample_size,
        minimum_detectable_effect=experiment.minimum_detectable_effect,
        days=runtime / timedelta(days=1),
    )
    goes_on = experiment.ended_at is None
    significant = [one for one in analysis.comparisons if one.is_significant]
    course = life_warnings(
        is_running=goes_on,
        is_reached=progress.target_samples is None or progress.is_reached,
        is_significant=bool(significant),
        is_safe=bool(significant) and all(one.sequential.safe_to_stop for one in significant),
        n_subjects=analysis.n_subjects,
        n_contaminated=experiment.n_contaminated,
    )
    analysis = replace(analysis, warnings=(*analysis.warnings, *told, *course))
    advice = recommendation(
        analysis,
        names=_names(experiment),
        is_running=goes_on,
        progress=progress,
        unit="day" if feed.get("unit") == DAY else "visitor",
    )
    return ExperimentResults(experiment, analysis, progress, runtime, advice)


def keep_results(session: Session, experiment: Experiment, *, now: datetime) -> ExperimentResults:
    """Compute the results and keep them with the experiment; end it where it stops by itself.

    It does so at its planned number of subjects, or when the always-valid result has decided: looked at as often as
    here, the result of a fixed horizon would be wrong far more often than it says.

    Parameters
    ----------
    experiment : locked, as from `service.experiment_to_change`.
    """
    results = results_of(session, experiment, now=now)
    why = _why_to_stop(results)
    if why is not None:
        return complete_experiment(session, experiment, reason=why, winner=None, now=now, by=AUTO_STOP)
    _keep(experiment, results)
    session.flush()
    return results


def complete_experiment(
    session: Session, experiment: Experiment, *, reason: str | None, winner: str | None, now: datetime, by: str | None
) -> ExperimentResults:
    """End an experiment and keep its results.

    Parameters
    ----------
    experiment : locked, as from `service.experiment_to_change`.
    winner : a variant's id or inconclusive; when it is None what the results say, which with a split that is off is
        nothing.
    """
    experiment.ended_at = now
    results = results_of(session, experiment, now=now)
    _keep(experiment, results)
    experiment.status = str(ExperimentStatus.completed)
    experiment.stop_reason = reason
    found = results.analysis.winner_id if results.analysis.sample_ratio.ok else None
    experiment.winner = winner or found or INCONCLUSIVE
    details = {"reason": reason, "winner": experiment.winner}
    record_change(session, experiment, "completed", now=now, by=by, details=details)
    return results


def running_sequences(session: Session, experiment: Experiment) -> dict[str, pl.DataFrame]:
    """The confidence sequence of each treatment against the control, day by day; see `sequence.running_sequence`."""
    days = days_of(session, experiment.id)
    control, *treatments = (str(variant["id"]) for variant in experiment.variants)
    return {
        treatment: running_sequence(
            days,
            control_id=control,
            variant_id=treatment,
            metric=PrimaryMetric(experiment.primary_metric),
            confidence_level=experiment.confidence_level,
        )
        for treatment in treatments
    }


def _keep(experiment: Experiment, results: ExperimentResults) -> None:
    shown = shown_comparison(results.analysis)
    experiment.results = results.reported
    experiment.is_significant = shown.is_significant
    experiment.p_value = shown.p_value_adjusted
    experiment.improvement_percent = lift_percent(shown.lift)


def _why_to_stop(results: ExperimentResults) -> str | None:
    experiment, compared = results.experiment, results.analysis.comparisons
    if not experiment.auto_stop or experiment.status != ExperimentStatus.running:
        return None
    # With a split that is off, any difference may look sure.
    sure = [one for one in compared if one.sequential.safe_to_stop and results.analysis.sample_ratio.ok]
    if len(sure) == len(compared) or any(one.is_better for one in sure):
        names = _names(experiment)
        words = [f"{names[one.variant_id]} is {'better' if one.is_better else 'worse'}" for one in sure]
        return f"The always-valid result is sure: {', '.join(words)} than {names[results.analysis.control_id]}"
    if experiment.target_sample_size is not None and results.progress.is_reached:
        return f"The planned {experiment.target_sample_size:,} subjects are reached"
    return None


def _runtime(session: Session, experiment: Experiment, now: datetime) -> timedelta:
    changes = [(change.at, change.what) for change in trail_of(session, experiment.id)]
    until = experiment.ended_at or now
    times = running_times(changes, until=until, started_at=experiment.started_at)
    return sum(((time.end or until) - (time.start or until) for time in times), timedelta())


def _names(experiment: Experiment) -> dict[str, str]:
    return {str(variant["id"]): str(variant["name"]) for variant in experiment.variants}
