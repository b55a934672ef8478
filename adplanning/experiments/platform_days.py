"""From a platform's daily figures to one row per variant and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.periods import Period
from adplanning.core.spend_levels import spend_once
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.exposures import SUBJECT_COLUMNS
from adplanning.experiments.running_times import whole_days

FIGURES_OF_METRIC: Final[Mapping[PrimaryMetric, tuple[str, str]]] = {
    PrimaryMetric.ctr: ("n_clicks", "n_impressions"),
    PrimaryMetric.cpc: ("spend", "n_clicks"),
    PrimaryMetric.roas: ("revenue", "spend"),
}
"""What is divided by what; all clicks, as everywhere in this product."""


def days_that_count(objects: pl.DataFrame, synced: pl.DataFrame, times: Sequence[Period]) -> pl.DataFrame:
    """Tell which days of each campaign or ad set ran from beginning to end, and are known whole.

    Formula: `whole_days` of the times in the account's own zone; of an account that is synchronised, of the times up to
    when it was last read, and no day after its watermark.

    Parameters
    ----------
    objects : source_id, account_number, timezone.
    synced : account_number (without act_), watermark_on, succeeded_at; an account that is not in it tells by files.
    times : when the experiment ran.

    Returns
    -------
    A row per source and stretch of days: source_id, first_on, last_on.

    >>> from datetime import UTC, date, datetime
    >>> told = pl.DataFrame({"source_id": ["camp_1"], "account_number": ["act_7"], "timezone": ["Asia/Kolkata"]})
    >>> read = pl.DataFrame({"account_number": ["7"], "watermark_on": [date(2026, 11, 5)],
    ...     "succeeded_at": [datetime(2026, 11, 5, 6, tzinfo=UTC)]})
    >>> ran = Period(datetime(2026, 11, 1, 18, 30, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC))
    >>> days_that_count(told, read, [ran]).rows()
    [('camp_1', datetime.date(2026, 11, 2), datetime.date(2026, 11, 4))]
    """
    read_to = {number: (watermark_on, read_at) for number, watermark_on, read_at in synced.rows()}
    rows = []
    for source_id, number, timezone in objects.select("source_id", "account_number", "timezone").rows():
        watermark_on, read_at = read_to.get(number.removeprefix("act_"), (None, None))
        known = [each if read_at is None else Period(each.start, min(each.end or read_at, read_at)) for each in times]
        for first_on, last_on in whole_days(known, ZoneInfo(timezone)):
            rows.append((source_id, first_on, min(last_on, watermark_on or last_on)))
    return pl.DataFrame(rows, schema={"source_id": pl.String, "first_on": pl.Date, "last_on": pl.Date}, orient="row")


def figures_of_days(spend: pl.DataFrame, variants: pl.DataFrame, days: pl.DataFrame, *, of: str) -> pl.DataFrame:
    """Keep the figures that may be added up for the variants, of days that count.

    Formula: `spend_once` of the figures of single days, of those in `days_that_count`.

    Parameters
    ----------
    spend : one row per reported object and day, or days together: level, campaign_id, ad_set_id, first_on, on, and any
        figures.
    variants : source_id, variant_id.
    days : as from `days_that_count`.
    of : campaign or ad_set, which the sources are.

    Returns
    -------
    These rows with source_id and variant_id; on is the day.
    """
    single = spend.filter(pl.col("first_on") == pl.col("on")).drop("first_on").lazy()
    return (
        spend_once(single, of)
        .rename({f"{of}_id": "source_id"})
        .join(variants.lazy(), on="source_id")
        .join(days.lazy(), on="source_id")
        .filter(pl.col("on").is_between("first_on", "last_on"))
        .drop("first_on", "last_on")
        .collect()
    )


def day_subjects(figures: pl.DataFrame, metric: PrimaryMetric) -> pl.DataFrame:
    """Make each day of a variant one subject, since a platform tells of no customers.

    Formula: value = Σ numerator, denominator = Σ denominator of the metric (`FIGURES_OF_METRIC`) over the variant's
    campaigns or ad sets on that day. The delta method over these days then knows how much a day differs from the next;
    impressions of one day are not independent. Both variants have good days together, so a comparison that takes them
    for independent is a careful one.

    Parameters
    ----------
    figures : one row per campaign (or ad set) and day: variant_id, on, and the metric's two figures, amounts in one
        currency. A day with a null figure is unknown and in no row.
    metric : ctr, cpc or roas.

    Returns
    -------
    `SUBJECT_COLUMNS`, sorted by variant and day; nobody converts, and there is no pre-period.

    Raises
    ------
    InvalidData : a metric that customers are counted for, or a missing column.

    >>> from datetime import date
    >>> told = pl.DataFrame({"variant_id": ["a", "a"], "on": [date(2026, 11, 2)] * 2, "n_clicks": [3, 1],
    ...     "n_impressions": [50, 30]})
    >>> day_subjects(told, PrimaryMetric.ctr).select("value", "denominator").rows()
    [(4.0, 80.0)]
    """
    if metric not in FIGURES_OF_METRIC:
        raise InvalidData.unknown_choice("metric", metric, FIGURES_OF_METRIC)
    above, below = FIGURES_OF_METRIC[metric]
    require_columns(figures, ["variant_id", "on", above, below], what="figures")
    return (
        figures.group_by("variant_id", first_on="on")
        .agg(
            is_known=pl.all_horizontal(pl.col(above, below).is_not_null().all()),
            numerator=pl.col(above).sum().cast(pl.Float64),
            denominator=pl.col(below).sum().cast(pl.Float64),
        )
        .filter("is_known")
        .with_columns(value="numerator", is_converted=pl.lit(value=False), pre_value=pl.lit(None, pl.Float64))
        .select(SUBJECT_COLUMNS)
        .sort("variant_id", "first_on")
    )
