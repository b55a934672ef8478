"""What can be done with currency rates, and what they are missing for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import PublicRevenue
from adplanning.rates import service
from adplanning.rates.fields import RateFields
from adplanning.rates.service import CurrencyInUse, Gap
from adplanning.store.session import reading, writing
from adplanning.store.tables.leads import Lead
from tests.rates.amounts import sell

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 28)
KOLKATA = ZoneInfo("Asia/Kolkata")


def tell(engine: Engine, rate: float, on: date = TODAY, currency: str = "USD", in_currency: str = "INR") -> bool:
    with writing(engine) as session:
        fields = RateFields(currency=currency, in_currency=in_currency, on=on, rate=rate)
        return service.tell_rate(session, fields, today=TODAY, by="Asha", now=NOW)[1]


def in_use(engine: Engine, currency: str = "INR", zone: ZoneInfo = KOLKATA) -> list[CurrencyInUse]:
    return service.currencies_in_use(engine, currency=currency, zone=zone, public_revenue=PublicRevenue.counted)


def test_a_rate_is_told_corrected_and_deleted(any_engine: Engine) -> None:
    assert tell(any_engine, 88.5)
    assert not tell(any_engine, 88.7)
    with reading(any_engine) as session:
        [rate], count = service.list_rates(session, {}, limit=10, offset=0)
        assert (count, service.id_of(rate), rate.rate) == (1, "USD-INR-2026-11-28", 88.7)
        assert (rate.told_by, rate.told_at) == ("Asha", NOW)
    with writing(any_engine) as session:
        service.delete_rate(session, "USD-INR-2026-11-28")
    with reading(any_engine) as session:
        assert service.list_rates(session, {}, limit=10, offset=0) == ([], 0)


@pytest.mark.parametrize("rate_id", ["USD-INR-2026-11-28", "nonsense", "-" * 5000])
def test_a_rate_that_is_not_there_cannot_be_deleted(engine: Engine, rate_id: str) -> None:
    with pytest.raises(NotFound), writing(engine) as session:
        service.delete_rate(session, rate_id)


def test_rates_are_listed_by_day_and_of_one_currency_on_either_side(any_engine: Engine) -> None:
    tell(any_engine, 88.5, date(2026, 11, 1))
    tell(any_engine, 0.0095, date(2026, 11, 2), "INR", "EUR")
    tell(any_engine, 0.86, date(2026, 11, 3), "USD", "EUR")
    with reading(any_engine) as session:
        ids = [service.id_of(one) for one in service.list_rates(session, {}, limit=2, offset=0)[0]]
        assert ids == ["USD-EUR-2026-11-03", "INR-EUR-2026-11-02"]
        dollars, count = service.list_rates(session, {"currency": "USD"}, limit=1, offset=1)
        assert (count, [service.id_of(one) for one in dollars]) == (2, ["USD-INR-2026-11-01"])
        sorted_ids = [
            service.id_of(one)
            for one in service.list_rates(session, {}, limit=9, offset=0, sort="currency", descending=False)[0]
        ]
        assert sorted_ids == ["INR-EUR-2026-11-02", "USD-EUR-2026-11-03", "USD-INR-2026-11-01"]


def test_each_currency_says_where_it_is_used_and_which_days_lack_a_rate(any_engine: Engine) -> None:
    sell(any_engine, "INR", datetime(2026, 11, 1, tzinfo=UTC), 9)
    sell(any_engine, "USD", datetime(2026, 11, 1, tzinfo=UTC), 2)
    sell(any_engine, "USD", datetime(2026, 11, 5, tzinfo=UTC), 4)
    # Already the next day in Kolkata.
    sell(any_engine, "USD", datetime(2026, 11, 10, 20, tzinfo=UTC), 1)
    sell(any_engine, "USD", datetime(2026, 11, 10, tzinfo=UTC), 7, value_minor=0)
    sell(any_engine, "USD", datetime(2026, 11, 10, tzinfo=UTC), 7, is_bot=True)
    with writing(any_engine) as session:
        session.add(
            Lead(
                id="lead_1", platform="meta", answers={}, status="new", currency="EUR", estimated_value_minor=100,
                submitted_at=NOW, received_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
    tell(any_engine, 88.5, date(2026, 11, 3))
    rupees, dollars, euros = in_use(any_engine)
    assert rupees == CurrencyInUse("INR", ("conversions",), 9, 1, ())
    assert dollars == CurrencyInUse(
        "USD", ("conversions",), 7, 3,
        (Gap(date(2026, 11, 1), date(2026, 11, 1), 1, 2), Gap(date(2026, 11, 11), date(2026, 11, 11), 1, 1)),
    )  # fmt: skip
    assert (dollars.n_days_without, dollars.n_amounts_without) == (2, 3)
    assert (euros.currency, euros.sources, euros.n_amounts_without) == ("EUR", ("leads",), 1)


def test_another_reporting_currency_asks_for_other_rates(engine: Engine) -> None:
    sell(engine, "INR", datetime(2026, 11, 4, tzinfo=UTC), 5)
    sell(engine, "USD", datetime(2026, 11, 4, tzinfo=UTC), 2)
    tell(engine, 88.5, date(2026, 11, 3))
    assert [one.n_amounts_without for one in in_use(engine, "USD")] == [0, 0]
    assert [one.n_amounts_without for one in in_use(engine, "EUR")] == [5, 2]


def test_an_empty_store_uses_no_currency(engine: Engine) -> None:
    assert in_use(engine) == []
