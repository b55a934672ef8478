"""How many touchpoints there are, and how many of them found their campaign."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from adplanning.attribution.channels import plain
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio

NO_CAMPAIGN: Final = "unattributed"
NO_TAG: Final = "(none)"


def touch_counts(touchpoints: pl.DataFrame, period: Period) -> dict[str, Any]:
    """Count touchpoints in all and by platform, campaign, resolution method and source.

    Formula: resolution rate = 100 × resolved / all, in percent; null without touchpoints.

    Parameters
    ----------
    touchpoints : one row per touchpoint, counted or not: platform, ad_campaign_id, utm_source, is_resolved,
        resolution_method, session_pageviews, is_bot, is_internal.
    period : which they are of, told along.

    Returns
    -------
    The answer of the API; every breakdown adds up to total_sessions. Most first, equal ones by name. `left_out` are
    those of bots and of the shop's own people (a bot's counts as a bot's); with them it is all there are.

    >>> seen = pl.DataFrame({
    ...     "platform": ["meta", "generic"], "ad_campaign_id": ["camp_1", None], "utm_source": ["FB", None],
    ...     "is_resolved": [True, False], "resolution_method": ["manual", "unresolved"], "session_pageviews": [3, 1],
    ...     "is_bot": [False, False], "is_internal": [False, False],
    ... })
    >>> counted = touch_counts(seen, Period())
    >>> counted["totals"]["resolution_rate"], counted["by_utm_source"]
    (50.0, [{'source': '(none)', 'count': 1}, {'source': 'fb', 'count': 1}])
    """
    is_bot, is_internal = pl.col("is_bot"), pl.col("is_internal")
    left_out = {"bots": touchpoints.filter(is_bot).height, "internal": touchpoints.filter(~is_bot & is_internal).height}
    touchpoints = touchpoints.filter(~is_bot & ~is_internal)
    n, n_resolved = touchpoints.height, int(touchpoints["is_resolved"].sum())
    share = ratio(n_resolved, n)
    campaigns = (
        touchpoints.group_by(pl.col("ad_campaign_id").fill_null(NO_CAMPAIGN).alias("campaign_id"))
        .agg(pl.len().cast(pl.Int64).alias("sessions"), pl.col("session_pageviews").sum().alias("pageviews"))
        .sort("sessions", "campaign_id", descending=[True, False])
    )
    sources = _counts(touchpoints, plain("utm_source").fill_null(NO_TAG).alias("source"))
    return {
        "totals": {
            "total_sessions": n,
            "resolved_sessions": n_resolved,
            "unresolved_sessions": n - n_resolved,
            "resolution_rate": None if share is None else 100 * share,
        },
        "by_platform": dict(_counts(touchpoints, pl.col("platform")).iter_rows()),
        "by_campaign": campaigns.to_dicts(),
        "by_resolution_method": dict(_counts(touchpoints, pl.col("resolution_method")).iter_rows()),
        "by_utm_source": sources.to_dicts(),
        "left_out": left_out,
        "period": period.to_json(),
    }


def _counts(touchpoints: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    counted = touchpoints.group_by(key).agg(pl.len().cast(pl.Int64).alias("count"))
    return counted.sort("count", counted.columns[0], descending=[True, False])
