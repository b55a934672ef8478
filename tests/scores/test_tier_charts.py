"""The picture of how scores lie."""

from __future__ import annotations

import polars as pl

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.tier_charts import COLOURS, tier_chart
from adplanning.scores.tiers import NAMES


def test_every_tier_has_a_bar_in_order_and_a_colour_of_its_own() -> None:
    for names in NAMES.values():
        assert len(names) <= len(COLOURS)
    tiers = NAMES[ScoreType.clv]
    counts = pl.DataFrame({"tier": tiers, "n": [1, 0, 2, 3], "share": [1 / 6, 0, 1 / 3, 1 / 2]})
    drawn = tier_chart(counts, title="CLV").to_dict()
    bars = drawn["layer"][0]["encoding"]
    assert bars["y"]["sort"] == list(tiers)
    assert bars["color"]["scale"]["domain"] == list(tiers)
    assert len(set(bars["color"]["scale"]["range"])) == len(tiers)
