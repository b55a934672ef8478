"""The feature table: one row per customer, from what they bought, where they came and what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.money import in_reporting_currency, minor_digits
from adplanning.core.vocabulary import ConversionType, ScoreType
from adplanning.segments.fields import FIELDS, column_of
from adplanning.segments.rfm import rfm

FROM_CONVERSIONS: Final = frozenset(
    {
        "total_orders",
        "total_spent",
        "avg_order_value",
        "last_order_date",
        "days_since_last_order",
        "total_conversions",
        "recency",
        "frequency",
        "monetary",
        "rfm_score",
    }
)
FROM_VISITS: Final = frozenset({"total_visits", "visits_last_7_days"})
SCORE_OF: Final = {
    "nps_score": ScoreType.nps,
    "engagement_score": ScoreType.engagement,
    "clv": ScoreType.clv,
    "churn_risk": ScoreType.churn_risk,
}
FROM_PERSONS: Final = frozenset(FIELDS) - FROM_CONVERSIONS - FROM_VISITS - SCORE_OF.keys()
# What a customer who did nothing has done.
_COUNTS: Final = ("total_orders", "total_conversions", "total_visits", "visits_last_7_days")
_RECENT: Final = timedelta(days=7)


def order_features(
    conversions: pl.LazyFrame, rates: pl.DataFrame, *, as_of: datetime, zone: ZoneInfo, currency: str
) -> pl.LazyFrame:
    """What each customer bought.

    Formula: total_orders counts purchases; total_spent is the sum of their values in the reporting currency at the rate
    of each one's day, unknown where one of them has no rate; avg_order_value is that over the purchases that have a
    value, to the minor unit; last_order_date is the day of the latest one in `zone`, days_since_last_order the calendar
    days from then to that of `as_of`. recency, frequency and monetary are the same of buyers; see `rfm`.

    Parameters
    ----------
    conversions : one row per counted conversion of a person: person_id, conversion_type, converted_at (UTC, not after
        `as_of`), value_minor (null: none was given), currency.
    rates : as for `money.in_reporting_currency`.

    Returns
    -------
    One row per person with a conversion, with the columns of `FROM_CONVERSIONS`, in no order.

    Raises
    ------
    InvalidData : a missing column.
    """
    needed = ["person_id", "conversion_type", "converted_at", "value_minor", "currency"]
    require_columns(conversions, needed, what="conversions")
    is_order = pl.col("conversion_type") == ConversionType.purchase
    priced = in_reporting_currency(
        conversions.filter(is_order).with_columns(on=pl.col("converted_at").dt.convert_time_zone(zone.key).dt.date()),
        rates,
        currency=currency,
        amount="value_minor",
        on="on",
        into="reporting_minor",
    )
    has_value, value = pl.col("value_minor").is_not_null(), pl.col("reporting_minor")
    n_valued = pl.col("n_valued").cast(pl.Float64)
    orders = (
        priced.group_by("person_id")
        .agg(
            frequency=pl.len().cast(pl.Int64),
            monetary_minor=pl.when((has_value & value.is_null()).sum() == 0).then(value.sum()),
            n_valued=has_value.sum(),
            last_order_date=pl.col("on").max(),
        )
        .with_columns(
            recency=_days_since(pl.col("last_order_date"), _day_of(as_of, zone)),
            avg_order_value_minor=pl.when(pl.col("n_valued") > 0).then(
                (pl.col("monetary_minor") / n_valued + 0.5).floor().cast(pl.Int64)
            ),
        )
        .drop("n_valued")
    )
    same = {"total_orders": "frequency", "total_spent_minor": "monetary_minor", "days_since_last_order": "recency"}
    bought = rfm(orders).with_columns(**{name: pl.col(its) for name, its in same.items()})
    return (
        conversions.group_by("person_id")
        .agg(total_conversions=pl.len().cast(pl.Int64))
        .join(bought, on="person_id", how="left")
    )


def visit_features(visits: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """How often each customer came.

    Formula: total_visits counts their visits, one with a session_id once over all devices; visits_last_7_days those
    that began in the 7 × 24 hours up to `as_of`.

    Parameters
    ----------
    visits : as from `visits.visits`, each with the person_id whose it is.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 20, 12, tzinfo=UTC)
    >>> came = pl.LazyFrame({"person_id": ["asha"] * 3, "session_id": ["s", "s", None],
    ...     "began_at": [noon - timedelta(days=8), noon - timedelta(days=6), noon - timedelta(days=7)]})
    >>> visit_features(came, as_of=noon).collect().rows()
    [('asha', 2, 1)]
    """
    require_columns(visits, ["person_id", "session_id", "began_at"], what="visits")
    named = pl.col("session_id").is_not_null()
    once = pl.concat(
        [
            visits.filter(named).group_by("person_id", "session_id").agg(pl.col("began_at").min()),
            visits.filter(~named).select("person_id", "session_id", "began_at"),
        ]
    )
    return once.group_by("person_id").agg(
        total_visits=pl.len().cast(pl.Int64),
        visits_last_7_days=(pl.col("began_at") >= as_of - _RECENT).sum().cast(pl.Int64),
    )


def score_features(scores: pl.LazyFrame, *, currency: str) -> pl.LazyFrame:
    """The scores that are kept of each customer; a CLV in another currency than `currency` is unknown.

    Parameters
    ----------
    scores : one row per person_id and score_type: score_value (a CLV in major units of `currency`), currency.

    >>> kept = pl.LazyFrame({"person_id": ["asha"] * 2, "score_type": ["clv", "nps"], "score_value": [199.995, 9.0],
    ...     "currency": ["INR", None]})
    >>> score_features(kept, currency="INR").collect().rows()
    [('asha', 9.0, None, 20000, None)]
    """
    require_columns(scores, ["person_id", "score_type", "score_value", "currency"], what="scores")
    value = pl.col("score_value").cast(pl.Float64)

    def of(score: ScoreType) -> pl.Expr:
        is_known = pl.col("currency") == currency if score is ScoreType.clv else pl.lit(value=True)
        return value.filter((pl.col("score_type") == score) & is_known).first()

    clv = (of(ScoreType.clv) * 10.0 ** minor_digits(currency)).round().cast(pl.Int64)
    return scores.group_by("person_id").agg(
        **{column_of(name): clv if score is ScoreType.clv else of(score) for name, score in SCORE_OF.items()}
    )


def person_features(
    persons: pl.LazyFrame, fields: Collection[str], own: Iterable[str] = (), *, as_of: datetime, zone: ZoneInfo
) -> pl.LazyFrame:
    """What is known of each person: person_id and the fields asked for.

    Formula: age is in whole years at the day of `as_of`; has_account is whether an e-mail is known; created_at is the
    day in `zone` when they became known, customer_since_days the calendar days since. What lies ahead of `as_of` is
    unknown, not negative.

    Parameters
    ----------
    persons : one row each: person_id and the columns of `persons` behind the fields, tags as JSON text.
    fields : names in `FROM_PERSONS`.
    own : further columns that are kept as they are.
    """
    today = _day_of(as_of, zone)
    created_on = pl.col("created_at").dt.convert_time_zone(zone.key).dt.date()
    born = pl.col("date_of_birth").dt
    had_birthday = (born.month() < today.month) | ((born.month() == today.month) & (born.day() <= today.day))
    age = today.year - born.year().cast(pl.Int64) - (~had_birthday).cast(pl.Int64)
    derived = {
        "age": pl.when(age >= 0).then(age),
        "tags": pl.col("tags").str.json_decode(pl.List(pl.String)),
        "has_account": pl.col("email").is_not_null(),
        "created_at": created_on,
        "customer_since_days": _days_since(created_on, today),
    }
    return persons.select("person_id", *(derived.get(name, pl.col(name)).alias(name) for name in sorted(fields)), *own)


def feature_table(persons: pl.LazyFrame, parts: Iterable[pl.LazyFrame], columns: Collection[str]) -> pl.LazyFrame:
    """Join what is known of customers to one row per person, those who did nothing among them.

    Parameters
    ----------
    persons : as from `person_features`.
    parts : by person_id, each at most one row per person.
    columns : which of all columns are kept.
    """
    table = persons
    for part in parts:
        table = table.join(part, on="person_id", how="left")
    kept = table.collect_schema().names()
    counted = [pl.col(name).fill_null(0) for name in _COUNTS if name in kept]
    if "total_spent_minor" in kept:
        spent = pl.when(pl.col("total_orders").is_null()).then(0).otherwise("total_spent_minor")
        counted.append(spent.cast(pl.Int64).alias("total_spent_minor"))
    return table.with_columns(counted).select("person_id", *(name for name in kept if name in columns))


def _day_of(as_of: datetime, zone: ZoneInfo) -> date:
    return as_of.astimezone(zone).date()


def _days_since(day: pl.Expr, today: date) -> pl.Expr:
    days = (pl.lit(today) - day).dt.total_days()
    return pl.when(days >= 0).then(days)
