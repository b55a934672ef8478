"""Spend from a file, by day or by period: what each campaign, ad set or ad cost and brought."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, Table, and_, select

from adplanning.imports.ad_objects import with_objects
from adplanning.imports.breakdowns import with_split
from adplanning.imports.campaign_status import keep_status
from adplanning.imports.checks import Rule
from adplanning.imports.files import SourceFile
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import look_up, replace
from adplanning.imports.readers import (
    AMOUNT,
    COUNT,
    CURRENCY,
    DAYS,
    PLATFORM,
    PLATFORM_ID,
    QUANTITY,
    TEXT,
    Context,
    Field,
)
from adplanning.imports.records import value_totals
from adplanning.imports.spend_figures import SPAN, figures_by_span, one_level
from adplanning.imports.spend_in_words import spend_in_words
from adplanning.imports.spend_periods import refused_periods, shadowed_periods
from adplanning.store.tables.catalogue import TABLES

_PERIOD = ["campaign_id", "first_on", "last_on"]
_LEVELS = ("campaign", "ad_set", "ad")
_COUNTS = ("n_impressions", "n_clicks", "n_link_clicks", "n_results", "n_leads", "n_purchases")
_NOT_ALWAYS_TOLD = (
    "n_link_clicks",
    "n_results",
    "result_type",
    "n_reach",
    "n_leads",
    "n_purchases",
    "purchase_value_minor",
    "attribution_setting",
)


def store_spend(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Store the figures of each object and day or period; newer ones replace those that stand there.

    The rows of one object and span of days (by age, gender, …) are added up, see `spend_figures`. All rows are taken at
    the deepest level that the file names: the levels say the same money again. So do figures of several days where
    other days of the same campaign are known: see `spend_periods`. Rows whose figures stand in the store already are
    duplicates. A column that the file does not have leaves what is known.
    """
    mixed, levelled = one_level(rows.rename({f"{name}_id": f"platform_{name}_id" for name in _LEVELS}))
    placed = with_objects(connection, levelled, context)
    first = pl.col("currency").first().over(*SPAN, order_by=LINE)
    foreign = placed.filter(pl.col("currency") != first).select(
        LINE,
        reason=pl.lit("currency: is another than that of an earlier row of the same object and days; split the file"),
    )
    of_one_currency = placed.join(foreign, on=LINE, how="anti", maintain_order="left")
    days = of_one_currency.filter(pl.col("first_on") == pl.col("last_on"))
    periods = of_one_currency.filter(pl.col("first_on") != pl.col("last_on"))
    kept_days = _keep(connection, "daily_spend", days, context)
    refused = refused_periods(connection, periods.sort(LINE).select(_PERIOD).unique(maintain_order=True))
    overlapping = periods.join(refused, on=_PERIOD).select(LINE, "reason")
    kept_periods = _keep(
        connection, "period_spend", periods.join(overlapping, on=LINE, how="anti", maintain_order="left"), context
    )
    keep_status(connection, placed, context)
    kept = of_one_currency.join(overlapping, on=LINE, how="anti", maintain_order="left")
    changed = pl.concat([kept_days, kept_periods], how="diagonal")
    n_stored = kept.join(changed, on=list(SPAN), how="semi").height
    return Stored(
        n_stored=n_stored,
        n_duplicates=kept.height - n_stored,
        totals=_totals(kept_days, kept_periods, changed),
        rejected=pl.concat([mixed, foreign, overlapping]),
        in_words=spend_in_words(kept),
        warnings=_warnings(connection, kept_days),
    )


def _keep(connection: Connection, table_name: str, rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Store the spans of some rows; answer those that were not there alike."""
    table = TABLES[table_name]
    by_day = table_name == "daily_spend"
    key = ("object_id", "on") if by_day else SPAN
    spans = figures_by_span(rows)
    named = spans.drop("last_on").rename({"first_on": "on"}) if by_day else spans
    told = [name for name in named.columns if name not in _NOT_ALWAYS_TOLD or named[name].count() > 0]
    if "n_results" in told and "result_type" not in told:
        told.append("result_type")
    changed = named.select(told).join(_unchanged(connection, table, named.select(told), key), on=list(key), how="anti")
    replace(connection, table, changed.with_columns(import_id=pl.lit(context.import_id)), key)
    return changed.rename({"on": "first_on"}).with_columns(last_on="first_on") if by_day else changed


def _unchanged(connection: Connection, table: Table, spans: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """The spans whose figures stand in the store already."""
    first, last = spans[key[1]].min(), spans[key[1]].max()
    known = look_up(
        connection,
        spans.select("object_id").unique(),
        lambda keys: select(*(table.c[name] for name in spans.columns)).join_from(
            keys, table, and_(table.c.object_id == keys.c.object_id, table.c[key[1]].between(first, last))
        ),
    )
    return spans.join(known, on=spans.columns, how="semi", nulls_equal=True)


def _totals(days: pl.DataFrame, periods: pl.DataFrame, changed: pl.DataFrame) -> dict[str, float]:
    spans = {"days of objects": float(days.height), "periods of objects": float(periods.height)}
    counts = {name.removeprefix("n_"): changed[name] for name in _COUNTS if name in changed.columns}
    return (
        {name: n for name, n in spans.items() if n or name == "days of objects"}
        | value_totals(changed, "spend_minor")
        | {name: float(counted.sum()) for name, counted in counts.items()}
        | (value_totals(changed, "purchase_value_minor") if "purchase_value_minor" in changed.columns else {})
    )


def _warnings(connection: Connection, days: pl.DataFrame) -> tuple[str, ...]:
    n = shadowed_periods(connection, days.select("campaign_id", on="first_on"))
    if n == 0:
        return ()
    count = "period counts" if n == 1 else "periods count"
    return (f"{n:,} stored {count} no longer, because single days of their campaigns are known now",)


OBJECT_FIELDS = (
    Field("campaign", TEXT, "name of the campaign", required=True, synonyms=("campaign_name",)),
    Field("campaign_id", PLATFORM_ID, "the platform's id"),
    Field("ad_set", TEXT, "name of the ad set", synonyms=("ad_set_name", "ad_group", "ad_group_name")),
    Field("ad_set_id", PLATFORM_ID, "the platform's id", synonyms=("ad_group_id",)),
    Field("ad", TEXT, "name of the ad", synonyms=("ad_name", "ads")),
    Field("ad_id", PLATFORM_ID, "the platform's id"),
    Field("platform", PLATFORM, "meta, google or generic, or a source such as facebook; generic when not given"),
    Field("account", TEXT, "name of the ad account", synonyms=("account_name", "ad_account")),
    Field("account_id", PLATFORM_ID, "the platform's id of it", synonyms=("ad_account_id",)),
)
FIGURE_FIELDS = (
    Field("currency", CURRENCY, "ISO 4217; ADPLANNING_CURRENCY when not given", synonyms=("account_currency",)),
    Field("impressions", COUNT, "0 when not given", synonyms=("impr", "views")),
    Field("clicks", COUNT, "all clicks; 0 when not given", synonyms=("clicks_all", "clicks_(all)")),
    Field("link_clicks", COUNT, "clicks on links", synonyms=("inline_link_clicks",)),
    Field("results", QUANTITY, "what the campaign is for", synonyms=("conversions", "total_conversions")),
    Field("result_type", TEXT, "which results", synonyms=("result_indicator",)),
    Field("reach", COUNT, "persons; kept where one row is the whole, for they cannot be added up"),
    Field(
        "leads",
        QUANTITY,
        "results whose type says so when not given",
        synonyms=("on_facebook_leads", "meta_leads", "website_leads"),
    ),
    Field("purchases", QUANTITY, "results whose type says so when not given", synonyms=("website_purchases",)),
    Field(
        "purchase_value",
        AMOUNT,
        "what the purchases were worth",
        synonyms=("purchases_conversion_value", "website_purchases_conversion_value"),
    ),
    Field("attribution_setting", TEXT, "within which time after an ad results were counted"),
    Field("status", TEXT, "of the campaign: active, paused, …", synonyms=("delivery_status", "campaign_delivery")),
    Field("delivery_level", TEXT, "of what the status is told"),
)

LAST_DAY = Field(
    "last_day",
    DAYS,
    "the last day of figures of several days; the same day when not given",
    synonyms=("reporting_ends",),
)
IN_ORDER = Rule(pl.col("last_day") < pl.col("date"), "last_day: is before the first day; correct one of them")


def _arranged(file: SourceFile) -> tuple[pl.DataFrame, dict[str, str]]:
    return with_split(file.rows, file.header), {}


SPEND = Kind(
    help="spend of campaigns, ad sets or ads by day or period; rows of one object and day are added up, newer replace",
    fields=(
        Field("date", DAYS, "day of the account's calendar", required=True, synonyms=("day", "on", "reporting_starts")),
        LAST_DAY,
        Field("spend", AMOUNT, "0 or more", required=True, synonyms=("spent", "cost", "amount_spent", "amount")),
        *OBJECT_FIELDS,
        *FIGURE_FIELDS,
    ),
    rules=(IN_ORDER,),
    store=store_spend,
    arrange=_arranged,
)
