"""What the pages of attribution say of a report as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from adplanning.attribution.report import UNRESOLVED, AttributionReport
from adplanning.core.money import to_major
from adplanning.core.ratios import ratio
from adplanning.ui import formats


def roas_of_campaigns(report: AttributionReport, model: str) -> float | None:
    """Value credited to campaigns divided by all spend.

    Formula: Σ credited value over the campaigns / spend; None without spend, and while an amount has no rate: the ratio
    of the rest would look right and not be.

    Parameters
    ----------
    report : by campaign.
    """
    is_whole = not report.unconverted and not report.unconverted_spend
    its = report.rows.filter(pl.col("model") == model, pl.col("key") != UNRESOLVED)
    return ratio(int(its["credited_value_minor"].sum()), report.spend_minor) if is_whole else None


def left_out(report: AttributionReport, one: str, many: str) -> Sequence[str]:
    """A sentence for each amount that is in no sum, as no rate of its currency is known.

    Parameters
    ----------
    one, many : what the conversions of the report are called.
    """
    return [
        "Not in the sums, as no rate is known: "
        f"{formats.money(to_major(apart.amount_minor, apart.currency), apart.currency)} "
        f"from {apart.count} {single if apart.count == 1 else several}."
        for single, several, aparts in (
            (one, many, report.unconverted),
            ("day of spend", "days of spend", report.unconverted_spend),
        )
        for apart in aparts
    ]
