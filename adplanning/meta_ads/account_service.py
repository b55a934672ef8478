"""Ad accounts and what they hold: ad sets, ads and their daily figures as they were told."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData
from adplanning.core.ids import new_id
from adplanning.core.periods import Period
from adplanning.core.vocabulary import Platform
from adplanning.meta_ads import queries
from adplanning.meta_ads.fields import CampaignFields
from adplanning.meta_ads.queries import Filters
from adplanning.store import lists
from adplanning.store.tables.ads import Ad, AdAccount, AdSet, DailySpend

Row = TypeVar("Row", AdAccount, Ad, DailySpend)


def list_accounts(
    session: Session, *, limit: int, offset: int, platform: str | None = None
) -> tuple[list[AdAccount], int]:
    """One page of accounts by name, and how many there are."""
    query = select(AdAccount).where(*([AdAccount.platform == platform] if platform else []))
    return _page(session, query, query.order_by(AdAccount.name, AdAccount.id), limit, offset)


def list_ad_sets(session: Session, filters: Filters, *, limit: int, offset: int) -> tuple[list[tuple[AdSet, str]], int]:
    """One page of ad sets by name, each with its account's currency, and how many match in all."""
    query = queries.matching_ad_sets(filters)
    page = query.order_by(AdSet.name, AdSet.id).limit(limit).offset(offset)
    return [(ad_set, currency) for ad_set, currency in session.execute(page)], lists.total(session, query)


def list_ads(session: Session, filters: Filters, *, limit: int, offset: int) -> tuple[list[Ad], int]:
    """One page of ads by name, and how many match in all."""
    query = queries.matching_ads(filters)
    return _page(session, query, query.order_by(Ad.name, Ad.id), limit, offset)


def list_days(
    session: Session, filters: Filters, period: Period, *, zone: ZoneInfo, limit: int, offset: int
) -> tuple[list[DailySpend], int]:
    """One page of daily figures in their own currency, the latest day first, and how many match in all.

    The levels of one day say the same money again: only those of one level may be added up.
    """
    query = queries.matching_days(filters, period, zone=zone)
    ordered = query.order_by(DailySpend.on.desc(), DailySpend.level, DailySpend.object_id)
    return _page(session, query, ordered, limit, offset)


def account_for(session: Session, fields: CampaignFields, *, currency: str, zone: ZoneInfo, now: datetime) -> AdAccount:
    """The account that a campaign told by hand belongs to, made where it is not there.

    Parameters
    ----------
    fields : the account by our id or the platform's; without one, all of a platform and currency share one.
    currency, zone : the reporting currency and time zone, which a new account gets.

    Raises
    ------
    InvalidData : another platform or currency than the account's.
    """
    platform, own_currency = fields.platform or Platform.meta, fields.currency or currency
    given = fields.ad_account_id
    number = given.removeprefix("act_") if given else f"manual-{own_currency}"
    account = _known_account(session, given, platform, number)
    if account is None:
        account = AdAccount(
            id=new_id("acct"),
            platform=platform.value,
            platform_account_id=number,
            name=given or f"Told by hand ({own_currency})",
            currency=own_currency,
            timezone=zone.key,
            created_at=now,
        )
        try:
            with session.begin_nested():
                session.add(account)
        except IntegrityError:
            # Somebody else has made it since we looked.
            made = _known_account(session, given, platform, number)
            if made is None:
                raise
            account = made
    for name, value in (("platform", fields.platform), ("currency", fields.currency)):
        its = getattr(account, name)
        if value is not None and value != its:
            raise InvalidData.at(name, f"{str(value)!r} is not that of the account {account.name}, {its!r}")
    return account


def _known_account(session: Session, given: str | None, platform: Platform, number: str) -> AdAccount | None:
    by_our_id = session.get(AdAccount, given) if given else None
    by_number = (AdAccount.platform == platform.value) & AdAccount.platform_account_id.in_([number, f"act_{number}"])
    return by_our_id or session.scalar(select(AdAccount).where(by_number))


def account_number(session: Session, account_id: str) -> str:
    """Meta's own id of an account, without `act_`, from ours or from itself.

    Raises
    ------
    InvalidData : an account of another platform, or neither an id of ours nor digits.
    """
    account = session.get(AdAccount, account_id)
    if account is not None and account.platform != Platform.meta.value:
        raise InvalidData.at("ad_account_id", f"{account.name} is an account of {account.platform}, not of meta")
    number = (account.platform_account_id if account else account_id).removeprefix("act_")
    if not (number.isascii() and number.isdigit()):
        raise InvalidData.at(
            "ad_account_id", f"{account_id[:80]!r} is no account of Meta's; GET /admin/meta-ads/accounts lists them"
        )
    return number


def _page(session: Session, query: Select[Row], ordered: Select[Row], limit: int, offset: int) -> tuple[list[Row], int]:
    return list(session.scalars(ordered.limit(limit).offset(offset))), lists.total(session, query)
