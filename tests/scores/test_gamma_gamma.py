"""How much customers spend at a time: against the published values of CDNOW."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.scores.gamma_gamma import GammaGamma, expected_order_value, fit_gamma_gamma

# Fader and Hardie 2013: dollars in the paper, cents here.
PUBLISHED = GammaGamma(p=6.25, q=3.74, v=1544.0)
REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given")) / "cdnow"


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder with cdnow")
def test_cdnow_gives_the_published_parameters() -> None:
    rows = pl.read_csv(REAL / "cdnow_customers_summary_with_transactions.csv").filter(pl.col("x") > 0)
    fit = fit_gamma_gamma(rows.select(n_values="x", mean_value_minor=pl.col("zbar") * 100))
    assert (fit.n_customers, round(fit.params.p, 2), round(fit.params.q, 2)) == (946, 6.25, 3.74)
    assert fit.params.v / 100 == pytest.approx(15.44, abs=0.01)


def test_the_first_ten_customers_of_cdnow_spend_as_published() -> None:
    # The readme of lifetimes prints the conditional expectation of these customers, with p 6.25, q 3.74, v 15.45.
    n_values = [2, 1, 0, 0, 0, 7, 1, 0, 2, 0]
    means = [2235, 1177, 0, 0, 0, 7374, 1177, 0, 2555, 0]
    published = [24.66, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    found = expected_order_value(GammaGamma(6.248802, 3.744588, 1544.775), n_values, means) / 100
    assert found.tolist() == pytest.approx(published, abs=0.011)


def test_customers_of_a_known_model_give_it_back_within_its_standard_errors() -> None:
    random = np.random.default_rng(5)
    truth = GammaGamma(p=3.0, q=5.0, v=200_000.0)
    n_values = random.integers(1, 8, 4000)
    rates = random.gamma(truth.q, 1 / truth.v, 4000)
    means = random.gamma(truth.p * n_values, 1 / (rates * n_values))
    fit = fit_gamma_gamma(pl.DataFrame({"n_values": n_values, "mean_value_minor": means}))
    for name in ("p", "q", "v"):
        off = getattr(fit.params, name) - getattr(truth, name)
        assert abs(off) < 3 * getattr(fit.standard_errors, name), name


def test_rows_that_are_grouped_and_the_unit_of_money_change_nothing() -> None:
    rows = pl.DataFrame({"n_values": [1] * 4 + [8] * 3, "mean_value_minor": [300, 1500, 2500, 9000, 1200, 2000, 3500]})
    single = fit_gamma_gamma(pl.concat([rows] * 5))
    grouped = fit_gamma_gamma(rows.with_columns(n_customers=pl.lit(5)))
    assert single == grouped
    thousandfold = fit_gamma_gamma(pl.concat([rows.with_columns(pl.col("mean_value_minor") * 1000)] * 5))
    assert thousandfold.params.v == pytest.approx(single.params.v * 1000, rel=1e-4)
    assert (thousandfold.params.p, thousandfold.params.q) == pytest.approx((single.params.p, single.params.q), rel=1e-4)
    per_unit = thousandfold.log_likelihood + 35 * np.log(1000)
    assert per_unit == pytest.approx(single.log_likelihood, rel=1e-9)


@given(n_values=st.integers(1, 500), mean=st.floats(1.0, 1e9))
def test_what_is_expected_lies_between_a_customers_own_mean_and_that_of_all(n_values: int, mean: float) -> None:
    everybody = expected_order_value(PUBLISHED, 0, 0).item()
    assert everybody == pytest.approx(6.25 * 1544 / 2.74)
    found = expected_order_value(PUBLISHED, n_values, mean).item()
    assert min(mean, everybody) * (1 - 1e-12) <= found <= max(mean, everybody) * (1 + 1e-12)
    later = expected_order_value(PUBLISHED, n_values + 1, mean).item()
    assert abs(later - mean) <= abs(found - mean) + 1e-6 * mean


@pytest.mark.parametrize("row", [(0, 100.0), (1, 0.0), (1, -5.0), (1, None)], ids=str)
def test_an_amount_that_cannot_be_is_refused(row: tuple[int, float | None]) -> None:
    with pytest.raises(InvalidData, match="cannot be: n_values is 1 or more"):
        fit_gamma_gamma(pl.DataFrame([row], schema=["n_values", "mean_value_minor"], orient="row"))


def test_without_a_known_amount_there_is_nothing_to_fit() -> None:
    nobody = pl.DataFrame(schema={"n_values": pl.Int64, "mean_value_minor": pl.Float64})
    with pytest.raises(InvalidData, match="nobody's spending is known"):
        fit_gamma_gamma(nobody)


def test_where_everybody_spends_the_same_the_spread_cannot_be_told() -> None:
    alike = pl.DataFrame({"n_values": [1, 2, 3] * 200, "mean_value_minor": [500.0] * 600})
    with pytest.raises(InvalidData, match="wait for more history"):
        fit_gamma_gamma(alike)


def test_an_endless_mean_over_all_customers_is_no_expectation() -> None:
    with pytest.raises(InvalidData, match="q: must be above 1"):
        expected_order_value(GammaGamma(2.0, 0.9, 100.0), 1, 100.0)
