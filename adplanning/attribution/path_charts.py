"""Pictures of conversion paths: how they run, how long they are, how long they take."""

from __future__ import annotations

from typing import Final

import altair as alt
import polars as pl

from adplanning.attribution.flow import CONVERSION, EARLIER

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
BAR_COLOUR: Final = "#0072B2"
_QUIET: Final = "#999999"
_NODE_WIDTH: Final = 0.09
_POINTS: Final = 25


def path_flow_chart(nodes: pl.DataFrame, bands: pl.DataFrame) -> alt.LayerChart:
    """Draw the last touches before conversions as columns of channels with bands between.

    Parameters
    ----------
    nodes, bands : as from `flow.path_flow`.

    >>> from adplanning.attribution.flow import path_flow
    >>> touches = pl.DataFrame({"path": [0, 0], "position": [1, 2], "n_touches": [2, 2], "channel": ["a", "b"]})
    >>> len(path_flow_chart(*path_flow(touches)).layer)
    3
    """
    channels = (
        nodes.filter(~pl.col("channel").is_in([CONVERSION, EARLIER])).group_by("channel").agg(pl.col("n_paths").sum())
    )
    named = channels.sort("n_paths", "channel", descending=[True, False])["channel"].to_list()
    colours = [PALETTE[n] if n < len(PALETTE) else _QUIET for n in range(len(named))]
    colour = alt.Color(
        "channel:N",
        title=None,
        legend=None,
        scale=alt.Scale(domain=[*named, EARLIER, CONVERSION], range=[*colours, _QUIET, _QUIET]),
    )
    # Room for the words after the last column.
    first_step: int = nodes.select(pl.col("step").min()).item() or -1
    reach = [first_step - _NODE_WIDTH, 0.45]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(nice=False, zero=False, domain=reach))
    ribbons = (
        alt.Chart(_ribbons(bands))
        .mark_area(opacity=0.35)
        .encode(
            x=x,
            y=alt.Y("y0:Q", axis=None, scale=alt.Scale(reverse=True)),
            y2="y1:Q",
            color=colour,
            detail="band:N",
            tooltip=[
                alt.Tooltip("channel:N", title="From"),
                alt.Tooltip("to_channel:N", title="To"),
                alt.Tooltip("n_paths:Q", title="Paths", format=",d"),
            ],
        )
    )
    told = nodes.select(
        "channel",
        "n_paths",
        "y0",
        "y1",
        x=pl.col("step") - _NODE_WIDTH,
        x1=pl.col("step") + _NODE_WIDTH,
        middle=(pl.col("y0") + pl.col("y1")) / 2,
        place=pl.when(pl.col("step") == 0)
        .then(pl.lit(CONVERSION))
        .otherwise(pl.format("touch {} before the conversion", -pl.col("step"))),
    )
    bars = (
        alt.Chart(told)
        .mark_rect()
        .encode(
            x=x,
            x2="x1:Q",
            y=alt.Y("y0:Q", axis=None),
            y2="y1:Q",
            color=colour,
            tooltip=[
                alt.Tooltip("channel:N", title="Channel"),
                alt.Tooltip("place:N", title="Where"),
                alt.Tooltip("n_paths:Q", title="Paths", format=",d"),
            ],
        )
    )
    words = (
        alt.Chart(told.filter(pl.col("y1") - pl.col("y0") > 0.035))
        .mark_text(align="left", baseline="middle", dx=6, fontWeight="bold", limit=alt.ExprRef("width / 7"))
        .encode(x=alt.X("x1:Q", axis=None), y=alt.Y("middle:Q", axis=None), text="label:N")
        .transform_calculate(label="datum.channel + ' ' + format(datum.n_paths, ',d')")
    )
    return alt.LayerChart(layer=[ribbons, bars, words], title="How the paths to a conversion run", height=320)


def _ribbons(bands: pl.DataFrame) -> pl.DataFrame:
    """The edges of each band as points on two curves that leave and arrive level."""
    along = pl.DataFrame({"t": [n / (_POINTS - 1) for n in range(_POINTS)]})
    smooth = pl.col("t") ** 2 * (3 - 2 * pl.col("t"))
    return (
        bands.with_row_index("band")
        .join(along, how="cross")
        .select(
            "band",
            "to_channel",
            "n_paths",
            channel="from_channel",
            x=pl.col("from_step") + _NODE_WIDTH + pl.col("t") * (1 - 2 * _NODE_WIDTH),
            y0=pl.col("from_y0") + (pl.col("to_y0") - pl.col("from_y0")) * smooth,
            y1=pl.col("from_y1") + (pl.col("to_y1") - pl.col("from_y1")) * smooth,
        )
    )


def histogram(rows: pl.DataFrame, *, of: str, axis: str, title: str) -> alt.Chart:
    """Draw how many conversions there are of each length or lag.

    Parameters
    ----------
    rows : one row per bar, in order: the column `of` (text or number) and n_conversions.
    of : the column along the axis.
    axis : what it says, with its unit.
    title : what the picture answers.

    >>> bars = pl.DataFrame({"n_touches": [1, 2], "n_conversions": [7, 3]})
    >>> histogram(bars, of="n_touches", axis="touchpoints", title="How long are paths?").title
    'How long are paths?'
    """
    order = [str(value) for value in rows[of].to_list()]
    drawn = rows.select(pl.col(of).cast(pl.String).alias("bar"), "n_conversions")
    bars = alt.Chart(drawn, title=title, height=220).mark_bar(color=BAR_COLOUR)
    picture: alt.Chart = bars.encode(
        x=alt.X("bar:N", title=axis, sort=order, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("n_conversions:Q", title="conversions", axis=alt.Axis(format="~s")),
        tooltip=[
            alt.Tooltip("bar:N", title=axis),
            alt.Tooltip("n_conversions:Q", title="Conversions", format=",d"),
        ],
    )
    return picture
