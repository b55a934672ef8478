"""What a platform claims that a campaign brought, beside what the shop's own attribution credits it with."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import Scope
from adplanning.attribution.report_service import attribution_report
from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.periods import Period
from adplanning.core.vocabulary import ConversionType, Platform
from adplanning.meta_ads.figures import Figures
from adplanning.ui import badges
from adplanning.ui.cells import text
from adplanning.ui.table import Column, Row
from adplanning.ui.visit import Visit

MODELS = ("last_click", "linear")
NEVER_ADDED = (
    "The platform counts purchases by its own rules, the shop's attribution by one credit model at a time. They tell "
    "of the same purchases, so they stand beside each other and are never added up."
)
COLUMNS = (
    Column("counted_by", "Counted by", on_phone=True),
    Column("conversions", "Purchases", numeric=True),
    Column("value", "Value", numeric=True),
    Column("cost", "Cost each", numeric=True, help="Spend per purchase"),
    Column("roas", "ROAS", numeric=True, on_phone=True, help="Value divided by spend"),
)


def claimed(figures: Figures, platform: str, currency: str) -> Row:
    """What the platform claims."""
    cost = figures.cost_per_purchase_minor
    return _row(
        f"{badges.PLATFORMS[Platform(platform)].words}, as it claims",
        figures.n_purchases,
        value=None if figures.purchase_value_minor is None else to_major(figures.purchase_value_minor, currency),
        cost=None if cost is None else to_major(round(cost), currency),
        roas=figures.claimed_roas,
        currency=currency,
    )


def credited(visit: Visit, campaign_id: str, period: Period) -> Sequence[Row]:
    """What the purchases of a period credit the campaign with, under each of `MODELS`."""
    settings = visit.settings
    report = attribution_report(
        visit.engine,
        Scope(period, settings.public_revenue, (ConversionType.purchase,)),
        currency=settings.currency,
        zone=settings.zone,
        models=MODELS,
        options=CreditOptions(direct_credit=settings.direct_credit),
    )
    its = report.rows.filter(pl.col("key") == campaign_id)
    nothing = {"credited_conversions": 0.0, "credited_value_minor": 0, "cost_per_conversion": None, "roas": None}
    by_model = {row["model"]: row for row in its.iter_rows(named=True)}
    return [
        _row(
            f"Attribution, {badges.MODELS[model].lower()}",
            row["credited_conversions"],
            value=to_major(row["credited_value_minor"], settings.currency),
            cost=row["cost_per_conversion"],
            roas=row["roas"],
            currency=settings.currency,
        )
        for model, row in ((model, by_model.get(model, nothing)) for model in MODELS)
    ]


def _row(
    name: str,
    conversions: float | None,
    *,
    value: float | None,
    cost: float | None,
    roas: float | None,
    currency: str,
) -> Row:
    def shown(said: str) -> str | None:
        return None if said == formats.UNKNOWN else said

    return Row(
        name,
        name,
        "",
        {
            "counted_by": text(name),
            "conversions": text(shown(formats.number(conversions, 2, currency=currency))),
            "value": text(shown(formats.money(value, currency))),
            "cost": text(shown(formats.money(cost, currency))),
            "roas": text(shown(formats.times(roas))),
        },
        {
            "counted_by": name,
            "purchases": conversions,
            "value": value,
            "cost_per_purchase": cost,
            "roas": roas,
            "currency": currency,
        },
    )
