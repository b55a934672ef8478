"""Daily spend from a file: what each campaign, ad set or ad cost and brought."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, and_, select

from adplanning.core.vocabulary import Platform
from adplanning.imports.ad_objects import NO_AD_SET, with_objects
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import look_up, replace
from adplanning.imports.readers import (
    AMOUNT,
    COUNT,
    CURRENCY,
    DAYS,
    IDENTIFIER,
    PLATFORM,
    QUANTITY,
    TEXT,
    Context,
    Field,
)
from adplanning.imports.records import in_minor_units, value_totals
from adplanning.store.tables.catalogue import TABLES

_SPEND = TABLES["daily_spend"]
_DAY = ("object_id", "on")
_LEVELS = ("campaign", "ad_set", "ad")
_COUNTS = ("impressions", "clicks", "link_clicks")


def store_spend(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Store the figures of each object and day; newer ones replace those that stand there.

    The rows of one object and day (by age, gender, …) are added up exactly and rounded once. All rows are taken at the
    deepest level that the file names: the levels say the same money again. Rows of a day whose figures stand in the
    store already are duplicates.
    """
    mixed, levelled = _one_level(rows.rename({f"{name}_id": f"platform_{name}_id" for name in _LEVELS}))
    placed = with_objects(connection, levelled, context)
    first = pl.col("currency").first().over(*_DAY, order_by=LINE)
    foreign = placed.filter(pl.col("currency") != first).select(
        LINE,
        reason=pl.lit("currency: is another than that of an earlier row of the same object and day; split the file"),
    )
    kept = placed.join(foreign, on=LINE, how="anti")
    days = _days(kept).with_columns(import_id=pl.lit(context.import_id))
    changed = days.join(_unchanged(connection, days), on=list(_DAY), how="anti")
    replace(connection, _SPEND, changed, _DAY)
    n_stored = kept.join(changed, on=list(_DAY), how="semi").height
    totals = {name: float(changed[f"n_{name}"].sum() or 0) for name in (*_COUNTS, "results")}
    return Stored(
        n_stored=n_stored,
        n_duplicates=kept.height - n_stored,
        totals={"days of objects": float(changed.height)} | value_totals(changed, "spend_minor") | totals,
        rejected=pl.concat([mixed, foreign]),
    )


def _one_level(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows above the file's deepest level, refused, and the others."""
    deepest = next((name for name in ("ad", "ad_set") if rows[name].null_count() < rows.height), "campaign")
    reason = f"{deepest}: is missing, while other rows name one; a row for the whole would say their money again"
    mixed = rows.filter(pl.col(deepest).is_null()).select(LINE, reason=pl.lit(reason))
    kept = rows.filter(pl.col(deepest).is_not_null()).with_columns(
        pl.col("platform").fill_null(str(Platform.generic)),
        pl.col("impressions", "clicks").fill_null(0),
        on="date",
    )
    if deepest == "ad":
        kept = kept.with_columns(pl.col("ad_set").fill_null(NO_AD_SET))
    return mixed, kept


def _days(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per object and day, as the store keeps it."""
    summed = rows.group_by(_DAY, maintain_order=True).agg(
        pl.col("level", "campaign_id", "ad_set_id", "ad_id", "currency").first(),
        pl.col("spend").sum(),
        pl.col("impressions", "clicks").sum().name.prefix("n_"),
        # A sum of nothing would be 0; what no row told is unknown.
        pl.when(pl.col("link_clicks").count() > 0).then(pl.col("link_clicks").sum()).alias("n_link_clicks"),
    )
    results = (
        rows.filter(pl.col("results").is_not_null())
        .group_by(*_DAY, "result_type")
        .agg(pl.col("results").sum().alias("n_results"))
        .sort("n_results", "result_type", descending=[True, False])
        .unique(_DAY, keep="first", maintain_order=True)
        .with_columns(pl.col("n_results").cast(pl.Float64))
    )
    return (
        summed.join(results, on=list(_DAY), how="left", maintain_order="left")
        .with_columns(spend_minor=in_minor_units("spend"))
        .drop("spend")
    )


def _unchanged(connection: Connection, days: pl.DataFrame) -> pl.DataFrame:
    """The days whose figures stand in the store already."""
    figures = [name for name in days.columns if name not in (*_DAY, "import_id")]
    first, last = days["on"].min(), days["on"].max()
    known = look_up(
        connection,
        days.select("object_id").unique(),
        lambda keys: select(*(_SPEND.c[name] for name in (*_DAY, *figures))).join_from(
            keys, _SPEND, and_(_SPEND.c.object_id == keys.c.object_id, _SPEND.c.on.between(first, last))
        ),
    )
    return days.join(known, on=[*_DAY, *figures], how="semi", nulls_equal=True)


OBJECT_FIELDS = (
    Field("campaign", TEXT, "name of the campaign", required=True, synonyms=("campaign_name",)),
    Field("campaign_id", IDENTIFIER, "the platform's id"),
    Field("ad_set", TEXT, "name of the ad set", synonyms=("ad_set_name", "ad_group", "ad_group_name")),
    Field("ad_set_id", IDENTIFIER, "the platform's id", synonyms=("ad_group_id",)),
    Field("ad", TEXT, "name of the ad", synonyms=("ad_name", "ads")),
    Field("ad_id", IDENTIFIER, "the platform's id"),
    Field("platform", PLATFORM, "meta, google or generic, or a source such as facebook; generic when not given"),
    Field("account", TEXT, "name of the ad account", synonyms=("account_name", "ad_account")),
    Field("account_id", IDENTIFIER, "the platform's id of it", synonyms=("ad_account_id",)),
)
FIGURE_FIELDS = (
    Field("currency", CURRENCY, "ISO 4217; the reporting currency when not given", synonyms=("account_currency",)),
    Field("impressions", COUNT, "0 when not given", synonyms=("impr", "views")),
    Field("clicks", COUNT, "all clicks; 0 when not given", synonyms=("clicks_all", "clicks_(all)")),
    Field("link_clicks", COUNT, "clicks on links", synonyms=("inline_link_clicks",)),
    Field("results", QUANTITY, "what the campaign is for", synonyms=("conversions", "total_conversions")),
    Field("result_type", TEXT, "which results", synonyms=("result_indicator",)),
)

SPEND = Kind(
    help="daily spend of campaigns, ad sets or ads; rows of one object and day are added up, newer ones replace older",
    fields=(
        Field("date", DAYS, "day of the account's calendar", required=True, synonyms=("day", "on", "reporting_starts")),
        Field("spend", AMOUNT, "0 or more", required=True, synonyms=("spent", "cost", "amount_spent", "amount")),
        *OBJECT_FIELDS,
        *FIGURE_FIELDS,
    ),
    store=store_spend,
)
