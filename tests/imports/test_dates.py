"""Which day or instant a text means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.periods import parse_instant
from adplanning.imports.dates import days, instants

KOLKATA, NEW_YORK = ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo = KOLKATA) -> datetime | None:
    return instants(pl.Series([text]), zone, field="at")[0]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22", datetime(2026, 11, 21, 18, 30, tzinfo=UTC)),
        ("2026-11-22 14:05", datetime(2026, 11, 22, 8, 35, tzinfo=UTC)),
        ("2026-11-22T14:05:06.1234567Z", datetime(2026, 11, 22, 14, 5, 6, 123456, tzinfo=UTC)),
        ("2026-11-22T14:05:06+0530", datetime(2026, 11, 22, 8, 35, 6, tzinfo=UTC)),
        ("2026-11-22 14:05:06 -05:00", datetime(2026, 11, 22, 19, 5, 6, tzinfo=UTC)),
        ("2026-11-22 14:05:06 UTC", datetime(2026, 11, 22, 14, 5, 6, tzinfo=UTC)),
        ("2026/11/22 14:05", datetime(2026, 11, 22, 8, 35, tzinfo=UTC)),
        ("22-11-2026 14:05", datetime(2026, 11, 22, 8, 35, tzinfo=UTC)),
        ("22.11.2026", datetime(2026, 11, 21, 18, 30, tzinfo=UTC)),
        ("2026-1-5", datetime(2026, 1, 4, 18, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_its_offset_or_in_the_zone(text: str, instant: datetime) -> None:
    assert at(text) == instant


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2026-13-01", "2026-11-22 24:00", "2026-11-22 10:60", "2026-11-22 10:00:60", "yesterday",
     "1700000000", "0001-01-01", "1970-12-31T00:00Z", "2200-01-01T00:00Z", "2026-11-22T10:00+99:00", "2026-11",
     "31-02-2026"],
)  # fmt: skip
def test_what_does_not_exist_is_null(text: str) -> None:
    assert at(text) is None


def test_an_hour_that_the_clock_skips_does_not_exist() -> None:
    assert at("2026-03-08 02:30", NEW_YORK) is None


def test_an_hour_that_the_clock_repeats_is_meant_the_first_time() -> None:
    assert at("2026-11-01 01:30", NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_bare_day_keeps_its_day_beside_texts_with_an_offset() -> None:
    read = instants(pl.Series(["2026-11-22", "2026-11-22T00:00+05:30"]), KOLKATA, field="at")
    assert read[0] == read[1]


def test_a_column_tells_day_from_month_by_any_date_that_exists_one_way_only() -> None:
    assert days(pl.Series(["01/08/2023", "31/08/2023"]), field="on").to_list() == [date(2023, 8, 1), date(2023, 8, 31)]
    assert days(pl.Series(["08/01/2023", "08/31/2023"]), field="on").to_list() == [date(2023, 8, 1), date(2023, 8, 31)]


@pytest.mark.parametrize("separator", ["-", "/", "."])
def test_a_column_that_does_not_tell_is_refused(separator: str) -> None:
    with pytest.raises(InvalidData, match="on: nothing tells whether the day or the month stands first"):
        days(pl.Series([separator.join(("01", "08", "2023")), "2023-08-31"]), field="on")


def test_a_column_that_tells_both_ways_is_refused() -> None:
    with pytest.raises(InvalidData, match=r"day first in '31/08/2023' and the month in '08/31/2023'"):
        days(pl.Series(["31/08/2023", "08/31/2023"]), field="on")


def test_a_date_of_equal_day_and_month_needs_no_telling() -> None:
    assert days(pl.Series(["07/07/2023"]), field="on").to_list() == [date(2023, 7, 7)]


def test_a_day_that_exists_in_no_order_tells_nothing_and_is_null() -> None:
    assert days(pl.Series(["99/99/2023", "31/08/2023"]), field="on").to_list() == [None, date(2023, 8, 31)]


def test_midnight_behind_a_day_is_how_spreadsheets_write_it() -> None:
    texts = ["2024-12-04 00:00:00", "2024-12-04T00:00", "2024-12-04 10:00"]
    assert days(pl.Series(texts), field="on").to_list() == [date(2024, 12, 4), date(2024, 12, 4), None]


INSTANTS = st.datetimes(datetime(1972, 1, 1), datetime(2198, 1, 1))
OFFSETS = st.sampled_from(["", "Z", "+00:00", "+05:30", "-11:00", "+14:00"])


@given(st.lists(st.tuples(INSTANTS, OFFSETS, st.sampled_from(["T", " "])), min_size=1, max_size=10))
def test_iso_texts_are_read_as_python_reads_them(written: list[tuple[datetime, str, str]]) -> None:
    zone = ZoneInfo("Asia/Kolkata")  # its clock has neither skipped nor repeated an hour since 1945
    texts = [moment.isoformat(separator) + offset for moment, offset, separator in written]
    expected = [parse_instant(text, zone, field="at") for text in texts]
    assert instants(pl.Series(texts), zone, field="at").to_list() == expected


@given(st.lists(st.dates(date(1972, 1, 1), date(2198, 1, 1)), min_size=1, max_size=10), st.sampled_from("-/."))
def test_dates_with_the_day_first_come_back(written: list[date], separator: str) -> None:
    known = date(2023, 8, 31)
    texts = [day.strftime(f"%d{separator}%m{separator}%Y") for day in [*written, known]]
    assert days(pl.Series(texts), field="on").to_list() == [*written, known]


@given(st.text(st.sampled_from("0123456789-/:T Z+."), max_size=20))
def test_any_text_is_an_instant_in_range_or_null(text: str) -> None:
    try:
        read = at(text)
    except InvalidData:
        return
    assert read is None or timedelta(0) <= read - datetime(1971, 1, 1, tzinfo=UTC) < timedelta(days=366 * 229)
