"""What customers are expected to buy: from purchases to a checked model and its predictions."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.scores.bgnbd import expected_purchases
from adplanning.scores.customer_model import (
    FittedModel,
    NotFitted,
    fit_customer_model,
    predictions,
    purchase_histories,
)

UTC_ZONE = ZoneInfo("UTC")
AS_OF = datetime(2026, 6, 30, 12, tzinfo=UTC)
REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given")) / "cdnow"


def bought(*rows: tuple[str, datetime, int | None]) -> pl.LazyFrame:
    schema = {"person_id": pl.String, "purchased_at": pl.Datetime("us", "UTC"), "value_minor": pl.Int64}
    return pl.LazyFrame(rows, schema=schema, orient="row")


@cache
def shop(n: int = 1200, n_days: int = 540, *, seed: int = 7) -> pl.LazyFrame:
    """Purchases of customers of the models' own story."""
    random = np.random.default_rng(seed)
    began = AS_OF - timedelta(days=n_days)
    rows = []
    for i in range(n):
        rate, leaving = random.gamma(0.8, 1 / 40), random.beta(0.9, 2.5)
        own = 1 / random.gamma(5.0, 1 / 400_000)
        at = first = random.uniform(0, n_days)
        while at <= n_days:
            rows.append((f"person_{i}", began + timedelta(days=at), int(random.gamma(3.0, own / 30)) + 1))
            # One leaves only after buying again.
            if at > first and random.random() < leaving:
                break
            at += random.exponential(1 / rate)
    return bought(*rows)


@cache
def fitted() -> FittedModel:
    model = fit_customer_model(shop(), AS_OF, UTC_ZONE)
    assert isinstance(model, FittedModel)
    return model


def test_orders_of_one_day_are_one_purchase_and_the_day_is_that_of_the_zone() -> None:
    late, next_morning = datetime(2026, 1, 1, 20, tzinfo=UTC), datetime(2026, 1, 2, 3, tzinfo=UTC)
    rows = bought(("asha", late, 100), ("asha", next_morning, 50))
    as_of = datetime(2026, 1, 10, tzinfo=UTC)
    # In Kolkata both are on 2 January.
    assert purchase_histories(rows, as_of, ZoneInfo("Asia/Kolkata")).row(0) == ("asha", 0, 0, 8, 0, None)
    assert purchase_histories(rows, as_of, UTC_ZONE).row(0) == ("asha", 1, 1, 9, 1, 50.0)


def test_a_day_of_unknown_value_is_a_purchase_but_tells_nothing_of_spending() -> None:
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 5, 5, 9, 12)]
    rows = bought(*zip(["asha"] * 5, days, [100, 300, None, 500, 0], strict=True))
    # The fifth was paid back, and the second purchase of 5 January is in a currency without a rate.
    assert purchase_histories(rows, datetime(2026, 1, 12, tzinfo=UTC), UTC_ZONE).row(0) == ("asha", 3, 11, 11, 1, 500.0)


def test_what_was_bought_later_is_not_known_yet() -> None:
    rows = bought(("asha", AS_OF, 1), ("asha", AS_OF + timedelta(days=1), 1), ("ravi", AS_OF + timedelta(days=2), 1))
    assert purchase_histories(rows, AS_OF, UTC_ZONE).rows() == [("asha", 0, 0, 0, 0, None)]


def test_too_little_to_learn_from_is_refused_with_what_is_missing() -> None:
    once = [(f"p{i}", AS_OF - timedelta(days=200), 100) for i in range(500)]
    assert fit_customer_model(bought(*once[:1]), AS_OF, UTC_ZONE) == NotFitted(
        "1 customer bought, and the model needs 500 to be more than chance", 1, 0
    )
    assert fit_customer_model(bought(), AS_OF, UTC_ZONE) == NotFitted(
        "0 customers bought, and the model needs 500 to be more than chance", 0, 0
    )
    assert fit_customer_model(bought(*once), AS_OF, UTC_ZONE) == NotFitted(
        "0 of 500 customers bought on a second day, and the model needs 100", 500, 0
    )
    soon = [(f"p{i}", AS_OF - timedelta(days=30 - 10 * (i % 2)), 100) for i in range(500)]
    again = [(f"p{i}", AS_OF, 100) for i in range(120)]
    assert fit_customer_model(bought(*soon, *again), AS_OF, UTC_ZONE) == NotFitted(
        "The first purchase was 30 days ago, and the model needs 180 days of history", 500, 120
    )


def test_customers_who_tell_nothing_of_leaving_are_not_modelled() -> None:
    steady = [(f"p{i}", AS_OF - timedelta(days=30 * n), 100) for i in range(500) for n in range(7)]
    outcome = fit_customer_model(bought(*steady), AS_OF, UTC_ZONE)
    assert isinstance(outcome, NotFitted)
    assert outcome.reason.startswith("The model of buying cannot be fitted: ")


def test_a_model_is_checked_on_the_days_it_has_not_seen() -> None:
    model = fitted()
    assert model.n_customers == 1200
    assert model.spending_reason is model.holdout_reason is model.warning is None
    check = model.holdout
    assert check is not None
    first = shop().collect()["purchased_at"].min()
    assert isinstance(first, datetime)
    n_days = (AS_OF.date() - first.date()).days
    assert check.seen_until == first.date() + timedelta(days=int(n_days * 2 / 3))
    assert check.horizon_days == (AS_OF.date() - check.seen_until).days
    figures = check.figures
    days_after = shop().with_columns(pl.col("purchased_at").dt.date().alias("on")).collect()
    known = days_after.filter(pl.col("on") <= check.seen_until)["person_id"].unique()
    later = days_after.filter(pl.col("on") > check.seen_until, pl.col("person_id").is_in(known.implode()))
    assert figures.n_purchases == later.select(pl.struct("person_id", "on").n_unique()).item()
    assert figures.n_customers == len(known) == check.calibration["n_customers"].sum()
    # Customers of the model's own story: the total within a tenth, and better than going on as before.
    assert figures.total_ratio == pytest.approx(1, abs=0.1)
    assert figures.mean_absolute_error < figures.naive_mean_absolute_error
    assert figures.churn_auc is not None
    assert figures.churn_auc > 0.7


def test_who_buys_often_and_spends_more_is_told_as_a_warning() -> None:
    dearer = shop().with_columns(pl.col("value_minor") * pl.len().over("person_id").cast(pl.Int64))
    model = fit_customer_model(dearer, AS_OF, UTC_ZONE)
    assert isinstance(model, FittedModel)
    assert model.warning is not None
    assert model.warning.startswith("Who buys often spends more at a time (correlation 0.")


def test_without_known_values_buying_is_foretold_and_its_worth_is_not() -> None:
    model = fit_customer_model(shop().with_columns(value_minor=pl.lit(None, pl.Int64)), AS_OF, UTC_ZONE)
    assert isinstance(model, FittedModel)
    assert (model.spending, model.value_correlation) == (None, None)
    assert str(model.spending_reason).startswith("The model of spending cannot be fitted: ")
    histories = purchase_histories(shop(), AS_OF, UTC_ZONE)
    found = predictions(model, histories)
    assert found["expected_purchases"].null_count() == 0
    assert found.select(pl.col("expected_order_value_minor", "remaining_minor").null_count()).row(0) == (1200, 1200)


def test_a_check_that_cannot_be_made_says_why() -> None:
    # One order long ago, and all others in the last third of the time.
    early = bought(("first", AS_OF - timedelta(days=800), 100))
    model = fit_customer_model(pl.concat([early, shop(n_days=200)]), AS_OF, UTC_ZONE)
    assert isinstance(model, FittedModel)
    assert model.holdout is None
    assert str(model.holdout_reason).startswith(
        "The part until 2025-10-06 cannot be fitted by itself: histories: nobody"
    )


def test_predictions_are_one_row_a_person_and_never_below_nothing() -> None:
    histories = purchase_histories(shop(), AS_OF, UTC_ZONE)
    found = predictions(fitted(), histories.sample(fraction=1, shuffle=True, seed=2))
    assert found["person_id"].to_list() == histories["person_id"].to_list()
    shares = found.select("p_alive", "churn_share").to_numpy()
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (found.select("expected_purchases", "remaining_minor").to_numpy() >= 0).all()
    by_rows = expected_purchases(
        fitted().buying.params, *(histories[name].to_numpy() for name in ("frequency", "recency_days", "age_days")), 730
    )
    assert found["expected_purchases"].to_numpy() == pytest.approx(by_rows, rel=1e-9)


def test_without_discount_a_customer_is_worth_the_purchases_times_the_order_value() -> None:
    histories = purchase_histories(shop(), AS_OF, UTC_ZONE)
    whole = predictions(fitted(), histories, discount_rate_per_year=0)
    products = whole["expected_purchases"] * whole["expected_order_value_minor"]
    assert whole["remaining_minor"].to_numpy() == pytest.approx(products.to_numpy(), rel=1e-3, abs=2)
    # A year away at a tenth a year: between one and two years' discount for two years of purchases.
    share = predictions(fitted(), histories)["remaining_minor"].sum() / whole["remaining_minor"].sum()
    assert 1.1**-2 < share < 1
    longer = predictions(fitted(), histories, horizon_days=1095)
    assert (longer["remaining_minor"] >= predictions(fitted(), histories)["remaining_minor"]).all()


def test_a_horizon_of_no_days_is_refused() -> None:
    histories = purchase_histories(shop(), AS_OF, UTC_ZONE)
    with pytest.raises(InvalidData, match="horizon_days: must be 1 or more"):
        predictions(fitted(), histories, horizon_days=0)
    with pytest.raises(InvalidData, match="churn_days: must be 1 or more"):
        predictions(fitted(), histories, churn_days=0)
    with pytest.raises(InvalidData, match="discount_rate_per_year: must be 0 or more"):
        predictions(fitted(), histories, discount_rate_per_year=-0.1)
    with pytest.raises(InvalidData, match="column age_days is missing"):
        predictions(fitted(), histories.drop("age_days"))


def test_nobody_has_no_predictions() -> None:
    assert predictions(fitted(), purchase_histories(bought(), AS_OF, UTC_ZONE)).is_empty()


def test_a_parameter_that_is_off_changes_what_is_expected() -> None:
    histories = purchase_histories(shop(), AS_OF, UTC_ZONE)
    buying = replace(fitted().buying, params=replace(fitted().buying.params, r=fitted().buying.params.r * 1.5))
    more = predictions(replace(fitted(), buying=buying), histories)
    once = histories["frequency"].to_numpy() == 0
    base = predictions(fitted(), histories)
    assert (more["expected_purchases"].to_numpy()[once] > base["expected_purchases"].to_numpy()[once]).all()


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder with cdnow")
def test_cdnow_is_foretold_within_a_few_percent() -> None:
    lines = [line.split() for line in (REAL / "CDNOW_sample.txt").read_text().splitlines()]
    at = [datetime.strptime(line[2], "%Y%m%d").replace(tzinfo=UTC) for line in lines]
    rows = bought(*((line[1], day, round(float(line[4]) * 100)) for line, day in zip(lines, at, strict=True)))
    model = fit_customer_model(rows, datetime(1998, 6, 30, 23, tzinfo=UTC), UTC_ZONE)
    assert isinstance(model, FittedModel)
    assert (model.n_customers, model.warning) == (2357, None)
    assert model.holdout is not None
    assert model.holdout.seen_until == date(1997, 12, 30)
    figures = model.holdout.figures
    assert figures.total_ratio == pytest.approx(1.0, abs=0.05)
    assert figures.churn_auc == pytest.approx(0.785, abs=0.005)
    assert figures.recency_auc == pytest.approx(0.791, abs=0.005)
