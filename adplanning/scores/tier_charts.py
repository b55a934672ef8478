"""The picture of how scores lie: how many customers have each tier, level or category."""

from __future__ import annotations

import altair as alt
import polars as pl

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008); the best tier has the first.
COLOURS = ("#009E73", "#0072B2", "#E69F00", "#999999")
_BAR = 22


def tier_chart(counts: pl.DataFrame, *, title: str) -> alt.LayerChart:
    """Draw how many customers have each tier of one score, with the number beside the bar.

    Parameters
    ----------
    counts : one row per tier in the order in which they are shown: tier, n, share (0 to 1).
    title : what the picture answers.

    >>> tier_chart(pl.DataFrame({"tier": ["gold", "bronze"], "n": [1, 3], "share": [0.25, 0.75]}), title="CLV").title
    'CLV'
    """
    tiers = counts["tier"].to_list()
    row = alt.Y("tier:N", title=None, sort=tiers)
    figures = alt.Chart(counts).encode(
        x=alt.X("n:Q", title="customers", axis=alt.Axis(format=",.0f", tickMinStep=1), scale=alt.Scale(zero=True)),
        y=row,
        tooltip=[
            alt.Tooltip("tier:N"),
            alt.Tooltip("n:Q", title="customers", format=",.0f"),
            alt.Tooltip("share:Q", format=".1%"),
        ],
    )
    bars = figures.mark_bar(size=_BAR).encode(
        color=alt.Color("tier:N", legend=None, scale=alt.Scale(domain=tiers, range=list(COLOURS[: len(tiers)])))
    )
    labels = figures.mark_text(align="left", dx=4).encode(text=alt.Text("n:Q", format=",.0f"))
    drawn: alt.LayerChart = (bars + labels).properties(title=title, height=alt.Step(2 * _BAR))
    return drawn
