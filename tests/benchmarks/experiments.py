"""Results of a large experiment from the store, against pandas and scipy over its subjects; and the count behind them.

Run by hand: python tests/benchmarks/experiments.py [--subjects 10000000] [--days 28] [--database URL]. The goal is for
10,000,000 subjects: results from the store in 2 s.

Subjects are invented, with a revenue each, and put into an embedded store twice: as the sums by day that the product
keeps, and as the rows that a user would have, a row per subject. Ours is `results_of` in a fresh transaction, with all
that the page shows. By hand is what a user would write: SQL that reads the rows of one experiment, pandas to split
them, scipy for Welch's t test and statsmodels for the interval, which is one of the results only; both must agree. Then
the count itself: as many customers with an exposure each, and a fifth as many purchases, from frames as the store
answers them to the sums by day.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
from scipy import stats
from sqlalchemy import func, select
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from adplanning.core.periods import Period
from adplanning.experiments.exposures import exposed_subjects
from adplanning.experiments.results_service import ExperimentResults, results_of, running_sequences
from adplanning.experiments.statistics import daily_statistics
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.experiments import Experiment
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame

START = datetime(2026, 10, 1, tzinfo=UTC)
ROWS_AT_ONCE = 500_000


def invented_subjects(n: int, n_days: int, *, seed: int) -> pl.DataFrame:
    """A row per subject: one in twenty buys, for some 1,500 a time; the treatment 2 % more often."""
    random = np.random.default_rng(seed)
    is_treated = random.random(n) < 0.5
    buys = random.random(n) < np.where(is_treated, 0.051, 0.05)
    value = np.where(buys, np.round(random.gamma(2.0, 750.0, n), 2), 0.0)
    day = random.integers(0, n_days, n)
    return pl.DataFrame(
        {
            "subject": pl.Series(np.arange(n)).cast(pl.String),
            "variant_id": pl.Series(is_treated).replace_strict({False: "control", True: "treatment"}),
            "first_on": day,
            "is_converted": buys,
            "value": value,
        }
    ).with_columns(
        first_on=pl.lit(date(2026, 10, 1)) + pl.duration(days=pl.col("first_on")),
        denominator=pl.lit(None, pl.Float64),
        pre_value=pl.lit(None, pl.Float64),
    )


def stored(url: str, subjects: pl.DataFrame) -> None:
    """Put the experiment into an empty store: its sums, and the rows of its subjects."""
    store = open_store(url)
    variants = [{"id": id_, "name": id_, "weight": 50, "config": None, "source_ids": []} for id_ in SIDES]
    with writing(store) as session:
        row = Experiment(id="exp_1", name="Banner", experiment_type="landing_page", primary_metric="revenue")
        row.source, row.variants, row.confidence_level, row.auto_stop = "observations", variants, 0.95, False
        row.currency, row.status, row.n_contaminated = "INR", "running", 0
        row.started_at = row.created_at = row.updated_at = START
        session.add(row)
    marked = {"experiment_id": pl.lit("exp_1")}
    with write_transaction(store) as connection:
        insert_frame(connection, TABLES["experiment_days"], daily_statistics(subjects).with_columns(**marked))
    for part in subjects.iter_slices(ROWS_AT_ONCE):
        with write_transaction(store) as connection:
            rows = part.with_columns(**marked, is_contaminated=pl.lit(value=False))
            insert_frame(connection, TABLES["experiment_subjects"], rows)
    store.dispose()


SIDES = ("control", "treatment")


def timed(what: Callable[[], Any], times: int = 1) -> tuple[Any, float]:
    """The answer, and the median of its seconds."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        answer = what()
        seconds.append(time.perf_counter() - began)
    return answer, statistics.median(seconds)


def ours(url: str) -> tuple[ExperimentResults, float, float]:
    store = open_store(url)

    def results() -> ExperimentResults:
        with reading(store) as session:
            return results_of(session, session.get_one(Experiment, "exp_1"), now=START + timedelta(days=28))

    def sequences() -> dict[str, pl.DataFrame]:
        with reading(store) as session:
            return running_sequences(session, session.get_one(Experiment, "exp_1"))

    found, all_s = timed(results, 5)
    _, sequence_s = timed(sequences, 3)
    store.dispose()
    return found, all_s, sequence_s


def by_hand(url: str) -> tuple[float, float, float]:
    """The difference, its p-value and the lower end of its interval."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            frame = pd.read_sql("SELECT variant_id, value FROM experiment_subjects", connection)
    else:
        frame = pd.read_sql("SELECT variant_id, value FROM experiment_subjects", open_store(url))
    control, treatment = (frame.loc[frame["variant_id"] == side, "value"] for side in SIDES)
    test = stats.ttest_ind(treatment, control, equal_var=False)
    interval = CompareMeans(DescrStatsW(treatment), DescrStatsW(control)).tconfint_diff(usevar="unequal")
    return float(treatment.mean() - control.mean()), float(test.pvalue), float(interval[0])


def by_sql(url: str) -> float:
    """Only the sums, by SQL over the subjects: what no answer from them could be quicker than."""
    store = open_store(url)
    of = TABLES["experiment_subjects"].c
    with reading(store) as session:
        began = time.perf_counter()
        session.execute(
            select(of.variant_id, func.count(), func.sum(of.value), func.sum(of.value * of.value)).group_by(
                of.variant_id
            )
        ).all()
        seconds = time.perf_counter() - began
    store.dispose()
    return seconds


def counted_s(n: int, n_days: int) -> float:
    """Seconds from exposures and purchases of so many customers to the sums by day."""
    random = np.random.default_rng(5)
    times = [Period(START, START + timedelta(days=n_days))]
    keys = pl.Series(np.arange(n)).cast(pl.String)
    at = pl.Series(random.integers(0, n_days * 86_400_000_000, n) + int(START.timestamp() * 1e6))
    instants = pl.Datetime("us", "UTC")
    side = pl.Series(random.random(n) < 0.5).replace_strict({False: "control", True: "treatment"})
    exposures = pl.DataFrame({"path_key": keys, "variant_id": side, "at": at.cast(instants)})
    bought = pl.DataFrame({"row": random.integers(0, n, n // 5)})["row"]
    outcomes = pl.DataFrame(
        {
            "path_key": keys.gather(bought),
            "at": (at.gather(bought) + 3_600_000_000).cast(instants),
            "value": pl.Series(random.gamma(2.0, 750.0, n // 5)),
        }
    )
    began = time.perf_counter()
    found = exposed_subjects(exposures.lazy(), outcomes.lazy(), times=times, zone=ZoneInfo("Asia/Kolkata"))
    days = daily_statistics(found.subjects)
    seconds = time.perf_counter() - began
    assert days["n_subjects"].sum() == n
    return seconds


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def put_in(url: str, subjects: pl.DataFrame) -> None:
    _, stored_s = timed(lambda: stored(url, subjects))
    _, summed_s = timed(lambda: daily_statistics(subjects))
    print(f"{subjects.height:,} subjects stored in {stored_s:.1f} s; summed up by day in {summed_s:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--database", help="the URL of an empty store; an embedded one when not given")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'experiments.db'}"
        put_in(url, invented_subjects(given.subjects, given.days, seed=11))
        found, all_s, sequence_s = ours(url)
        print(
            f"results from the store: {all_s:.3f} s; the confidence sequence of {given.days} days: {sequence_s:.3f} s"
        )
        sql_s = by_sql(url)
        (difference, p_value, lower), hand_s = timed(lambda: by_hand(url))
        compared = found.analysis.comparisons[0]
        assert compared.difference is not None
        assert compared.p_value is not None
        assert compared.difference_lower is not None
        assert abs(compared.difference - difference) < 1e-6 * max(1.0, abs(difference))
        assert abs(compared.p_value - p_value) < 1e-6
        assert abs(compared.difference_lower - lower) < 1e-4
        print(f"pandas, scipy and statsmodels over the subjects: {hand_s:.2f} s, {hand_s / all_s:,.0f} times as long")
        print(f"the sums alone by SQL over the subjects: {sql_s:.2f} s, {sql_s / all_s:,.0f} times as long")
    before_gb = peak_gb()
    seconds = counted_s(given.subjects, given.days)
    print(f"{given.subjects:,} customers counted from exposures and purchases: {seconds:.1f} s")
    print(f"{peak_gb():.1f} GB at most; {before_gb:.1f} GB before the count")


if __name__ == "__main__":
    main()
