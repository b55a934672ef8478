"""What each customer did, in the words that scores weigh."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.money import in_reporting_currency
from adplanning.core.vocabulary import ConversionType
from adplanning.people.customers import of_persons
from adplanning.people.identity import Owners
from adplanning.scores.engagement import WEIGHTS

PURCHASE: Final = ConversionType.purchase.value
# Under which name a conversion is weighed; the others go by their type.
_NAME_OF_CONVERSION: Final = {ConversionType.lead_form_submission.value: "form_submit"}


def purchases(
    conversions: pl.LazyFrame, known: Owners, *, rates: pl.DataFrame, currency: str, zone: ZoneInfo
) -> pl.LazyFrame:
    """The purchases of known persons, each worth what it was in the reporting currency on its day.

    Formula: the conversions of type purchase whose path is a person's.

    Parameters
    ----------
    conversions : one row per counted conversion: conversion_type, visitor_id, person_id, converted_at (UTC), currency,
        value_minor.
    known : as from `identity.owners`.
    rates, currency, zone : see `money.in_reporting_currency`; days are those of `zone`.

    Returns
    -------
    person_id, purchased_at, value_minor; in no order. The value is null where none was told or no rate is known.

    Raises
    ------
    InvalidData : a missing column.
    """
    require_columns(conversions, ["conversion_type", "currency", "value_minor", "converted_at"], what="conversions")
    bought = conversions.filter(pl.col("conversion_type") == PURCHASE)
    theirs = of_persons(bought, known, at="converted_at").with_columns(
        on=pl.col("converted_at").dt.convert_time_zone(zone.key).dt.date()
    )
    return in_reporting_currency(
        theirs, rates, currency=currency, amount="value_minor", on="on", into="reported_minor"
    ).select("person_id", purchased_at="converted_at", value_minor="reported_minor")


def activities(conversions: pl.LazyFrame, steps: pl.LazyFrame, bought: pl.LazyFrame, known: Owners) -> pl.LazyFrame:
    """All that known persons did, each under the name by which it is weighed.

    Formula: a conversion goes by its type, a lead form as form_submit; a step by its event_name if that is one of
    `engagement.WEIGHTS`, else by its event_type.

    Identity: each conversion and each step is one row at most, so what is stored as both must come as one of them.

    Parameters
    ----------
    conversions : as for `purchases`; those of that type are left to `bought`.
    steps : one row per counted step that mirrors no conversion: event_type, event_name, visitor_id, person_id,
        occurred_at (UTC).
    bought : as from `purchases`.
    known : as from `identity.owners`.

    Returns
    -------
    person_id, activity, at, value_minor (of purchases; else null); in no order.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, datetime
    >>> from adplanning.people.identity import owners
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> seen = pl.DataFrame({"visitor_id": ["phone"], "person_id": ["asha"], "seen_at": [noon]})
    >>> steps = pl.LazyFrame({"event_type": ["custom", "page_view"], "event_name": ["product_view", "Home"],
    ...     "visitor_id": ["phone", "kiosk"], "person_id": [None, None], "occurred_at": [noon, noon]},
    ...     schema_overrides={"person_id": pl.String})
    >>> nothing = pl.LazyFrame(schema={"conversion_type": pl.String, "visitor_id": pl.String, "person_id": pl.String,
    ...     "converted_at": pl.Datetime("us", "UTC")})
    >>> bought = pl.LazyFrame(schema={"person_id": pl.String, "purchased_at": pl.Datetime("us", "UTC"),
    ...     "value_minor": pl.Int64})
    >>> activities(nothing, steps, bought, owners(seen)).select("person_id", "activity").collect().rows()
    [('asha', 'product_view')]
    """
    require_columns(conversions, ["conversion_type", "converted_at"], what="conversions")
    require_columns(steps, ["event_type", "event_name", "occurred_at"], what="steps")
    name = pl.when(pl.col("event_name").is_in(list(WEIGHTS))).then("event_name").otherwise("event_type")
    # Words are short codes before rows are joined: there are many rows and few words.
    done = steps.select("visitor_id", "person_id", "occurred_at", activity=name.cast(pl.Categorical))
    others = conversions.filter(pl.col("conversion_type") != PURCHASE).select(
        "visitor_id",
        "person_id",
        "converted_at",
        activity=pl.col("conversion_type").replace(_NAME_OF_CONVERSION).cast(pl.Categorical),
    )
    return pl.concat(
        [
            of_persons(done, known, at="occurred_at").select("person_id", "activity", at="occurred_at"),
            of_persons(others, known, at="converted_at").select("person_id", "activity", at="converted_at"),
            bought.select(
                "person_id", "value_minor", activity=pl.lit(PURCHASE).cast(pl.Categorical), at="purchased_at"
            ),
        ],
        how="diagonal",
    )
