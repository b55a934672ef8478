"""The form in which events reach the store, from the public, an admin or an import."""

from __future__ import annotations

from typing import NamedTuple


class NewConversion(NamedTuple):
    """A row of `conversions` in the columns' order: instants in microseconds, JSON as text."""

    id: str
    conversion_type: str
    conversion_name: str | None
    website_id: str | None
    ad_campaign_id: str | None
    ad_set_id: str | None
    ad_id: str | None
    platform: str
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    attribution_model: str
    attribution_weight: float
    value_minor: int | None
    currency: str
    order_id: str | None
    lead_id: str | None
    person_id: str | None
    visitor_id: str
    session_id: str | None
    pathname: str | None
    event_id: str | None
    origin: str
    confirmed_at: int | None
    is_bot: bool
    metadata: str | None
    converted_at: int
    received_at: int
    referrer: str | None = None
    is_internal: bool = False
    refunded_minor: int = 0
    cancelled_at: int | None = None

    @property
    def at(self) -> int:
        """When it happened."""
        return self.converted_at

    @property
    def page(self) -> str | None:
        """Where it happened."""
        return self.pathname


class NewJourneyEvent(NamedTuple):
    """A row of `journey_events` in the columns' order: instants in microseconds, JSON as text."""

    id: str
    person_id: str | None
    visitor_id: str | None
    website_id: str | None
    session_id: str | None
    event_type: str
    event_name: str | None
    stage: str
    channel: str | None
    page_url: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    ad_campaign_id: str | None
    source_type: str | None
    source_id: str | None
    event_data: str | None
    event_id: str | None
    origin: str
    is_bot: bool
    occurred_at: int
    received_at: int
    referrer: str | None = None
    is_internal: bool = False

    @property
    def at(self) -> int:
        """When it happened."""
        return self.occurred_at

    @property
    def page(self) -> str | None:
        """Where it happened."""
        return self.page_url


NewEvent = NewConversion | NewJourneyEvent
