"""Pictures of segments: how large one was from build to build, and how large each is."""

from __future__ import annotations

import altair as alt
import polars as pl

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
SIZE_COLOUR = "#0072B2"
_CAME = "#E69F00"
_SHOWN = 30
_TICKS = 8


def size_history(sizes: pl.DataFrame, *, colour: str = SIZE_COLOUR) -> alt.LayerChart:
    """Draw how many members a segment had after each build.

    Parameters
    ----------
    sizes : one row per build: built_at (as the clock shows it where it is read), n_members, n_added, n_removed.
    colour : of the line.

    Returns
    -------
    A step for every build, because between two builds nobody comes or goes; from zero, the last number written at the
    end.

    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 2, 9, 30)
    >>> size_history(
    ...     pl.DataFrame({"built_at": [at], "n_members": [12], "n_added": [12], "n_removed": [0]})
    ... ).title
    'How large has it been?'
    """
    # There is no half a member.
    whole = alt.Axis(format=",d", labelExpr="datum.value % 1 ? '' : datum.label")
    across = alt.X(
        "built_at:T",
        title=None,
        axis=alt.Axis(format="%-d %b %Y", values=_days(sizes), labelOverlap=True, grid=False),
    )
    up = alt.Y("n_members:Q", title="Members", scale=alt.Scale(zero=True), axis=whole)
    tooltip = [
        alt.Tooltip("built_at:T", title="built", format="%-d %b %Y, %H:%M"),
        alt.Tooltip("n_members:Q", title="members", format=",d"),
        alt.Tooltip("n_added:Q", title="came", format=",d"),
        alt.Tooltip("n_removed:Q", title="went", format=",d"),
    ]
    base = alt.Chart(sizes.sort("built_at")).encode(x=across, y=up)
    line = base.mark_line(interpolate="step-after", color=colour)
    points = base.mark_point(filled=True, size=50, color=colour).encode(tooltip=tooltip)
    last = (
        alt.Chart(sizes.top_k(1, by="built_at"))
        .mark_text(align="right", dy=-12, fontWeight="bold")
        .encode(x=across, y=up, text=alt.Text("n_members:Q", format=",d"))
    )
    return alt.LayerChart(layer=[line, points, last], title="How large has it been?", width=520, height=200)


def _days(sizes: pl.DataFrame) -> list[alt.DateTime]:
    """The first build of each day, thinned out: each day is written once."""
    at = sizes.sort("built_at")["built_at"]
    firsts = at.filter(at.dt.date().is_first_distinct())
    return [
        alt.DateTime(year=one.year, month=one.month, date=one.day, hours=one.hour, minutes=one.minute)
        for one in firsts.gather_every(-(-len(firsts) // _TICKS)).to_list()
    ]


def segment_sizes(built: pl.DataFrame) -> alt.Chart:
    """Draw how many members each segment has after it was built, those who came set apart from those who stayed.

    Parameters
    ----------
    built : one row per segment: name, n_members, n_added.

    Returns
    -------
    A bar per segment, the largest first; the thirty largest when there are more.

    >>> segment_sizes(pl.DataFrame({"name": ["Loyal"], "n_members": [12], "n_added": [2]})).title
    'Members of each segment'
    """
    parts = built.top_k(_SHOWN, by="n_members").with_columns(stayed=pl.col("n_members") - pl.col("n_added"))
    rows = parts.select("name", "n_members", "stayed", came="n_added").unpivot(
        index=["name", "n_members"], variable_name="part", value_name="n"
    )
    chart: alt.Chart = (
        alt.Chart(rows, title="Members of each segment", width=520)
        .mark_bar()
        .encode(
            x=alt.X("n:Q", title="members", axis=alt.Axis(format=",d", tickMinStep=1)),
            y=alt.Y("name:N", title=None, sort=alt.EncodingSortField("n_members", order="descending")),
            color=alt.Color(
                "part:N", title=None, scale=alt.Scale(domain=["stayed", "came"], range=[SIZE_COLOUR, _CAME])
            ),
            order=alt.Order("part:N", sort="descending"),
            tooltip=[
                alt.Tooltip("name:N", title="segment"),
                alt.Tooltip("part:N", title="who"),
                alt.Tooltip("n:Q", title="customers", format=",d"),
            ],
        )
    )
    return chart
