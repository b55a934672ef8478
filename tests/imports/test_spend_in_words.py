"""What a file's rows of spend are, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest

from adplanning.imports.lines import SPLIT
from adplanning.imports.spend_in_words import spend_in_words

SCHEMA = {"object_id": pl.String, "first_on": pl.Date, "last_on": pl.Date, "level": pl.String, SPLIT: pl.String}
MAY = date(2026, 5, 1), date(2026, 5, 31)
DAY = date(2026, 5, 4), date(2026, 5, 4)
JUNE = date(2026, 6, 1), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no rows"),
        ([("a", *DAY, "campaign", None)], "1 row: 1 campaign by day, 4 May 2026"),
        ([("a", *MAY, "ad_set", None), ("b", *MAY, "ad_set", None)], "2 rows: 2 ad sets in one period, 1–31 May 2026"),
        ([("a", *MAY, "ad", None), ("a", *JUNE, "ad", None)], "2 rows: 1 ad in 2 periods, 1 May–30 June 2026"),
        (
            [("a", *DAY, "ad", "age and gender"), ("a", *JUNE, "ad", "age and gender")],
            "2 rows: 1 ad by day and by longer periods, 4 May–30 June 2026, split by age and gender, "
            "which are added up",
        ),
    ],
)
def test_a_file_is_told_by_its_level_its_days_and_its_split(rows: Sequence[tuple[object, ...]], words: str) -> None:
    assert spend_in_words(pl.DataFrame(rows, schema=SCHEMA, orient="row")) == words
