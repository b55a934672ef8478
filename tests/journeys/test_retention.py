from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.journeys.retention import cohort_retention

KOLKATA, UTC_ZONE = ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")
INSTANT = pl.Datetime("us", "UTC")


def bought(*told: tuple[str | None, datetime]) -> pl.LazyFrame:
    return pl.LazyFrame(told, schema={"path_key": pl.String, "occurred_at": INSTANT}, orient="row")


def in_month(month: int, day: int = 5) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def found(*told: tuple[str | None, datetime], period: Period | None = None) -> list[tuple[date, int, int, int]]:
    cohorts = cohort_retention(bought(*told), period=period or Period(), zone=UTC_ZONE)
    return cohorts.select("cohort_on", "age", "n_customers", "n_active").rows()


JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


def test_cohorts_as_counted_by_hand() -> None:
    """Two begin in January, one of them is back in March; one begins in March and buys twice."""
    assert found(
        ("a", in_month(1)), ("a", in_month(3)), ("b", in_month(1)), ("c", in_month(3)), ("c", in_month(3, 9))
    ) == [(JANUARY, 0, 2, 2), (JANUARY, 1, 2, 0), (JANUARY, 2, 2, 1), (MARCH, 0, 1, 1)]  # fmt: skip


def test_a_month_that_has_not_come_has_no_share_and_one_that_passed_without_a_purchase_has_0() -> None:
    until = Period(None, datetime(2026, 3, 10, tzinfo=UTC))
    assert found(("a", in_month(1)), period=until) == [(JANUARY, 0, 1, 1), (JANUARY, 1, 1, 0), (JANUARY, 2, 1, 0)]
    ended = Period(None, datetime(2026, 3, 1, tzinfo=UTC))
    assert [age for _, age, _, _ in found(("a", in_month(1)), period=ended)] == [0, 1]


def test_a_customer_from_before_the_period_is_no_new_one_in_it() -> None:
    since = Period(datetime(2026, 2, 1, tzinfo=UTC), None)
    assert found(("a", in_month(1)), ("a", in_month(3)), ("b", in_month(3)), period=since) == [(MARCH, 0, 1, 1)]


def test_a_month_begins_in_the_reporting_zone() -> None:
    eve = datetime(2026, 1, 31, 20, tzinfo=UTC)
    cohorts = cohort_retention(bought(("a", eve)), period=Period(), zone=KOLKATA)
    assert cohorts["cohort_on"].to_list() == [date(2026, 2, 1)]


def test_nobody_who_bought_is_no_cohort() -> None:
    assert found() == []
    assert found((None, in_month(1))) == []


def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(InvalidData, match="path_key"):
        cohort_retention(bought().drop("path_key"), period=Period(), zone=UTC_ZONE)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 12)), min_size=1, max_size=15))
def test_every_buyer_is_in_one_cohort_and_every_month_of_buying_counts_once(told: list[tuple[str, int]]) -> None:
    rows = found(*((key, in_month(month)) for key, month in told))
    first = [row for row in rows if row[1] == 0]
    assert sum(n for _, _, n, _ in first) == len({key for key, _ in told})
    assert all(n == n_active for _, _, n, n_active in first)
    assert sum(n_active for *_, n_active in rows) == len(set(told))
