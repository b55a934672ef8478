"""What was advertised and what it cost: accounts, campaigns, ad sets, ads, spend by day or period, currency rates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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
    status: Mapped[str | None]
    amount_spent_minor: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "platform", "platform_account_id", unique=True),)


class Campaign(Base):
    """A campaign; `name_key` is its normalised name, which UTM tags are matched with.

    `status` is what the shop set, `effective_status` what it comes to at the platform. `remote_state` says whether the
    platform's last complete listing held it; null where nobody has listed it. All of it alike in ad sets and ads.
    """

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
    effective_status: Mapped[str | None]
    buying_type: Mapped[str | None]
    lifetime_budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    starts_at: Mapped[datetime | None]
    stops_at: Mapped[datetime | None]
    remote_state: Mapped[str | None]


class AdSet(Base):
    """A part of a campaign with its own audience."""

    __tablename__ = "ad_sets"

    id: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    platform_ad_set_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    status: Mapped[str | None]
    effective_status: Mapped[str | None]
    optimization_goal: Mapped[str | None]
    daily_budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    lifetime_budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    remote_state: Mapped[str | None]


class Ad(Base):
    """One creative in an ad set."""

    __tablename__ = "ads"

    id: Mapped[str] = mapped_column(primary_key=True)
    ad_set_id: Mapped[str] = mapped_column(ForeignKey("ad_sets.id", ondelete="CASCADE"), index=True)
    platform_ad_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    status: Mapped[str | None]
    effective_status: Mapped[str | None]
    creative_id: Mapped[str | None]
    remote_state: Mapped[str | None]


class AdChange(Base):
    """What a campaign, ad set or ad was before a change at its platform: its name, what it belonged to and so on."""

    __tablename__ = "ad_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    object_id: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    seen_at: Mapped[datetime]


class Figures:
    """What one campaign, ad set or ad (`level`) cost and brought.

    The levels say the same money again, so they are never added up: see `core/spend_levels.py`. Persons reached by two
    rows may be the same, so `n_reach` is never added up at all. What the platform told of leads and purchases is null
    where it told none of them; `n_results` is what the campaign is for.
    """

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
    n_reach: Mapped[int | None] = mapped_column(BigInteger)
    n_leads: Mapped[float | None]
    n_purchases: Mapped[float | None]
    purchase_value_minor: Mapped[int | None] = mapped_column(BigInteger)
    attribution_setting: Mapped[str | None]


class DailySpend(Figures, Base):
    """The figures of one object on one day of its account's own calendar."""

    __tablename__ = "daily_spend"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "on"),)


class DailyActions(Base):
    """All that Meta counted for one object on one day, as it told it: what counts as a result can be told anew."""

    __tablename__ = "daily_actions"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    actions: Mapped[list[dict[str, Any]]]
    action_values: Mapped[list[dict[str, Any]]]


class PeriodSpend(Figures, Base):
    """The figures of one object for several days together (`first_on` to `last_on`), where no single day is known."""

    __tablename__ = "period_spend"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    first_on: Mapped[date] = mapped_column(primary_key=True)
    last_on: Mapped[date] = mapped_column(primary_key=True)


class CurrencyRate(Base):
    """On one day, one unit of `currency` was worth `rate` units of `in_currency`; who told it and when, if known."""

    __tablename__ = "currency_rates"

    currency: Mapped[str] = mapped_column(primary_key=True)
    in_currency: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[float]
    told_by: Mapped[str | None]
    told_at: Mapped[datetime | None]
