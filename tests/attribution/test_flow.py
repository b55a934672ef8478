"""How paths run."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.flow import CONVERSION, EARLIER, path_flow

paths = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), min_size=1, max_size=12)


def touches(told: list[list[str]]) -> pl.DataFrame:
    rows = [
        (path, place + 1, len(channels), channel)
        for path, channels in enumerate(told)
        for place, channel in enumerate(channels)
    ]
    schema = {"path": pl.Int64, "position": pl.Int32, "n_touches": pl.Int32, "channel": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_longer_path_than_the_picture_comes_from_earlier() -> None:
    nodes, bands = path_flow(touches([["a", "b", "c"]]), steps=2)
    assert nodes.select("step", "channel").rows() == [(-3, EARLIER), (-2, "b"), (-1, "c"), (0, CONVERSION)]
    assert bands.select("from_channel", "to_channel").rows() == [(EARLIER, "b"), ("b", "c"), ("c", CONVERSION)]


@given(paths)
def test_each_path_ends_in_the_conversion_and_what_leaves_a_node_came_or_began_there(told: list[list[str]]) -> None:
    nodes, bands = path_flow(touches(told))
    assert nodes.filter(pl.col("channel") == CONVERSION)["n_paths"].item() == len(told)
    leaving = bands.group_by(step="from_step", channel="from_channel").agg(pl.col("n_paths").sum().alias("leaving"))
    beside = nodes.filter(pl.col("step") < 0).join(leaving, on=["step", "channel"], how="full", coalesce=True)
    assert beside["n_paths"].equals(beside["leaving"])
    coming = bands.group_by(pl.col("from_step") + 1, "to_channel").agg(pl.col("n_paths").sum().alias("coming"))
    arrived = nodes.join(coming, left_on=["step", "channel"], right_on=["from_step", "to_channel"], how="left")
    assert (arrived["coming"].fill_null(0) <= arrived["n_paths"]).all()


@given(paths)
def test_bands_lie_within_their_nodes_and_do_not_overlap(told: list[list[str]]) -> None:
    nodes, bands = path_flow(touches(told))
    for end, step, channel in (("from", 0, "from_channel"), ("to", 1, "to_channel")):
        drawn = bands.with_columns(step=pl.col("from_step") + step).join(
            nodes.select("step", "y0", "y1", **{channel: "channel"}), on=["step", channel]
        )
        assert (drawn[f"{end}_y0"] >= drawn["y0"] - 1e-9).all()
        assert (drawn[f"{end}_y1"] <= drawn["y1"] + 1e-9).all()
        inside = drawn.sort("step", channel, f"{end}_y0")
        follows = pl.col(f"{end}_y0") >= pl.col(f"{end}_y1").shift(1).over("step", channel) - 1e-9
        assert inside.select(follows.fill_null(value=True).all()).item()


@given(paths)
def test_the_picture_does_not_depend_on_the_order_of_the_rows(told: list[list[str]]) -> None:
    straight, shuffled = touches(told), touches(told).sample(fraction=1, shuffle=True, seed=1)
    for one, other in zip(path_flow(straight), path_flow(shuffled), strict=True):
        assert one.equals(other)
