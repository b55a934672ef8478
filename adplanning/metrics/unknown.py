"""Why a number is not known, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from adplanning.core.money import to_major
from adplanning.metrics.definitions import METRICS
from adplanning.metrics.figures import SUMS, MetricFacts, amounts_without_rate


def why_unknown(
    name: str, sums: Mapping[str, float | None], facts: MetricFacts, *, currency: str, zone: ZoneInfo
) -> str:
    """Say why a metric of a period has no value.

    Parameters
    ----------
    name : a metric whose value is null.
    sums : the row of `period_sums` behind it.
    facts : what it was made from.
    currency, zone : of the report.
    """
    metric = METRICS[name]
    for part in metric.parts or ():
        if sums[part] is None:
            return why_unknown(part, sums, facts, currency=currency, zone=zone)
    if metric.parts is not None:
        return f"No {METRICS[metric.parts[1]].title.lower()} in this period, so there is nothing to divide by."
    if not facts.is_credited and name in SUMS["results"]:
        return "No conversion has been credited to what brought it yet; run the notebook attribute_conversions."
    apart = amounts_without_rate(name, facts, currency=currency, zone=zone)
    if not apart:
        return f"{metric.title}: the ad platform has told none in this period."
    amounts = ", ".join(f"{code} {to_major(minor, code):,.2f}" for code, minor in apart.items())
    return (
        f"A part of it ({amounts}) has no exchange rate to {currency}, and a sum without it would be too small; "
        "import or enter the rate of those days."
    )
