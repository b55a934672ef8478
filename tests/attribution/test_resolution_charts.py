from __future__ import annotations

import polars as pl

from adplanning.attribution.resolution_charts import MAX_TAGS, waiting_tags

SCHEMA = {"utm_campaign": pl.String, "sessions": pl.Int64, "reason": pl.String}


def drawn(rows: list[tuple[str, int, str]]) -> list[tuple[str, int]]:
    chart = waiting_tags(pl.DataFrame(rows, schema=SCHEMA, orient="row")).to_dict()
    [data] = chart["datasets"].values()
    return [(row["utm_campaign"], row["sessions"]) for row in data]


def test_the_tags_with_most_sessions_stand_first() -> None:
    assert drawn([("b", 2, "why"), ("a", 2, "why"), ("c", 9, "why")]) == [("c", 9), ("a", 2), ("b", 2)]


def test_only_so_many_are_drawn_as_can_be_read() -> None:
    assert len(drawn([(f"tag {n}", n, "why") for n in range(MAX_TAGS + 5)])) == MAX_TAGS


def test_nothing_that_waits_is_an_empty_picture() -> None:
    chart = waiting_tags(pl.DataFrame(schema=SCHEMA)).to_dict()
    assert chart["title"] == "Which UTM campaigns wait for their campaign?"
