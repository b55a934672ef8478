from __future__ import annotations

import polars as pl

from adplanning.attribution.uncertainty_charts import channel_interval_chart

ROWS = pl.DataFrame(
    {
        "channel": ["mail", "search", "social"],
        "n_persons": [60, 90, 4],
        "credited_conversions": [60.0, 80.5, 3.5],
        "credited_conversions_low": [54.0, 70.0, None],
        "credited_conversions_high": [66.0, 91.0, None],
        "reason": [None, None, "4 persons converted on a path with it; an interval needs 30"],
    }
)


def drawn(rows: pl.DataFrame) -> list[list[str]]:
    """The channels of each layer: lines, points, hollow points."""
    picture = channel_interval_chart(rows, title="How sure is it?").to_dict()
    return [[row["channel"] for row in picture["datasets"][layer["data"]["name"]]] for layer in picture["layer"]]


def test_a_channel_without_an_interval_is_a_hollow_point_alone() -> None:
    assert drawn(ROWS) == [["search", "mail"], ["search", "mail"], ["social"]]


def test_the_channel_with_most_credit_stands_first() -> None:
    [first, *_] = channel_interval_chart(ROWS, title="").to_dict()["layer"]
    assert first["encoding"]["y"]["sort"] == ["search", "mail", "social"]


def test_no_channel_at_all_is_an_empty_picture() -> None:
    assert drawn(ROWS.clear()) == [[], [], []]
