"""Rows as CSV."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.csv_text import csv_text


@pytest.mark.parametrize(
    "harmful",
    ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "\u3000=1", "＝1", "－1", "＋1", "＠x"],
)
def test_no_text_becomes_a_formula_in_a_heading_or_below(harmful: str) -> None:
    [heading], [value] = csv.reader(io.StringIO(csv_text([{harmful: harmful}]), newline=""))
    assert (heading, value) == (f"'{harmful}", f"'{harmful}")


def test_numbers_stay_numbers_and_what_is_missing_is_empty() -> None:
    assert csv_text([{"a": -3.5, "b": -7, "c": None, "d": 'say "x", y'}]) == 'a,b,c,d\r\n-3.5,-7,,"say ""x"", y"\r\n'
    assert csv_text([]) == ""


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1))
def test_every_text_comes_back_but_for_its_apostrophe(values: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(csv_text([{"v": value, "n": 1} for value in values]), newline="")))[1:]
    assert [row[0] for row in rows] in (
        [value if value == row[0] else f"'{value}" for value, row in zip(values, rows, strict=True)],
    )
