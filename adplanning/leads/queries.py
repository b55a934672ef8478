"""Leads as lists, and the campaigns, ad sets and ads that the platform calls by its own numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from adplanning.core.names import name_key
from adplanning.core.periods import Period
from adplanning.leads.arrivals import AdPlace
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.ads import Ad, AdSet, Campaign
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.leads import Lead

_LEADS = TABLES["leads"].c
LEAD_ORDERS: Orders = {
    **{
        name: [_LEADS[name]]
        for name in ("submitted_at", "status", "full_name", "email", "campaign_name", "form_name", "assigned_to")
    },
    "estimated_value": [_LEADS.currency, _LEADS.estimated_value_minor],
    "actual_value": [_LEADS.currency, _LEADS.actual_value_minor],
}
_TEXTS = [
    _LEADS[name]
    for name in ("full_name", "email", "phone", "form_name", "campaign_name", "notes", "platform_lead_id", "id")
]
# Both databases bound how many values a statement may have.
SLICE = 5000


def matching_leads(filters: Mapping[str, str | None], period: Period, *, search: str | None = None) -> Select[Lead]:
    """The SELECT of a list: every filter given must hold, and the lead was left in the period.

    With `search`, one of the texts that a person knows a lead by must hold it; see `spellings`.
    """
    query = select(Lead).where(*containing(_TEXTS, search), *in_period(period))
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(Lead, name) == value)
    return query


def in_period(period: Period) -> list[ColumnElement[bool]]:
    """The condition that a lead was left in a period."""
    conditions = []
    if period.start is not None:
        conditions.append(Lead.submitted_at >= period.start)
    if period.end is not None:
        conditions.append(Lead.submitted_at < period.end)
    return conditions


def conversions_of(session: Session, ids: Iterable[str]) -> Iterator[Conversion]:
    """The conversions of some ids."""
    for part in slices(ids):
        yield from session.scalars(select(Conversion).where(Conversion.id.in_(part)))


def places_of_campaigns(session: Session, platform_ids: Iterable[str]) -> dict[str, AdPlace]:
    """The campaigns that the platform calls so, by its ids."""
    return _places(
        session, select(Campaign.platform_campaign_id, Campaign.id).order_by(Campaign.id.desc()), platform_ids
    )


def places_of_ad_sets(session: Session, platform_ids: Iterable[str]) -> dict[str, AdPlace]:
    """The same of ad sets."""
    query = select(AdSet.platform_ad_set_id, AdSet.campaign_id, AdSet.id).order_by(AdSet.id.desc())
    return _places(session, query, platform_ids)


def places_of_ads(session: Session, platform_ids: Iterable[str]) -> dict[str, AdPlace]:
    """The same of ads."""
    query = select(Ad.platform_ad_id, AdSet.campaign_id, AdSet.id, Ad.id).join_from(Ad, AdSet).order_by(Ad.id.desc())
    return _places(session, query, platform_ids)


def places_of_names(session: Session, names: Iterable[str]) -> dict[str, AdPlace]:
    """Of some names, those that are exactly one campaign's; see `name_key`."""
    keys = {name: name_key(name) for name in names}
    owners: dict[str, set[str]] = defaultdict(set)
    for part in slices(keys.values()):
        for key, campaign_id in session.execute(
            select(Campaign.name_key, Campaign.id).where(Campaign.name_key.in_(part))
        ):
            owners[key].add(campaign_id)
    return {name: AdPlace(*owners[key]) for name, key in keys.items() if len(owners[key]) == 1}


def _places(session: Session, query: Select[*tuple[Any, ...]], platform_ids: Iterable[str]) -> dict[str, AdPlace]:
    """By the platform's id; where several have it, the first one made."""
    column = query.selected_columns[0]
    found: dict[str, AdPlace] = {}
    for part in slices(platform_ids):
        found |= {platform_id: AdPlace(*ours) for platform_id, *ours in session.execute(query.where(column.in_(part)))}
    return found


def slices(values: Iterable[str]) -> Iterator[Sequence[str]]:
    """Distinct values in parts that fit into one statement."""
    distinct: Collection[str] = dict.fromkeys(values)
    ordered = list(distinct)
    for start in range(0, len(ordered), SLICE):
        yield ordered[start : start + SLICE]
