"""What visitors did: conversions, journey events, goals and the events that met them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows of a condition only, in both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class Conversion(Base):
    """One conversion event; `value_minor` is in minor units of `currency`, null when it has no value.

    What was refunded is out of `value_minor` already and told in `refunded_minor`; a cancelled order counts nowhere.
    `referrer` is empty when the browser came from nowhere, and null when nobody said.
    """

    __tablename__ = "conversions"

    id: Mapped[str] = mapped_column(primary_key=True)
    conversion_type: Mapped[str]
    conversion_name: Mapped[str | None]
    website_id: Mapped[str | None]
    ad_campaign_id: Mapped[str | None]
    ad_set_id: Mapped[str | None]
    ad_id: Mapped[str | None]
    platform: Mapped[str]
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    utm_campaign: Mapped[str | None]
    utm_term: Mapped[str | None]
    utm_content: Mapped[str | None]
    attribution_model: Mapped[str]
    attribution_weight: Mapped[float]
    value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    order_id: Mapped[str | None]
    lead_id: Mapped[str | None]
    person_id: Mapped[str | None]
    visitor_id: Mapped[str] = mapped_column(index=True)
    session_id: Mapped[str | None]
    pathname: Mapped[str | None]
    event_id: Mapped[str | None]
    origin: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    is_bot: Mapped[bool]
    extra: Mapped[dict[str, Any] | None] = mapped_column("metadata")
    converted_at: Mapped[datetime]
    received_at: Mapped[datetime]
    referrer: Mapped[str | None]
    is_internal: Mapped[bool] = mapped_column(default=False, server_default=false())
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    cancelled_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "converted_at"),
        _partial("ix_conversions_person_id", "person_id", where="person_id IS NOT NULL"),
        _partial("ix_conversions_ad_campaign_id", "ad_campaign_id", "converted_at", where="ad_campaign_id IS NOT NULL"),
        _partial(
            "uq_conversions_purchase_order",
            "order_id",
            unique=True,
            where="conversion_type = 'purchase' AND order_id IS NOT NULL",
        ),
        _partial("uq_conversions_event", "website_id", "event_id", unique=True, where="event_id IS NOT NULL"),
    )


class JourneyEvent(Base):
    """One step of a visitor or person: a page view, an ad click, a letter opened.

    `referrer` is empty when the browser came from nowhere, and null when nobody said.
    """

    __tablename__ = "journey_events"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str | None]
    visitor_id: Mapped[str | None] = mapped_column(index=True)
    website_id: Mapped[str | None]
    session_id: Mapped[str | None]
    event_type: Mapped[str]
    event_name: Mapped[str | None]
    stage: Mapped[str]
    channel: Mapped[str | None]
    page_url: Mapped[str | None]
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    utm_campaign: Mapped[str | None]
    utm_term: Mapped[str | None]
    utm_content: Mapped[str | None]
    ad_campaign_id: Mapped[str | None]
    source_type: Mapped[str | None]
    source_id: Mapped[str | None]
    event_data: Mapped[dict[str, Any] | None]
    event_id: Mapped[str | None]
    origin: Mapped[str]
    is_bot: Mapped[bool]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    referrer: Mapped[str | None]
    is_internal: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index(None, "occurred_at"),
        _partial("ix_journey_events_person_id", "person_id", where="person_id IS NOT NULL"),
        _partial("uq_journey_events_event", "website_id", "event_id", unique=True, where="event_id IS NOT NULL"),
    )


class Goal(Base):
    """What the shop wants visitors to do, as conditions on their events.

    How its completions are credited may be set: `lookback_days`, `half_life_days`, and the weights of the first and
    the last touchpoint; null is the usual.
    """

    __tablename__ = "goals"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    goal_type: Mapped[str]
    conditions: Mapped[dict[str, Any]]
    default_value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    value_from_event: Mapped[bool]
    is_active: Mapped[bool]
    website_id: Mapped[str | None]
    priority: Mapped[int]
    lookback_days: Mapped[int | None]
    half_life_days: Mapped[float | None]
    first_weight: Mapped[float | None]
    last_weight: Mapped[float | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column("metadata")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class GoalCompletion(Base):
    """One event that met one goal; either the conversion or the journey event is named."""

    __tablename__ = "goal_completions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    goal_id: Mapped[str] = mapped_column(ForeignKey("goals.id", ondelete="CASCADE"))
    conversion_id: Mapped[str | None] = mapped_column(ForeignKey("conversions.id", ondelete="CASCADE"), index=True)
    journey_event_id: Mapped[str | None] = mapped_column(
        ForeignKey("journey_events.id", ondelete="CASCADE"), index=True
    )
    value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    completed_at: Mapped[datetime]

    __table_args__ = (Index(None, "goal_id", "completed_at"),)
