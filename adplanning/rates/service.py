"""What can be done with currency rates, and what they are missing for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import PublicRevenue
from adplanning.rates import queries
from adplanning.rates.fields import RateFields, checked_rate, key_of, rate_id
from adplanning.rates.gaps import rate_gaps
from adplanning.store import lists
from adplanning.store.tables.ads import CurrencyRate


@dataclass(frozen=True)
class Gap:
    """Days in use, one after another, on which a currency has no rate, and how many amounts lie on them."""

    first_on: date
    last_on: date
    n_days: int
    n_amounts: int


@dataclass(frozen=True)
class CurrencyInUse:
    """A currency in which amounts are kept: where, on how many days, and the days without a rate, oldest first."""

    currency: str
    sources: tuple[str, ...]
    n_amounts: int
    n_days: int
    gaps: tuple[Gap, ...]

    @property
    def n_days_without(self) -> int:
        """On how many days in use it has no rate."""
        return sum(gap.n_days for gap in self.gaps)

    @property
    def n_amounts_without(self) -> int:
        """How many amounts sums leave out."""
        return sum(gap.n_amounts for gap in self.gaps)


def list_rates(
    session: Session,
    filters: Mapping[str, str | None],
    *,
    limit: int,
    offset: int,
    sort: str | None = None,
    descending: bool = True,
) -> tuple[list[CurrencyRate], int]:
    """One page of the rates of a `currency`, or of all, and how many match in all; the latest day first by default."""
    return lists.page(
        session,
        queries.matching_rates(filters),
        queries.RATE_ORDERS,
        sort=sort,
        usual="on",
        ties=queries.RATE_TIES,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def tell_rate(
    session: Session, fields: RateFields, *, today: date, by: str | None, now: datetime
) -> tuple[CurrencyRate, bool]:
    """Keep a rate, in place of the one that stands there; answer it, and whether none stood there.

    Parameters
    ----------
    today : in the reporting zone.
    by : who tells it.

    Raises
    ------
    InvalidData : see `checked_rate`.
    """
    checked = checked_rate(fields, today=today)
    key = (checked.currency, checked.in_currency, checked.on)
    is_new = session.get(CurrencyRate, key) is None
    kept = session.merge(CurrencyRate(**checked.model_dump(), told_by=by, told_at=now))
    session.flush()
    return kept, is_new


def find_rate(session: Session, wanted: str) -> CurrencyRate:
    """The rate of an id; see `rate_id`.

    Raises
    ------
    NotFound : there is none.
    """
    key = key_of(wanted)
    found = None if key is None else session.get(CurrencyRate, key)
    if found is None:
        raise NotFound(f"there is no currency rate {wanted[:80]!r}; an id is written as USD-INR-2026-11-01")
    return found


def delete_rate(session: Session, wanted: str) -> None:
    """Remove a rate; amounts of its day are converted at an earlier one, or not at all.

    Raises
    ------
    NotFound : there is none.
    """
    session.delete(find_rate(session, wanted))


def id_of(rate: CurrencyRate) -> str:
    """What the rate is called in an address."""
    return rate_id(rate.currency, rate.in_currency, rate.on)


def currencies_in_use(
    engine: Engine, *, currency: str, zone: ZoneInfo, public_revenue: PublicRevenue
) -> list[CurrencyInUse]:
    """Each currency in which amounts are kept, with its days without a rate to a reporting one; most amounts first.

    Parameters
    ----------
    currency, zone : the reporting currency, or one that may become it, and the reporting zone.
    public_revenue : which purchases count.
    """
    days, rates = queries.amount_days(engine, zone=zone, public_revenue=public_revenue)
    by_day = days.lazy().group_by("currency", "on").agg(pl.col("n_amounts").sum())
    gaps: dict[str, list[Gap]] = {}
    for code, *told in rate_gaps(by_day, rates, currency=currency).iter_rows():
        gaps.setdefault(code, []).append(Gap(*told))
    in_use = (
        days.group_by("currency")
        .agg(pl.col("source").unique().sort(), pl.col("n_amounts").sum(), n_days=pl.col("on").n_unique().cast(pl.Int64))
        .sort("n_amounts", "currency", descending=[True, False])
    )
    return [
        CurrencyInUse(code, tuple(sources), n_amounts, n_days, tuple(gaps.get(code, [])))
        for code, sources, n_amounts, n_days in in_use.iter_rows()
    ]
