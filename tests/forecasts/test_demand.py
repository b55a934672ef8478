"""Spend, conversions and revenue of the days to come."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import Trust
from adplanning.forecasts.demand import ELASTICITIES, DemandForecast, Interval, demand_forecast, demand_forecasts
from tests.forecasts.invented_series import AS_OF_ON, history, series

STEADY = history(np.full(90, 12.0))


def total(forecast: DemandForecast, measure: str) -> Interval:
    found = forecast.totals[measure]
    assert found is not None
    return found


def event(name: str, first: int, last: int, effect: float | None = None) -> pl.DataFrame:
    """Of days counted from the last known one."""
    ons = {"first_on": [AS_OF_ON + timedelta(days=first)], "last_on": [AS_OF_ON + timedelta(days=last)]}
    frame = pl.DataFrame({"name": [name], **ons, "effect": [effect]})
    return frame.cast({"effect": pl.Float64})


def test_the_days_begin_after_the_last_known_one_and_bounds_hold_the_expected() -> None:
    found = demand_forecast(history(series("rhythm", seed=1)), as_of_on=AS_OF_ON, horizon_days=10)
    assert found.days["on"].to_list() == [date(2026, 7, day) for day in range(1, 11)]
    for measure in ("spend", "n_conversions", "revenue"):
        lower, expected, upper = (found.days[measure + suffix] for suffix in ("_lower", "", "_upper"))
        assert ((lower >= 0) & (lower <= expected + 1e-9) & (expected <= upper + 1e-9)).all()
        assert total(found, measure).expected == pytest.approx(expected.sum())
    roas = total(found, "roas")
    assert roas.expected == pytest.approx(total(found, "revenue").expected / total(found, "spend").expected)
    assert roas.lower < roas.expected < roas.upper
    assert found.method == "blend"
    assert found.n_history_days == 300


def test_a_total_is_more_certain_than_its_days() -> None:
    found = demand_forecast(history(series("rhythm", seed=1)), as_of_on=AS_OF_ON, horizon_days=30)
    of_days = found.days["n_conversions_upper"].sum() - found.days["n_conversions_lower"].sum()
    of_total = total(found, "n_conversions")
    assert of_days > 1.3 * (of_total.upper - of_total.lower)


def test_return_on_spend_is_more_certain_where_revenue_went_with_spend() -> None:
    values = series("rhythm", seed=1, n_days=120)
    with_spend = history(values, spend=10 * values)
    without = history(values, spend=10 * series("rhythm", seed=2, n_days=120))
    narrow, wide = (
        total(demand_forecast(past, as_of_on=AS_OF_ON, horizon_days=14), "roas") for past in (with_spend, without)
    )
    assert narrow.upper - narrow.lower < 1e-6
    assert (narrow.expected, narrow.lower) == pytest.approx((5.0, 5.0))
    assert wide.upper - wide.lower > 0.1


def test_a_planned_spend_is_the_spend_and_results_follow_the_curve() -> None:
    found = demand_forecast(
        STEADY, as_of_on=AS_OF_ON, horizon_days=10, planned_spend=200.0, response=lambda spend: (spend / 100) ** 0.5
    )
    assert total(found, "spend") == Interval(2000.0, 2000.0, 2000.0)
    assert total(found, "n_conversions").expected == pytest.approx(120 * 2**0.5)
    assert total(found, "roas").expected == pytest.approx(12 * 50 * 2**0.5 / 200)
    assert (found.trust, found.notes) == (Trust.good, ())


def test_without_a_curve_results_grow_slower_than_spend_and_nobody_knows_how_much() -> None:
    found = demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=10, planned_spend=200.0)
    results = total(found, "n_conversions")
    low, high = ELASTICITIES
    # The mean of 2^e over e evenly from low to high.
    assert results.expected == pytest.approx(120 * (2**high - 2**low) / np.log(2) / (high - low), rel=0.02)
    span = high - low
    assert results.lower == pytest.approx(120 * 2 ** (low + 0.025 * span), rel=0.02)
    assert results.upper == pytest.approx(120 * 2 ** (high - 0.025 * span), rel=0.02)
    assert found.trust == Trust.low
    assert found.notes[0].startswith("The planned spend is 2.00 times the usual one. How results follow is not known")
    as_usual = demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=10, planned_spend=100.0)
    assert total(as_usual, "n_conversions").expected == pytest.approx(120)
    assert as_usual.trust == Trust.good


def test_a_plan_to_spend_nothing_brings_nothing() -> None:
    found = demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=10, planned_spend=0.0)
    assert total(found, "n_conversions") == total(found, "spend") == Interval(0.0, 0.0, 0.0)
    assert found.totals["roas"] is None


def test_what_a_campaign_that_never_spent_will_bring_is_not_made_up() -> None:
    idle = history(np.zeros(60), spend=0.0)
    found = demand_forecast(idle, as_of_on=AS_OF_ON, horizon_days=10, planned_spend=50.0)
    assert total(found, "spend").expected == 500
    assert found.totals["n_conversions"] is None
    assert found.trust == Trust.none
    as_before = demand_forecast(idle, as_of_on=AS_OF_ON, horizon_days=10)
    assert total(as_before, "revenue") == Interval(0.0, 0.0, 0.0)
    assert "Nothing was spent and nothing came in on any known day." in as_before.notes


def test_a_campaign_that_is_off_stays_off_unless_money_is_planned_for_it() -> None:
    was_on = series("rhythm", seed=1, n_days=80)
    values = np.concatenate([was_on, np.zeros(20)])
    past = history(values, spend=np.concatenate([np.full(80, 100.0), np.zeros(20)]))
    found = demand_forecast(past, as_of_on=AS_OF_ON, horizon_days=14)
    assert found.method == "switched off"
    assert total(found, "n_conversions") == Interval(0.0, 0.0, 0.0)
    assert found.notes == ("Nothing was spent since 11 June 2026: nothing is expected while it stays off.",)
    again = demand_forecast(past, as_of_on=AS_OF_ON, horizon_days=14, planned_spend=100.0)
    assert total(again, "n_conversions").expected == pytest.approx(was_on[-28:].sum() / 2, rel=0.15)
    assert again.notes[0] == "It is off now: expected is what it brought when it was last on."
    assert again.trust == Trust.low


def test_days_on_which_it_was_off_do_not_lower_what_is_expected() -> None:
    values, spend = np.full(100, 12.0), np.full(100, 100.0)
    values[50:80] = spend[50:80] = 0.0
    found = demand_forecast(history(values, spend=spend), as_of_on=AS_OF_ON, horizon_days=10)
    assert total(found, "n_conversions").expected == pytest.approx(120)


def test_an_event_with_an_effect_multiplies_results_of_its_days_alone() -> None:
    found = demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=5, events=event("Sale", 2, 3, 0.5))
    assert found.days["n_conversions"].to_list() == pytest.approx([12, 18, 18, 12, 12])
    assert found.days["spend"].to_list() == pytest.approx([100] * 5)


def test_events_of_one_day_multiply() -> None:
    both = pl.concat([event("Sale", 1, 2, 0.5), event("Holiday", 2, 2, -0.5)])
    found = demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=3, events=both)
    assert found.days["n_conversions"].to_list() == pytest.approx([18, 9, 12])


def test_an_event_without_an_effect_does_what_those_of_its_name_did_and_they_are_not_taken_for_usual() -> None:
    values = np.full(90, 12.0)
    values[[40, 41, 70, 71]] = 36.0
    past = history(values)
    known = pl.concat([event("Sale", -49, -48), event("Sale", -19, -18), event("Sale", 1, 1), event("Sale", 3, 3)])
    found = demand_forecast(past, as_of_on=AS_OF_ON, horizon_days=4, events=known)
    assert found.days["n_conversions"].to_list() == pytest.approx([36, 12, 36, 12])
    assert found.notes == ("'Sale' is taken to do what it did on 4 past days: results times 3.00.",)


def test_an_event_that_was_never_seen_has_no_effect_but_may_halve_or_double_and_that_is_said_once() -> None:
    twice = pl.concat([event("Fair", 1, 1), event("Fair", 3, 3)])
    found = demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=4, events=twice)
    assert found.days["n_conversions"].to_list() == pytest.approx([12] * 4, rel=0.03)
    told = "no effect is assumed, and the bounds allow for half to double. Give one, if you know better."
    assert found.notes == (f"Nothing is known of what 'Fair' does: {told}",)
    assert found.trust == Trust.low
    assert found.days["n_conversions_lower"].to_list() == pytest.approx([6, 12, 6, 12], rel=0.15)
    assert found.days["n_conversions_upper"].to_list() == pytest.approx([24, 12, 24, 12], rel=0.15)


def test_many_campaigns_are_foretold_as_each_alone() -> None:
    pasts = {
        "b": history(series("rhythm", seed=1, n_days=90)),
        "a": history(series("shift", seed=1, n_days=40)),
        "c": STEADY.head(0),
    }
    of_one = event("Sale", 1, 1, 1.0).with_columns(campaign_id=pl.lit("a"))
    together = pl.concat([past.with_columns(campaign_id=pl.lit(name)) for name, past in pasts.items()])
    found = dict(
        demand_forecasts(together, as_of_on=AS_OF_ON, horizon_days=7, planned_spend={"b": 300.0}, events=of_one, seed=2)
    )
    assert list(found) == ["a", "b"]
    alone = {
        "a": demand_forecast(pasts["a"], as_of_on=AS_OF_ON, horizon_days=7, events=event("Sale", 1, 1, 1.0), seed=2),
        "b": demand_forecast(pasts["b"], as_of_on=AS_OF_ON, horizon_days=7, planned_spend=300.0, seed=2),
    }
    for name, forecast in alone.items():
        assert found[name].notes == forecast.notes
        for measure in ("spend", "n_conversions", "revenue"):
            assert found[name].days[measure].to_list() == pytest.approx(forecast.days[measure].to_list())


def test_of_no_history_nothing_is_told() -> None:
    found = demand_forecast(STEADY.clear(), as_of_on=AS_OF_ON, horizon_days=3)
    assert (found.method, found.trust, found.n_history_days) == ("none", Trust.none, 0)
    assert found.days.height == 3
    assert found.days["spend"].null_count() == 3
    assert set(found.totals.values()) == {None}


def test_what_cannot_be_planned_is_refused() -> None:
    for planned in (-1.0, np.nan, np.inf):
        with pytest.raises(InvalidData, match="planned_spend: "):
            demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=3, planned_spend=planned)
    with pytest.raises(InvalidData, match=r"response: says -1\.0 for a spend of 5\.0"):
        demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=3, planned_spend=5.0, response=lambda _: -1.0)
    with pytest.raises(InvalidData, match="horizon_days: must be 1 to 400"):
        demand_forecast(STEADY, as_of_on=AS_OF_ON, horizon_days=0)
