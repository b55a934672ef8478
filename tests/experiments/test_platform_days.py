"""From a platform's daily figures to one row per variant and day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.platform_days import day_subjects, days_that_count, figures_of_days

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
OBJECTS = pl.DataFrame({"source_id": ["c1"], "account_number": ["act_7"], "timezone": ["UTC"]})
NEVER_READ = pl.DataFrame(
    schema={"account_number": pl.String, "watermark_on": pl.Date, "succeeded_at": pl.Datetime("us", "UTC")}
)


def november(day: int) -> date:
    return date(2026, 11, day)


def read(watermark_on: date | None, hours: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"account_number": ["7"], "watermark_on": [watermark_on], "succeeded_at": [MONDAY + timedelta(hours=hours)]},
        schema=NEVER_READ.schema,
    )


def stretches(synced: pl.DataFrame, *times: Period) -> list[tuple[date, date]]:
    return days_that_count(OBJECTS, synced, times).select("first_on", "last_on").rows()


def test_a_day_on_which_it_started_or_paused_does_not_count() -> None:
    hour = timedelta(hours=1)
    week = Period(MONDAY + hour, MONDAY + timedelta(days=7) - hour)
    assert stretches(NEVER_READ, week) == [(november(3), november(7))]
    pause = [
        Period(MONDAY, MONDAY + timedelta(days=2, hours=9)),
        Period(MONDAY + timedelta(days=3), MONDAY + timedelta(days=5)),
    ]
    assert stretches(NEVER_READ, *pause) == [(november(2), november(3)), (november(5), november(6))]


def test_a_day_that_was_read_before_it_was_over_does_not_count() -> None:
    week = Period(MONDAY, MONDAY + timedelta(days=7))
    assert stretches(read(november(4), 50), week) == [(november(2), november(3))]
    assert stretches(read(november(3), 100), week) == [(november(2), november(3))]
    assert stretches(read(november(2), 5), week) == []


def test_of_several_levels_one_counts_and_of_several_days_together_none() -> None:
    spend = pl.DataFrame(
        {
            "level": ["campaign", "ad", "ad", "campaign", "campaign"],
            "campaign_id": ["c1", "c1", "c2", "c1", "c1"],
            "ad_set_id": [None, "s1", "s2", None, None],
            "first_on": [november(3), november(3), november(3), november(4), november(9)],
            "on": [november(3), november(3), november(3), november(6), november(9)],
            "n_clicks": [5, 4, 9, 100, 200],
        }
    )
    days = pl.DataFrame({"source_id": ["c1"], "first_on": [november(2)], "last_on": [november(8)]})
    variants = pl.DataFrame({"source_id": ["c1"], "variant_id": ["a"]})
    kept = figures_of_days(spend, variants, days, of="campaign")
    assert kept.select("variant_id", "source_id", "on", "n_clicks").rows() == [("a", "c1", november(3), 5)]
    of_sets = figures_of_days(
        spend, variants.with_columns(source_id=pl.lit("s1")), days.with_columns(source_id=pl.lit("s1")), of="ad_set"
    )
    assert of_sets["n_clicks"].to_list() == [4]


FIGURES = pl.DataFrame(
    {
        "variant_id": ["a", "a", "a", "b"],
        "on": [november(2), november(2), november(3), november(2)],
        "spend": [10.0, 5.0, None, 8.0],
        "n_clicks": [3, 1, 7, 2],
        "n_impressions": [50, 30, 90, 40],
        "revenue": [0.0, 60.0, 10.0, 0.0],
    }
)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (PrimaryMetric.ctr, [("a", 4.0, 80.0), ("a", 7.0, 90.0), ("b", 2.0, 40.0)]),
        (PrimaryMetric.cpc, [("a", 15.0, 4.0), ("b", 8.0, 2.0)]),
        (PrimaryMetric.roas, [("a", 60.0, 15.0), ("b", 0.0, 8.0)]),
    ],
)
def test_a_day_of_a_variant_is_one_subject_unless_a_part_of_it_is_unknown(
    metric: PrimaryMetric, expected: list[tuple[str, float, float]]
) -> None:
    assert day_subjects(FIGURES, metric).select("variant_id", "value", "denominator").rows() == expected


def test_nobody_converts_on_a_day() -> None:
    told = day_subjects(FIGURES, PrimaryMetric.ctr)
    assert set(told["is_converted"]) == {False}
    assert set(told["pre_value"]) == {None}


def test_what_customers_are_counted_for_is_no_figure_of_days() -> None:
    with pytest.raises(InvalidData, match="ctr"):
        day_subjects(FIGURES, PrimaryMetric.revenue)
