"""What an analyst asks about experiments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Engine, select

from adplanning.core.ratios import ratio
from adplanning.core.settings import Settings
from adplanning.experiments.audience_service import delivery_to, keep_audience, shown_to
from adplanning.experiments.results_service import results_of
from adplanning.experiments.service import find_experiment
from adplanning.imports.audiences import audiences
from adplanning.imports.importing import checked_file
from adplanning.store import facts
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES

_LISTED = ("id", "name", "status", "experiment_type", "primary_metric", "source", "is_significant", "p_value")
_LISTED_LAST = ("improvement_percent", "winner", "started_at", "ended_at")
_VARIANT = {"variant_id": pl.String, "name": pl.String, "n_subjects": pl.Int64, "n_converted": pl.Int64}
_FIGURES = ("estimate", "lower", "upper", "lift", "lift_lower", "lift_upper")
_TESTS = ("p_value_adjusted", "p_value_always_valid", "probability_to_beat_control")


@dataclass(frozen=True)
class ExperimentWorkspace:
    """An open store, asked about experiments; see `workspace.Workspace`."""

    engine: Engine
    settings: Settings

    def experiments(self) -> pl.DataFrame:
        """All experiments, as their results were last kept.

        Returns
        -------
        One row per experiment, the oldest first: id, name, status, experiment_type, primary_metric, source,
        is_significant, p_value, improvement_percent, winner, started_at, ended_at.

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> ws.experiments().height
        0
        """
        of = TABLES["experiments"].c
        columns = [of[name] for name in (*_LISTED, *_LISTED_LAST)]
        frame = facts.read(self.engine, select(*columns, of.created_at))[0]
        return frame.sort("created_at", "id").drop("created_at")

    def experiment(self, experiment_id: str) -> pl.DataFrame:
        """What an experiment has shown so far.

        Returns
        -------
        One row per variant, the control first: variant_id, name, n_subjects, n_converted, estimate (of the metric),
        lower, upper; and against the control lift, lift_lower, lift_upper, p_value_adjusted, p_value_always_valid (the
        one that may be watched), probability_to_beat_control. Null is unknown.

        Raises
        ------
        NotFound : there is no such experiment.
        """
        with reading(self.engine) as session:
            experiment = find_experiment(session, experiment_id)
            analysis = results_of(session, experiment, now=datetime.now(UTC)).analysis
            names = {variant["id"]: variant["name"] for variant in experiment.variants}
        compared = {one.variant_id: one for one in analysis.comparisons}
        rows = []
        for one in analysis.variants:
            against = compared.get(one.variant_id)
            figures = (one.estimate, one.lower, one.upper)
            tests: tuple[float | None, ...] = (None,) * 6
            if against is not None:
                lifts = (against.lift, against.lift_lower, against.lift_upper)
                sequential, bayesian = against.sequential.p_value, against.bayesian.probability_to_beat_control
                tests = (*lifts, against.p_value_adjusted, sequential, bayesian)
            rows.append((one.variant_id, names[one.variant_id], one.n_subjects, one.n_converted, *figures, *tests))
        schema = _VARIANT | dict.fromkeys((*_FIGURES, *_TESTS), pl.Float64)
        return pl.DataFrame(rows, schema=schema, orient="row")

    def experiment_audience(self, experiment_id: str, path: Path | str, *, keep: bool = False) -> pl.DataFrame:
        """To whom the variants were shown, by a file of the platform that is split by age, gender and the like.

        Parameters
        ----------
        experiment_id : an experiment on campaigns or ad sets.
        path : an export of Meta's Ads Manager with breakdowns, of the days of the experiment.
        keep : put it beside the results, which then warn where the variants were shown unevenly.

        Returns
        -------
        One row per group and variant: group, variant_id, n_impressions, share (of the variant's impressions), n_clicks,
        click_rate. Where the shares of two variants differ, they were not shown to the same people.

        Raises
        ------
        NotFound : there is no such experiment.
        InvalidData : a file that cannot be read, that is not split, or that tells of none of the variants.
        Conflict : it is to be kept with an experiment that was not counted yet.
        """
        now = datetime.now(UTC)
        given = checked_file(
            "meta-export", Path(path), mapping={}, settings=self.settings, now=now, tell=lambda _stage, _share: None
        )
        told, by = audiences(given)
        with reading(self.engine) as session:
            experiment = find_experiment(session, experiment_id)
            shown = shown_to(session, experiment, told)
            session.expunge(experiment)
        if keep:
            with writing(self.engine) as session:
                keep_audience(session, experiment_id, delivery_to(experiment, shown, by=by), now=now)
        summed = shown.group_by("group", "variant_id").agg(pl.col("n_impressions", "n_clicks").sum())
        return summed.select(
            "group",
            "variant_id",
            "n_impressions",
            (pl.col("n_impressions") / pl.col("n_impressions").sum().over("variant_id")).alias("share"),
            "n_clicks",
            ratio(pl.col("n_clicks"), pl.col("n_impressions")).alias("click_rate"),
        ).sort("group", "variant_id")
