"""Touchpoints and the credit that conversions gave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class Touchpoint(Base):
    """One campaign-bearing session of one visitor, or a click in an ad or a letter, or a lead (`kind`).

    `click_id` names the parameter that an ad platform left (`gclid`); its value is in `metadata`. `referrer_domain`
    is empty when the browser came from nowhere, and null when nobody said.
    """

    __tablename__ = "touchpoints"

    id: Mapped[str] = mapped_column(primary_key=True)
    analytics_session_id: Mapped[str] = mapped_column(unique=True)
    visitor_id: Mapped[str] = mapped_column(index=True)
    website_id: Mapped[str | None]
    ad_campaign_id: Mapped[str | None] = mapped_column(index=True)
    ad_set_id: Mapped[str | None]
    ad_id: Mapped[str | None]
    platform: Mapped[str]
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    utm_campaign: Mapped[str | None]
    utm_term: Mapped[str | None]
    utm_content: Mapped[str | None]
    is_resolved: Mapped[bool]
    resolution_confidence: Mapped[float | None]
    resolution_method: Mapped[str]
    entry_page: Mapped[str | None]
    session_pageviews: Mapped[int]
    is_bot: Mapped[bool]
    extra: Mapped[dict[str, Any] | None] = mapped_column("metadata")
    session_started_at: Mapped[datetime]
    attributed_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(default="session", server_default="session")
    click_id: Mapped[str | None]
    referrer_domain: Mapped[str | None]
    is_internal: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (Index(None, "session_started_at"),)


class AttributionCredit(Base):
    """The share of one conversion that one model gives one touchpoint; without a touchpoint the conversion is
    unattributed. The shares of a conversion under a model add up to one, the values to the conversion's value.
    """

    __tablename__ = "attribution_credits"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    model: Mapped[str]
    conversion_id: Mapped[str] = mapped_column(ForeignKey("conversions.id", ondelete="CASCADE"), index=True)
    touchpoint_id: Mapped[str | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="CASCADE"), index=True)
    credit: Mapped[float]
    value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    converted_at: Mapped[datetime]
    lookback_days: Mapped[int]
    half_life_days: Mapped[float]
    run_id: Mapped[str | None]

    __table_args__ = (Index(None, "model", "converted_at"),)


class CampaignAlias(Base):
    """What is known of a name beside the campaigns' own: people say that it means a campaign (`accepted`) or does not
    (`refused`), and a campaign that was renamed keeps the name it had (`former_name`).
    """

    __tablename__ = "campaign_aliases"

    name_key: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    decision: Mapped[str]
    name: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str | None]


class CreditedPath(Base):
    """From which facts the credits of a conversion were computed: equal fingerprints, equal credits."""

    __tablename__ = "credited_paths"

    conversion_id: Mapped[str] = mapped_column(ForeignKey("conversions.id", ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger)
