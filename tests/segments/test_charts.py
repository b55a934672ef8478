"""Pictures of segments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from adplanning.segments.charts import segment_sizes, size_history

FIRST = datetime(2026, 3, 2, tzinfo=UTC)


def history(*sizes: int) -> pl.DataFrame:
    rows = [
        {"built_at": FIRST + timedelta(days=n), "n_members": size, "n_added": size, "n_removed": 0}
        for n, size in enumerate(sizes)
    ]
    return pl.DataFrame(rows)


def test_a_size_holds_until_the_next_build_and_is_drawn_from_zero() -> None:
    line, points, _ = size_history(history(12, 15)).to_dict()["layer"]
    assert line["mark"]["interpolate"] == "step-after"
    assert line["encoding"]["y"]["scale"] == {"zero": True}
    assert [one["title"] for one in points["encoding"]["tooltip"]] == ["built", "members", "came", "went"]


def test_the_last_size_is_written_at_the_end_whatever_the_order_of_the_rows() -> None:
    drawn = size_history(history(12, 15, 9).sample(fraction=1.0, shuffle=True, seed=1)).to_dict()
    [last] = drawn["datasets"][drawn["layer"][2]["data"]["name"]]
    assert last["n_members"] == 9


def test_a_day_is_written_once_however_often_it_was_built_then() -> None:
    built = pl.concat([history(12, 15), history(12).with_columns(pl.col("built_at") + pl.duration(hours=2))])
    axis = size_history(built).to_dict()["layer"][0]["encoding"]["x"]["axis"]
    assert [(one["month"], one["date"]) for one in axis["values"]] == [(3, 2), (3, 3)]
    year = size_history(history(*range(365))).to_dict()["layer"][0]["encoding"]["x"]["axis"]
    assert len(year["values"]) == 8


def test_the_line_has_the_colour_of_the_segment() -> None:
    assert size_history(history(1), colour="#D55E00").to_dict()["layer"][0]["mark"]["color"] == "#D55E00"


SCHEMA = {"name": pl.String, "n_members": pl.Int64, "n_added": pl.Int64}


def drawn(*rows: tuple[str, int, int]) -> list[tuple[str, str, int]]:
    chart = segment_sizes(pl.DataFrame(list(rows), schema=SCHEMA, orient="row")).to_dict()
    [values] = chart["datasets"].values() if chart.get("datasets") else [[]]
    return sorted((value["name"], value["part"], value["n"]) for value in values)


def test_who_came_and_who_stayed_are_all_members() -> None:
    assert drawn(("Loyal", 12, 2), ("New", 3, 3)) == [
        ("Loyal", "came", 2), ("Loyal", "stayed", 10), ("New", "came", 3), ("New", "stayed", 0),
    ]  # fmt: skip


def test_only_the_largest_are_drawn_and_none_when_there_are_none() -> None:
    assert len(drawn(*((f"s{n}", n, 0) for n in range(40)))) == 60
    assert drawn() == []
