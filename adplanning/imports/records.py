"""Imported rows as the store keeps them: conversions and journey events."""

from __future__ import annotations

from typing import Literal

import polars as pl
from sqlalchemy import Connection, func, insert, literal, select

from adplanning.core.ids import new_ids
from adplanning.core.money import minor_digits, to_major
from adplanning.core.referrers import stored_referrer
from adplanning.core.vocabulary import (
    PLATFORM_OF_SOURCE,
    AttributionModel,
    ConversionType,
    JourneyStage,
    Origin,
    Platform,
)
from adplanning.imports.decimals import minor_units
from adplanning.imports.lookups import keys_beside
from adplanning.imports.readers import TEXT, Context, Field
from adplanning.journeys.stages import STAGE_OF_EVENT
from adplanning.store.tables.catalogue import TABLES

UTM_FIELDS = tuple(
    Field(f"utm_{part}", TEXT, example, synonyms=synonyms)
    for part, example, synonyms in (
        ("source", "such as facebook", ("source",)),
        ("medium", "such as cpc", ("medium",)),
        ("campaign", "name of the campaign", ("campaign",)),
        ("term", "such as the keyword", ()),
        ("content", "such as the ad", ()),
    )
)

# An empty cell says nothing; this is how exports of web analytics write that there was no referrer.
FROM_NOWHERE = "(direct)"


def in_minor_units(amount: str) -> pl.Expr:
    """The amount of each row in whole minor units of its currency."""
    return minor_units(pl.col(amount), pl.col("currency").map_batches(_digits, return_dtype=pl.Int64))


def value_totals(rows: pl.DataFrame, amount: str = "value_minor") -> dict[str, float]:
    """The sum of an amount in each currency, in major units: `value INR`.

    >>> value_totals(pl.DataFrame({"currency": ["INR", "JPY", "INR"], "value_minor": [150, 7, 50]}))
    {'value INR': 2.0, 'value JPY': 7.0}
    """
    sums = rows.group_by("currency").agg(pl.col(amount).sum()).sort("currency")
    return {f"{amount.removesuffix('_minor')} {code}": to_major(minor, code) for code, minor in sums.iter_rows()}


def conversion_rows(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Rows of `conversions` with fresh ids; an imported purchase is the shop's own word, so it is confirmed.

    Parameters
    ----------
    rows : named as the table's columns; other columns are left out.
    """
    is_purchase = pl.col("conversion_type") == ConversionType.purchase
    return _of_table(rows, "conversions").with_columns(
        id=pl.Series(new_ids("conv", rows.height), dtype=pl.String),
        platform=platform_of_source_column(),
        attribution_model=pl.lit(str(AttributionModel.last_click)),
        attribution_weight=pl.lit(1.0),
        origin=pl.lit(str(Origin.imported)),
        confirmed_at=pl.when(is_purchase).then(pl.lit(context.now)),
        is_bot=pl.lit(value=False),
        received_at=pl.lit(context.now),
    )


def journey_rows(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Rows of `journey_events` with fresh ids, at the stage of their type; see `conversion_rows`."""
    stages = {str(event): str(stage) for event, stage in STAGE_OF_EVENT.items()}
    return _of_table(rows, "journey_events").with_columns(
        id=pl.Series(new_ids("jour", rows.height), dtype=pl.String),
        stage=pl.col("event_type").replace_strict(stages, default=str(JourneyStage.awareness)),
        origin=pl.lit(str(Origin.imported)),
        is_bot=pl.lit(value=False),
        received_at=pl.lit(context.now),
    )


def insert_steps(connection: Connection, conversions: pl.DataFrame, *, source: Literal["order", "conversion"]) -> None:
    """Add the step of the journey that mirrors each of some stored purchases, under the same number as its own id.

    The database makes it of the purchase: the many columns of many rows need not pass through Python again.

    Parameters
    ----------
    conversions : their `id`.
    source : which record the step mirrors, under its own id.
    """
    c, steps = TABLES["conversions"].c, TABLES["journey_events"]
    own = {
        "id": literal("jour") + func.substr(c.id, len("conv") + 1),
        "event_type": c.conversion_type,
        "event_name": c.conversion_name,
        "page_url": c.pathname,
        "stage": literal(str(JourneyStage.conversion)),
        "source_type": literal(source),
        "source_id": c.order_id if source == "order" else c.id,
        "occurred_at": c.converted_at,
    }
    # The event's id is the conversion's: a step of the same id would be another event.
    shared = sorted({column.name for column in steps.c} & {column.name for column in c} - {*own, "event_id"})
    with keys_beside(connection, conversions.select("id")) as keys:
        made = select(*own.values(), *(c[name] for name in shared)).join_from(keys, c.id.table, c.id == keys.c.id)
        connection.execute(insert(steps).from_select([*own, *shared], made))


def _of_table(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    return rows.select(name for name in rows.columns if name in TABLES[table].c and name != "id")


def platform_of_source_column() -> pl.Expr:
    """The platform of each `utm_source`; see `core.vocabulary.platform_of_source`."""
    known = {name: str(platform) for name, platform in PLATFORM_OF_SOURCE.items()}
    named = pl.col("utm_source").str.to_lowercase().replace_strict(known, default=str(Platform.generic))
    return pl.when(pl.col("utm_source").is_null()).then(pl.lit(str(Platform.direct))).otherwise(named)


def stored_referrer_column() -> pl.Expr:
    """What is kept of each `referrer`; see `core.referrers.stored_referrer`."""

    def kept(texts: pl.Series) -> pl.Series:
        known = {text: stored_referrer("" if text == FROM_NOWHERE else text) for text in texts.unique().drop_nulls()}
        answers = pl.Series(known.values(), dtype=pl.String)
        return texts.replace_strict(list(known), answers, default=None, return_dtype=pl.String)

    return pl.col("referrer").map_batches(kept, return_dtype=pl.String)


def _digits(codes: pl.Series) -> pl.Series:
    digits = {code: minor_digits(code) for code in codes.unique().drop_nulls()}
    return codes.replace_strict(digits, default=None, return_dtype=pl.Int64)
