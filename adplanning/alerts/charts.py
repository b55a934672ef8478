"""Pictures of what rules have found."""

from __future__ import annotations

import altair as alt
import polars as pl

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
COLOURS = {"new": "#D55E00", "open before": "#E69F00", "ended": "#009E73", "cannot be told": "#999999"}
_SHOWN = 40


def found_by_rule(counts: pl.DataFrame) -> alt.Chart:
    """Draw how many alerts each rule has opened, keeps and has ended, and how many subjects it cannot tell.

    Parameters
    ----------
    counts : one row per rule: rule, and a whole number in each column of `COLOURS`.

    Returns
    -------
    A bar per rule, the one with most first, of `_SHOWN` = 40 rules at most.

    >>> one = pl.DataFrame({"rule": ["Waste"], "new": [2], "open before": [1], "ended": [0], "cannot be told": [0]})
    >>> found_by_rule(one).title
    'What the rules have found'
    """
    most = counts.with_columns(n=pl.sum_horizontal(list(COLOURS))).top_k(_SHOWN, by="n")
    drawn = most.unpivot(list(COLOURS), index=["rule", "n"], variable_name="state", value_name="n_found")
    whole = alt.Axis(format=",d", labelExpr="datum.value % 1 ? '' : datum.label")
    bars: alt.Chart = (
        alt.Chart(drawn.sort("n", "rule", "state"), title="What the rules have found", width=420)
        .mark_bar()
        .encode(
            x=alt.X("n_found:Q", title="Campaigns, or the account", axis=whole),
            y=alt.Y("rule:N", title=None, sort=alt.EncodingSortField("n", order="descending")),
            color=alt.Color("state:N", title=None, scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))),
            tooltip=["rule:N", "state:N", alt.Tooltip("n_found:Q", title="how many", format=",d")],
        )
    )
    return bars
