"""When an experiment was running: what happens before, in a pause or afterwards says nothing of its variants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.periods import Period

_BEGINS = frozenset({"started", "resumed"})
_ENDS = frozenset({"paused", "completed"})


def running_times(
    changes: Iterable[tuple[datetime, str]], *, until: datetime, started_at: datetime | None = None
) -> tuple[Period, ...]:
    """Tell the stretches of time in which an experiment was running.

    Formula: from each start or resumption to the next pause or completion, the last one to `until` at most.

    Parameters
    ----------
    changes : the instant and the word of each change, in their order.
    until : nothing later is looked at.
    started_at : where the changes know of no start, that of an experiment that was taken over with its past.

    Returns
    -------
    Half-open stretches that do not overlap, oldest first; none where it never ran.

    >>> from datetime import UTC
    >>> day = [datetime(2026, 11, number, tzinfo=UTC) for number in range(1, 9)]
    >>> told = [(day[0], "created"), (day[1], "started"), (day[2], "paused"), (day[4], "resumed")]
    >>> [(time.start.day, time.end.day) for time in running_times(told, until=day[7])]
    [(2, 3), (5, 8)]
    """
    told = list(changes)
    begun = None if any(word in _BEGINS for _, word in told) else started_at
    times = []
    for at, word in told:
        if word in _BEGINS and begun is None:
            begun = at
        elif word in _ENDS and begun is not None:
            times.append((begun, at))
            begun = None
    if begun is not None:
        times.append((begun, until))
    return tuple(Period(start, min(end, until)) for start, end in times if start < min(end, until))


def is_within(times: Sequence[Period], at: str) -> pl.Expr:
    """Whether the instant of a row lies in one of the stretches.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    >>> rows = pl.DataFrame({"at": [noon, noon + timedelta(days=1)]})
    >>> rows.filter(is_within([Period(noon, noon + timedelta(hours=1))], "at")).height
    1
    """
    return pl.any_horizontal(
        pl.lit(value=False),
        *(pl.col(at).is_between(pl.lit(each.start), pl.lit(each.end), closed="left") for each in times),
    )


def whole_days(times: Sequence[Period], zone: ZoneInfo) -> tuple[tuple[date, date], ...]:
    """The first and the last of the calendar days of a zone that lie in each stretch from beginning to end.

    >>> from datetime import UTC
    >>> ran = Period(datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 5, 1, tzinfo=UTC))
    >>> [(first.day, last.day) for first, last in whole_days([ran], ZoneInfo("UTC"))]
    [(3, 4)]
    """
    days = []
    for each in times:
        if each.start is None or each.end is None:
            continue
        first = each.start.astimezone(zone)
        begins_with_it = first.time() == time.min
        first_on = first.date() if begins_with_it else first.date() + timedelta(days=1)
        last_on = each.end.astimezone(zone).date() - timedelta(days=1)
        if first_on <= last_on:
            days.append((first_on, last_on))
    return tuple(days)
