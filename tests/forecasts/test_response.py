"""Response curves: recovered from simulated days, refused where nothing can be told."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.forecasts.response import (
    NotFitted,
    ResponseFit,
    expected_result,
    fit_json,
    fit_of,
    fit_response,
    marginal_result,
    result_factor,
    result_interval,
)
from tests.forecasts.accounts import FIRST_ON, Campaign, a_fit, account


def fitted(history: pl.DataFrame, **options: Any) -> ResponseFit:
    found = fit_response(history, **options)
    assert isinstance(found, ResponseFit), found
    return found


def days(spend: list[float], result: list[float | None]) -> pl.DataFrame:
    on = [FIRST_ON + timedelta(days=day) for day in range(len(spend))]
    return pl.DataFrame({"on": on, "spend": spend, "result": result}, schema_overrides={"result": pl.Float64})


@pytest.fixture(scope="module")
def campaigns() -> list[Campaign]:
    return account(11, n_campaigns=6) + account(12, n_campaigns=6)


@pytest.fixture(scope="module")
def fits(campaigns: list[Campaign]) -> list[ResponseFit]:
    return [fitted(campaign.history) for campaign in campaigns]


def test_what_a_spend_brings_is_told_within_the_interval_and_closely(
    campaigns: list[Campaign], fits: list[ResponseFit]
) -> None:
    held, off = [], []
    for campaign, fit in zip(campaigns, fits, strict=True):
        for times in (0.6, 1.0, 1.5):
            spend, truth = times * fit.usual_spend, campaign.true_result(times * fit.usual_spend)
            lower, upper = result_interval(fit, spend)
            held.append(lower <= truth <= upper)
            off.append(float(expected_result(fit, spend)) / truth - 1)
    # 95 % of 36, of which three each belong together.
    assert np.mean(held) >= 0.85
    assert np.sqrt(np.mean(np.square(off))) < 0.12
    assert abs(np.mean(off)) < 0.05


def test_curves_rise_and_flatten_and_marginals_are_their_slope(fits: list[ResponseFit]) -> None:
    for fit in fits:
        spends = np.linspace(0.01, 3, 60) * fit.usual_spend
        results = expected_result(fit, spends)
        assert (np.diff(results) > 0).all()
        assert (np.diff(results, n=2) < 0).all()
        step = 1e-4 * fit.usual_spend
        rise = (expected_result(fit, spends + step) - expected_result(fit, spends - step)) / (2 * step)
        assert marginal_result(fit, spends) == pytest.approx(rise, rel=1e-3)


def test_another_currency_gives_the_same_curve_in_its_units(campaigns: list[Campaign], fits: list[ResponseFit]) -> None:
    rate = 83.37
    for campaign, fit in zip(campaigns[:3], fits, strict=False):
        dear = fitted(campaign.history.with_columns(pl.col("spend") * rate))
        spends = np.array([0.5, 1.0, 1.6]) * fit.usual_spend
        assert expected_result(dear, spends * rate) == pytest.approx(expected_result(fit, spends), rel=1e-6)
        assert dear.has_followed_demand == fit.has_followed_demand


def test_the_order_of_days_says_nothing_and_a_seed_gives_the_same_draws(
    campaigns: list[Campaign], fits: list[ResponseFit]
) -> None:
    shuffled = campaigns[0].history.sample(fraction=1, shuffle=True, seed=5)
    assert fitted(shuffled) == fits[0]
    assert fitted(shuffled, seed=1).draws != fits[0].draws
    assert len(fits[0].draws) == 50


def test_revenue_is_fitted_as_conversions_are(campaigns: list[Campaign], fits: list[ResponseFit]) -> None:
    fit = fits[0]
    random = np.random.default_rng(0)
    orders = campaigns[0].result.astype(int)
    revenue = [250_000 * random.gamma(2, 0.5, n).sum() for n in orders]
    paid = fitted(campaigns[0].history.with_columns(pl.Series("result", revenue)))
    assert result_factor(paid, 1.5 * fit.usual_spend) == pytest.approx(
        result_factor(fit, 1.5 * fit.usual_spend), rel=0.15
    )
    # An order of mean 250,000 and squared variation ½ adds 250,000 × (1 + ½) to a day's variance per mean.
    assert paid.dispersion == pytest.approx(250_000 * (fit.dispersion + 0.5), rel=0.3)


def test_a_season_is_no_response() -> None:
    random = np.random.default_rng(4)
    season = np.exp(0.6 * np.sin(2 * np.pi * np.arange(240) / 240))
    spend = 1000 * season**0.5 * random.lognormal(0, 0.3, 240)
    sold = random.poisson(40 * season).tolist()
    fit = fitted(days(spend.tolist(), sold))
    assert result_factor(fit, 1.5 * fit.usual_spend) < 1.08


def test_weekdays_are_told_and_have_a_mean_of_one() -> None:
    random = np.random.default_rng(5)
    factors = np.array([1.3, 1, 1, 1, 1, 1, 0.7])
    spend = 1000 * random.lognormal(0, 0.3, 140)
    sold = random.poisson(60 * factors[np.arange(140) % 7])
    fit = fitted(days(spend.tolist(), sold.tolist()))
    assert np.mean(fit.weekday) == pytest.approx(1)
    assert fit.weekday == pytest.approx(factors, abs=0.1)


def test_days_without_spend_tell_what_comes_by_itself() -> None:
    random = np.random.default_rng(6)
    spend = np.where(random.random(150) < 0.3, 0, 1000 * random.lognormal(0, 0.3, 150))
    sold = random.poisson(10 + 40 * spend / (1000 + spend))
    fit = fitted(days(spend.tolist(), sold.tolist()))
    assert float(expected_result(fit, 0)) == pytest.approx(10, rel=0.25)


def test_unknown_days_are_left_out_and_gaps_are_no_days_without_spend(campaigns: list[Campaign]) -> None:
    whole = campaigns[0].history
    some = whole.with_row_index().filter(pl.col("index") % 9 != 0).drop("index")
    unknown = whole.with_row_index().with_columns(
        pl.when(pl.col("index") % 9 != 0).then(pl.col("result")).alias("result")
    )
    gappy = fitted(some)
    assert gappy == fitted(unknown.drop("index"))
    assert gappy.n_days == len(some)
    usual = gappy.usual_spend
    assert float(expected_result(gappy, usual)) == pytest.approx(campaigns[0].true_result(usual), rel=0.15)


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (days([1.0, 2.0] * 13, [1.0] * 26), "26 days are known; it takes 28"),
        (days([], []), "0 days are known; it takes 28"),
        (days([0.0] * 40, [1.0] * 40), "nothing was spent"),
        (days([5.0] * 40, [1.0] * 40), "spend never varied: the same amount every day tells nothing of another"),
        (days([1.0, 2.0] * 20, [0.0] * 40), "there were results on 0 days; it takes 7"),
        (days([1.0, 2.0] * 20, [0.0] * 34 + [1.0] * 6), "there were results on 6 days; it takes 7"),
    ],
)
def test_what_cannot_be_told_has_a_reason_and_no_curve(history: pl.DataFrame, reason: str) -> None:
    assert fit_response(history) == NotFitted(reason)


def test_history_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidData, match="column result is missing"):
        fit_response(pl.DataFrame({"on": [date(2026, 1, 1)], "spend": [1.0]}))
    with pytest.raises(InvalidData, match="2026-01-05 is there twice"):
        fit_response(pl.concat([days([1.0], [1.0])] * 2))
    with pytest.raises(InvalidData, match="spend is below 0"):
        fit_response(days([-1.0], [1.0]))


@pytest.mark.parametrize("seed", range(6))
def test_odd_histories_give_finite_curves_or_a_reason(seed: int) -> None:
    """One day of everything, refunds above sales, spend of one unit, of 10¹², mostly none."""
    random = np.random.default_rng(seed)
    n = 60
    spend = [
        np.where(np.arange(n) == 30, 1e6, 1.0),
        random.lognormal(0, 3, n),
        1e12 * random.lognormal(0, 0.5, n),
        np.where(random.random(n) < 0.9, 0, 100.0),
        np.arange(n) + 1.0,
        random.lognormal(0, 0.5, n),
    ][seed]
    result = random.poisson(3, n).astype(float)
    result[7] = -20 if seed == 5 else result[7]
    fit = fitted(days(spend.tolist(), result.tolist()))
    assert np.isfinite(expected_result(fit, [0, fit.usual_spend, 10 * fit.most_seen])).all()
    assert np.isfinite(np.array(fit.draws)).all()
    assert (np.array(fit.draws) >= 0).all()
    assert 0 < fit.shape <= 1
    assert 0 <= fit.adstock < 1


def test_a_fit_is_kept_as_json_and_read_again(fits: list[ResponseFit]) -> None:
    assert fit_of(json.loads(json.dumps(fit_json(fits[0]), allow_nan=False))) == fits[0]


@pytest.mark.parametrize("kept", [{}, {**fit_json(a_fit()), "draws": [[1, 2]]}, {**fit_json(a_fit()), "odd": 1}])
def test_what_is_no_fit_is_refused(kept: dict[str, Any]) -> None:
    with pytest.raises(InvalidData, match="fit it anew"):
        fit_of(kept)
