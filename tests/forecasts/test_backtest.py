"""Forecasts of the past, as they would have been made then."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.demo.shop import shop
from adplanning.forecasts.accuracy import forecast_accuracy
from adplanning.forecasts.backtest import rolling_origins
from adplanning.forecasts.demand import demand_forecast
from adplanning.forecasts.series import series_forecasts
from tests.forecasts.invented_series import AS_OF_ON, KINDS, Numbers, history, series

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))


def test_origins_lie_evenly_and_each_knows_only_what_was_known() -> None:
    past = history(series("rhythm", seed=1, n_days=100))
    found = rolling_origins(past, measure="n_conversions", horizon_days=7, n_origins=4)
    origins = found.days["origin_on"].unique().sort().to_list()
    first_on = AS_OF_ON - timedelta(days=99)
    assert origins == [first_on + timedelta(days=known - 1) for known in (21, 45, 69, 93)]
    of_one = found.days.filter(pl.col("origin_on") == origins[1])
    known = past.filter(pl.col("on") <= origins[1])
    alone = demand_forecast(known, as_of_on=origins[1], horizon_days=7).days
    assert of_one["on"].to_list() == alone["on"].to_list()
    for name, column in (("expected", ""), ("lower", "_lower"), ("upper", "_upper")):
        assert of_one[name].to_list() == pytest.approx(alone[f"n_conversions{column}"].to_list())
    assert of_one["actual"].to_list() == past["n_conversions"].to_list()[45:52]
    assert of_one["naive"].to_list() == past["n_conversions"].to_list()[38:45]


def test_each_origin_goes_by_the_events_that_were_told_by_then() -> None:
    past, last_on = history(np.full(80, 12.0)), AS_OF_ON
    sale = {"name": "Sale", "first_on": last_on - timedelta(days=13), "last_on": last_on, "effect": 0.5}
    events = pl.DataFrame([{**sale, "known_on": last_on - timedelta(days=20)}])
    found = rolling_origins(past, measure="n_conversions", n_origins=2, least_history_days=53, events=events)
    too_soon, in_time = found.days.partition_by("origin_on", maintain_order=True)
    assert too_soon["expected"].to_list() == pytest.approx([12.0] * 14)
    assert in_time["expected"].to_list() == pytest.approx([18.0] * 14)


def test_the_figures_are_those_of_the_accuracy_of_all_days() -> None:
    found = rolling_origins(history(series("rhythm", seed=1, n_days=100)), n_origins=3)
    days = found.days.with_columns(forecast_id=pl.col("origin_on").cast(pl.String))
    scales = days.group_by("forecast_id").agg(pl.col("naive_error").first())
    each = forecast_accuracy(days, scales)
    for name in ("mape", "mase", "coverage"):
        assert getattr(found, name) == pytest.approx(each[name].mean())
    as_a_week_ago = days.with_columns(expected="naive", lower="naive_lower", upper="naive_upper")
    naive = forecast_accuracy(as_a_week_ago, scales)
    assert found.naive_mase == pytest.approx(naive["mase"].mean())
    assert found.naive_coverage == pytest.approx(naive["coverage"].mean())


def test_of_unknown_days_the_last_known_one_of_the_weekday_stands_for_a_week_ago() -> None:
    past = history(np.arange(60.0)).filter(~pl.int_range(60).is_between(40, 45))
    found = rolling_origins(past, measure="n_conversions", horizon_days=14, n_origins=1, least_history_days=46)
    assert found.days["naive"].to_list() == [39.0, *range(33, 39)] * 2
    assert found.n_origins == 1


def test_too_short_a_history_gives_nothing_to_compare() -> None:
    for past in (history(np.full(34, 9.0)), history(np.full(34, 9.0)).clear()):
        found = rolling_origins(past)
        assert (found.n_origins, found.days.height, found.mase, found.coverage) == (0, 0, None, None)


def test_what_is_not_measured_cannot_be_tested() -> None:
    with pytest.raises(InvalidData, match="measure: unknown value 'clicks'"):
        rolling_origins(history(np.full(50, 9.0)), measure="clicks")


def test_over_campaigns_of_all_kinds_it_beats_last_week_and_its_bounds_hold() -> None:
    found = [
        rolling_origins(history(series(kind, seed=seed)), measure="n_conversions", n_origins=6)
        for kind in KINDS
        for seed in range(2)
    ]
    days = pl.concat([one.days for one in found])
    inside = days.select(pl.col("actual").is_between("lower", "upper").mean()).item()
    ours, naive = (np.mean([getattr(one, name) for one in found]) for name in ("mase", "naive_mase"))
    print(f"invented: MASE {ours:.3f}, of last week {naive:.3f}, {inside:.1%} within")  # noqa: T201 (shown with -s)
    assert ours < 0.9 * naive
    assert 0.92 <= inside <= 0.98


def test_over_the_purchases_of_the_demo_it_beats_last_week_and_its_bounds_hold() -> None:
    made = shop(until=date(2026, 11, 21), days=150, size=0.5)
    bought = made.conversions.filter(pl.col("conversion_type") == "purchase")
    tags = bought["utm_campaign"].drop_nulls().value_counts(sort=True)["utm_campaign"].head(5)
    # The festival lies in these days; what it does is not known before.
    events = made.planned_events.with_columns(known_on=pl.col("created_at").dt.date())
    found = [
        rolling_origins(daily_purchases(of_it), measure=measure, events=events)
        for of_it in (bought, *(bought.filter(pl.col("utm_campaign") == tag) for tag in tags))
        for measure in ("n_conversions", "revenue")
    ]
    days = pl.concat([one.days for one in found])
    inside = days.select(pl.col("actual").is_between("lower", "upper").mean()).item()
    ours, naive = (np.mean([getattr(one, name) for one in found]) for name in ("mase", "naive_mase"))
    print(f"demo: MASE {ours:.3f}, of last week {naive:.3f}, {inside:.1%} within")  # noqa: T201 (shown with -s)
    assert ours < 0.9 * naive
    assert all(one.mase is not None and one.naive_mase is not None and one.mase < one.naive_mase for one in found)
    assert 0.92 <= inside <= 0.98
    assert all(one.coverage is not None and one.coverage > 0.9 for one in found)


def daily_purchases(bought: pl.DataFrame) -> pl.DataFrame:
    on = pl.col("converted_at").dt.convert_time_zone("Asia/Kolkata").dt.date()
    daily = bought.group_by(on.alias("on")).agg(
        n_conversions=pl.len().cast(pl.Float64), revenue=pl.col("value_minor").sum().cast(pl.Float64)
    )
    calendar = daily.select(pl.date_range(pl.col("on").min(), date(2026, 11, 21)).alias("on"))
    return calendar.join(daily, on="on", how="left").fill_null(0.0).with_columns(spend=pl.lit(None, pl.Float64))


def real_series() -> dict[str, Numbers]:
    sales = pl.read_csv(REAL / "daily_series" / "simulated_items_sales.csv")
    users = pl.read_csv(REAL / "daily_series" / "visitas_por_dia_web_cienciadedatos.csv")
    columns = {name: sales[name].to_numpy() for name in ("item_1", "item_2", "item_3")}
    return {**columns, "users": users["users"].cast(pl.Float64).to_numpy()}


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
@pytest.mark.parametrize("n_known", [28, 60, 120])
def test_over_real_series_it_beats_last_week_and_its_bounds_hold(n_known: int) -> None:
    past, came, scale = [], [], []
    for values in real_series().values():
        for origin in range(n_known, len(values) - 13, max(14, len(values) // 50)):
            past.append(values[origin - n_known : origin])
            came.append(values[origin : origin + 14])
            scale.append(np.abs(values[7:] - values[:-7]).mean())
    known, actual = np.array(past), np.array(came)
    found = series_forecasts(known, horizon_days=14)
    mean, lower, upper = (np.array([getattr(one, name) for one in found]) for name in ("mean", "lower", "upper"))
    ours, naive = (
        (np.abs(expected - actual) / np.array(scale)[:, None]).mean() for expected in (mean, np.tile(known[:, -7:], 2))
    )
    inside = ((actual >= lower) & (actual <= upper)).mean()
    print(f"{n_known} days known, {len(past)} origins: MASE {ours:.3f}, of last week {naive:.3f}, {inside:.1%} within")  # noqa: T201 (shown with -s)
    assert ours < naive
    assert 0.91 <= inside <= 0.98
