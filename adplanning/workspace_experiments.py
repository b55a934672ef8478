"""What an analyst asks about experiments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from sqlalchemy import select

from adplanning.core.ratios import ratio
from adplanning.experiments.audience_service import delivery_to, keep_audience, shown_to
from adplanning.experiments.results_service import days_of, results_of, running_sequences
from adplanning.experiments.sequence import SCHEMA
from adplanning.experiments.service import find_experiment
from adplanning.imports.audiences import audiences
from adplanning.imports.importing import checked_file
from adplanning.store import facts
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.workspace_store import OpenStore

_LISTED = ("id", "name", "status", "experiment_type", "primary_metric", "source", "is_significant", "p_value")
_LISTED_LAST = ("improvement_percent", "winner", "started_at", "ended_at")
_VARIANT = {
    "variant_id": pl.String,
    "name": pl.String,
    "weight": pl.Float64,
    "n_subjects": pl.Int64,
    "n_converted": pl.Int64,
}
_FIGURES = ("estimate", "lower", "upper", "lift", "lift_lower", "lift_upper")
_TESTS = ("p_value_adjusted", "p_value_always_valid", "probability_to_beat_control")


@dataclass(frozen=True)
class ExperimentWorkspace(OpenStore):
    """An open store, asked about experiments; see `workspace.Workspace`."""

    def experiments(self) -> pl.DataFrame:
        """All experiments, as their results were last kept.

        Returns
        -------
        One row per experiment, the oldest first: id, name, status, experiment_type, primary_metric, source,
        is_significant, p_value, improvement_percent, winner, started_at, ended_at.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.experiments().select("name", "winner").head(2).rows()
        [('Checkout without an account', 'inconclusive'), ('Free shipping banner on collections', 'treatment')]
        """
        of = TABLES["experiments"].c
        columns = [of[name] for name in (*_LISTED, *_LISTED_LAST)]
        frame = facts.read(self.engine, select(*columns, of.created_at))[0]
        return frame.sort("created_at", "id").drop("created_at")

    def experiment(self, experiment_id: str) -> pl.DataFrame:
        """What an experiment has shown so far.

        Returns
        -------
        One row per variant, the control first: variant_id, name, weight (its planned part of the subjects, percent),
        n_subjects, n_converted, estimate (of the metric: a share 0–1, money in the experiment's currency, or times)
        with its bounds lower and upper; and against the control lift, lift_lower, lift_upper (shares), p_value_adjusted
        (right for one look at the end; over several treatments by Holm), p_value_always_valid (the one that may be
        watched), probability_to_beat_control. Null is unknown. What speaks against these figures is in
        `experiment_verdict`.

        Raises
        ------
        NotFound : there is no such experiment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> id_ = ws.experiments()["id"][0]
        >>> ws.experiment(id_).select("variant_id", "n_subjects", "n_converted", pl.col("lift").round(3)).rows()
        [('control', 26, 2, None), ('treatment', 12, 2, 1.167)]
        >>> ws.experiment("exp_9")
        Traceback (most recent call last):
        adplanning.core.errors.NotFound: id: there is no experiment 'exp_9'; GET
        /admin/ad-planning/experiments lists them
        """
        with reading(self.engine) as session:
            experiment = find_experiment(session, experiment_id)
            analysis = results_of(session, experiment, now=datetime.now(UTC)).analysis
            planned = {variant["id"]: (variant["name"], variant["weight"]) for variant in experiment.variants}
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
            counts = (one.n_subjects, one.n_converted)
            rows.append((one.variant_id, *planned[one.variant_id], *counts, *figures, *tests))
        schema = _VARIANT | dict.fromkeys((*_FIGURES, *_TESTS), pl.Float64)
        return pl.DataFrame(rows, schema=schema, orient="row")

    def experiment_verdict(self, experiment_id: str) -> pl.DataFrame:
        """What to do about an experiment, and what speaks against trusting its figures.

        Returns
        -------
        code, words: first the row `recommendation`, then a row per warning, such as sample_ratio_mismatch, peeking,
        too_few, ended_early or contaminated.

        Raises
        ------
        NotFound : there is no such experiment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> id_ = ws.experiments()["id"][0]
        >>> ws.experiment_verdict(id_)["code"].to_list()
        ['recommendation', 'too_few']
        """
        with reading(self.engine) as session:
            found = results_of(session, find_experiment(session, experiment_id), now=datetime.now(UTC))
        told = [("recommendation", found.recommendation), *((one.code, one.words) for one in found.analysis.warnings)]
        return pl.DataFrame(told, schema={"code": pl.String, "words": pl.String}, orient="row")

    def experiment_days(self, experiment_id: str) -> pl.DataFrame:
        """The sums of an experiment's subjects from which all of its results are computed.

        Returns
        -------
        One row per variant and day on which subjects were first seen: variant_id, on, and the sums of
        `experiments.statistics.VariantStatistics` (amounts in the experiment's currency); sorted by both. It is what
        `statistics_of` and `running_sequence` take.

        Raises
        ------
        NotFound : there is no such experiment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> id_ = ws.experiments()["id"][0]
        >>> ws.experiment_days(id_).select("variant_id", "on", "n_subjects", "n_converted").head(2).rows()
        [('control', datetime.date(2026, 10, 12), 5, 1), ('control', datetime.date(2026, 10, 13), 6, 0)]
        """
        with reading(self.engine) as session:
            return days_of(session, find_experiment(session, experiment_id).id)

    def experiment_sequence(self, experiment_id: str) -> pl.DataFrame:
        """How sure the difference of each treatment to the control was on each day.

        Returns
        -------
        One row per treatment and day: variant_id, and what `experiments.sequence.running_sequence` tells: on,
        n_subjects (of both, so far), difference (in units of the metric), lower, upper (always valid), fixed_lower,
        fixed_upper (right for one look only), p_value, p_value_sequential.

        Raises
        ------
        NotFound : there is no such experiment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> id_ = ws.experiments()["id"][0]
        >>> last = ws.experiment_sequence(id_).tail(1)
        >>> last.select("n_subjects", pl.col("lower", "difference", "upper").round(3)).rows()
        [(38, -1.283, 0.09, 1.462)]
        """
        with reading(self.engine) as session:
            found = running_sequences(session, find_experiment(session, experiment_id))
        treatments = [
            frame.select(pl.lit(variant_id).alias("variant_id"), pl.all()) for variant_id, frame in found.items()
        ]
        return pl.concat([pl.DataFrame(schema={"variant_id": pl.String, **SCHEMA}), *treatments])

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
