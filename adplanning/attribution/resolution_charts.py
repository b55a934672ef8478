"""Pictures of resolution: which tags wait for their campaign."""

from __future__ import annotations

import altair as alt
import polars as pl

MAX_TAGS = 20
# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
COLOUR = "#D55E00"


def waiting_tags(rows: pl.DataFrame) -> alt.Chart:
    """Draw how many sessions wait for each UTM campaign to be told what it means.

    Parameters
    ----------
    rows : one row per UTM campaign: utm_campaign, sessions, reason.

    Returns
    -------
    The `MAX_TAGS` UTM campaigns with most sessions, the longest bar first.

    >>> rows = pl.DataFrame({"utm_campaign": ["letter"], "sessions": [7], "reason": ["no campaign is called like it"]})
    >>> waiting_tags(rows).title
    'Which UTM campaigns wait for their campaign?'
    """
    shown = rows.select("utm_campaign", "sessions", "reason").sort("sessions", "utm_campaign", descending=[True, False])
    drawn: alt.Chart = (
        alt.Chart(shown.head(MAX_TAGS), title="Which UTM campaigns wait for their campaign?", width=520)
        .mark_bar(color=COLOUR)
        .encode(
            x=alt.X("sessions:Q", title="sessions", axis=alt.Axis(format="~s", tickMinStep=1)),
            y=alt.Y("utm_campaign:N", title=None, sort=None),
            tooltip=["utm_campaign", alt.Tooltip("sessions", format=","), "reason"],
        )
    )
    return drawn
