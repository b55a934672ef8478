"""What the pages of attribution say of a report as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from adplanning.attribution.report import AttributionReport
from adplanning.core import formats
from adplanning.core.money import to_major


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
