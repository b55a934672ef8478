"""When an experiment was running."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.periods import Period
from adplanning.experiments.running_times import is_within, running_times, whole_days

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def day(n: float) -> datetime:
    return MONDAY + timedelta(days=n)


def test_an_experiment_that_runs_still_runs_until_now() -> None:
    assert running_times([(day(0), "created"), (day(1), "started")], until=day(9)) == (Period(day(1), day(9)),)


def test_a_pause_is_cut_out_and_what_is_edited_meanwhile_starts_nothing() -> None:
    told = [(day(1), "started"), (day(2), "paused"), (day(3), "edited"), (day(4), "resumed"), (day(6), "completed")]
    assert running_times(told, until=day(9)) == (Period(day(1), day(2)), Period(day(4), day(6)))


def test_a_resumption_after_a_pause_may_be_called_a_start_as_well() -> None:
    told = [(day(1), "started"), (day(2), "paused"), (day(4), "started")]
    assert running_times(told, until=day(5)) == (Period(day(1), day(2)), Period(day(4), day(5)))


def test_nothing_after_the_instant_that_is_looked_at_counts() -> None:
    told = [(day(1), "started"), (day(2), "paused"), (day(4), "resumed"), (day(6), "completed")]
    assert running_times(told, until=day(1.5)) == (Period(day(1), day(1.5)),)
    assert running_times(told, until=day(3)) == (Period(day(1), day(2)),)
    assert running_times(told, until=day(0)) == ()


def test_one_that_was_taken_over_with_its_past_began_when_it_says() -> None:
    assert running_times([], until=day(3), started_at=day(1)) == (Period(day(1), day(3)),)
    assert running_times([(day(2), "completed")], until=day(3), started_at=day(1)) == (Period(day(1), day(2)),)
    assert running_times([(day(0), "created")], until=day(3)) == ()


def test_an_instant_is_within_from_the_first_up_to_but_not_at_the_last() -> None:
    rows = pl.DataFrame({"at": [day(1), day(1.5), day(2), day(4)]})
    times = [Period(day(1), day(2)), Period(day(3), day(5))]
    assert rows.filter(is_within(times, "at"))["at"].to_list() == [day(1), day(1.5), day(4)]
    assert rows.filter(is_within([], "at")).is_empty()


def test_only_days_that_ran_from_midnight_to_midnight_of_their_zone_are_whole() -> None:
    india = ZoneInfo("Asia/Kolkata")
    midnight = datetime(2026, 11, 2, tzinfo=india).astimezone(UTC)
    assert whole_days([Period(midnight, midnight + timedelta(days=2))], india) == (
        (date(2026, 11, 2), date(2026, 11, 3)),
    )
    later = Period(midnight + timedelta(microseconds=1), midnight + timedelta(days=2, hours=23))
    assert whole_days([later], india) == ((date(2026, 11, 3), date(2026, 11, 3)),)
    assert whole_days([Period(midnight, midnight + timedelta(hours=23))], india) == ()


def test_a_day_of_25_hours_is_whole_after_25() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begins = datetime(2026, 10, 25, tzinfo=berlin).astimezone(UTC)
    assert whole_days([Period(begins, begins + timedelta(hours=24))], berlin) == ()
    assert whole_days([Period(begins, begins + timedelta(hours=25))], berlin) == (
        (date(2026, 10, 25), date(2026, 10, 25)),
    )
