"""Pictures of a weekly report: the course of spend and revenue, and what campaigns brought against the time before."""

from __future__ import annotations

from datetime import date
from typing import Final

import altair as alt
import polars as pl

from adplanning.core.amount_axis import amount_labels

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008); grey is what was before.
REVENUE_COLOUR: Final = "#0072B2"
SPEND_COLOUR: Final = "#E69F00"
BEFORE_COLOUR: Final = "#999999"
MOST_CAMPAIGNS: Final = 10
_WIDTH, _HEIGHT, _BAR = 620, 200, 30


def course_chart(days: pl.DataFrame, *, first_on: date, currency: str) -> alt.LayerChart:
    """Draw revenue and ad spend by day, with the days of the report shaded.

    Parameters
    ----------
    days : one row per day: on, revenue, ad_spend (major units of `currency`; null, where not known, is a gap).
    first_on : where the shade begins.

    >>> days = pl.DataFrame({"on": [date(2026, 11, 2)], "revenue": [900.0], "ad_spend": [300.0]})
    >>> course_chart(days, first_on=date(2026, 11, 2), currency="INR").title
    'Revenue and ad spend by day (INR)'
    """
    titles = {"revenue": "Revenue", "ad_spend": "Ad spend"}
    long = days.select("on", **{title: name for name, title in titles.items()}).unpivot(
        index="on", variable_name="figure", value_name="amount"
    )
    shade = (
        alt.Chart(pl.DataFrame({"start": [first_on], "end": [days["on"].max()]}))
        .mark_rect(color=BEFORE_COLOUR, opacity=0.15)
        .encode(x="start:T", x2="end:T")
    )
    lines = (
        alt.Chart(long)
        .mark_line(point={"size": 12})
        .encode(
            x=alt.X("on:T", title=None, axis=alt.Axis(format="%-d %b", tickCount="week", grid=False)),
            y=alt.Y("amount:Q", title=None, axis=alt.Axis(labelExpr=amount_labels(currency))),
            color=alt.Color(
                "figure:N",
                title=None,
                scale=alt.Scale(domain=list(titles.values()), range=[REVENUE_COLOUR, SPEND_COLOUR]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["on:T", "figure:N", alt.Tooltip("amount:Q", format=",.2f")],
        )
    )
    return alt.LayerChart(
        layer=[shade, lines], title=f"Revenue and ad spend by day ({currency})", width=_WIDTH, height=_HEIGHT
    )


def changes_chart(rows: pl.DataFrame, *, currency: str) -> alt.Chart:
    """Draw the attributed revenue of each campaign in the report's days and in those before.

    Parameters
    ----------
    rows : one row per campaign: campaign_name, attributed_revenue, attributed_revenue_before (major units of
        `currency`); the first `MOST_CAMPAIGNS` are drawn, in their order.

    >>> columns = ["campaign_name", "attributed_revenue", "attributed_revenue_before"]
    >>> rows = pl.DataFrame([("Sale", 3.0, 2.5)], schema=columns, orient="row")
    >>> changes_chart(rows, currency="INR").title
    'What did campaigns bring? (INR)'
    """
    titles = {"attributed_revenue": "In these days", "attributed_revenue_before": "Before"}
    drawn = rows.head(MOST_CAMPAIGNS)
    long = drawn.select("campaign_name", **{title: name for name, title in titles.items()}).unpivot(
        index="campaign_name", variable_name="span", value_name="amount"
    )
    chart: alt.Chart = (
        alt.Chart(
            long,
            title=f"What did campaigns bring? ({currency})",
            width=_WIDTH - 200,
            height=alt.Step(_BAR / 2),
        )
        .mark_bar()
        .encode(
            y=alt.Y(
                "campaign_name:N",
                title=None,
                sort=drawn["campaign_name"].to_list(),
                axis=alt.Axis(labelLimit=200, ticks=False, domain=False),
            ),
            yOffset=alt.YOffset("span:N", sort=list(titles.values())),
            x=alt.X("amount:Q", title=None, axis=alt.Axis(labelExpr=amount_labels(currency), tickCount=6)),
            color=alt.Color(
                "span:N",
                title=None,
                scale=alt.Scale(domain=list(titles.values()), range=[REVENUE_COLOUR, BEFORE_COLOUR]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["campaign_name:N", "span:N", alt.Tooltip("amount:Q", format=",.2f")],
        )
    )
    return chart
