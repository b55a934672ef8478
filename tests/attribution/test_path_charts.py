"""Pictures of paths."""

from __future__ import annotations

import polars as pl

from adplanning.attribution.flow import path_flow
from adplanning.attribution.path_charts import histogram, path_flow_chart

TOUCHES = pl.DataFrame(
    {"path": [0, 0, 1], "position": [1, 2, 1], "n_touches": [2, 2, 1], "channel": ["social", "search", "search"]}
)


def test_a_flow_has_its_bands_nodes_and_words() -> None:
    ribbons, bars, words = path_flow_chart(*path_flow(TOUCHES)).to_dict()["layer"]
    assert (ribbons["mark"]["type"], bars["mark"]["type"], words["mark"]["type"]) == ("area", "rect", "text")


def test_a_ribbon_leaves_one_node_and_arrives_at_the_next() -> None:
    drawn = path_flow_chart(*path_flow(TOUCHES)).to_dict()
    rows = next(rows for rows in drawn["datasets"].values() if "band" in rows[0])
    first = [row for row in rows if row["band"] == 0]
    assert (round(first[0]["x"], 2), round(first[-1]["x"], 2)) == (-1.91, -1.09)


def test_a_histogram_keeps_the_order_of_its_bars() -> None:
    bars = pl.DataFrame({"n_touches": ["1", "2", "10 or more"], "n_conversions": [7, 3, 1]})
    drawn = histogram(bars, of="n_touches", axis="touchpoints", title="How long are paths?").to_dict()
    assert drawn["encoding"]["x"]["sort"] == ["1", "2", "10 or more"]
