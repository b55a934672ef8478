"""How well a forecast did, beside simple rules."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.scores.calibration import CALIBRATION, calibration_bins, forecast_figures

COLUMNS = ["expected_purchases", "n_purchases", "naive_purchases", "churn_share", "days_since_last"]
customers = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.integers(0, 5),
        st.floats(0, 20),
        st.floats(0, 1),
        st.integers(0, 500),
    ),
    min_size=2,
    max_size=40,
)


def forecasts(rows: list[tuple[float, int, float, float, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def test_a_forecast_of_four_customers_is_compared_by_hand() -> None:
    figures = forecast_figures(
        forecasts([(3.0, 4, 2.0, 0.1, 10), (1.0, 0, 2.0, 0.5, 20), (0.5, 1, 0.0, 0.6, 90), (0.5, 0, 0.0, 0.8, 60)])
    )
    assert (figures.n_customers, figures.n_purchases, figures.n_expected, figures.total_ratio) == (4, 5, 5.0, 1.0)
    assert figures.mean_absolute_error == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert figures.naive_mean_absolute_error == pytest.approx((2 + 2 + 1 + 0) / 4)
    # Of four pairs of a lost and a kept customer the lost one is held likelier to leave in three, longer away in two.
    assert (figures.churn_auc, figures.recency_auc) == (0.75, 0.5)
    # Ranks 4, 3, 1.5, 1.5 and 4, 1.5, 3, 1.5: covariance 2.25 by spreads of 4.5.
    assert figures.rank_correlation == pytest.approx(0.5)


@given(rows=customers)
def test_the_area_is_the_share_of_pairs_that_are_told_apart(rows: list[tuple[float, int, float, float, int]]) -> None:
    found = forecast_figures(forecasts(rows)).churn_auc
    pairs = [(lost[3] > kept[3]) + (lost[3] == kept[3]) / 2 for lost in rows if not lost[1] for kept in rows if kept[1]]
    assert found == (pytest.approx(np.mean(pairs)) if pairs else None)


@given(rows=customers)
def test_no_order_of_customers_changes_the_figures(rows: list[tuple[float, int, float, float, int]]) -> None:
    there = asdict(forecast_figures(forecasts(rows)))
    back = asdict(forecast_figures(forecasts(rows[::-1])))
    assert {k: v is None for k, v in there.items()} == {k: v is None for k, v in back.items()}
    for name, value in there.items():
        assert value is None or back[name] == pytest.approx(value, abs=1e-9), name


@given(rows=customers)
def test_bins_hold_every_customer_once_and_keep_the_sums(rows: list[tuple[float, int, float, float, int]]) -> None:
    frame = forecasts(rows)
    bins = calibration_bins(frame)
    assert bins.schema == CALIBRATION
    assert bins["n_customers"].sum() == len(rows)
    assert len(bins) <= 10
    assert bins["expected"].is_sorted()
    assert (bins["expected"] * bins["n_customers"]).sum() == pytest.approx(frame["expected_purchases"].sum(), abs=1e-6)
    assert (bins["bought"] * bins["n_customers"]).sum() == pytest.approx(frame["n_purchases"].sum(), abs=1e-6)


def test_customers_of_one_expectation_are_one_bin() -> None:
    bins = calibration_bins(pl.DataFrame({"expected_purchases": [0.2] * 50, "n_purchases": [0] * 40 + [1] * 10}))
    assert bins.select("n_customers", "bought").rows() == [(50, 0.2)]
    assert bins["standard_error"].item() == pytest.approx(np.std([0] * 40 + [1] * 10, ddof=1) / np.sqrt(50))


def test_where_everybody_bought_or_nothing_varies_there_is_no_comparison() -> None:
    figures = forecast_figures(forecasts([(1.0, 1, 1.0, 0.5, 3)] * 3))
    assert (figures.churn_auc, figures.recency_auc, figures.rank_correlation) == (None, None, None)
    nobody = forecast_figures(forecasts([(1.0, 0, 1.0, 0.5, 3)] * 3))
    assert nobody.total_ratio is None


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="column churn_share is missing"):
        forecast_figures(forecasts([(1.0, 1, 1.0, 0.5, 3)]).drop("churn_share"))
    with pytest.raises(InvalidData, match="column n_purchases is missing"):
        calibration_bins(pl.DataFrame({"expected_purchases": [1.0]}))
