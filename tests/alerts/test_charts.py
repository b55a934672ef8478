"""Pictures of what rules have found."""

from __future__ import annotations

import polars as pl

from adplanning.alerts.charts import COLOURS, found_by_rule

COUNTS = pl.DataFrame(
    {"rule": ["Waste", "ROAS"], "new": [2, 0], "open before": [1, 1], "ended": [0, 0], "cannot be told": [3, 0]}
)


def test_each_state_of_each_rule_is_drawn_in_its_colour_the_fullest_rule_first() -> None:
    drawn = found_by_rule(COUNTS).to_dict()
    [rows] = drawn["datasets"].values()
    assert sum(row["n_found"] for row in rows if row["rule"] == "Waste") == 6
    assert drawn["encoding"]["color"]["scale"]["domain"] == list(COLOURS)
    assert drawn["encoding"]["y"]["sort"]["order"] == "descending"


def test_no_rule_is_an_empty_picture() -> None:
    assert found_by_rule(COUNTS.clear()).to_dict()["mark"]["type"] == "bar"
