"""/admin/ad-planning/currency-rates: what one currency was worth in another on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Caller, Filter, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.core.periods import isoformat
from adplanning.rates import service
from adplanning.rates.fields import RateFields
from adplanning.store.tables.ads import CurrencyRate

router = APIRouter(prefix="/admin/ad-planning/currency-rates", tags=["currency rates"])


class RateOut(BaseModel):
    """A rate as the API shows one: on the day, one `currency` was worth `rate` of `in_currency`."""

    id: str
    currency: str
    in_currency: str
    on: date
    rate: float
    told_by: str | None
    told_at: str | None


class RateAnswer(BaseModel):
    """One rate."""

    currency_rate: RateOut


class RatesAnswer(BaseModel):
    """A page of rates."""

    currency_rates: list[RateOut]
    count: int
    limit: int
    offset: int


class GapOut(BaseModel):
    """Days with amounts, one after another, of which no rate is known."""

    first_on: date
    last_on: date
    days: int
    amounts: int


class InUseOut(BaseModel):
    """A currency in which amounts are kept, and what sums in the reporting currency leave out of it."""

    currency: str
    sources: Annotated[list[str], Field(description="where: conversions, leads, spend")]
    amounts: int
    days: int
    days_without_rate: int
    amounts_without_rate: int
    gaps: list[GapOut]


class CoverageAnswer(BaseModel):
    """How far sums in `currency` hold all amounts."""

    currency: str
    currencies: list[InUseOut]


def rate_json(rate: CurrencyRate) -> RateOut:
    """A rate as the API shows one."""
    return RateOut(
        id=service.id_of(rate),
        currency=rate.currency,
        in_currency=rate.in_currency,
        on=rate.on,
        rate=rate.rate,
        told_by=rate.told_by,
        told_at=isoformat(rate.told_at),
    )


@router.get("")
def list_(session: Reading, page: Page, currency: Filter = None) -> RatesAnswer:
    """Rates of a currency, on either side, or of all; the latest day first."""
    asked = {"currency": currency and currency.upper()}
    rows, count = service.list_rates(session, asked, limit=page.limit, offset=page.offset)
    return RatesAnswer(
        currency_rates=[rate_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset
    )


@router.post("", status_code=201)
def tell(
    body: RateFields, caller: Caller, session: Writing, settings: AppSettings, now: Now, response: Response
) -> RateAnswer:
    """Tell the rate of a day; one that stands there is replaced, and the answer is 200."""
    today = now.astimezone(settings.zone).date()
    rate, is_new = service.tell_rate(session, body, today=today, by=caller, now=now)
    response.status_code = 201 if is_new else 200
    return RateAnswer(currency_rate=rate_json(rate))


@router.get("/coverage")
def coverage(engine: StoreEngine, settings: AppSettings) -> CoverageAnswer:
    """Each currency in use, and the days without a rate to the reporting currency."""
    found = service.currencies_in_use(
        engine, currency=settings.currency, zone=settings.zone, public_revenue=settings.public_revenue
    )
    return CoverageAnswer(
        currency=settings.currency,
        currencies=[
            InUseOut(
                currency=one.currency,
                sources=list(one.sources),
                amounts=one.n_amounts,
                days=one.n_days,
                days_without_rate=one.n_days_without,
                amounts_without_rate=one.n_amounts_without,
                gaps=[
                    GapOut(first_on=gap.first_on, last_on=gap.last_on, days=gap.n_days, amounts=gap.n_amounts)
                    for gap in one.gaps
                ],
            )
            for one in found
        ],
    )


@router.delete("/{rate_id}")
def delete(rate_id: Id, session: Writing) -> Deleted:
    """Remove a rate, by its id such as USD-INR-2026-11-01."""
    service.delete_rate(session, rate_id)
    return Deleted(id=rate_id)
