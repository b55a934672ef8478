"""Which figures of several days together may stand beside what the store knows already."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import polars as pl
from sqlalchemy import Connection, and_, select

from adplanning.imports.lookups import look_up
from adplanning.store.tables.catalogue import TABLES

Bounds = tuple[date, date]
_DAYS, _PERIODS = TABLES["daily_spend"], TABLES["period_spend"]
_KEY = ["campaign_id", "first_on", "last_on"]


def refused_periods(connection: Connection, periods: pl.DataFrame) -> pl.DataFrame:
    """The periods of campaigns that would say money again which stands in the store by other days, and why.

    Parameters
    ----------
    periods : campaign_id, first_on, last_on; each once, in the order of the file.

    Returns
    -------
    Those that are refused, with `reason`.
    """
    if periods.is_empty():
        return periods.with_columns(reason=pl.lit(None, pl.String))
    by_days = _with_days_known(connection, periods)
    others = periods.join(by_days, on=_KEY, how="anti", maintain_order="left")
    in_the_way = overlapping(_stored(connection, others).iter_rows(), others.iter_rows())
    by_periods = pl.DataFrame(
        [(*key, *other) for key, other in in_the_way.items()],
        schema={**periods.schema, "from": pl.Date, "to": pl.Date},
        orient="row",
    )
    return pl.concat(
        [
            by_days.with_columns(
                reason=pl.format(
                    "{} to {}: the campaign's days from {} to {} are known singly, and these figures would say their "
                    "money again; export by day (breakdown By time, Day), or days that are not known",
                    *_KEY[1:],
                    "from",
                    "to",
                )
            ),
            by_periods.with_columns(
                reason=pl.format(
                    "{} to {}: shares days with the campaign's figures of {} to {}; export exactly those days again, "
                    "or others, or by day (breakdown By time, Day)",
                    *_KEY[1:],
                    "from",
                    "to",
                )
            ),
        ]
    ).select(*_KEY, "reason")


def overlapping(
    stored: Iterable[tuple[str, date, date]], new: Iterable[tuple[str, date, date]]
) -> dict[tuple[str, date, date], Bounds]:
    """Each new period of a campaign that shares days with an earlier one of other bounds, and that one.

    Whoever was there first stays: what is stored, then the new ones in their order. The same bounds again are no
    overlap.

    >>> january, first_week = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 1, 1), date(2026, 1, 7))
    >>> february = (date(2026, 2, 1), date(2026, 2, 28))
    >>> new = [("c", *january), ("c", *first_week), ("c", *february), ("d", *first_week)]
    >>> overlapping([("c", *january)], new) == {("c", *first_week): january}
    True
    """
    kept: dict[str, list[Bounds]] = defaultdict(list)
    for campaign, first, last in stored:
        insort(kept[campaign], (first, last))
    refused = {}
    for campaign, first, last in new:
        known = kept[campaign]
        place = bisect_right(known, (last, date.max))
        # Those kept share no day, so that the last that begins in time is the only one that can end too late.
        before = known[place - 1] if place else None
        if before is None or before[1] < first:
            insort(known, (first, last))
        elif before != (first, last):
            refused[campaign, first, last] = before
    return refused


def shadowed_periods(connection: Connection, days: pl.DataFrame) -> int:
    """How many stored figures of several days count no longer, because days of theirs are now known singly.

    Parameters
    ----------
    days : campaign_id, on.
    """
    if days.is_empty():
        return 0
    stored = _stored(connection, days)
    hit = stored.join(days.select("campaign_id", "on").unique(), on="campaign_id").filter(
        pl.col("on").is_between("first_on", "last_on")
    )
    return hit.unique(_KEY).height


def _with_days_known(connection: Connection, periods: pl.DataFrame) -> pl.DataFrame:
    first, last = periods["first_on"].min(), periods["last_on"].max()
    known = look_up(
        connection,
        periods.select("campaign_id").unique(),
        lambda keys: (
            select(_DAYS.c.campaign_id, _DAYS.c.on)
            .join_from(keys, _DAYS, and_(_DAYS.c.campaign_id == keys.c.campaign_id, _DAYS.c.on.between(first, last)))
            .distinct()
        ),
    )
    return (
        periods.join(known, on="campaign_id", maintain_order="left")
        .filter(pl.col("on").is_between("first_on", "last_on"))
        .group_by(_KEY, maintain_order=True)
        .agg(pl.col("on").min().alias("from"), pl.col("on").max().alias("to"))
    )


def _stored(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    c = _PERIODS.c
    return look_up(
        connection,
        rows.select("campaign_id").unique(),
        lambda keys: (
            select(c.campaign_id, c.first_on, c.last_on)
            .join_from(keys, _PERIODS, c.campaign_id == keys.c.campaign_id)
            .distinct()
        ),
    )
