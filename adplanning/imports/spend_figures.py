"""What the rows of a file say of each campaign, ad set or ad on its days: one row per object and span of days."""

from __future__ import annotations

import polars as pl

from adplanning.core.vocabulary import Platform
from adplanning.imports.lines import LINE, SPLIT
from adplanning.imports.records import in_minor_units

SPAN = ("object_id", "first_on", "last_on")
NO_AD_SET = "(no ad set)"

_LEAD = r"(?i)(^|[^a-z])(leads?|leadgen)([^a-z]|$)"
_PURCHASE = r"(?i)(^|[^a-z])purchases?([^a-z]|$)"
# Other numbers than the count of those who came: what became of them later, and what they paid.
_OTHER = r"(?i)qualified|converted|value|roas"

_PLACE = ("level", "campaign_id", "ad_set_id", "ad_id", "currency")
_TOLD = {
    "link_clicks": "n_link_clicks",
    "leads": "n_leads",
    "purchases": "n_purchases",
    "purchase_value": "purchase_value",
}


def one_level(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sort the rows into those above the file's deepest level, with `LINE` and why they are refused, and the others.

    Parameters
    ----------
    rows : one per row of a file, with campaign, ad_set, ad (null below the row's own level), platform, date and
        last_day (null where the row is of one day).

    Returns
    -------
    The refused; the others with first_on and last_on.
    """
    deepest = next((name for name in ("ad", "ad_set") if rows[name].null_count() < rows.height), "campaign")
    reason = f"{deepest}: is missing, while other rows name one; a row for the whole would say their money again"
    mixed = rows.filter(pl.col(deepest).is_null()).select(LINE, reason=pl.lit(reason))
    kept = rows.filter(pl.col(deepest).is_not_null()).with_columns(
        pl.col("platform").fill_null(str(Platform.generic)),
        pl.col("impressions", "clicks").fill_null(0),
        first_on="date",
        last_on=pl.coalesce("last_day", "date"),
    )
    if deepest == "ad":
        kept = kept.with_columns(pl.col("ad_set").fill_null(NO_AD_SET))
    return mixed, kept


def figures_by_span(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the rows of one object and span of days up (by age, gender, …): exactly, and rounded once.

    Persons reached are kept where one row that nothing splits says them, and never added up: those of two rows may be
    the same. Of several kinds of results the most frequent is kept. Leads and purchases are what one column of their
    own says; without such a column, the results whose type says so.

    Parameters
    ----------
    rows : `SPAN`, `LINE`, `SPLIT`, the object's place (level, campaign_id, ad_set_id, ad_id), currency, and the
        figures: spend, impressions, clicks, and null where nothing is told link_clicks, results, result_type, reach,
        leads, purchases, purchase_value, attribution_setting.

    Returns
    -------
    One row per span, named as in `period_spend`; what no row told is null.
    """
    rows = rows.with_columns(leads=_counted(rows, "leads", _LEAD), purchases=_counted(rows, "purchases", _PURCHASE))
    is_whole = (pl.len() == 1) & pl.col(SPLIT).is_null().all()
    setting = pl.col("attribution_setting").drop_nulls()
    summed = (
        rows.sort(LINE)
        .group_by(SPAN, maintain_order=True)
        .agg(
            pl.col(*_PLACE).first(),
            pl.col("spend").sum(),
            pl.col("impressions", "clicks").sum().name.prefix("n_"),
            # A sum of nothing would be 0; what no row told is unknown.
            *(pl.when(pl.col(ours).count() > 0).then(pl.col(ours).sum()).alias(name) for ours, name in _TOLD.items()),
            pl.when(is_whole).then(pl.col("reach").first()).alias("n_reach"),
            pl.when(setting.n_unique() == 1).then(setting.first()).alias("attribution_setting"),
        )
    )
    return (
        summed.join(_commonest_results(rows), on=list(SPAN), how="left", maintain_order="left")
        .with_columns(
            pl.col("n_leads", "n_purchases").cast(pl.Float64),
            spend_minor=in_minor_units("spend"),
            purchase_value_minor=in_minor_units("purchase_value"),
        )
        .drop("spend", "purchase_value")
    )


def _counted(rows: pl.DataFrame, name: str, pattern: str) -> pl.Expr:
    if rows[name].count() > 0:
        return pl.col(name)
    kinds = rows["result_type"].unique().drop_nulls()
    meant = kinds.filter(kinds.str.contains(pattern) & ~kinds.str.contains(_OTHER))
    return pl.when(pl.col("result_type").is_in(meant.implode())).then(pl.col("results"))


def _commonest_results(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.filter(pl.col("results").is_not_null())
        .group_by(*SPAN, "result_type")
        .agg(pl.col("results").sum().alias("n_results"))
        .sort("n_results", "result_type", descending=[True, False])
        .unique(SPAN, keep="first", maintain_order=True)
        .with_columns(pl.col("n_results").cast(pl.Float64))
    )
