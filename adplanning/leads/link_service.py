"""What a lead is linked with: the campaign that brought it and the person who left it.

Its conversion, the step of the journey and the touchpoint that it became are linked alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from adplanning.core.stand_ins import stand_in
from adplanning.core.vocabulary import ResolutionMethod
from adplanning.leads import queries
from adplanning.leads.arrivals import AdPlace, NewLead
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.people import Visitor

_TOUCHPOINTS, _STEPS = TABLES["touchpoints"], TABLES["journey_events"]
_PLACE_IDS = ("platform_campaign_id", "platform_ad_set_id", "platform_ad_id")


def step_of(conversion_id: str) -> str:
    """The step of the journey that mirrors a lead's conversion: under the same number.

    >>> step_of("conv_018f")
    'jour_018f'
    """
    return f"jour{conversion_id.removeprefix('conv')}"


def visitor_of(lead_id: str, person_id: str | None) -> str:
    """The visitor of a lead, which names no browser: the one that stands for its person, else one of its own.

    >>> visitor_of("lead_1", "person_1"), visitor_of("lead_1", None)
    ('order:person_1', 'lead:lead_1')
    """
    return f"lead:{lead_id}" if person_id is None else stand_in(person_id)


def places_of(session: Session, leads: Sequence[NewLead]) -> list[AdPlace | None]:
    """The campaign, ad set and ad of each lead; None where the store does not know them yet.

    The deepest of the platform's ids that is known tells; where the platform gave no id of a campaign, its name does,
    if it is exactly one campaign's.
    """
    by_ad = queries.places_of_ads(session, _told(lead.platform_ad_id for lead in leads))
    by_ad_set = queries.places_of_ad_sets(session, _told(lead.platform_ad_set_id for lead in leads))
    by_campaign = queries.places_of_campaigns(session, _told(lead.platform_campaign_id for lead in leads))
    unnumbered = (lead.campaign_name for lead in leads if lead.platform_campaign_id is None)
    by_name = queries.places_of_names(session, _told(unnumbered))
    return [
        by_ad.get(lead.platform_ad_id or "")
        or by_ad_set.get(lead.platform_ad_set_id or "")
        or by_campaign.get(lead.platform_campaign_id or "")
        or (by_name.get(lead.campaign_name or "") if lead.platform_campaign_id is None else None)
        for lead in leads
    ]


def link_leads(session: Session) -> int:
    """Link all leads that lack a campaign or an ad with those that the store knows by now; answer how many are."""
    lacking = or_(
        Lead.ad_campaign_id.is_(None) & (Lead.campaign_name.is_not(None) | Lead.is_organic.is_not(True)),
        Lead.ad_id.is_(None) & Lead.ad_name.is_not(None),
    )
    query = select(Lead, Conversion).join_from(Lead, Conversion, Conversion.id == Lead.conversion_id).where(lacking)
    found = [(lead, conversion) for lead, conversion in session.execute(query.order_by(Lead.id))]
    return _link(session, found)


def learn_places(session: Session, told: Sequence[tuple[Lead, NewLead]]) -> None:
    """Link known leads that lack a campaign or an ad by what the platform tells of them anew."""
    lacking = {lead.conversion_id: (lead, anew) for lead, anew in told if lead.conversion_id and lead.ad_id is None}
    pairs = []
    for conversion in queries.conversions_of(session, _told(lacking)):
        lead, anew = lacking[conversion.id]
        conversion.extra = (conversion.extra or {}) | platform_ids(anew) or None
        pairs.append((lead, conversion))
    _link(session, pairs)


def platform_ids(told: NewLead) -> dict[str, str]:
    """The platform's own ids of a lead's form, campaign, ad set and ad, which its conversion keeps as metadata."""
    ids = {name: getattr(told, name) for name in ("form_id", *_PLACE_IDS)}
    return {name: value for name, value in ids.items() if value is not None}


def mark_touchpoints(session: Session, places: Mapping[str, AdPlace]) -> None:
    """Let the touchpoints that leads began name the ad that the platform told, unless people have linked them.

    Parameters
    ----------
    places : by the id of the step that mirrors the lead; see `step_of`.
    """
    c = _TOUCHPOINTS.c
    marking = (
        update(_TOUCHPOINTS)
        .where(
            c.analytics_session_id == bindparam("step_id"),
            or_(c.ad_campaign_id.is_(None), c.ad_campaign_id == bindparam("campaign_id")),
        )
        .values(
            ad_campaign_id=bindparam("campaign_id"),
            ad_set_id=bindparam("its_ad_set_id"),
            ad_id=bindparam("its_ad_id"),
            is_resolved=True,
            resolution_confidence=1.0,
            resolution_method=ResolutionMethod.manual.value,
        )
    )
    rows = [
        {
            "step_id": step_id,
            "campaign_id": place.campaign_id,
            "its_ad_set_id": place.ad_set_id,
            "its_ad_id": place.ad_id,
        }
        for step_id, place in places.items()
    ]
    if rows:
        session.connection().execute(marking, rows)


def hand_over(session: Session, lead: Lead, person_id: str | None) -> None:
    """Make a lead another person's, or nobody's, with all that it became."""
    lead.person_id = person_id
    if lead.conversion_id is None:
        return
    visitor_id = visitor_of(lead.id, person_id)
    _see_visitor(session, visitor_id, person_id, lead.submitted_at)
    step_id = step_of(lead.conversion_id)
    owner = {"person_id": person_id, "visitor_id": visitor_id}
    session.execute(update(Conversion).where(Conversion.id == lead.conversion_id).values(owner))
    session.execute(update(JourneyEvent).where(JourneyEvent.id == step_id).values(owner))
    session.execute(update(Touchpoint).where(Touchpoint.analytics_session_id == step_id).values(visitor_id=visitor_id))


def _see_visitor(session: Session, visitor_id: str, person_id: str | None, at: datetime) -> None:
    if session.get(Visitor, visitor_id) is None:
        linked_at = None if person_id is None else at
        session.add(Visitor(id=visitor_id, person_id=person_id, linked_at=linked_at, first_seen_at=at))
        session.flush()


def _link(session: Session, pairs: Sequence[tuple[Lead, Conversion]]) -> int:
    found = places_of(session, [_arrival(lead, conversion) for lead, conversion in pairs])
    linked: dict[str, AdPlace] = {}
    for (lead, conversion), place in zip(pairs, found, strict=True):
        if place is not None and _fill(lead, place):
            _fill(conversion, place)
            linked[step_of(conversion.id)] = place
    steps = [{"step_id": step_id, "campaign_id": place.campaign_id} for step_id, place in linked.items()]
    if steps:
        of_step = update(_STEPS).where(_STEPS.c.id == bindparam("step_id"))
        session.connection().execute(of_step.values(ad_campaign_id=bindparam("campaign_id")), steps)
    mark_touchpoints(session, linked)
    session.flush()
    return len(linked)


def _fill(linked: Lead | Conversion, place: AdPlace) -> bool:
    """Write down what was unknown of a place, unless another campaign is known; answer whether there was any."""
    if linked.ad_campaign_id not in (None, place.campaign_id):
        return False
    ours = {"ad_campaign_id": place.campaign_id, "ad_set_id": place.ad_set_id, "ad_id": place.ad_id}
    gained = {name: value for name, value in ours.items() if value is not None and getattr(linked, name) is None}
    for name, value in gained.items():
        setattr(linked, name, value)
    return bool(gained)


def _arrival(lead: Lead, conversion: Conversion) -> NewLead:
    """What the platform told of a stored lead's campaign."""
    told = conversion.extra or {}
    return NewLead(
        submitted_at=lead.submitted_at,
        campaign_name=lead.campaign_name,
        platform_campaign_id=told.get("platform_campaign_id"),
        platform_ad_set_id=told.get("platform_ad_set_id"),
        platform_ad_id=told.get("platform_ad_id"),
    )


def _told(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value is not None]
