"""The scores that a customer had before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from adplanning.core.periods import isoformat
from adplanning.scores.history import ENTRIES, read_entries, with_history

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def kept(values: list[float]) -> list[dict[str, Any]]:
    """What is kept when a score was computed so many times, an hour apart."""
    entries: list[dict[str, Any]] = []
    for at, value in enumerate(values):
        entries = after(entries, value, NOON + timedelta(hours=at))["entries"]
    return entries


def after(entries: list[dict[str, Any]], value: float, as_of: datetime) -> dict[str, Any]:
    frame = pl.LazyFrame(
        {"score_value": [value], "entries": [entries]}, schema={"score_value": pl.Float64, "entries": ENTRIES}
    )
    return with_history(frame, as_of=as_of).collect().row(0, named=True)


def test_the_first_three_and_the_latest_27_are_kept() -> None:
    values = [float(one) for one in range(40)]
    assert [entry["value"] for entry in kept(values)] == values[:3] + values[-27:]
    assert [entry["value"] for entry in kept(values[:30])] == values[:30]


def test_a_first_score_has_none_before() -> None:
    found = after([], 40.0, NOON)
    assert found["previous_score"] is None
    assert found["entries"] == [{"at": isoformat(NOON), "value": 40.0}]


def test_again_at_the_same_instant_the_score_is_replaced_and_the_one_before_stays_that() -> None:
    before = kept([10.0, 20.0])
    found = after(before, 25.0, NOON + timedelta(hours=1))
    assert [entry["value"] for entry in found["entries"]] == [10.0, 25.0]
    assert found["previous_score"] == 10.0


def test_a_history_that_is_not_there_is_an_empty_one() -> None:
    stored = pl.DataFrame({"history": [None, '[{"at": "2026-11-20T12:00:00+00:00", "value": 1}]']})
    assert stored.select(read_entries(pl.col("history")))["history"].to_list() == [
        [],
        [{"at": "2026-11-20T12:00:00+00:00", "value": 1.0}],
    ]
