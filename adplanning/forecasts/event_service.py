"""Days that are out of the usual: what is planned, and what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, Select, or_, select
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.core.ids import new_id
from adplanning.forecasts import queries
from adplanning.forecasts.fields import EventFields, checked_event
from adplanning.store import facts, lists
from adplanning.store.tables.forecasts import PlannedEvent

EVENTS: Final = pl.Schema({"name": pl.String, "first_on": pl.Date, "last_on": pl.Date, "effect": pl.Float64})

ORDER: Final = ("first_on", "last_on", "name")


def add_event(session: Session, given: EventFields, *, now: datetime) -> PlannedEvent:
    """Keep a planned event, of one campaign or of all.

    Raises
    ------
    InvalidData : an end before the beginning.
    NotFound : there is no such campaign.
    """
    checked_event(given)
    if given.ad_campaign_id is not None:
        queries.require_campaigns(session, [given.ad_campaign_id])
    event = PlannedEvent(id=new_id("event"), created_at=now, **given.model_dump())
    session.add(event)
    session.flush()
    return event


def list_events(
    session: Session, ad_campaign_id: str | None = None, *, limit: int, offset: int
) -> tuple[list[PlannedEvent], int]:
    """One page of the events that concern a campaign, or of all, the latest days first; and how many there are."""
    query = _concerning(ad_campaign_id)
    page = query.order_by(PlannedEvent.first_on.desc(), PlannedEvent.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(page)), lists.total(session, query)


def delete_event(session: Session, event_id: str) -> None:
    """Forget an event; forecasts that were made with it stay as they are.

    Raises
    ------
    NotFound : there is none of that id.
    """
    found = session.get(PlannedEvent, event_id)
    if found is None:
        raise NotFound(f"id: there is no event {event_id!r}; GET /admin/ad-planning/events lists them")
    session.delete(found)
    session.flush()


def events_of(session: Session, ad_campaign_id: str | None) -> pl.DataFrame:
    """The events that a forecast goes by: a campaign's own and those of all; of the account, those of all.

    Returns
    -------
    One row per event, sorted: name, first_on, last_on, effect.
    """
    return all_events(session).filter(_concerns(ad_campaign_id)).drop("campaign_id")


def told_events(engine: Engine, ad_campaign_id: str | None, *, zone: ZoneInfo) -> pl.DataFrame:
    """The same with known_on, the day in the reporting zone on which each was told."""
    events = facts.read(engine, queries.planned_events().add_columns(queries.EVENT_TOLD_AT))[0]
    known_on = pl.col("created_at").dt.convert_time_zone(zone.key).dt.date().alias("known_on")
    return events.filter(_concerns(ad_campaign_id)).select(*EVENTS, known_on).sort(ORDER)


def all_events(session: Session) -> pl.DataFrame:
    """All events of the store, sorted: name, first_on, last_on, effect, campaign_id (null for all campaigns)."""
    return facts.read_within(session, queries.planned_events()).sort(ORDER)


def events_frame(events: Sequence[EventFields]) -> pl.DataFrame:
    """Events as formulas take them.

    Raises
    ------
    InvalidData : an end before the beginning.
    """
    rows = [(event.name, event.first_on, event.last_on, event.effect) for event in map(checked_event, events)]
    return pl.DataFrame(rows, schema=EVENTS, orient="row").sort(ORDER)


def _concerns(ad_campaign_id: str | None) -> pl.Expr:
    return pl.col("campaign_id").is_null() | (pl.col("campaign_id") == (ad_campaign_id or ""))


def _concerning(ad_campaign_id: str | None) -> Select[PlannedEvent]:
    query = select(PlannedEvent)
    if ad_campaign_id is None:
        return query
    return query.where(or_(PlannedEvent.ad_campaign_id.is_(None), PlannedEvent.ad_campaign_id == ad_campaign_id))
