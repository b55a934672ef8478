"""Which day or instant a text means: ISO 8601, or 31-08-2023 where the whole column tells day from month."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.errors import InvalidData

ALLOWED_INSTANT = "a date and time that exists; write it as 2026-11-22T14:05:00+05:30 or 2026-11-22"
ALLOWED_DAY = "a date that exists; write it as 2026-11-22"

_DAY_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"
_YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
_OFFSET = r"\s*(Z|z|UTC|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)$"
_LOCAL = r"^\d{4}-\d{2}-\d{2}(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)?$"
_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def days(texts: pl.Series, *, field: str) -> pl.Series:
    """Read a column of calendar days; a time of midnight behind the day is allowed, as spreadsheets write it.

    Parameters
    ----------
    texts : String; null stays null.
    field : the column's name, for the refusal.

    Returns
    -------
    Date; null for what is no day between 1971 and 2199.

    Raises
    ------
    InvalidData : see `year_first`.

    >>> days(pl.Series(["2024-02-29", "31-08-2023", "2023-02-29"]), field="date").to_list()
    [datetime.date(2024, 2, 29), datetime.date(2023, 8, 31), None]
    """
    iso = year_first(texts, field=field).str.replace(r"[T ]00:00(:00(\.0+)?)?$", "")
    read = iso.set(~iso.str.contains(r"^\d{4}-\d{2}-\d{2}$"), None).str.to_date("%Y-%m-%d", strict=False)
    return read.set(~read.dt.year().is_between(_FIRST.year, _LAST.year - 1), None)


def instants(texts: pl.Series, zone: ZoneInfo, *, field: str) -> pl.Series:
    """Read a column of instants.

    Parameters
    ----------
    texts : String; null stays null. A day alone is its first instant; seconds and their fraction may be missing,
        digits beyond microseconds are cut.
    zone : of the texts without offset; of two instants on the night the clock goes back the first is meant.
    field : the column's name, for the refusal.

    Returns
    -------
    Datetime in UTC, microseconds; null for what is no instant between 1971 and 2199 (also where the clock went
    forward over it).

    Raises
    ------
    InvalidData : see `year_first`.

    >>> texts = pl.Series(["2026-11-22 14:05", "2026-11-22T14:05:00Z"])
    >>> instants(texts, ZoneInfo("Asia/Kolkata"), field="at").cast(pl.String).to_list()
    ['2026-11-22 08:35:00.000000+00:00', '2026-11-22 14:05:00.000000+00:00']
    """
    iso = year_first(texts, field=field)
    offset = iso.str.extract(_OFFSET).set(~iso.str.contains(":", literal=True), None)
    # A bare day ends like an offset: 2026-11-22.
    local = _local(iso.str.replace(_OFFSET, "").zip_with(offset.is_not_null(), iso))
    read = local.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    if offset.null_count() < offset.len():
        shifted = (local - _minutes(offset)).dt.replace_time_zone("UTC")
        read = read.zip_with(offset.is_null(), shifted)
    return read.set(~((read >= _FIRST) & (read < _LAST)), None)


def year_first(texts: pl.Series, *, field: str) -> pl.Series:
    """Put year, month and day in ISO's order, leaving what follows.

    31-08-2023, 31/08/2023 and 31.08.2023 are read where the column itself tells day from month: some date in it exists
    only with the day first, and none only with the month first (or the reverse).

    Raises
    ------
    InvalidData : no date of the column tells, or two tell the opposite; a guess would swap days and months in silence.

    >>> year_first(pl.Series(["1/8/2023 10:00", "31/8/2023"]), field="date").to_list()
    ['2023-08-01 10:00', '2023-08-31']
    >>> year_first(pl.Series(["01/08/2023"]), field="date")
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: date: nothing tells whether the day or the month stands first in '01/08/2023'; \
write dates as 2026-11-22
    """
    stripped = texts.str.strip_chars()
    if stripped.str.contains(r"^\d{4}([/.]|-\d-|-\d\d-\d(\D|$))").any():
        stripped = _padded(stripped, _YEAR_FIRST, 1, 2, 3)
    last = stripped.filter(stripped.str.contains(_DAY_LAST).fill_null(value=False))
    if last.is_empty():
        return stripped
    return (
        _padded(stripped, _DAY_LAST, 3, 2, 1) if _day_is_first(last, field) else _padded(stripped, _DAY_LAST, 3, 1, 2)
    )


def _day_is_first(dates: pl.Series, field: str) -> bool:
    day_first = _exists(_padded(dates, _DAY_LAST, 3, 2, 1))
    month_first = _exists(_padded(dates, _DAY_LAST, 3, 1, 2))
    only_day_first, only_month_first = dates.filter(day_first & ~month_first), dates.filter(month_first & ~day_first)
    if only_day_first.len() and only_month_first.len():
        first, second = only_day_first[0], only_month_first[0]
        raise InvalidData.at(field, f"has the day first in {first!r} and the month in {second!r}; use 2026-11-22")
    readings_differ = dates.filter(
        day_first & (_padded(dates, _DAY_LAST, 3, 2, 1) != _padded(dates, _DAY_LAST, 3, 1, 2))
    )
    if only_day_first.is_empty() and only_month_first.is_empty() and readings_differ.len():
        shown = readings_differ[0]
        raise InvalidData.at(
            field, f"nothing tells whether the day or the month stands first in {shown!r}; write dates as 2026-11-22"
        )
    return only_month_first.is_empty()


def _exists(iso: pl.Series) -> pl.Series:
    return iso.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).is_not_null()


def _padded(texts: pl.Series, pattern: str, year: int, month: int, day: int) -> pl.Series:
    parts = [texts.str.extract(pattern, group) for group in (year, month, day)]
    joined = pl.select(
        pl.concat_str(parts[0], pl.lit("-"), parts[1].str.zfill(2), pl.lit("-"), parts[2].str.zfill(2))
        + texts.str.replace(pattern, "")
    ).to_series()
    return joined.zip_with(joined.is_not_null(), texts)


def _local(texts: pl.Series) -> pl.Series:
    known = texts.set(~texts.str.contains(_LOCAL), None).str.replace("T", " ", literal=True)
    length = known.str.len_bytes()
    full = pl.select(
        pl.when(length == 10).then(known + " 00:00:00").when(length == 16).then(known + ":00").otherwise(known)
    ).to_series()
    return full.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")


def _minutes(offset: pl.Series) -> pl.Series:
    digits = offset.str.replace_all(r"\D", "").str.pad_end(4, "0").cast(pl.Int64, strict=False)
    size = digits // 100 * 60 + digits % 100
    signed = size.zip_with(~offset.str.starts_with("-"), -size)
    return signed.to_frame("minutes").select(pl.duration(minutes="minutes")).to_series()
