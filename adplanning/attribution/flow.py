"""How conversion paths run from channel to channel, laid out as bands to be drawn."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.frames import require_columns

# As many touches before the conversion as a picture still tells apart; earlier ones are "earlier".
STEPS: Final = 4
EARLIER: Final = "earlier"
CONVERSION: Final = "conversion"
_GAP: Final = 0.02


def path_flow(touches: pl.DataFrame, *, steps: int = STEPS) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lay out the last touches of all paths as columns of channels with bands between.

    Formula: a column per place before the conversion; a node is as high as the paths that pass there, a band as those
    that go from one node to the next. A path shorter than the picture begins where its first touch stands.

    Parameters
    ----------
    touches : one row per touchpoint of a path: path, position (1 to n_touches), n_touches, channel.
    steps : how many touches are told apart; what lies before is one node of its own.

    Returns
    -------
    Nodes: step (0 is the conversion, −1 the last touch, …), channel, n_paths, y0, y1. Bands: from_step, from_channel,
    to_channel, n_paths, and their ends from_y0, from_y1, to_y0, to_y1. Heights are shares of the widest column; the
    nodes at step 0 hold all paths, and what leaves a node is what came to it or began there.

    >>> touches = pl.DataFrame({"path": [0, 0, 1], "position": [1, 2, 1], "n_touches": [2, 2, 1],
    ...     "channel": ["social", "search", "search"]})
    >>> nodes, bands = path_flow(touches)
    >>> nodes.select("step", "channel", "n_paths").sort("step").rows()
    [(-2, 'social', 1), (-1, 'search', 2), (0, 'conversion', 2)]
    >>> bands.select("from_step", "from_channel", "to_channel", "n_paths").sort("from_step").rows()
    [(-2, 'social', 'search', 1), (-1, 'search', 'conversion', 2)]
    """
    require_columns(touches, ["path", "position", "n_touches", "channel"], what="touches")
    from_end = pl.col("position").cast(pl.Int64) - pl.col("n_touches").cast(pl.Int64) - 1
    told = touches.select("path", from_end.alias("step"), "channel")
    seen = told.filter(pl.col("step") >= -steps)
    before = told.filter(pl.col("step") < -steps).select("path").unique()
    stops = pl.concat(
        [
            before.with_columns(step=pl.lit(-steps - 1, pl.Int64), channel=pl.lit(EARLIER)).select(told.columns),
            seen,
            told.select("path").unique().with_columns(step=pl.lit(0, pl.Int64), channel=pl.lit(CONVERSION)),
        ]
    )
    nodes = _stacked(stops.group_by("step", "channel").agg(pl.len().cast(pl.Int64).alias("n_paths")))
    moves = (
        stops.join(stops.with_columns(pl.col("step") - 1), on=["path", "step"], suffix="_next")
        .group_by(from_step="step", from_channel="channel", to_channel="channel_next")
        .agg(pl.len().cast(pl.Int64).alias("n_paths"))
    )
    return nodes, _bands(moves, nodes)


def _stacked(nodes: pl.DataFrame) -> pl.DataFrame:
    """The nodes of each column one below the other, the largest first."""
    ordered = nodes.sort("step", "n_paths", "channel", descending=[False, True, False])
    most = ordered.group_by("step").agg(pl.col("n_paths").sum())["n_paths"].max()
    share = pl.col("n_paths") / pl.lit(most if isinstance(most, int) else 1)
    above = share.cum_sum().over("step") - share + _GAP * pl.int_range(pl.len()).over("step")
    return ordered.with_columns(above.alias("y0"), (above + share).alias("y1"))


def _bands(moves: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Each band from its part of one node to its part of the next; parts lie in the order of the other ends."""
    height = (pl.col("y1") - pl.col("y0")) / pl.col("n_paths")
    place = nodes.select("step", "channel", y="y0", each=height)
    ends = moves.join(
        place.rename({"step": "from_step", "channel": "from_channel", "y": "from_y", "each": "each"}),
        on=["from_step", "from_channel"],
    ).join(place.select(from_step=pl.col("step") - 1, to_channel="channel", to_y="y"), on=["from_step", "to_channel"])
    thick = pl.col("n_paths") * pl.col("each")
    leaving, coming = ["from_step", "from_channel"], ["from_step", "to_channel"]
    # What began at a node takes the lower part of it: bands come in at the top.
    return (
        ends.sort("from_step", "to_y", "from_y")
        .with_columns((pl.col("from_y") + thick.cum_sum().over(leaving) - thick).alias("from_y0"))
        .sort("from_step", "from_y", "to_y")
        .with_columns((pl.col("to_y") + thick.cum_sum().over(coming) - thick).alias("to_y0"))
        .with_columns((pl.col("from_y0") + thick).alias("from_y1"), (pl.col("to_y0") + thick).alias("to_y1"))
        .drop("from_y", "to_y", "each")
        .sort("from_step", "from_channel", "to_channel")
    )
