"""What can be watched: which metrics a rule may take, and what each of them is read from."""

from __future__ import annotations

from typing import Final

from adplanning.core.vocabulary import AlertKind
from adplanning.metrics.definitions import METRICS, Metric, Unit, summed_metrics

CHANGES: Final = (AlertKind.fell, AlertKind.rose)
BOUNDS: Final = (AlertKind.below, AlertKind.above)
OF_METRIC: Final = (*BOUNDS, *CHANGES)

_COUNT_BEHIND: Final = {
    "revenue": "conversions",
    "purchase_revenue": "purchases",
    "attributed_revenue": "attributed_conversions",
    "claimed_revenue": "claimed_purchases",
}
OF_PLATFORMS: Final = frozenset(
    {"ad_spend", "impressions", "clicks", "link_clicks", "claimed_leads", "claimed_purchases", "claimed_revenue"}
)
_OF_CREDITS: Final = frozenset({"attributed_conversions", "attributed_revenue"})


def metrics_of(kind: AlertKind, *, of_campaigns: bool) -> dict[str, Metric]:
    """The metrics that a rule of that kind may watch: those that days or campaigns have; of changes, sums only.

    >>> ["roas" in metrics_of(kind, of_campaigns=False) for kind in (AlertKind.below, AlertKind.fell)]
    [True, False]
    """
    if kind not in OF_METRIC:
        return {}
    return {
        name: metric
        for name, metric in METRICS.items()
        if (metric.by_campaign if of_campaigns else metric.by_day) and (kind in BOUNDS or metric.parts is None)
    }


def figures_of(kind: AlertKind, metric: str | None) -> tuple[str, str | None]:
    """The figure that a rule looks at, and the one that counts the events behind it; none where no chance is at work.

    >>> [figures_of(AlertKind.fell, name) for name in ("revenue", "leads", "ad_spend")]
    [('revenue', 'conversions'), ('leads', 'leads'), ('ad_spend', None)]
    """
    if kind is AlertKind.spend_without_conversions or metric is None:
        return "ad_spend", "attributed_conversions"
    if kind in BOUNDS:
        return metric, None
    is_count = METRICS[metric].unit is Unit.count
    return metric, metric if is_count else _COUNT_BEHIND.get(metric)


SHARES: Final = frozenset(name for name, metric in METRICS.items() if metric.unit is Unit.percent)
"""The metrics from 0 to 1, which people read and write in percent."""


def is_percent(kind: AlertKind, metric: str | None) -> bool:
    """Whether a threshold is a share."""
    return kind in CHANGES or metric in SHARES


def shown_value(value: float | None, metric: str | None) -> float | None:
    """What an alert has seen, as the API and messages tell it: shares in percent.

    >>> shown_value(0.07, "ctr"), shown_value(58.0, "conversions"), shown_value(None, "ctr")
    (7.0, 58.0, None)
    """
    return round(value * 100, 9) if metric in SHARES and value is not None else value


def is_money(kind: AlertKind, metric: str | None) -> bool:
    """Whether a threshold is an amount."""
    return kind is AlertKind.spend_without_conversions or (
        kind in BOUNDS and metric is not None and METRICS[metric].unit is Unit.money
    )


def sources_of(kind: AlertKind, metric: str | None) -> set[str]:
    """What must have been read for a rule to be told: platforms, credits, leads, posts; the rest comes in by itself.

    >>> sorted(sources_of(AlertKind.below, "attributed_roas")), sources_of(AlertKind.below, "conversions")
    (['credits', 'platforms'], set())
    """
    if kind is AlertKind.sync_late:
        return set()
    sums = summed_metrics([name for name in figures_of(kind, metric) if name])
    found = {
        "platforms": bool(sums & OF_PLATFORMS),
        "credits": bool(sums & _OF_CREDITS),
        "leads": "leads" in sums,
        "posts": "social_posts" in sums,
    }
    return {name for name, is_needed in found.items() if is_needed}
