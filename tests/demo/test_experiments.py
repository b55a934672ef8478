"""Experiments of the demo shop, whose truth an analysis should find."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Engine, select

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.demo.experiments import MISSPLIT, UNDECIDED, WON
from adplanning.demo.filling import fill
from adplanning.demo.shop import Shop, shop
from adplanning.experiments.analysis import Analysis, analyse
from adplanning.experiments.statistics import statistics_of
from adplanning.store.session import reading
from adplanning.store.tables.experiments import Experiment


def found(made: Shop, name: str) -> tuple[Analysis, dict[str, float]]:
    """What an experiment shows, and the true rates."""
    id_ = made.experiments.filter(pl.col("name") == name)["id"].item()
    days = made.experiment_days.filter(pl.col("experiment_id") == id_)
    analysis = analyse(
        statistics_of(days),
        control_id="control",
        metric=PrimaryMetric.conversion_rate,
        confidence_level=0.95,
        weights={"control": 50.0, "treatment": 50.0},
    )
    truth = made.trial_truth.filter(pl.col("experiment_id") == id_)
    return analysis, dict(truth.select("variant_id", "true_rate").iter_rows())


def test_the_banner_that_really_helps_is_found_and_its_true_gain_lies_in_the_interval(half_year: Shop) -> None:
    analysis, truth = found(half_year, WON)
    compared = analysis.comparisons[0]
    assert (analysis.winner_id, compared.is_significant, analysis.sample_ratio.ok) == ("treatment", True, True)
    assert compared.difference_lower is not None
    assert compared.difference_upper is not None
    assert compared.difference_lower < truth["treatment"] - truth["control"] < compared.difference_upper
    for variant in analysis.variants:
        assert variant.lower is not None
        assert variant.upper is not None
        assert variant.lower < truth[variant.variant_id] < variant.upper


def test_the_running_one_is_not_decided_yet(half_year: Shop) -> None:
    analysis, truth = found(half_year, UNDECIDED)
    assert 0 < truth["treatment"] - truth["control"] < 0.01
    assert not analysis.comparisons[0].is_significant
    assert not analysis.comparisons[0].sequential.safe_to_stop


def test_the_one_whose_redirect_lost_visitors_is_not_to_be_trusted(half_year: Shop) -> None:
    analysis, truth = found(half_year, MISSPLIT)
    assert truth["treatment"] == truth["control"]
    assert not analysis.sample_ratio.ok


def test_every_status_but_paused_is_there_and_the_trail_tells_of_each(half_year: Shop) -> None:
    n_of_status = dict(half_year.experiments.group_by("status").len().iter_rows())
    assert n_of_status == {"completed": 2, "running": 2, "draft": 1}
    trail = half_year.experiment_changes.group_by("what").len()
    assert dict(trail.iter_rows()) == {"created": 5, "started": 4, "completed": 2}
    assert half_year.experiments["updated_at"].max() == half_year.experiments["updated_at"][3]


def test_results_are_kept_when_the_store_is_filled(any_engine: Engine) -> None:
    fill(any_engine, shop(days=14, seed=3, until=date(2026, 11, 21), size=0.1), lambda _: None)
    with reading(any_engine) as session:
        kept = {row.name: row for row in session.scalars(select(Experiment))}
    assert {name for name, row in kept.items() if row.results is not None} == {WON, MISSPLIT, UNDECIDED}
    assert (kept[WON].status, kept[WON].winner, kept[MISSPLIT].winner) == ("completed", "treatment", "inconclusive")
    assert kept[UNDECIDED].p_value is not None
    assert kept[UNDECIDED].p_value > 0.05
