"""What a metric is in some days together."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from adplanning.alerts.day_sums import is_known, window_figures, without_days
from adplanning.alerts.windows import Window
from adplanning.core.errors import InvalidData

FIRST, SECOND, THIRD = (date(2026, 11, day) for day in (1, 2, 3))
DAYS = pl.DataFrame({"on": [FIRST, SECOND, THIRD], "ad_spend": [100, 300, 0], "revenue": [400, 300, 50]})


def test_a_ratio_is_one_of_sums_and_no_mean_of_ratios() -> None:
    assert window_figures(DAYS, "roas", [Window(FIRST, SECOND)]) == [700 / 400]


def test_the_rows_may_come_in_any_order() -> None:
    shuffled = DAYS.sample(fraction=1.0, shuffle=True, seed=2)
    windows = [Window(FIRST, SECOND), Window(SECOND, THIRD)]
    assert window_figures(shuffled, "revenue", windows) == window_figures(DAYS, "revenue", windows) == [700.0, 350.0]


def test_a_day_that_is_null_or_not_there_makes_the_window_unknown() -> None:
    holed = DAYS.with_columns(ad_spend=pl.when(pl.col("on") != SECOND).then("ad_spend"))
    assert window_figures(holed, "roas", [Window(FIRST, SECOND), Window(FIRST, FIRST)]) == [None, 4.0]
    assert not is_known(DAYS, "roas", Window(THIRD, date(2026, 11, 4)))


def test_nothing_spent_is_known_and_has_no_ratio() -> None:
    assert window_figures(DAYS, "roas", [Window(THIRD, THIRD)]) == [None]
    assert is_known(DAYS, "roas", Window(THIRD, THIRD))


def test_days_that_are_told_together_are_taken_out_of_what_is_told_so_and_of_nothing_else() -> None:
    left = without_days(DAYS, [(SECOND, THIRD)], ["ad_spend", "clicks"])
    assert left["ad_spend"].to_list() == [100, None, None]
    assert left["revenue"].to_list() == [400, 300, 50]
    assert without_days(DAYS, [], ["ad_spend"]).equals(DAYS)


def test_a_missing_column_is_said() -> None:
    with pytest.raises(InvalidData, match="clicks"):
        window_figures(DAYS, "clicks", [Window(FIRST, SECOND)])
