"""Which campaign, source or day earned how much, against what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from adplanning.attribution.channels import plain
from adplanning.attribution.claims import claims_by
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.spend import SPEND_KEYS, spend_by
from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.money import major_units, minor_digits, to_major
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.spend_levels import spend_once

UNRESOLVED: Final = "unresolved"
NO_TAG: Final = "(none)"

BREAKDOWNS: Final[dict[str, pl.Expr]] = {
    "campaign": pl.col("ad_campaign_id").fill_null(UNRESOLVED),
    "ad_set": pl.col("ad_set_id").fill_null(UNRESOLVED),
    "ad": pl.col("ad_id").fill_null(UNRESOLVED),
    "source": plain("utm_source").fill_null(NO_TAG),
    "medium": plain("utm_medium").fill_null(NO_TAG),
    "channel": pl.col("channel"),
    "day": pl.col("on").cast(pl.String),
}
"""What a report may be broken down by: the key of a touchpoint; `on` is the day of the conversion."""


def report_columns(by: str, models: Sequence[str]) -> list[str]:
    """The columns of credited paths that a report reads, so that no others need to be in memory.

    Raises
    ------
    InvalidData : an unknown breakdown.

    >>> report_columns("source", ["linear"])
    ['is_first', 'is_last', 'is_new', 'linear', 'linear_minor', 'reported_minor', 'utm_source', 'value_minor']
    """
    if by not in BREAKDOWNS:
        raise InvalidData.unknown_choice("by", by, BREAKDOWNS)
    shared = {"is_first", "is_last", "is_new", "reported_minor", "value_minor"}
    return sorted({*shared, *BREAKDOWNS[by].meta.root_names(), *models, *(f"{model}_minor" for model in models)})


@dataclass(frozen=True)
class Apart:
    """Amounts in a currency without a known rate: counted, but in no sum of money; minor units of that currency."""

    currency: str
    count: int
    amount_minor: int


@dataclass(frozen=True)
class AttributionReport:
    """The credit of a period under some models; money in minor units of `currency` unless a name says otherwise.

    `rows` has one row per model and key: model, key, name, credited_conversions, credited_value_minor, spend_minor
    (null where it cannot be known), cost_per_conversion (major units), roas, share (of all conversions),
    new_conversions (the part of the credit that is for those who had bought nothing before), claimed_conversions (what
    the platform reports for the key; null where it reports none). Under every model, rows and unattributed add up to
    the totals.
    """

    by: str
    options: CreditOptions
    period: Period
    currency: str
    models: tuple[str, ...]
    rows: pl.DataFrame
    n_conversions: int
    value_minor: int
    spend_minor: int
    n_unattributed: int
    unattributed_minor: int
    unconverted: tuple[Apart, ...]
    unconverted_spend: tuple[Apart, ...]

    def campaign_roas(self, model: str) -> float | None:
        """Value credited to campaigns divided by all spend, of a report by campaign.

        None without spend, and while an amount has no rate: the ratio of the rest would look right and not be.
        """
        if self.by != "campaign":
            raise InvalidData.at("by", f"must be campaign, not {self.by}: only campaigns have all spend")
        its = self.rows.filter(pl.col("model") == model, pl.col("key") != UNRESOLVED)
        is_whole = not self.unconverted and not self.unconverted_spend
        return ratio(int(its["credited_value_minor"].sum()), self.spend_minor) if is_whole else None

    def to_json(self) -> dict[str, Any]:
        """The report as the API shows it: amounts in major units."""
        return {
            "by": self.by,
            "lookback_days": self.options.lookback_days,
            "half_life_days": self.options.half_life_days,
            "first_weight": self.options.first_weight,
            "last_weight": self.options.last_weight,
            "direct_credit": self.options.direct_credit,
            "period": self.period.to_json(),
            "currency": self.currency,
            "models": [self._model_json(model) for model in self.models],
            "unconverted": _apart_json(self.unconverted),
            "unconverted_spend": _apart_json(self.unconverted_spend),
        }

    def _model_json(self, model: str) -> dict[str, Any]:
        shown = self.rows.filter(pl.col("model") == model).select(
            "key",
            "name",
            "credited_conversions",
            major_units(pl.col("credited_value_minor"), self.currency).alias("credited_value"),
            major_units(pl.col("spend_minor"), self.currency).alias("spend"),
            "cost_per_conversion",
            "roas",
            "share",
            "new_conversions",
            "claimed_conversions",
        )
        return {
            "model": model,
            "rows": shown.to_dicts(),
            "unattributed": {
                "conversions": self.n_unattributed,
                "value": to_major(self.unattributed_minor, self.currency),
            },
            "totals": {
                "conversions": self.n_conversions,
                "value": to_major(self.value_minor, self.currency),
                "spend": to_major(self.spend_minor, self.currency),
            },
        }


def attribution_report(
    credited: pl.LazyFrame,
    conversions: pl.LazyFrame,
    spend: pl.LazyFrame,
    names: pl.DataFrame,
    *,
    models: Sequence[str],
    by: str,
    period: Period,
    currency: str,
    options: CreditOptions,
) -> AttributionReport:
    """Add up credit and spend by what a touchpoint has in common.

    Formula: credited conversions = Σ credit, credited value = Σ `<model>_minor`, over the touchpoints of a key;
    cost per conversion = spend / credited conversions, ROAS = credited value / spend (null while part of either has no
    rate), share = credited conversions /
    all conversions. New conversions are those of `is_new`; claimed ones by `claims_by`, beside ours and never added to
    them. Unattributed are the conversions without a touchpoint on their path.

    Parameters
    ----------
    credited : as from `credit.credited_paths`, with the models' columns and `<model>_minor`, reported_minor (the
        conversion's value in the reporting currency, null without value or rate), the touchpoint's UTM tags, channel
        and ad ids, the conversion's day and is_new.
    conversions : one row per conversion, on a path or not: currency, value_minor, reported_minor.
    spend : one row per reported object and day: level, object_id, campaign_id, on, currency, spend_minor,
        reported_minor, n_results.
    names : one row per campaign, ad set or ad (what `by` is): key, name.
    models : columns of `credited`, each a credit model.
    by : one of `BREAKDOWNS`. A touchpoint that has no such key counts under `unresolved` (campaign, ad_set, ad) or
        `(none)` (source, medium), so that it never vanishes. Source and medium without regard to case.
    period, currency, options : of the numbers, told along.

    Returns
    -------
    For each model rows whose conversions and values add up, with the unattributed, to the totals. Spend is known by
    campaign, ad set, ad and day, of which each with spend has a row; it is null where it cannot be split, and where
    part of it has no rate. The total spend is that of the coarsest level (`spend_once`), whatever the breakdown.

    Raises
    ------
    InvalidData : an unknown breakdown.
    """
    require_columns(credited, report_columns(by, models), what="credited")
    earned, sold, unconverted, spent, claimed, once, unspent = pl.collect_all(
        [
            _earned(credited, models, by),
            conversions.select(pl.len().cast(pl.Int64), pl.col("reported_minor").sum()),
            _apart(conversions, "value_minor"),
            spend_by(spend, by),
            claims_by(spend, by),
            spend_once(spend).select(pl.col("reported_minor").sum()),
            _apart(spend_once(spend), "spend_minor"),
        ]
    )
    n_conversions, value_minor = sold.row(0)
    rows = pl.concat(
        _rows(
            earned,
            model,
            spent.join(claimed, on="key", how="left"),
            names,
            by=by,
            n_conversions=n_conversions,
            unit=10 ** minor_digits(currency),
        )
        for model in models
    )
    return AttributionReport(
        by=by,
        options=options,
        period=period,
        currency=currency,
        models=tuple(models),
        rows=rows,
        n_conversions=n_conversions,
        value_minor=value_minor,
        spend_minor=once.item(),
        n_unattributed=n_conversions - int(earned["n_paths"].sum()),
        unattributed_minor=value_minor - int(earned["paths_minor"].sum()),
        unconverted=_aparts(unconverted),
        unconverted_spend=_aparts(unspent),
    )


def _earned(credited: pl.LazyFrame, models: Sequence[str], by: str) -> pl.LazyFrame:
    """Per key the credits and values under each model, and how many paths begin there, worth how much."""
    begins = pl.col("is_first")
    without_rate = pl.col("reported_minor").is_null() & pl.col("value_minor").is_not_null()
    return credited.group_by(BREAKDOWNS[by].alias("key")).agg(
        *(pl.col(model, f"{model}_minor").sum() for model in models),
        *(pl.col(model).filter("is_new").sum().alias(f"{model}_new") for model in models),
        *((without_rate & (pl.col(model) > 0)).any().alias(f"{model}_partial") for model in models),
        begins.sum().cast(pl.Int64).alias("n_paths"),
        pl.col("reported_minor").filter(begins).sum().alias("paths_minor"),
    )


def _rows(
    earned: pl.DataFrame,
    model: str,
    spent: pl.DataFrame,
    names: pl.DataFrame,
    *,
    by: str,
    n_conversions: int,
    unit: int,
) -> pl.DataFrame:
    keys = pl.concat([earned.select("key"), spent.select("key")]).unique()
    has_spend = pl.lit(by in SPEND_KEYS) & (pl.col("key") != UNRESOLVED)
    is_partial = pl.col("key").is_in(spent.filter(pl.col("spend_minor").is_null())["key"].implode())
    credited, spend = pl.col("credited_conversions"), pl.col("spend_minor")
    order = ["key"] if by == "day" else ["credited_value_minor", "credited_conversions", "key"]
    return (
        keys.join(
            # Sums of fractions depend on their order in the last digits; nine decimals do not.
            earned.select(
                "key",
                pl.col(model).round(9).alias("credited_conversions"),
                pl.col(f"{model}_minor").alias("credited_value_minor"),
                pl.col(f"{model}_new").round(9).alias("new_conversions"),
                pl.col(f"{model}_partial").alias("is_value_partial"),
            ),
            on="key",
            how="left",
        )
        .join(spent, on="key", how="left")
        .join(names, on="key", how="left")
        .with_columns(
            pl.col("credited_conversions", "credited_value_minor", "new_conversions").fill_null(0),
            pl.when(has_spend & ~is_partial).then(spend.fill_null(0)).alias("spend_minor"),
            pl.coalesce("name", pl.when(pl.col("key") == UNRESOLVED).then(pl.lit("No campaign found")), "key").alias(
                "name"
            ),
        )
        .select(
            pl.lit(model).alias("model"),
            "key",
            "name",
            "credited_conversions",
            "credited_value_minor",
            "spend_minor",
            ratio(spend / unit, credited).alias("cost_per_conversion"),
            pl.when(~pl.col("is_value_partial").fill_null(value=False))
            .then(ratio(pl.col("credited_value_minor"), spend))
            .alias("roas"),
            ratio(credited, pl.lit(n_conversions)).alias("share"),
            "new_conversions",
            "claimed_conversions",
        )
        .sort(order, descending=[name != "key" for name in order])
    )


def _apart(amounts: pl.LazyFrame, amount: str) -> pl.LazyFrame:
    return (
        amounts.filter(pl.col("reported_minor").is_null(), pl.col(amount).is_not_null())
        .group_by("currency")
        .agg(pl.len().cast(pl.Int64).alias("count"), pl.col(amount).sum().alias("amount_minor"))
        .sort("currency")
    )


def _aparts(frame: pl.DataFrame) -> tuple[Apart, ...]:
    return tuple(Apart(**row) for row in frame.iter_rows(named=True))


def _apart_json(aparts: Sequence[Apart]) -> list[dict[str, Any]]:
    return [{"currency": a.currency, "count": a.count, "value": to_major(a.amount_minor, a.currency)} for a in aparts]
