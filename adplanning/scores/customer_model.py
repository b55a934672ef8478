"""What each customer is expected to buy from now on, by a model fitted to what all of them bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.scores.bgnbd import (
    BgNbdFit,
    Numbers,
    churn_share,
    expected_if_alive,
    expected_purchases,
    fit_bgnbd,
    p_alive,
)
from adplanning.scores.calibration import ForecastFigures, calibration_bins, forecast_figures
from adplanning.scores.gamma_gamma import GammaGammaFit, expected_order_value, fit_gamma_gamma

MIN_BUYERS: Final = 500
MIN_REPEAT_BUYERS: Final = 100
MIN_HISTORY_DAYS: Final = 180
"""With less the parameters say more about chance than about customers."""

HORIZON_DAYS: Final = 730
"""Two years, as far as the rules look ahead."""

DISCOUNT_RATE_PER_YEAR: Final = 0.10
CHURN_DAYS: Final = 90
"""A quarter without a purchase, the span after which the rules call a customer inactive."""

SEEN_SHARE: Final = 2 / 3
"""The part of the time that the check fits to, before it foretells the rest."""

MAX_CORRELATION: Final = 0.3
"""Above this, how much customers spend depends on how often they buy, which the model of spending rules out."""

_DAYS_PER_YEAR: Final = 365
_HISTORY: Final = ("person_id", "frequency", "recency_days", "age_days", "n_values", "mean_value_minor")


@dataclass(frozen=True)
class Holdout:
    """How well the same model, fitted to the days up to `seen_until`, foretold the `horizon_days` after."""

    seen_until: date
    horizon_days: int
    figures: ForecastFigures
    calibration: pl.DataFrame


@dataclass(frozen=True)
class FittedModel:
    """A model of buying and, unless `spending_reason` says why not, one of spending.

    `value_correlation` is that of how often and how much customers buy. `holdout_reason` says why there is no check.
    """

    buying: BgNbdFit
    spending: GammaGammaFit | None
    spending_reason: str | None
    value_correlation: float | None
    holdout: Holdout | None
    holdout_reason: str | None
    n_repeat_customers: int

    @property
    def n_customers(self) -> int:
        """How many customers it was fitted to."""
        return self.buying.n_customers

    @property
    def warning(self) -> str | None:
        """What its user should know before they believe a value."""
        if self.value_correlation is None or abs(self.value_correlation) <= MAX_CORRELATION:
            return None
        more = "more" if self.value_correlation > 0 else "less"
        return (
            f"Who buys often spends {more} at a time (correlation {self.value_correlation:.2f}), which the model of "
            "spending takes for independent: values of frequent customers are off."
        )


@dataclass(frozen=True)
class NotFitted:
    """Why there is no model; scores follow the rules instead."""

    reason: str
    n_customers: int
    n_repeat_customers: int


def purchase_histories(purchases: pl.LazyFrame, as_of: datetime, zone: ZoneInfo) -> pl.DataFrame:
    """Tell each customer's purchases in the numbers that the models need.

    Formula: all purchases of one day in the zone are one. frequency = days with a purchase − 1; recency_days from the
    first to the last of them, age_days from the first to today; mean_value_minor is the mean of n_values days after
    the first one whose value is known and above 0.

    Parameters
    ----------
    purchases : one row per purchase: person_id, purchased_at (UTC), value_minor in one currency, after refunds; null
        where it is not known, and then that of its day is not known either.
    as_of : now; later purchases are left out.
    zone : where days begin.

    Returns
    -------
    One row per person by id: person_id, frequency, recency_days, age_days, n_values, mean_value_minor (null without).

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC
    >>> bought = pl.LazyFrame({
    ...     "person_id": ["asha"] * 4,
    ...     "purchased_at": [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 1, 5, 8)],
    ...     "value_minor": [100, 200, 300, 500],
    ... })
    >>> purchase_histories(bought, as_of=datetime(2026, 1, 11, tzinfo=UTC), zone=ZoneInfo("UTC")).row(0)
    ('asha', 2, 7, 10, 2, 400.0)
    """
    days = _purchase_days(purchases, as_of=as_of, zone=zone)
    return _histories(days, today=as_of.astimezone(zone).date())


def fit_customer_model(purchases: pl.LazyFrame, as_of: datetime, zone: ZoneInfo) -> FittedModel | NotFitted:
    """Fit both models to all customers, and check them on the last third of the time.

    Formula: `bgnbd.fit_bgnbd` on everybody; `gamma_gamma.fit_gamma_gamma` on those with a known repeat purchase. For
    the check, a model fitted to the first `SEEN_SHARE` of the days foretells the rest for the customers it knew; the
    naive rule beside it goes on at each customer's own rate, frequency / age.

    Parameters
    ----------
    purchases, as_of, zone : as for `purchase_histories`.

    Returns
    -------
    The fitted model. `NotFitted` with the reason where there are less than `MIN_BUYERS` customers, `MIN_REPEAT_BUYERS`
    who bought on two days, or `MIN_HISTORY_DAYS` since the first purchase, or where the likelihood has no top.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC
    >>> one = pl.LazyFrame({"person_id": ["asha"], "purchased_at": [datetime(2026, 1, 1, tzinfo=UTC)],
    ...     "value_minor": [100]})
    >>> fit_customer_model(one, as_of=datetime(2026, 1, 11, tzinfo=UTC), zone=ZoneInfo("UTC")).reason
    '1 customer bought, and the model needs 500 to be more than chance'
    """
    today = as_of.astimezone(zone).date()
    days = _purchase_days(purchases, as_of=as_of, zone=zone)
    histories = _histories(days, today=today)
    n_buyers, n_repeat = len(histories), histories.filter(pl.col("frequency") > 0).height
    reason = _too_little(histories, n_buyers, n_repeat)
    if reason is not None:
        return NotFitted(reason, n_buyers, n_repeat)
    try:
        buying = fit_bgnbd(histories)
    except InvalidData as refusal:
        return NotFitted(f"The model of buying cannot be fitted: {refusal.message}", n_buyers, n_repeat)
    spenders = histories.filter(pl.col("n_values") > 0)
    spending, spending_reason = None, None
    try:
        spending = fit_gamma_gamma(spenders)
    except InvalidData as refusal:
        spending_reason = f"The model of spending cannot be fitted: {refusal.message}"
    correlation = spenders.select(pl.corr("n_values", "mean_value_minor").fill_nan(None)).item()
    holdout, holdout_reason = _holdout(days, today=today)
    return FittedModel(buying, spending, spending_reason, correlation, holdout, holdout_reason, n_repeat)


def predictions(
    model: FittedModel,
    histories: pl.DataFrame,
    *,
    horizon_days: int = HORIZON_DAYS,
    discount_rate_per_year: float = DISCOUNT_RATE_PER_YEAR,
    churn_days: int = CHURN_DAYS,
) -> pl.DataFrame:
    """Foretell each customer's purchases, what they are worth today, and whether none will come.

    Formula: remaining value = order value × Σ over months k of (E(t_k) − E(t_(k−1))) / (1 + d)^(t_k / 365), E the
    expected purchases until then; months are equal parts of the horizon, 365 / 12 days or nearly, each discounted from
    its end.

    Parameters
    ----------
    model : as from `fit_customer_model`.
    histories : as from `purchase_histories`.
    horizon_days : how far ahead; default 730.
    discount_rate_per_year : d, what a year's waiting costs; default 0.10.
    churn_days : how long without a purchase counts as lost; default 90.

    Returns
    -------
    One row per person by id: person_id, p_alive (0–1), expected_purchases, expected_order_value_minor and
    remaining_minor (null without a model of spending), churn_share (0–1). Nothing is below 0, and without discount
    remaining_minor is expected_purchases × the order value.

    Raises
    ------
    InvalidData : a missing column, a horizon of no days, a discount below 0.

    Source: Fader, Hardie and Lee, RFM and CLV, Journal of Marketing Research 42 (2005), for the discounted sum.
    """
    require_columns(histories, _HISTORY, what="histories")
    for name, length in (("horizon_days", horizon_days), ("churn_days", churn_days)):
        if length < 1:
            raise InvalidData.at(name, "must be 1 or more")
    if discount_rate_per_year < 0:
        raise InvalidData.at("discount_rate_per_year", "must be 0 or more, such as 0.10")
    params = model.buying.params
    # Few pairs of frequency and age stand for many customers, and the sum is the same for all of a pair.
    pairs = histories.select("frequency", "age_days").unique()
    count, days = (pairs[name].to_numpy()[:, None] for name in ("frequency", "age_days"))
    ends = np.linspace(0, horizon_days, max(1, round(horizon_days * 12 / _DAYS_PER_YEAR)) + 1)
    so_far = expected_if_alive(params, count, days, ends[None, :])
    worth = (1 + discount_rate_per_year) ** (-ends[1:] / _DAYS_PER_YEAR)
    sums = pairs.with_columns(
        pl.Series("__purchases", so_far[:, -1]), pl.Series("__discounted", np.diff(so_far, axis=1) @ worth)
    )
    ordered = histories.join(sums, on=["frequency", "age_days"], how="left").sort("person_id")
    x, t_x, age = _numbers(ordered)
    found = ordered.select(
        "person_id",
        pl.Series("p_alive", p_alive(params, x, t_x, age)),
        pl.Series("churn_share", churn_share(params, x, t_x, age, churn_days)),
        pl.Series("__value", _order_values(model, ordered), dtype=pl.Float64),
        "__purchases",
        "__discounted",
    )
    alive, value = pl.col("p_alive"), pl.col("__value")
    return found.select(
        "person_id",
        "p_alive",
        (alive * pl.col("__purchases")).alias("expected_purchases"),
        value.round().cast(pl.Int64).alias("expected_order_value_minor"),
        (alive * pl.col("__discounted") * value).round().cast(pl.Int64).alias("remaining_minor"),
        "churn_share",
    )


def _order_values(model: FittedModel, histories: pl.DataFrame) -> Numbers | list[None]:
    if model.spending is None:
        return [None] * len(histories)
    n_values, mean = (histories[name].fill_null(0).to_numpy() for name in ("n_values", "mean_value_minor"))
    return expected_order_value(model.spending.params, n_values, mean)


def _purchase_days(purchases: pl.LazyFrame, *, as_of: datetime, zone: ZoneInfo) -> pl.DataFrame:
    require_columns(purchases, ["person_id", "purchased_at", "value_minor"], what="purchases")
    value = pl.col("value_minor")
    on = pl.col("purchased_at").dt.convert_time_zone(zone.key).dt.date().alias("on")
    return (
        purchases.filter(pl.col("purchased_at") <= as_of)
        .group_by("person_id", on)
        .agg(pl.when(value.null_count() == 0).then(value.cast(pl.Int64).sum()).alias("value_minor"))
        .collect(engine="in-memory")
    )


def _histories(days: pl.DataFrame, *, today: date) -> pl.DataFrame:
    on = pl.col("on")
    known = pl.col("value_minor").filter((pl.col("value_minor") > 0) & (on > on.min()))
    return (
        days.group_by("person_id")
        .agg(
            (pl.len().cast(pl.Int64) - 1).alias("frequency"),
            (on.max() - on.min()).dt.total_days().alias("recency_days"),
            (pl.lit(today) - on.min()).dt.total_days().alias("age_days"),
            known.len().cast(pl.Int64).alias("n_values"),
            known.mean().alias("mean_value_minor"),
        )
        .sort("person_id")
    )


def _numbers(histories: pl.DataFrame) -> tuple[Numbers, Numbers, Numbers]:
    x, t_x, age = (histories[name].cast(pl.Float64).to_numpy() for name in ("frequency", "recency_days", "age_days"))
    return x, t_x, age


def _too_little(histories: pl.DataFrame, n_buyers: int, n_repeat: int) -> str | None:
    noun = "customer" if n_buyers == 1 else "customers"
    if n_buyers < MIN_BUYERS:
        return f"{n_buyers} {noun} bought, and the model needs {MIN_BUYERS} to be more than chance"
    if n_repeat < MIN_REPEAT_BUYERS:
        return f"{n_repeat} of {n_buyers} {noun} bought on a second day, and the model needs {MIN_REPEAT_BUYERS}"
    n_days = int(histories.select(pl.col("age_days").max()).item())
    if n_days < MIN_HISTORY_DAYS:
        return f"The first purchase was {n_days} days ago, and the model needs {MIN_HISTORY_DAYS} days of history"
    return None


def _holdout(days: pl.DataFrame, *, today: date) -> tuple[Holdout | None, str | None]:
    began: date = days.select(pl.col("on").min()).item()
    seen_until = began + timedelta(days=int((today - began).days * SEEN_SHARE))
    horizon = (today - seen_until).days
    histories = _histories(days.filter(pl.col("on") <= seen_until), today=seen_until)
    try:
        params = fit_bgnbd(histories).params
    except InvalidData as refusal:
        return None, f"The part until {seen_until} cannot be fitted by itself: {refusal.message}"
    x, t_x, age = _numbers(histories)
    later = (
        days.filter(pl.col("on") > seen_until).group_by("person_id").agg(pl.len().cast(pl.Int64).alias("n_purchases"))
    )
    own_rate = pl.col("frequency") / pl.col("age_days")
    forecasts = histories.join(later, on="person_id", how="left", maintain_order="left").select(
        pl.col("n_purchases").fill_null(0),
        pl.Series("expected_purchases", expected_purchases(params, x, t_x, age, horizon)),
        pl.Series("churn_share", churn_share(params, x, t_x, age, horizon)),
        pl.when(pl.col("age_days") > 0).then(own_rate * horizon).otherwise(0.0).alias("naive_purchases"),
        (pl.col("age_days") - pl.col("recency_days")).alias("days_since_last"),
    )
    return Holdout(seen_until, horizon, forecast_figures(forecasts), calibration_bins(forecasts)), None
