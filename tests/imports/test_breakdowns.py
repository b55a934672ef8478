"""By what a file splits its figures."""

from __future__ import annotations

import polars as pl
import pytest

from adplanning.imports.breakdowns import with_split
from adplanning.imports.lines import SPLIT


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["Campaign", "Day"], None),
        (["Age"], "age"),
        (["Gender", "Alter"], "age and gender"),
        (["Device", "PLATFORM", "Placement"], "placement, platform and device"),
    ],
)
def test_the_columns_that_split_are_named_in_one_order(columns: list[str], words: str | None) -> None:
    rows = pl.DataFrame([["x"] * len(columns)], schema=columns, orient="row")
    assert with_split(rows, columns)[SPLIT].to_list() == [words]


def test_a_column_without_a_value_splits_nothing() -> None:
    rows = pl.DataFrame(
        {"Age": [None, None], "Gender": [None, "male"]}, schema=dict.fromkeys(("Age", "Gender"), pl.String)
    )
    assert with_split(rows, rows.columns)[SPLIT].unique().to_list() == ["gender"]
