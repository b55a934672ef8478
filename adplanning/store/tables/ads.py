"""What was advertised and what it cost: accounts, campaigns, ad sets, ads, daily spend, currency rates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class AdAccount(Base):
    """An account at an ad platform, with its own currency and time zone."""

    __tablename__ = "ad_accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str]
    platform_account_id: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    timezone: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (Index(None, "platform", "platform_account_id", unique=True),)


class Campaign(Base):
    """A campaign; `name_key` is its normalised name, which UTM tags are matched with."""

    __tablename__ = "campaigns"

    id: Mapped[str] = mapped_column(primary_key=True)
    ad_account_id: Mapped[str] = mapped_column(ForeignKey("ad_accounts.id"))
    platform_campaign_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    status: Mapped[str]
    objective: Mapped[str | None]
    daily_budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AdSet(Base):
    """A part of a campaign with its own audience."""

    __tablename__ = "ad_sets"

    id: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    platform_ad_set_id: Mapped[str | None]
    name: Mapped[str]
    created_at: Mapped[datetime]


class Ad(Base):
    """One creative in an ad set."""

    __tablename__ = "ads"

    id: Mapped[str] = mapped_column(primary_key=True)
    ad_set_id: Mapped[str] = mapped_column(ForeignKey("ad_sets.id", ondelete="CASCADE"), index=True)
    platform_ad_id: Mapped[str | None]
    name: Mapped[str]
    created_at: Mapped[datetime]


class DailySpend(Base):
    """What one campaign, ad set or ad (`level`) cost and brought on one day of its account's own calendar.

    The levels of one day say the same money again, so they are never added up: see `attribution/queries.py`.
    """

    __tablename__ = "daily_spend"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    level: Mapped[str]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    ad_set_id: Mapped[str | None] = mapped_column(ForeignKey("ad_sets.id", ondelete="CASCADE"))
    ad_id: Mapped[str | None] = mapped_column(ForeignKey("ads.id", ondelete="CASCADE"))
    spend_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    n_impressions: Mapped[int] = mapped_column(BigInteger)
    n_clicks: Mapped[int] = mapped_column(BigInteger)
    n_link_clicks: Mapped[int | None] = mapped_column(BigInteger)
    n_results: Mapped[float | None]
    result_type: Mapped[str | None]
    import_id: Mapped[str | None]

    __table_args__ = (Index(None, "on"),)


class CurrencyRate(Base):
    """On one day, one unit of `currency` was worth `rate` units of `in_currency`."""

    __tablename__ = "currency_rates"

    currency: Mapped[str] = mapped_column(primary_key=True)
    in_currency: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[float]
