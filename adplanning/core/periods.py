"""Which stretch of time is meant: half-open instants inside, inclusive dates at the rims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adplanning.core.errors import InvalidData

RESOLUTION = timedelta(microseconds=1)
# Half an hour of silence ends a session: the convention of web analytics.
SESSION_GAP = timedelta(minutes=30)


@dataclass(frozen=True)
class Period:
    """All instants from `start` up to, not including, `end`; None leaves that side open.

    >>> Period.of("2026-11-01", "2026-11-30", ZoneInfo("Asia/Kolkata")).end
    datetime.datetime(2026, 11, 30, 18, 30, tzinfo=datetime.timezone.utc)
    """

    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def of(cls, from_date: str | date | None, to_date: str | date | None, zone: ZoneInfo) -> Period:
        """Read inclusive bounds: a bare date means that whole day in `zone`, an instant means itself.

        Parameters
        ----------
        from_date, to_date : ISO 8601 text, a date or an instant; None leaves that side open.
        zone : the reporting time zone, in which a bare date's day begins and ends.

        Raises
        ------
        InvalidData : a date that does not exist, or an end before the start.
        """
        start = None if from_date is None else _start_of(from_date, zone, "from_date")
        end = None if to_date is None else _end_of(to_date, zone, "to_date")
        if start is not None and end is not None and end <= start:
            raise InvalidData.at("to_date", f"{to_date} lies before from_date {from_date}; give the later one last")
        return cls(start, end)

    @classmethod
    def last_days(cls, days: int, now: datetime) -> Period:
        """The `days` times 24 hours up to and including `now`.

        >>> Period.last_days(30, datetime(2026, 1, 31, tzinfo=UTC)).start
        datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
        """
        return cls(now - timedelta(days=days), now + RESOLUTION)

    def to_json(self) -> dict[str, str | None]:
        """The inclusive bounds as ISO 8601 texts, the way the API shows a period."""
        last = None if self.end is None else self.end - RESOLUTION
        return {"from": isoformat(self.start), "to": isoformat(last)}

    def on(self, zone: ZoneInfo) -> tuple[date | None, date | None]:
        """The first and the last calendar day in `zone` that the period touches."""
        first = None if self.start is None else self.start.astimezone(zone).date()
        last = None if self.end is None else (self.end - RESOLUTION).astimezone(zone).date()
        return first, last

    def before(self, zone: ZoneInfo) -> Period | None:
        """The stretch just before that is as long: as many days of `zone`, or as many hours; None with an open side.

        >>> november = Period.of("2026-11-01", "2026-11-30", ZoneInfo("America/New_York"))
        >>> november.before(ZoneInfo("America/New_York")) == Period.of(
        ...     "2026-10-02", "2026-10-31", ZoneInfo("America/New_York"))
        True
        """
        if self.start is None or self.end is None:
            return None
        start, end = (bound.astimezone(zone) for bound in (self.start, self.end))
        # Two clocks of one zone are subtracted as they are read, so that an hour more or less is still a day.
        return Period((start - (end - start)).astimezone(UTC), self.start)


def isoformat(instant: datetime | None) -> str | None:
    """Write an instant as ISO 8601 in UTC with its offset.

    >>> isoformat(datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    '2026-11-22T09:30:00+00:00'
    """
    return None if instant is None else instant.astimezone(UTC).isoformat()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a calendar day in `zone`, in UTC (a day may have 23 or 25 hours).

    >>> day_start(date(2026, 11, 1), ZoneInfo("Asia/Kolkata"))
    datetime.datetime(2026, 10, 31, 18, 30, tzinfo=datetime.timezone.utc)
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def parse_instant(text: str, zone: ZoneInfo, *, field: str) -> datetime:
    """Read ISO 8601; a text without offset is taken in `zone`.

    Raises
    ------
    InvalidData : naming `field`, for what is not a date and time that exists.

    >>> parse_instant("2026-02-30T10:00:00", ZoneInfo("UTC"), field="converted_at")
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: converted_at: '2026-02-30T10:00:00' is not a date and time that exists; \
write it as 2026-11-22T14:05:00+05:30
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        return in_range(instant.astimezone(UTC))
    except (ValueError, OverflowError):
        shown = repr(text[:80])
        raise InvalidData.at(
            field, f"{shown} is not a date and time that exists; write it as 2026-11-22T14:05:00+05:30"
        ) from None


def in_range(instant: datetime) -> datetime:
    """Refuse an instant outside 1971 to 2199: such a one is a broken clock, not a time."""
    if not 1971 <= instant.year <= 2199:
        raise ValueError("must lie between the years 1971 and 2199")
    return instant


def _is_bare_date(text: str) -> bool:
    return len(text) == 10


def _start_of(value: str | date, zone: ZoneInfo, field: str) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return day_start(value, zone)
    text = value.strip()
    if _is_bare_date(text):
        return day_start(_parse_date(text, field), zone)
    return parse_instant(text, zone, field=field)


def _end_of(value: str | date, zone: ZoneInfo, field: str) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC) + RESOLUTION
    if isinstance(value, date):
        return day_start(value + timedelta(days=1), zone)
    text = value.strip()
    if _is_bare_date(text):
        return day_start(_parse_date(text, field) + timedelta(days=1), zone)
    return parse_instant(text, zone, field=field) + RESOLUTION


def _parse_date(text: str, field: str) -> date:
    try:
        day = date.fromisoformat(text)
        in_range(datetime(day.year, day.month, day.day))
    except ValueError:
        raise InvalidData.at(field, f"{text!r} is not a date that exists; write it as 2026-11-22") from None
    return day
