"""What is told of an experiment's subjects."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.observations import (
    DAYS,
    TOLD,
    Reading,
    Told,
    changed_days,
    merged_subjects,
    read_observations,
)
from adplanning.experiments.statistics import daily_statistics

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAIR = [{"id": "control", "name": "Winter"}, {"id": "treatment", "name": "Summer"}]
NOBODY = pl.DataFrame(schema={**TOLD, "is_contaminated": pl.Boolean})
NO_DAYS = pl.DataFrame(schema=DAYS)


def read(*told: Any, metric: PrimaryMetric = PrimaryMetric.revenue) -> Told:
    return read_observations(told, Reading(PAIR, metric, NOON, ZoneInfo("Asia/Kolkata")))


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        ("text", "must be an object"),
        ({}, "give either the `subject`, or `subjects`"),
        ({"variant": "control", "subject": "v", "subjects": 3}, "give either"),
        ({"variant": "third", "subject": "v"}, "unknown value 'third'"),
        ({"subject": "v"}, "variant: Field required"),
        ({"variant": "control", "subject": ""}, "subject"),
        ({"variant": "control", "subject": "a\x00b"}, "U+0000"),
        ({"variant": "control", "subject": "v", "value": 1e308}, "value"),
        ({"variant": "control", "subject": "v", "value": "twelve"}, "value"),
        ({"variant": "control", "subject": "v", "value": "nan"}, "value"),
        ({"variant": "control", "subject": "v", "value": True}, "value: must be a number, not true or false"),
        ({"variant": "control", "subjects": True}, "subjects: must be a number, not true or false"),
        ({"variant": "control", "subject": "v", "denominator": -1}, "denominator"),
        ({"variant": "control", "subject": "v", "occurred_at": "yesterday"}, "occurred_at"),
        ({"variant": "control", "subject": "v", "occurred_at": "2150-01-01T00:00Z"}, "yet to come"),
        ({"variant": "control", "subjects": -1}, "subjects"),
        ({"variant": "control", "subjects": 1.5}, "subjects"),
        ({"variant": "control", "subjects": 5, "conversions": 7}, "7 is more than the 5 subjects"),
        ({"variant": "control", "subjects": 2, "sum": 10, "sum_squares": 49}, "sum_squares: 49 is less than"),
        ({"variant": "control", "subjects": 0, "sum": 10, "sum_squares": 100}, "no subjects"),
        ({"variant": "control", "subjects": 2, "sum": 10}, "sum_squares: is missing"),
        ({"variant": "control", "subjects": 2, "conversions": 1}, "sum: is missing"),
    ],
)
def test_a_bad_observation_is_told_by_its_place(observation: Any, words: str) -> None:
    told = read({"variant": "control", "subject": "good"}, observation)
    assert (told.subjects.height, told.days.height) == (1, 0)
    [(index, message)] = told.rejected
    assert index == 1
    assert words in message


def test_numbers_may_come_as_text_and_what_is_not_known_as_null() -> None:
    told = read(
        {"variant": "control", "subject": "v", "value": "12.5", "denominator": None, "converted": None},
        {"variant": "treatment", "subjects": "10", "conversions": None, "sum": "20", "sum_squares": "50.5"},
    )
    assert told.rejected == ()
    assert told.subjects.select("value", "is_converted").rows() == [(12.5, True)]
    assert told.days.select("n_subjects", "n_converted", "value_sum", "value_squares").rows() == [(10, 0, 20.0, 50.5)]


def test_sums_of_a_ratio_need_all_that_tells_their_spread() -> None:
    whole = {
        "variant": "control", "subjects": 3, "sum": 6, "sum_squares": 14, "denominator_sum": 60,
        "denominator_squares": 1400, "product_sum": 140,
    }  # fmt: skip
    assert read(whole, metric=PrimaryMetric.cpc).rejected == ()
    for name in ("sum", "sum_squares", "denominator_sum", "denominator_squares", "product_sum"):
        part = {key: value for key, value in whole.items() if key != name}
        assert f"{name}: is missing" in read(part, metric=PrimaryMetric.cpc).rejected[0][1]
    beyond = read({**whole, "product_sum": 141}, metric=PrimaryMetric.cpc)
    assert "product_sum: is beyond" in beyond.rejected[0][1]
    # Clicks by impressions can be told as shares alone.
    shares = {"variant": "control", "subjects": 3, "conversions": 1}
    assert read(shares, metric=PrimaryMetric.ctr).rejected == ()


def test_shares_need_no_sums() -> None:
    told = read({"variant": "Summer", "subjects": 10, "sum": 20}, metric=PrimaryMetric.conversion_rate)
    assert told.days.select("n_subjects", "n_converted", "value_sum").row(0) == (10, 0, 20.0)


def test_the_day_is_that_of_the_reporting_zone() -> None:
    late = {"variant": "control", "subject": "v", "occurred_at": "2026-11-20T19:00:00Z"}
    assert read(late, {**late, "occurred_at": None}).subjects["first_on"].to_list() == [
        date(2026, 11, 21),
        date(2026, 11, 22),
    ]


def test_who_has_a_value_has_converted_unless_it_is_told_otherwise() -> None:
    each: list[dict[str, Any]] = [{}, {"value": 0}, {"value": 5}, {"value": 5, "converted": False}, {"converted": True}]
    told = read(*({"variant": "control", "subject": "v", **one} for one in each))
    assert told.subjects["is_converted"].to_list() == [False, False, True, False, True]


def test_a_later_observation_of_an_earlier_day_moves_its_subject() -> None:
    first = read({"variant": "control", "subject": "v", "value": 5}).subjects
    after = merged_subjects(NOBODY, first)
    days = changed_days(NO_DAYS, before=NOBODY, after=after, aggregates=NO_DAYS)
    earlier = {"variant": "control", "subject": "v", "value": 1, "occurred_at": "2026-11-20T06:00Z"}
    last = merged_subjects(after, read(earlier).subjects)
    moved = changed_days(days, before=after, after=last, aggregates=NO_DAYS)
    assert moved.select("on", "n_subjects", "value_sum", "value_squares").rows() == [
        (date(2026, 11, 20), 1, 6.0, 36.0),
        (date(2026, 11, 22), 0, 0.0, 0.0),
    ]


def test_only_touched_days_are_told() -> None:
    days = daily_statistics(merged_subjects(NOBODY, read({"variant": "control", "subject": "v"}).subjects))
    aggregate = read({"variant": "treatment", "subjects": 2, "sum": 3, "sum_squares": 5}).days
    told = changed_days(days, before=NOBODY, after=NOBODY, aggregates=aggregate)
    assert told.select("variant_id", "n_subjects").rows() == [("treatment", 2)]


SUBJECT = st.fixed_dictionaries(
    {
        "variant": st.sampled_from(["control", "treatment"]),
        "subject": st.sampled_from("abcde"),
        "value": st.none() | st.integers(-100, 100),
        "denominator": st.none() | st.integers(0, 100),
        "converted": st.none() | st.booleans(),
        "pre_value": st.none() | st.integers(-100, 100),
        "occurred_at": st.sampled_from([None, "2026-11-20", "2026-11-21T12:00Z"]),
    }
)


@given(st.lists(st.lists(SUBJECT, max_size=6), max_size=5))
def test_however_observations_are_sent_the_sums_are_those_of_all_at_once(batches: list[list[dict[str, Any]]]) -> None:
    known, days = NOBODY, NO_DAYS
    for batch in batches:
        told = read(*batch).subjects
        before = known.filter(pl.col("subject").is_in(told["subject"].to_list()))
        after = merged_subjects(before, told)
        changed = changed_days(days, before=before, after=after, aggregates=NO_DAYS)
        key = ["variant_id", "on"]
        days = pl.concat([days.join(changed, on=key, how="anti"), changed])
        known = pl.concat([known.join(after, on="subject", how="anti"), after.select(known.columns)])
    at_once = merged_subjects(NOBODY, read(*(one for batch in batches for one in batch)).subjects)
    assert_frame_equal(known.sort("subject"), at_once, check_column_order=False)
    expected = daily_statistics(at_once.filter(~pl.col("is_contaminated")))
    counted = days.filter(pl.col("n_subjects") > 0).sort("variant_id", "on")
    assert_frame_equal(counted, expected, check_column_order=False)
