"""Plan against actual, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.forecasts.pacing import PROGRESS, Pace, pace_of, plan_progress, planned_days

MAY = date(2026, 5, 1)


def plan_of(total: float, n_days: int) -> pl.DataFrame:
    return planned_days(total, first_on=MAY, last_on=MAY + timedelta(days=n_days - 1))


def spent(*amounts: float | None) -> pl.DataFrame:
    days = [MAY + timedelta(days=day) for day in range(len(amounts))]
    return pl.DataFrame({"on": days, "spend": amounts}, schema={"on": pl.Date, "spend": pl.Float64})


def pace(plan: pl.DataFrame, actual: pl.DataFrame, n_past: int) -> Pace:
    return pace_of(plan_progress(plan, actual, as_of_on=MAY + timedelta(days=n_past - 1)))


@given(
    total=st.floats(0, 1e12),
    n_days=st.integers(1, 62),
    factors=st.none() | st.lists(st.floats(0.1, 10), min_size=7, max_size=7),
)
def test_the_days_of_a_plan_add_up_to_its_total(total: float, n_days: int, factors: list[float] | None) -> None:
    days = planned_days(total, first_on=MAY, last_on=MAY + timedelta(days=n_days - 1), weekday_factors=factors)
    assert len(days) == n_days
    assert days["planned"].sum() == pytest.approx(total)
    assert (days["planned"] >= 0).all()


def test_a_weekday_gets_its_factor_of_the_others() -> None:
    # 2026-05-01 is a Friday.
    days = planned_days(800.0, first_on=MAY, last_on=date(2026, 5, 7), weekday_factors=[1, 1, 1, 1, 1, 2, 1])
    assert days["planned"].to_list() == [100, 200, 100, 100, 100, 100, 100]


def test_the_rest_goes_on_at_the_pace_of_the_last_seven_days() -> None:
    progress = plan_progress(plan_of(1000, 10), spent(1000, *[50.0] * 7), as_of_on=date(2026, 5, 8))
    assert progress["projected"].to_list() == [1000, *[50] * 9]
    assert progress["projected_so_far"][-1] == 1450
    assert progress["spent_so_far"].to_list()[7:] == [1350, None, None]
    assert progress.schema == PROGRESS


def test_a_day_without_a_row_spent_nothing_and_several_rows_of_a_day_are_summed() -> None:
    actual = pl.DataFrame({"on": [MAY, MAY, date(2026, 5, 3)], "spend": [10, 20, 5]})
    progress = plan_progress(plan_of(100, 4), actual, as_of_on=date(2026, 5, 3))
    assert progress["spent"].to_list() == [30, 0, 5, None]


def test_rows_after_the_last_known_day_and_outside_of_the_plan_are_no_spend_of_it() -> None:
    actual = pl.DataFrame({"on": [date(2026, 4, 30), MAY, date(2026, 5, 2)], "spend": [7.0, 10.0, 20.0]})
    progress = plan_progress(plan_of(40, 4), actual, as_of_on=MAY)
    assert progress["spent"].to_list() == [10, None, None, None]


def test_an_unknown_day_makes_the_sums_unknown_instead_of_too_low() -> None:
    progress = plan_progress(plan_of(100, 5), spent(20, None, 20), as_of_on=date(2026, 5, 3))
    assert progress["spent_so_far"].to_list() == [20, None, None, None, None]
    assert progress["projected_so_far"].to_list() == [20, None, None, None, None]
    found = pace_of(progress)
    assert (found.spent_so_far, found.projected_end, found.left_a_day) == (None, None, None)
    assert found.words == "The end cannot be told: the spend of some days is not known, or nothing is planned."


def test_as_planned_is_as_planned() -> None:
    found = pace(plan_of(1000, 10), spent(*[100.0] * 5), 5)
    assert (found.planned_so_far, found.spent_so_far, found.projected_end) == (500, 500, 1000)
    assert (found.off_by, found.left_a_day, found.n_days_left) == (0, 100, 5)
    assert found.words == "On plan: the period ends within 5% of it."


@pytest.mark.parametrize(
    ("a_day", "n_past", "words"),
    [
        (120.0, 5, "Over plan: at this pace the period ends 20% above it. Lower the budget to meet the plan."),
        (80.0, 5, "Under plan: at this pace the period ends 20% below it. Raise the budget to meet the plan."),
        (80.0, 10, "Under plan: the period ended 20% below it."),
        (100.0, 10, "On plan: the period ended within 5% of it."),
        (100.0, 0, "The period has not begun."),
    ],
)
def test_words_say_where_a_plan_stands(a_day: float, n_past: int, words: str) -> None:
    assert pace(plan_of(1000, 10), spent(*[a_day] * 10), n_past).words == words


def test_what_is_overspent_leaves_nothing_for_the_days_to_come() -> None:
    found = pace(plan_of(100, 10), spent(60, 60), 2)
    assert (found.left_a_day, found.spent_so_far) == (0, 120)


def test_before_the_period_the_whole_is_left() -> None:
    found = pace(plan_of(100, 10), spent(), 0)
    assert (found.spent_so_far, found.projected_end, found.off_by, found.left_a_day) == (0, None, None, 10)


def test_where_the_plan_had_no_money_yet_the_mean_day_goes_on() -> None:
    plan = plan_of(90, 3).with_columns(pl.when(pl.col("on") > MAY).then(45.0).otherwise(0.0).alias("planned"))
    assert plan_progress(plan, spent(10), as_of_on=MAY)["projected"].to_list() == [10, 10, 10]


def test_plans_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidData, match="lies before first_on"):
        planned_days(1.0, first_on=MAY, last_on=date(2026, 4, 30))
    for factors in ([1.0] * 6, [-1.0, *[1.0] * 6], [float("nan")] * 7):
        with pytest.raises(InvalidData, match="seven numbers from Monday"):
            planned_days(1.0, first_on=MAY, last_on=MAY, weekday_factors=factors)
    with pytest.raises(InvalidData, match="are 0 on all days"):
        planned_days(1.0, first_on=MAY, last_on=MAY, weekday_factors=[1, 1, 1, 1, 0, 1, 1])
    with pytest.raises(InvalidData, match="one row for each of its days"):
        plan_progress(pl.concat([plan_of(1, 2)] * 2), spent(1), as_of_on=MAY)
    with pytest.raises(InvalidData, match="column spend is missing"):
        plan_progress(plan_of(1, 2), plan_of(1, 2), as_of_on=MAY)
