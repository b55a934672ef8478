from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from adplanning.attribution import paths
from adplanning.attribution.credit import conversion_paths, credited_paths
from adplanning.attribution.credit_models import CREDIT_MODELS

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
N_SOLD, N_TOUCHES = 40, 300

SOLD = pl.LazyFrame(
    {
        "conversion_id": [f"c{n:02}" for n in range(N_SOLD)],
        "path_key": [n * n % 7 for n in range(N_SOLD)],
        "converted_at": [NOON - n * 5 * HOUR for n in range(N_SOLD)],
        "value_minor": [n * 1001 for n in range(N_SOLD)],
        "platform": ["meta"] * N_SOLD,
    }
)
TOUCHED = pl.LazyFrame(
    {
        "touchpoint_id": [f"t{n:03}" for n in range(N_TOUCHES)],
        "path_key": [n % 7 for n in range(N_TOUCHES)],
        "touched_at": [NOON - n * HOUR for n in range(N_TOUCHES)],
        "platform": ["google"] * N_TOUCHES,
    }
)
ORDER = ["conversion_id", "position"]


def test_parts_of_any_size_give_the_same_paths_and_credits(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> pl.DataFrame:
        return credited_paths(SOLD, TOUCHED, list(CREDIT_MODELS), value="value_minor").sort(ORDER).collect()

    whole = found()
    assert whole["conversion_id"].n_unique() == N_SOLD
    for rows in (1, 50, 333):
        monkeypatch.setattr(paths, "_ROWS_OF_A_PART", rows)
        assert found().equals(whole)


def test_only_what_is_asked_for_comes_and_is_right() -> None:
    found = conversion_paths(SOLD, TOUCHED)
    everything = found.sort(ORDER).collect()
    assert everything.schema == found.collect_schema()
    for columns in (["position"], ["platform"], ["age_days", "value_minor"], ["touchpoint_id"]):
        some = found.sort(ORDER).select(columns).collect()
        assert some.equals(everything.select(columns))


def test_a_column_that_both_have_is_kept_from_both() -> None:
    found = conversion_paths(SOLD, TOUCHED).select("platform", "platform_right").unique().collect()
    assert found.rows() == [("meta", "google")]


def test_filters_and_limits_apply_to_the_paths() -> None:
    found = credited_paths(SOLD, TOUCHED, ["linear"])
    everything = found.sort(ORDER).collect()
    last = pl.col("is_last") & (pl.col("platform_right") == "google")
    assert found.filter(last).sort(ORDER).collect().equals(everything.filter(last))
    assert found.filter(pl.col("linear") > 2).collect().is_empty()
    assert found.head(5).collect().height == 5
    assert found.filter(last).select("conversion_id").head(3).collect().height == 3


def test_without_a_path_there_are_no_rows_but_all_columns() -> None:
    found = credited_paths(SOLD, TOUCHED.filter(pl.col("path_key") > 99), ["linear"], value="value_minor")
    assert found.collect().is_empty()
    assert found.collect().schema == found.collect_schema()
