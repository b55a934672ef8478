"""What happens when the shop tells an order: its person, its purchase, the step on their way, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session

from adplanning.conversions.order_fields import CustomerFields, OrderFields
from adplanning.conversions.service import goal_rules, hold_against_goals
from adplanning.core.fields import minor_units
from adplanning.core.ids import new_id
from adplanning.core.periods import parse_instant
from adplanning.core.settings import Settings
from adplanning.core.stand_ins import stand_in
from adplanning.core.vocabulary import (
    AttributionModel,
    ConversionType,
    JourneyEventType,
    Origin,
    Platform,
)
from adplanning.journeys.stages import stage_of_event
from adplanning.leads.contacts import Contact, name_parts, phone_key
from adplanning.leads.link_service import step_of
from adplanning.people.erasures import ANONYMOUS
from adplanning.people.held_service import touchpoints_of
from adplanning.people.service import checked_email, email_key
from adplanning.scores.scoring_service import refresh_scores
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.people import Person, Visitor
from adplanning.tracking.events import NewConversion, NewJourneyEvent
from adplanning.workflows.event_tracked import track
from adplanning.workflows.lead_persons import of_erased

SOURCE: Final = "order"
# One of two orders of a new customer at the same moment finds the other's person.
_MAKE_PERSON = text(
    "INSERT INTO persons (id, email, email_key, created_at, updated_at)"
    " VALUES (:id, :email, :email_key, :since, :now) ON CONFLICT (email_key) DO NOTHING"
)
_CAMPAIGN: Final = ("ad_campaign_id", "ad_set_id", "ad_id")
_TAGS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


@dataclass(frozen=True)
class OrderPlaced:
    """An order's purchase, who placed it, and the touchpoint that led to it; null where nobody knows.

    `has_changed` is false for one that was known and confirmed already.
    """

    conversion: Conversion
    person: Person | None
    touchpoint: Touchpoint | None
    has_changed: bool


@dataclass(frozen=True)
class _Told:
    """An order as it was told, in the values that the store keeps."""

    fields: OrderFields
    value_minor: int
    placed_at: datetime
    now: datetime


def place_order(session: Session, fields: OrderFields, *, settings: Settings, now: datetime) -> OrderPlaced:
    """Take an order in once, by its order_id.

    A new one becomes a confirmed purchase of the person of its e-mail, who is made where nobody has that e-mail; empty
    fields of a known person are filled. One that only a browser has claimed so far is confirmed, and its value,
    currency and person are corrected, as `imports.orders` does. Any other is a repeat and changes nothing. A person who
    was erased is not made again: their order counts, and is nobody's.

    The purchase bears the campaign and tags of its touchpoint: the last one of its session, else the person's own last
    one at or before the order; never another person's.

    Parameters
    ----------
    session : one that writes.
    settings : the environment's zone is that of a time without an offset; currency, zone and which purchases count in
        the person's scores.
    now : when it came in.

    Raises
    ------
    InvalidData : an e-mail that is none, an amount or a time that cannot be kept.
    """
    email = checked_email(fields.email)
    value_minor = minor_units(fields.total, fields.currency, field="total") or 0
    told = _Told(fields, value_minor, parse_instant(fields.placed_at, settings.start_zone, field="placed_at"), now)
    conversion = _known(session, fields.order_id)
    if conversion is not None and not _is_claim(conversion):
        return _repeated(session, conversion)
    person = _buyer(session, email, told)
    person_id = None if person is None else person.id
    if conversion is None:
        visitor_id = fields.visitor_id or _visitor_of_session(session, fields.session_id, person_id)
        [tracked] = track(session.connection(), [_purchase(told, person_id, visitor_id)], goals=goal_rules(session))
        conversion = session.get_one(Conversion, tracked.id)
        if tracked.duplicate and not _is_claim(conversion):
            return _repeated(session, conversion)
    if _is_claim(conversion):
        _confirm(session, conversion, told, person_id)
    touchpoint = _touchpoint_of(session, conversion)
    if touchpoint is not None:
        _bear_campaign(conversion, touchpoint)
    session.flush()
    track(session.connection(), [_step(conversion, now)], goals=())
    if person_id is not None:
        refresh_scores(
            session,
            [person_id],
            as_of=now,
            currency=settings.currency,
            zone=settings.zone,
            public_revenue=settings.public_revenue,
        )
    return OrderPlaced(conversion, person, touchpoint, has_changed=True)


def _known(session: Session, order_id: str) -> Conversion | None:
    purchase = Conversion.conversion_type == ConversionType.purchase.value
    return session.scalar(select(Conversion).where(purchase, Conversion.order_id == order_id).with_for_update())


def _is_claim(conversion: Conversion) -> bool:
    return conversion.origin == Origin.web.value and conversion.confirmed_at is None


def _repeated(session: Session, conversion: Conversion) -> OrderPlaced:
    person = None if conversion.person_id is None else session.get(Person, conversion.person_id)
    return OrderPlaced(conversion, person, _touchpoint_of(session, conversion), has_changed=False)


def _buyer(session: Session, email: str, order: _Told) -> Person | None:
    """The person of an e-mail, made where there is none; None for somebody who was erased."""
    customer, now = order.fields.customer or CustomerFields(), order.now
    if any(of_erased(session, [Contact(None, email, phone_key(customer.phone or ""))])):
        return None
    key = email_key(email)
    since = to_micros(order.placed_at)
    made = {"id": new_id("person"), "email": email, "email_key": key, "since": since, "now": to_micros(now)}
    session.execute(_MAKE_PERSON, made)
    person = session.scalars(select(Person).where(Person.email_key == key).with_for_update()).one()
    gained = {name: told for name, told in _told_of(customer, person).items() if told and getattr(person, name) is None}
    for name, value in gained.items():
        setattr(person, name, value)
    if gained:
        person.updated_at = now
    session.flush()
    return person


def _told_of(customer: CustomerFields, person: Person) -> Mapping[str, str | None]:
    told = customer.model_dump(exclude={"name"})
    if not any((customer.first_name, customer.last_name, person.first_name, person.last_name)):
        told["first_name"], told["last_name"] = name_parts(customer.name)
    return told


def _visitor_of_session(session: Session, session_id: str | None, person_id: str | None) -> str:
    """The browser of the session, unless another person uses it; else one that stands for the buyer."""
    if session_id is not None:
        found = select(Touchpoint.visitor_id).where(Touchpoint.analytics_session_id == session_id)
        visitor_id = session.scalar(found)
        visitor = None if visitor_id is None else session.get(Visitor, visitor_id)
        if visitor_id is not None and (visitor is None or visitor.person_id in (None, person_id)):
            return visitor_id
    return stand_in(person_id or new_id(ANONYMOUS.rstrip("_")))


def _purchase(order: _Told, person_id: str | None, visitor_id: str) -> NewConversion:
    return NewConversion(
        id=new_id("conv"),
        conversion_type=ConversionType.purchase.value,
        conversion_name=None,
        website_id=None,
        ad_campaign_id=None,
        ad_set_id=None,
        ad_id=None,
        platform=Platform.direct.value,
        utm_source=None,
        utm_medium=None,
        utm_campaign=None,
        utm_term=None,
        utm_content=None,
        attribution_model=AttributionModel.last_click.value,
        attribution_weight=1.0,
        value_minor=order.value_minor,
        currency=order.fields.currency,
        order_id=order.fields.order_id,
        lead_id=None,
        person_id=person_id,
        visitor_id=visitor_id,
        session_id=order.fields.session_id,
        pathname=None,
        event_id=None,
        origin=Origin.admin.value,
        confirmed_at=to_micros(order.now),
        is_bot=False,
        metadata=None,
        converted_at=to_micros(order.placed_at),
        received_at=to_micros(order.now),
    )


def _confirm(session: Session, conversion: Conversion, order: _Told, person_id: str | None) -> None:
    """Let the shop's word stand over the browser's."""
    conversion.value_minor = max(order.value_minor - conversion.refunded_minor, 0)
    conversion.currency = order.fields.currency
    conversion.person_id = person_id or conversion.person_id
    conversion.confirmed_at = order.now
    session.flush()
    hold_against_goals(session, [conversion])


def _touchpoint_of(session: Session, conversion: Conversion) -> Touchpoint | None:
    """The last touchpoint of the purchase's session, else of its person or, without one, of nobody."""
    person_id = conversion.person_id
    if person_id is not None:
        reached: ColumnElement[bool] = Touchpoint.id.in_(touchpoints_of(session, person_id))
    elif conversion.session_id is not None:
        reached = (Touchpoint.visitor_id == conversion.visitor_id) & _is_of_session(conversion.session_id)
    else:
        return None
    counted = (Touchpoint.is_bot.is_(False), Touchpoint.is_internal.is_(False))
    before = Touchpoint.session_started_at <= conversion.converted_at
    last = (Touchpoint.session_started_at.desc(), Touchpoint.id.desc())
    of_session = _is_of_session(conversion.session_id or "")
    return session.scalar(
        select(Touchpoint).where(reached, before, *counted).order_by(of_session.desc(), *last).limit(1)
    )


def _is_of_session(session_id: str) -> ColumnElement[bool]:
    key = Touchpoint.analytics_session_id
    return or_(key == session_id, key.startswith(f"{session_id}#", autoescape=True))


def _bear_campaign(conversion: Conversion, touchpoint: Touchpoint) -> None:
    """Write down where the buyer came from, unless the purchase itself told so."""
    if conversion.ad_campaign_id is None and conversion.utm_source is None:
        for name in (*_CAMPAIGN, *_TAGS, "platform"):
            setattr(conversion, name, getattr(touchpoint, name))
    if conversion.website_id is None:
        conversion.website_id = touchpoint.website_id


def _step(conversion: Conversion, now: datetime) -> NewJourneyEvent:
    """The step of the journey that mirrors the purchase, under the same number."""
    event_type = JourneyEventType.purchase
    return NewJourneyEvent(
        id=step_of(conversion.id),
        person_id=conversion.person_id,
        visitor_id=conversion.visitor_id,
        website_id=conversion.website_id,
        session_id=conversion.session_id,
        event_type=event_type.value,
        event_name=conversion.conversion_name,
        stage=stage_of_event(event_type).value,
        channel=None,
        page_url=conversion.pathname,
        **{name: getattr(conversion, name) for name in _TAGS},
        ad_campaign_id=conversion.ad_campaign_id,
        source_type=SOURCE,
        source_id=conversion.order_id,
        event_data=None,
        event_id=None,
        origin=Origin.admin.value,
        is_bot=conversion.is_bot,
        occurred_at=to_micros(conversion.converted_at),
        received_at=to_micros(now),
    )
