"""What happens when leads come in: each is stored once, and becomes a person, a step of a journey and a conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from adplanning.conversions.service import goal_rules
from adplanning.core.fields import json_text
from adplanning.core.ids import new_ids
from adplanning.core.vocabulary import (
    AttributionModel,
    ConversionType,
    JourneyChannel,
    JourneyEventType,
    LeadStatus,
    Origin,
)
from adplanning.journeys.stages import stage_of_event
from adplanning.leads.arrivals import AdPlace, NewLead
from adplanning.leads.contacts import Contact, contact_of
from adplanning.leads.known_service import known_leads, lock_arrivals
from adplanning.leads.link_service import (
    hand_over,
    learn_places,
    mark_touchpoints,
    places_of,
    platform_ids,
    step_of,
    visitor_of,
)
from adplanning.people.erasure_service import erased_among, remember_erased
from adplanning.people.erasures import ErasedKind
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.leads import Lead
from adplanning.tracking.events import NewConversion, NewEvent, NewJourneyEvent
from adplanning.workflows.event_tracked import track
from adplanning.workflows.lead_persons import of_erased, persons_of

# As Meta's own ads tag their links; without it a click from Facebook counts as unpaid.
_PAID = "paid_social"
_CHANNELS: Mapping[bool | None, str] = {True: JourneyChannel.ad.value, False: JourneyChannel.social.value}
# What the platform may tell later, when it told nothing before.
_TOLD = ("form_id", "form_name", "page_id", "campaign_name", "ad_set_name", "ad_name", "is_organic")


class Received(NamedTuple):
    """How many leads were new, how many were there already, and how many of both are of persons who were erased."""

    n_new: int
    n_known: int
    n_erased: int


class _Arrival(NamedTuple):
    """A new lead with what was found out about it, under the ids that it gets."""

    lead_id: str
    conversion_id: str
    told: NewLead
    contact: Contact
    person_id: str | None
    place: AdPlace | None
    is_erased: bool


def receive_leads(session: Session, leads: Sequence[NewLead], *, currency: str, now: datetime) -> Received:
    """Take leads in, in the caller's transaction.

    A lead is the same as one of its platform's id, or without an id as one of its `fingerprint`. A new one belongs to
    the person of its e-mail, else of its phone, else to a person made of it; without e-mail and phone to nobody. It
    becomes a step `lead_capture` of the journey and a conversion `lead_form_submission` at the time when it was left,
    without a value until it has converted (`workflows.lead_changed`). One that is known gains what nobody had told
    before and loses nothing: no status, no note, no known value.

    A lead with the e-mail or phone of somebody who was erased is counted without its answers and is nobody's; one that
    was erased itself is known, and gains nothing.

    Parameters
    ----------
    session : one that writes.
    leads : in any order; the first of several equal ones counts.
    currency : of the amounts that people will give for them.
    now : when they came in.

    Returns
    -------
    n_new + n_known = the number of leads given.
    """
    lock_arrivals(session)
    by_id = known_leads(session, Lead.platform_lead_id, (n.platform_lead_id for n in leads if n.platform_lead_id))
    by_print = known_leads(session, Lead.fingerprint, (n.fingerprint for n in leads if n.fingerprint))
    hidden = of_erased(session, [contact_of(told.answers) for told in leads])
    known: list[tuple[Lead, NewLead]] = []
    fresh: dict[str, tuple[NewLead, bool]] = {}
    for told, is_hidden in zip(leads, hidden, strict=True):
        key = told.platform_lead_id or str(told.fingerprint)
        stored = by_id.get(key) or by_print.get(key)
        bare = replace(told, answers={}) if is_hidden else told
        if stored is None:
            fresh.setdefault(key, (bare, is_hidden))
        elif stored.erased_at is None:
            known.append((stored, bare))
    for key in erased_among(session, ErasedKind.lead, fresh):
        del fresh[key]
    erased = [(ErasedKind.lead, key) for key, (_, is_hidden) in fresh.items() if is_hidden]
    if erased:
        remember_erased(session, erased, now=now)
    _take_in(session, list(fresh.values()), currency=currency, now=now)
    _enrich(session, known, now=now)
    return Received(n_new=len(fresh), n_known=len(leads) - len(fresh), n_erased=sum(hidden))


def _take_in(session: Session, fresh: Sequence[tuple[NewLead, bool]], *, currency: str, now: datetime) -> None:
    if not fresh:
        return
    leads = [told for told, _ in fresh]
    contacts = [contact_of(told.answers) for told in leads]
    since = [told.submitted_at for told in leads]
    arrivals = [
        _Arrival(*parts)
        for parts in zip(
            new_ids("lead", len(leads)),
            new_ids("conv", len(leads)),
            leads,
            contacts,
            persons_of(session, contacts, since=since, now=now),
            places_of(session, leads),
            [is_erased for _, is_erased in fresh],
            strict=True,
        )
    ]
    session.flush()
    events: list[NewEvent] = []
    for arrival in arrivals:
        events += [_conversion(arrival, currency, now), _step(arrival, now)]
    track(session.connection(), events, goals=goal_rules(session))
    mark_touchpoints(session, {step_of(its.conversion_id): its.place for its in arrivals if its.place is not None})
    session.add_all(_lead(arrival, currency, now) for arrival in arrivals)
    session.flush()


def _enrich(session: Session, known: Sequence[tuple[Lead, NewLead]], *, now: datetime) -> None:
    """Add what was not told before; a lead whose e-mail or phone comes to light gets its person."""
    reachable: list[Lead] = []
    for lead, told in known:
        gained = _gain(lead, told)
        if gained:
            lead.updated_at = now
        if lead.person_id is None and gained & {"email", "phone"}:
            reachable.append(lead)
    contacts = [Contact(lead.full_name, lead.email, lead.phone) for lead in reachable]
    owners = persons_of(session, contacts, since=[lead.submitted_at for lead in reachable], now=now)
    session.flush()
    for lead, person_id in zip(reachable, owners, strict=True):
        hand_over(session, lead, person_id)
    learn_places(session, known)


def _gain(lead: Lead, told: NewLead) -> set[str]:
    """Write down what was unknown of a lead; answer the names of what it was."""
    news = {name: getattr(told, name) for name in _TOLD} | contact_of(told.answers)._asdict()
    gained = {name: value for name, value in news.items() if value is not None and getattr(lead, name) is None}
    answers = {name: list(values) for name, values in told.answers.items() if name not in lead.answers}
    if answers:
        gained["answers"] = lead.answers | answers
    for name, value in gained.items():
        setattr(lead, name, value)
    return set(gained)


def _lead(arrival: _Arrival, currency: str, now: datetime) -> Lead:
    told, place = arrival.told, arrival.place
    return Lead(
        id=arrival.lead_id,
        platform=told.platform.value,
        platform_lead_id=told.platform_lead_id,
        fingerprint=None if arrival.is_erased else told.fingerprint,
        ad_campaign_id=place and place.campaign_id,
        ad_set_id=place and place.ad_set_id,
        ad_id=place and place.ad_id,
        **{name: getattr(told, name) for name in _TOLD},
        **arrival.contact._asdict(),
        answers={name: list(values) for name, values in told.answers.items()},
        status=LeadStatus.new.value,
        currency=currency,
        person_id=arrival.person_id,
        conversion_id=arrival.conversion_id,
        submitted_at=told.submitted_at,
        received_at=now,
        updated_at=now,
        erased_at=now if arrival.is_erased else None,
    )


def _conversion(arrival: _Arrival, currency: str, now: datetime) -> NewConversion:
    told, place = arrival.told, arrival.place
    return NewConversion(
        id=arrival.conversion_id,
        conversion_type=ConversionType.lead_form_submission.value,
        conversion_name=told.form_name,
        website_id=None,
        ad_campaign_id=place and place.campaign_id,
        ad_set_id=place and place.ad_set_id,
        ad_id=place and place.ad_id,
        platform=told.platform.value,
        **_tags(told),
        attribution_model=AttributionModel.last_click.value,
        attribution_weight=1.0,
        value_minor=None,
        currency=currency,
        order_id=None,
        lead_id=arrival.lead_id,
        person_id=arrival.person_id,
        visitor_id=visitor_of(arrival.lead_id, arrival.person_id),
        session_id=None,
        pathname=None,
        event_id=None,
        origin=Origin.admin.value,
        confirmed_at=None,
        is_bot=False,
        metadata=json_text(platform_ids(told) or None),
        converted_at=to_micros(told.submitted_at),
        received_at=to_micros(now),
    )


def _step(arrival: _Arrival, now: datetime) -> NewJourneyEvent:
    told, place = arrival.told, arrival.place
    event_type = JourneyEventType.lead_capture
    return NewJourneyEvent(
        id=step_of(arrival.conversion_id),
        person_id=arrival.person_id,
        visitor_id=visitor_of(arrival.lead_id, arrival.person_id),
        website_id=None,
        session_id=None,
        event_type=event_type.value,
        event_name=told.form_name,
        stage=stage_of_event(event_type).value,
        channel=_CHANNELS.get(told.is_from_ad),
        page_url=None,
        **_tags(told),
        ad_campaign_id=place and place.campaign_id,
        source_type="lead",
        source_id=arrival.lead_id,
        event_data=None,
        event_id=None,
        origin=Origin.admin.value,
        is_bot=False,
        occurred_at=to_micros(told.submitted_at),
        received_at=to_micros(now),
    )


def _tags(told: NewLead) -> dict[str, Any]:
    """The lead's origin as the UTM tags of a link would tell it."""
    return {
        "utm_source": told.source or told.platform.value,
        "utm_medium": _PAID if told.is_from_ad else None,
        "utm_campaign": told.campaign_name,
        "utm_term": None,
        "utm_content": told.ad_name,
    }
