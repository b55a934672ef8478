"""Pictures of how sure a data-driven credit is."""

from __future__ import annotations

import altair as alt
import polars as pl

from adplanning.attribution.path_charts import BAR_COLOUR


def channel_interval_chart(rows: pl.DataFrame, *, title: str) -> alt.LayerChart:
    """Draw the credited conversions of each channel as a point on its interval.

    Parameters
    ----------
    rows : as from `uncertainty.credit_intervals`: channel, n_persons, credited_conversions with `_low` and `_high`, and
        reason, why these are null.
    title : what the picture answers.

    Returns
    -------
    A line per channel, the most credited first; a channel without an interval has a hollow point.

    >>> rows = pl.DataFrame({"channel": ["mail"], "n_persons": [60], "credited_conversions": [60.0],
    ...     "credited_conversions_low": [54.0], "credited_conversions_high": [66.0], "reason": [None]},
    ...     schema_overrides={"reason": pl.String})
    >>> channel_interval_chart(rows, title="How sure is it?").title
    'How sure is it?'
    """
    shown = rows.select(
        "channel",
        "n_persons",
        "reason",
        credited="credited_conversions",
        low="credited_conversions_low",
        high="credited_conversions_high",
    ).sort("credited", "channel", descending=[True, False])
    y = alt.Y("channel:N", title=None, sort=shown["channel"].to_list())
    axis, named = alt.Axis(format="~s"), "credited conversions"
    numbers = [
        alt.Tooltip("channel:N", title="Channel"),
        alt.Tooltip("credited:Q", title="Credited conversions", format=",.1f"),
        alt.Tooltip("n_persons:Q", title="Persons who converted", format=",d"),
    ]
    bounds = [alt.Tooltip("low:Q", title="From", format=",.1f"), alt.Tooltip("high:Q", title="To", format=",.1f")]
    sure, unsure = shown.filter(pl.col("low").is_not_null()), shown.filter(pl.col("low").is_null())
    lines = (
        alt.Chart(sure)
        .mark_rule(strokeWidth=3, opacity=0.5)
        .encode(x=alt.X("low:Q", title=named, axis=axis), x2="high:Q", y=y, tooltip=[*numbers, *bounds])
    )
    points = (
        alt.Chart(sure)
        .mark_point(filled=True, size=90, color=BAR_COLOUR, opacity=1)
        .encode(
            x=alt.X("credited:Q", title=named, axis=axis, scale=alt.Scale(zero=True)), y=y, tooltip=[*numbers, *bounds]
        )
    )
    reasons = [*numbers, alt.Tooltip("reason:N", title="No interval")]
    hollow = (
        alt.Chart(unsure)
        .mark_point(size=90, color=BAR_COLOUR)
        .encode(x=alt.X("credited:Q", title=named, axis=axis), y=y, tooltip=reasons)
    )
    return alt.LayerChart(layer=[lines, points, hollow], title=title)
