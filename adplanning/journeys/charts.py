"""Pictures of ways: how far customers come, whether they come again, and how long they take."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from adplanning.journeys.funnel import FunnelStage
from adplanning.journeys.stages import STAGES

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008); grey is what is lost.
_REACHED, _LOST, _TIMES = "#0072B2", "#999999", "#009E73"
_BAR, _CELL = 30, 40
# In more columns the shares would be written over one another.
_MAX_WRITTEN = 13
# From which part of the largest share on a cell is so dark that white stands out more than black.
_DARK = 0.85


def funnel_chart(stages: Sequence[FunnelStage]) -> alt.LayerChart:
    """Draw a bar for the customers at each stage, with how many of those before did not come on.

    Parameters
    ----------
    stages : as of `funnel.FunnelReport`, in their order.

    >>> funnel_chart([FunnelStage("awareness", 4, 1.0, 0.0), FunnelStage("interest", 1, 0.25, 0.75)]).title
    'How far do customers come?'
    """
    rows = pl.DataFrame(
        [(stage.stage.capitalize(), *stage[1:]) for stage in stages],
        schema={"stage": pl.String, "n": pl.Int64, "share": pl.Float64, "dropoff": pl.Float64},
        orient="row",
    )
    place = alt.Y(
        "stage:N", title=None, sort=[stage.capitalize() for stage in STAGES], axis=alt.Axis(ticks=False, domain=False)
    )
    bars = (
        alt.Chart(rows)
        .mark_bar(color=_REACHED)
        .encode(
            y=place,
            # Room beyond the longest bar for its words.
            x=alt.X(
                "n:Q",
                title=None,
                axis=None,
                scale=alt.Scale(zero=True, domainMax=1.35 * max((stage.n for stage in stages), default=1) or 1),
            ),
            tooltip=[
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("n:Q", title="Customers", format=",d"),
                alt.Tooltip("share:Q", title="Of all", format=".1%"),
                alt.Tooltip("dropoff:Q", title="Lost since the stage before", format=".1%"),
            ],
        )
    )
    words = (
        alt.Chart(rows)
        .transform_calculate(
            count="format(datum.n, ',d')",
            lost="datum.dropoff > 0 ? '−' + format(datum.dropoff, '.1%') : ''",
            words="datum.count + (datum.lost ? '   ' + datum.lost : '')",
        )
        .mark_text(align="left", dx=5)
        .encode(y=place, x="n:Q", text="words:N")
    )
    return alt.LayerChart(layer=[bars, words], title="How far do customers come?", height=_BAR * len(stages))


def retention_chart(cohorts: pl.DataFrame) -> alt.LayerChart:
    """Draw a heat map: a row for each month of first purchases, a column for each month after it.

    Parameters
    ----------
    cohorts : cohort_on, age, n_customers, n_active, share; see `retention.cohort_retention`. Age 0, at which all are
        active, is left out.

    >>> from datetime import date
    >>> cohorts = pl.DataFrame({"cohort_on": [date(2026, 1, 1)] * 2, "age": [0, 1], "n_customers": [4, 4],
    ...     "n_active": [4, 1], "share": [1.0, 0.25]})
    >>> retention_chart(cohorts).title
    'How many buy again, months after their first purchase?'
    """
    rows = cohorts.filter(pl.col("age") > 0).with_columns(
        pl.format("{} ({})", pl.col("cohort_on").dt.strftime("%b %Y"), "n_customers").alias("cohort")
    )
    order = rows.sort("cohort_on")["cohort"].unique(maintain_order=True).to_list()
    # Most shares are small: a scale up to 1 would leave the map blank.
    most = max(rows.select(pl.max("share")).item() or 0.0, 0.01)
    place = {
        "x": alt.X("age:O", title="Months after the first purchase", axis=alt.Axis(labelAngle=0)),
        "y": alt.Y("cohort:N", title="First bought in (customers)", sort=order),
    }
    cells = (
        alt.Chart(rows)
        .mark_rect()
        .encode(
            **place,
            color=alt.Color(
                "share:Q",
                title="Bought in that month",
                scale=alt.Scale(domain=[0, most], range=["#F2F6FA", _REACHED]),
                legend=alt.Legend(format=".0%", orient="top"),
            ),
            tooltip=[
                alt.Tooltip("cohort:N", title="First bought in"),
                alt.Tooltip("age:O", title="Months after"),
                alt.Tooltip("n_active:Q", title="Bought again", format=",d"),
                alt.Tooltip("n_customers:Q", title="Of", format=",d"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
    )
    words = (
        alt.Chart(rows)
        .mark_text(fontSize=10)
        .encode(
            **place,
            text=alt.Text("share:Q", format=".0%"),
            color=alt.condition(alt.datum.share > _DARK * most, alt.value("white"), alt.value("#1B1B1B")),
        )
    )
    n_ages = rows["age"].n_unique()
    return alt.LayerChart(
        layer=[cells, words] if n_ages <= _MAX_WRITTEN else [cells],
        title="How many buy again, months after their first purchase?",
        width=max(_CELL * min(n_ages, _MAX_WRITTEN), 240),
        height=max(24 * len(order), 60),
    )


def conversion_time_chart(histogram: pl.DataFrame) -> alt.LayerChart:
    """Draw how many customers took how many days to their first purchase.

    Parameters
    ----------
    histogram : label, from_days, to_days, n, ascending; see `conversion_times.times_to_convert`.

    >>> rows = pl.DataFrame({"label": ["under a day"], "from_days": [0], "to_days": [1], "n": [3]})
    >>> conversion_time_chart(rows).title
    'How long from the first step to the first purchase?'
    """
    total = histogram["n"].sum()
    rows = histogram.select("label", "n", share=pl.col("n") / total if total else pl.lit(None, pl.Float64))
    bars = (
        alt.Chart(rows)
        .mark_bar(color=_TIMES)
        .encode(
            x=alt.X("label:N", title=None, sort=rows["label"].to_list(), axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("n:Q", title="Customers", axis=alt.Axis(format="~s", tickMinStep=1)),
            tooltip=[
                alt.Tooltip("label:N", title="Time"),
                alt.Tooltip("n:Q", title="Customers", format=",d"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
    )
    return alt.LayerChart(layer=[bars], title="How long from the first step to the first purchase?")
