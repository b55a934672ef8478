"""Days that are out of the usual."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.forecasts.campaign_days import campaign_days
from adplanning.forecasts.planned_events import Event, event_days, events_of, learnt_effect
from tests.forecasts.invented_series import AS_OF_ON, history


def ago(days: int) -> date:
    return AS_OF_ON - timedelta(days=days)


def sale(first: int, last: int, *, name: str = "Sale", effect: float | None = None) -> Event:
    return Event(name, ago(first), ago(last), effect)


def frame(*events: Event) -> pl.DataFrame:
    schema = {"name": pl.String, "first_on": pl.Date, "last_on": pl.Date, "effect": pl.Float64}
    return pl.DataFrame([vars(event) for event in events], schema=schema)


def test_the_effect_of_an_event_is_what_its_days_brought_against_those_around_on_that_weekday() -> None:
    week = np.array([10.0, 10, 10, 10, 10, 20, 20])
    values = np.tile(week, 16)
    values[-21:-19] *= 3
    past = campaign_days(history(values), as_of_on=AS_OF_ON)
    found = learnt_effect(past, "Sale", [sale(20, 19)])
    assert found is not None
    # The index of the weekday is drawn a little towards 1.
    assert found.factors[1:] == pytest.approx([3.0, 3.0], rel=0.08)
    assert found.factors[0] == pytest.approx(1.0, rel=0.01)
    assert found.n_days == 2


def test_days_of_other_events_are_not_usual_ones() -> None:
    values = np.full(60, 10.0)
    values[30:40] = 500.0
    values[45] = 20.0
    past = campaign_days(history(values), as_of_on=AS_OF_ON)
    events = [sale(14, 14), sale(29, 20, name="Fair")]
    found = learnt_effect(past, "Sale", events)
    assert found is not None
    assert found.factors[1] == pytest.approx(2.0)


def test_an_event_that_has_not_been_teaches_nothing() -> None:
    past = campaign_days(history(np.full(60, 10.0)), as_of_on=AS_OF_ON)
    coming = Event("Sale", AS_OF_ON + timedelta(days=2), AS_OF_ON + timedelta(days=3), None)
    assert learnt_effect(past, "Sale", [coming]) is None
    assert learnt_effect(past, "Sale", [sale(200, 190), coming]) is None


def test_the_more_days_were_seen_the_less_an_effect_may_be_off() -> None:
    values = np.random.default_rng(1).gamma(30, 1, 112)
    past = campaign_days(history(values), as_of_on=AS_OF_ON)
    one, four = learnt_effect(past, "Sale", [sale(20, 20)]), learnt_effect(past, "Sale", [sale(23, 20)])
    assert one is not None
    assert four is not None
    assert 0 < four.spreads[1] < one.spreads[1] < 0.3


def test_an_event_that_covers_all_of_the_past_is_what_is_usual() -> None:
    past = campaign_days(history(np.full(30, 10.0)), as_of_on=AS_OF_ON)
    assert not event_days(past, [sale(300, 0)]).any()
    assert event_days(past, [sale(300, 20)]).sum() == 10


def test_events_are_put_in_the_order_of_their_days() -> None:
    assert [event.name for event in events_of(frame(sale(3, 2, name="b"), sale(9, 8, name="a")))] == ["a", "b"]
    assert events_of(None) == []


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (sale(1, 2), "events: 'Sale' ends on 2026-06-28, before it begins"),
        (sale(2, 1, effect=-1.5), "events: 'Sale' has the effect -1.5; it must be −1 or more"),
        (sale(2, 1, effect=np.nan), "events: 'Sale' has the effect nan"),
    ],
)
def test_an_event_that_cannot_be_is_refused(event: Event, words: str) -> None:
    with pytest.raises(InvalidData, match=words):
        events_of(frame(event))
