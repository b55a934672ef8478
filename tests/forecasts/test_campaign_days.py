"""The past of a campaign by day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.forecasts.campaign_days import campaign_days
from adplanning.forecasts.series import MAX_HISTORY_DAYS
from tests.forecasts.invented_series import AS_OF_ON, history


def spent(*spend: float) -> pl.DataFrame:
    return history(np.ones(len(spend)), spend=np.array(spend))


def off_days(*spend: float) -> list[int]:
    return np.flatnonzero(campaign_days(spent(*spend), as_of_on=AS_OF_ON).is_off).tolist()


def test_a_campaign_was_off_before_its_first_spend_and_for_a_week_or_more_without_one() -> None:
    assert off_days(0, 0, 5, 0, 0, 5) == [0, 1]
    assert off_days(5, *[0] * 6, 5) == []
    assert off_days(5, *[0] * 7, 5) == [1, 2, 3, 4, 5, 6, 7]
    assert campaign_days(spent(5, *[0] * 7), as_of_on=AS_OF_ON).is_off_now


def test_a_campaign_that_never_spent_was_never_off() -> None:
    assert off_days(*[0] * 20) == []


def test_an_unknown_day_is_no_day_without_spend() -> None:
    past = spent(5, *[0] * 9, 5).with_columns(pl.when(pl.int_range(11) != 5).then("spend").alias("spend"))
    assert not campaign_days(past, as_of_on=AS_OF_ON).is_off.any()


def test_days_that_are_not_there_are_unknown_at_the_end_too() -> None:
    past = campaign_days(spent(1, 2, 3).filter(pl.col("spend") != 2), as_of_on=AS_OF_ON + timedelta(days=2))
    np.testing.assert_array_equal(past.values[0], [1, np.nan, 3, np.nan, np.nan])
    assert past.on_of(2) == AS_OF_ON
    assert past.column_of(AS_OF_ON) == 2


def test_days_long_ago_are_not_used() -> None:
    past = campaign_days(spent(*range(1, MAX_HISTORY_DAYS + 11)), as_of_on=AS_OF_ON)
    assert past.values.shape == (3, MAX_HISTORY_DAYS)
    assert past.values[0, 0] == 11


def test_what_is_usual_to_spend_is_the_mean_of_the_last_four_weeks_when_it_was_on() -> None:
    past = campaign_days(spent(*[900] * 10, *[4] * 28, *[0] * 8), as_of_on=AS_OF_ON)
    assert past.usual_spend(np.zeros(46, dtype=bool)) == 4
    unknown = spent(1, 2).with_columns(spend=pl.lit(None, pl.Float64))
    assert campaign_days(unknown, as_of_on=AS_OF_ON).usual_spend(np.zeros(2, dtype=bool)) is None


def test_more_paid_back_than_sold_counts_as_nothing_and_is_counted() -> None:
    past = campaign_days(spent(1, 2).with_columns(revenue=pl.Series([-5.0, 8.0])), as_of_on=AS_OF_ON)
    assert past.values[2].tolist() == [0.0, 8.0]
    assert past.n_negative == 1


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (pl.concat([spent(1), spent(1)]), "history: has two rows of one day"),
        (spent(-1), r"history\.spend: must be 0 or more"),
        (spent(1).with_columns(n_conversions=pl.lit(-1.0)), r"history\.n_conversions: must be 0 or more"),
        (spent(1).with_columns(on=date(2026, 7, 1)), "history: has days after 2026-06-30"),
        (spent(1).drop("revenue"), "history: column revenue is missing"),
    ],
)
def test_a_history_that_cannot_be_is_refused(broken: pl.DataFrame, words: str) -> None:
    with pytest.raises(InvalidData, match=words):
        campaign_days(broken, as_of_on=AS_OF_ON)


def test_no_history_is_one_unknown_day() -> None:
    past = campaign_days(spent(1).clear(), as_of_on=AS_OF_ON)
    assert np.isnan(past.values).all()
    assert not past.is_off_now
