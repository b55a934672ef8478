"""How often customers buy and when they stop: against the published values of CDNOW and the integrals behind."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta

from adplanning.core.errors import InvalidData
from adplanning.scores.bgnbd import (
    BgNbd,
    churn_share,
    expected_if_alive,
    expected_purchases,
    fit_bgnbd,
    p_alive,
)

DAYS_PER_WEEK = 7
# Fader, Hardie and Lee 2005, table 2: weeks.
PUBLISHED = BgNbd(r=0.243, alpha=4.414 * DAYS_PER_WEEK, a=0.793, b=2.426)

positive = st.floats(0.05, 8.0)
models = st.builds(BgNbd, r=positive, alpha=st.floats(1.0, 400.0), a=positive, b=positive)
lives = st.tuples(st.integers(0, 40), st.floats(0.0, 1.0), st.floats(40.0, 1500.0)).map(
    lambda life: (life[0], life[1] * life[2] if life[0] else 0.0, life[2])
)


def integrated(model: BgNbd, x: int, age: float, horizon: float) -> float:
    """E[(1 − e^(−λpt)) / p] over λ ~ gamma(r + x, α + T) and p ~ beta(a, b + x); over λ it is known in closed form."""
    shape, rate = model.r + x, model.alpha + age

    def within(p: float) -> float:
        return -np.expm1(-shape * np.log1p(p * horizon / rate)) / p if p else shape * horizon / rate

    whole, _ = quad(within, 0, 1, weight="alg", wvar=(model.a - 1, model.b + x - 1), limit=200)
    return float(whole / beta(model.a, model.b + x))


def simulated(model: BgNbd, n: int, age: float, *, seed: int) -> pl.DataFrame:
    """Customers of the model's own story, each followed for `age` days."""
    random = np.random.default_rng(seed)
    rows = []
    for rate, leaving in zip(random.gamma(model.r, 1 / model.alpha, n), random.beta(model.a, model.b, n), strict=True):
        x, last, now = 0, 0.0, random.exponential(1 / rate)
        while now <= age:
            x, last = x + 1, now
            if random.random() < leaving:
                break
            now += random.exponential(1 / rate)
        rows.append((x, last, age))
    return pl.DataFrame(rows, schema=["frequency", "recency_days", "age_days"], orient="row")


def test_a_customer_of_the_published_example_is_expected_to_buy_so_often() -> None:
    # Fader, Hardie and Lee, Implementing the BG/NBD model in Excel: x = 2, t_x = 30.43, T = 38.86, the next 39 weeks.
    weeks = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert expected_purchases(weeks, 2, 30.43, 38.86, 39).item() == pytest.approx(1.226, abs=5e-4)


def test_the_unit_of_time_changes_nothing() -> None:
    weeks = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    inside = expected_purchases(PUBLISHED, 2, 30.43 * 7, 38.86 * 7, 39 * 7)
    assert inside.item() == pytest.approx(expected_purchases(weeks, 2, 30.43, 38.86, 39).item(), rel=1e-12)


REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given")) / "cdnow"


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder with cdnow")
def test_cdnow_gives_the_published_parameters() -> None:
    weeks = pl.read_csv(REAL / "cdnow_customers_summary_with_transactions.csv")
    days = weeks.select(frequency="x", recency_days=pl.col("t_x") * DAYS_PER_WEEK, age_days=pl.col("T") * DAYS_PER_WEEK)
    fit = fit_bgnbd(days)
    found = fit.params
    assert [round(value, 3) for value in (found.r, found.alpha / DAYS_PER_WEEK, found.a, found.b)] == [
        0.243, 4.414, 0.793, 2.426
    ]  # fmt: skip
    # The density of a purchase's time is per day here, and per week in the paper.
    per_week = fit.log_likelihood + int(weeks["x"].sum()) * np.log(DAYS_PER_WEEK)
    assert per_week == pytest.approx(-9582.4, abs=0.05)
    # As lifetimes prints them: 0.012557, 0.378221, 0.185719, 0.705345.
    errors = fit.standard_errors
    assert [errors.r, errors.alpha / DAYS_PER_WEEK, errors.a, errors.b] == pytest.approx(
        [0.012557, 0.378221, 0.185719, 0.705345], rel=1e-3
    )
    assert fit.n_customers == 2357


def test_customers_of_a_known_model_give_it_back_within_its_standard_errors() -> None:
    truth = BgNbd(r=0.8, alpha=40.0, a=0.9, b=2.5)
    fit = fit_bgnbd(simulated(truth, 3000, 365.0, seed=11))
    for name in ("r", "alpha", "a", "b"):
        off = getattr(fit.params, name) - getattr(truth, name)
        assert abs(off) < 3 * getattr(fit.standard_errors, name), name


def test_rows_that_are_grouped_give_the_same_fit() -> None:
    single = simulated(BgNbd(0.8, 40.0, 0.9, 2.5), 800, 365.0, seed=3).with_columns(
        pl.col("recency_days").ceil(), pl.col("age_days").ceil()
    )
    grouped = single.group_by("frequency", "recency_days", "age_days").len("n_customers")
    assert len(grouped) < len(single)
    assert fit_bgnbd(grouped).params == fit_bgnbd(single.sample(fraction=1, shuffle=True, seed=1)).params


@given(model=models, life=lives, horizon=st.floats(0.5, 1500.0))
@settings(max_examples=60, deadline=None)
def test_expected_purchases_are_the_integral_over_all_rates_of_buying_and_leaving(
    model: BgNbd, life: tuple[int, float, float], horizon: float
) -> None:
    x, _, age = life
    found = expected_if_alive(model, x, age, horizon).item()
    assert found == pytest.approx(integrated(model, x, age, horizon), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(
    ("model", "x", "age", "horizon", "expected"),
    # By adaptive quadrature over the density of the beta.
    [
        (BgNbd(1, 1, 87, 35), 0, 0, 10.0, 1.2329830),
        (BgNbd(1, 1, 87, 35), 0, 0, 3000.0, 1.4063149),
        (BgNbd(3, 50, 10, 1000), 0, 10, 730.0, 29.301625),
    ],
)
def test_where_the_hypergeometric_function_overflows_the_integral_stands_in(
    model: BgNbd, x: int, age: float, horizon: float, expected: float
) -> None:
    assert expected_if_alive(model, x, age, horizon).item() == pytest.approx(expected, rel=1e-5)
    among_others = expected_if_alive(model, [x, x], [age, age], [horizon, 0.0])
    assert among_others.tolist() == [pytest.approx(expected, rel=1e-5), 0.0]


@pytest.mark.parametrize("a", [1.0, 1 + 5e-5, 1 - 1e-4, 1 + 1.1e-4])
def test_where_leaving_is_even_there_is_no_hole(a: float) -> None:
    model = BgNbd(r=0.5, alpha=30.0, a=a, b=2.0)
    found = expected_if_alive(model, 3, 200.0, 365.0).item()
    assert found == pytest.approx(integrated(model, 3, 200.0, 365.0), rel=1e-7)


def test_a_pole_of_the_hypergeometric_function_is_stepped_over() -> None:
    # a + b = 1 and x = 0.
    model = BgNbd(r=0.5, alpha=30.0, a=0.4, b=0.6)
    found = expected_if_alive(model, 0, 200.0, 365.0).item()
    assert found == pytest.approx(integrated(model, 0, 200.0, 365.0), rel=1e-5)


@given(model=models, life=lives)
@settings(deadline=None)
def test_whoever_never_bought_again_has_not_left_and_the_others_perhaps(
    model: BgNbd, life: tuple[int, float, float]
) -> None:
    x, t_x, age = life
    alive = p_alive(model, x, t_x, age).item()
    assert 0 <= alive <= 1
    if x == 0:
        assert alive == 1.0
    elif t_x < age:
        assert p_alive(model, x, age, age).item() >= alive


@given(model=models, life=lives, horizon=st.floats(0.0, 2000.0))
@settings(deadline=None)
def test_with_more_time_more_is_bought_and_less_often_nothing(
    model: BgNbd, life: tuple[int, float, float], horizon: float
) -> None:
    times = np.array([0.0, horizon, horizon + 30])
    bought = expected_purchases(model, *life, times)
    assert bought[0] == pytest.approx(0, abs=1e-9)
    assert (np.diff(bought) >= -1e-9).all()
    nothing = churn_share(model, *life, times)
    assert nothing[0] == pytest.approx(1.0)
    assert ((nothing >= 0) & (nothing <= 1) & (np.diff(nothing, prepend=1.0) <= 1e-12)).all()
    # Whoever buys at all buys once or more.
    assert (bought >= 1 - nothing - 1e-6).all()


def test_a_thousand_purchases_overflow_nowhere() -> None:
    busy = (1000, 10.0, 1500.0)
    assert p_alive(PUBLISHED, *busy).item() == 0.0
    assert expected_purchases(PUBLISHED, *busy, 365.0).item() == 0.0
    assert churn_share(PUBLISHED, *busy, 365.0).item() == 1.0
    still = expected_purchases(PUBLISHED, 1000, 1500.0, 1500.0, 365.0).item()
    assert still == pytest.approx(integrated(PUBLISHED, 1000, 1500.0, 365.0), rel=1e-3)


@given(
    model=st.builds(
        BgNbd, r=st.floats(1e-4, 100), alpha=st.floats(0.1, 1e4), a=st.floats(1e-4, 100), b=st.floats(1e-4, 100)
    ),
    life=st.tuples(st.integers(0, 2000), st.integers(0, 100)).map(lambda days: (days[0] * days[1] // 100, days[0])),
    horizon=st.floats(1, 3650),
)
@settings(deadline=None)
def test_no_model_that_a_fit_can_give_is_at_a_loss(model: BgNbd, life: tuple[int, int], horizon: float) -> None:
    found = expected_if_alive(model, *life, horizon).item()
    assert np.isfinite(found)
    assert found >= 0


@pytest.mark.parametrize("row", [(-1, 0, 10), (1, 20, 10), (0, 5, 10), (1, None, 10), (1, float("nan"), 10)], ids=str)
def test_a_history_that_cannot_be_is_refused(row: tuple[int, float | None, int]) -> None:
    rows = pl.DataFrame([row], schema=["frequency", "recency_days", "age_days"], orient="row")
    with pytest.raises(InvalidData, match="cannot be: frequency is 0 or more"):
        fit_bgnbd(rows)


def test_without_repeat_buyers_there_is_nothing_to_fit() -> None:
    once = pl.DataFrame({"frequency": [0] * 3, "recency_days": [0] * 3, "age_days": [5, 6, 7]})
    with pytest.raises(InvalidData, match="nobody bought a second time"):
        fit_bgnbd(once)
    with pytest.raises(InvalidData, match="column age_days is missing"):
        fit_bgnbd(once.drop("age_days"))


def test_customers_who_never_leave_do_not_tell_how_they_leave() -> None:
    steady = pl.DataFrame({"frequency": [3, 6, 12], "recency_days": [100] * 3, "age_days": [100] * 3})
    with pytest.raises(InvalidData, match="wait for more history"):
        fit_bgnbd(pl.concat([steady] * 300))
