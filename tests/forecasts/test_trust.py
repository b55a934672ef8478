"""How far a forecast is to be trusted, in words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from adplanning.core.vocabulary import Trust
from adplanning.forecasts.demand import DemandForecast, demand_forecast
from tests.forecasts.invented_series import AS_OF_ON, history, series


def expected(past: pl.DataFrame, horizon_days: int = 14) -> DemandForecast:
    return demand_forecast(past, as_of_on=AS_OF_ON, horizon_days=horizon_days)


@pytest.mark.parametrize(
    ("n_days", "trust", "words"),
    [
        (0, Trust.none, "Only 0 days known: nothing can be told from less than 4."),
        (3, Trust.none, "Only 3 days known: nothing can be told from less than 4."),
        (16, Trust.low, "From 16 days only: the rhythm of the week is hardly known, and the level may move."),
        (40, Trust.fair, "From 40 days: how the level moves is little known."),
        (60, Trust.good, None),
    ],
)
def test_the_longer_the_past_the_more_trust(n_days: int, trust: Trust, words: str | None) -> None:
    found = expected(history(np.full(n_days, 12.0)))
    assert found.trust == trust
    assert found.notes == (() if words is None else (words,))


def test_few_conversions_are_said() -> None:
    found = expected(history(np.tile([1.0] + [0.0] * 9, 10)))
    assert found.trust == Trust.low
    assert found.notes[0] == "Only 10 conversions in all that is known: chance decides single days."


def test_unknown_days_and_a_past_that_ends_too_soon_are_said() -> None:
    past = history(np.full(100, 12.0))
    gappy = past.filter(~pl.int_range(100).is_between(30, 59))
    assert expected(gappy).notes == ("30 of 100 days are not known in full, which is not zero.",)
    assert expected(gappy).trust == Trust.fair
    ended = expected(past.head(90))
    assert ended.trust == Trust.low
    assert ended.notes[0] == "The last known day is 20 June 2026, 10 days before the last one."


def test_a_measure_of_which_too_little_is_known_is_said_and_the_others_are_told() -> None:
    found = expected(history(np.full(100, 12.0)).with_columns(revenue=pl.lit(None, pl.Float64)))
    assert "Revenue: 0 days known, too few to tell anything." in found.notes
    assert found.totals["revenue"] is found.totals["roas"] is None
    assert found.totals["n_conversions"] is not None
    assert found.days["revenue"].null_count() == 14


def test_days_that_are_left_out_are_named() -> None:
    values = series("rhythm", seed=5, n_days=120)
    values[-10] *= 12
    notes = expected(history(values)).notes
    assert "Conversions: 1 day lies far out of line and taught nothing (21 June 2026)." in notes
    off = history(np.full(100, 12.0), spend=np.array([5.0] * 40 + [0.0] * 20 + [5.0] * 40))
    assert expected(off).notes == ("On 20 days nothing was spent, as if switched off; they teach nothing.",)
    owed = history(np.full(100, 12.0)).with_columns(
        revenue=pl.when(pl.int_range(100) == 9).then(-1.0).otherwise("revenue")
    )
    assert "Revenue below zero on 1 day counts as zero." in expected(owed).notes


def test_far_ahead_is_less_certain_and_knows_no_season() -> None:
    found = expected(history(np.full(70, 12.0)), horizon_days=90)
    assert found.trust == Trust.fair
    assert found.notes == (
        "90 days ahead from 70 days of history.",
        "Seasons of the year are not known to it: add them as events.",
    )
