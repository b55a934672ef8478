"""What bears on one customer's timeline: the few of all events that can be theirs, read inside a transaction."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import JourneyEventType, JourneyStage, PublicRevenue
from adplanning.journeys.queries import step_of_conversion
from adplanning.people import identity_queries
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events, mirrors_nothing
from adplanning.store.tables.catalogue import TABLES

_STEPS, _CONVERSIONS, _FEEDBACK = TABLES["journey_events"].c, TABLES["conversions"].c, TABLES["feedback"].c
_RATES: Final = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])


def entries_of_person(
    session: Session, person_id: str, *, public_revenue: PublicRevenue
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All that can be a person's, and the sightings that tell what is; see `entry_statement` for the columns."""
    reach = identity_queries.around([person_id])
    statement = entry_statement(
        identity_queries.theirs(TABLES["journey_events"], reach, [person_id]),
        identity_queries.theirs(TABLES["conversions"], reach, [person_id]),
        public_revenue=public_revenue,
        person_id=person_id,
    )
    return facts.read_within(session, statement), facts.read_within(session, reach.sightings)


def entries_of_visitor(session: Session, visitor_id: str, *, public_revenue: PublicRevenue) -> pl.DataFrame:
    """All that was done on one browser, by whomever."""
    statement = entry_statement(
        _STEPS.visitor_id == visitor_id,
        _CONVERSIONS.visitor_id == visitor_id,
        public_revenue=public_revenue,
        person_id=None,
    )
    return facts.read_within(session, statement)


def sightings_of_visitor(session: Session, visitor_id: str) -> pl.DataFrame:
    """What tells whose one browser is."""
    return facts.read_within(session, identity_queries.near([visitor_id]).sightings)


def currency_rates(session: Session) -> pl.DataFrame:
    """All rates, as `core.money.in_reporting_currency` takes them."""
    return facts.read_within(session, _RATES)


def entry_statement(
    of_steps: ColumnElement[bool],
    of_conversions: ColumnElement[bool],
    *,
    public_revenue: PublicRevenue,
    person_id: str | None,
) -> Select[Any]:
    """The SELECT of what a timeline may list: counted steps and conversions, and what a person has said.

    Columns: kind, id, visitor_id, person_id, occurred_at, stage, event_type, value_minor, currency. A conversion that
    is a lead's is of the kind lead; a step that mirrors one of the others is left out.

    Parameters
    ----------
    of_steps, of_conversions : the conditions on `journey_events` and `conversions` that a row can be theirs.
    person_id : whose feedback; nobody's when None.
    """
    # The conversions come first: their columns tell the types of all.
    conversions = select(
        case((_CONVERSIONS.lead_id.is_not(None), literal("lead")), else_=literal("conversion")).label("kind"),
        _CONVERSIONS.id,
        _CONVERSIONS.visitor_id,
        _CONVERSIONS.person_id,
        _CONVERSIONS.converted_at.label("occurred_at"),
        *step_of_conversion(otherwise=_CONVERSIONS.conversion_type),
        _CONVERSIONS.value_minor,
        _CONVERSIONS.currency,
    ).where(*counted_conversions(public_revenue), of_conversions)
    steps = select(
        literal("journey_event"),
        *(_STEPS[name] for name in ("id", "visitor_id", "person_id", "occurred_at", "stage", "event_type")),
        null(),
        null(),
    ).where(*counted_events("journey_events"), mirrors_nothing(), _is_own_opinion(), of_steps)
    said = select(
        literal("feedback"),
        _FEEDBACK.id,
        null(),
        _FEEDBACK.person_id,
        _FEEDBACK.given_at,
        literal(str(JourneyStage.retention)),
        literal(str(JourneyEventType.feedback)),
        null(),
        null(),
    ).where(_FEEDBACK.person_id == person_id)
    return select(union_all(conversions, steps, said).subquery())


def _is_own_opinion() -> ColumnElement[bool]:
    """The condition that a journey event is not the mirror of a row of `feedback`."""
    said = exists().where(_FEEDBACK.id == _STEPS.source_id)
    is_mirror = and_(_STEPS.event_type == JourneyEventType.feedback, _STEPS.source_type == "feedback", said)
    return or_(_STEPS.source_type.is_(None), not_(is_mirror))
