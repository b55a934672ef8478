"""What people say about names and touchpoints: it goes before all that is computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from adplanning.attribution import resolution_queries as queries
from adplanning.attribution.resolution import resolution
from adplanning.attribution.service import find_touchpoint
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.names import name_key
from adplanning.core.vocabulary import AliasDecision, ResolutionMethod
from adplanning.store import lists
from adplanning.store.tables.ads import Ad, AdSet, Campaign
from adplanning.store.tables.attribution import CampaignAlias, Touchpoint
from adplanning.store.tables.catalogue import TABLES

_SAID = (AliasDecision.accepted, AliasDecision.refused)
_TEXTS = [TABLES["campaign_aliases"].c.name, TABLES["campaign_aliases"].c.name_key, TABLES["campaigns"].c.name]


@dataclass(frozen=True)
class Decided:
    """A decision about a name, and how many of its touchpoints are linked after it (those by hand not counted)."""

    name_key: str
    n_linked: int


@dataclass(frozen=True)
class AliasRow:
    """A decision with the name of its campaign."""

    alias: CampaignAlias
    campaign_name: str


def accept_alias(
    connection: Connection,
    name: str,
    campaign_id: str,
    *,
    by: str | None,
    now: datetime,
    cutoff: float,
    margin: float,
) -> Decided:
    """Say that a name means a campaign, and link its touchpoints; what it was said to mean before is forgotten.

    All spellings with one name key are one name. Touchpoints that were linked by hand stay as they are.

    Parameters
    ----------
    by : who says so, null when nobody is known.
    cutoff, margin : the settings `match_cutoff` and `match_margin`.

    Raises
    ------
    InvalidData : a name without a word.
    NotFound : no such campaign.
    """
    key = _key_of(name)
    _require_campaign(connection, campaign_id)
    queries.forget_decisions(connection, key, [AliasDecision.accepted])
    queries.decide(connection, key, campaign_id, AliasDecision.accepted, name=name.strip(), at=now, by=by)
    return _resolved_anew(connection, key, cutoff, margin)


def refuse_candidate(
    connection: Connection,
    name: str,
    campaign_id: str,
    *,
    by: str | None,
    now: datetime,
    cutoff: float,
    margin: float,
) -> Decided:
    """Say that a name does not mean a campaign: it is never proposed for it again, and its links to it are undone.

    Raises
    ------
    InvalidData : a name without a word.
    NotFound : no such campaign.
    """
    key = _key_of(name)
    _require_campaign(connection, campaign_id)
    queries.decide(connection, key, campaign_id, AliasDecision.refused, name=name.strip(), at=now, by=by)
    return _resolved_anew(connection, key, cutoff, margin)


def remove_alias(
    connection: Connection, key: str, *, campaign_id: str | None = None, cutoff: float, margin: float
) -> Decided:
    """Forget what people said about a name, of one campaign or of all; its touchpoints are resolved anew.

    Former names are no decision of people, and stay.

    Raises
    ------
    NotFound : people said nothing of it.
    """
    if not queries.forget_decisions(connection, key, _SAID, campaign_id):
        raise NotFound(
            f"name_key: nothing was decided about {key!r}; GET /admin/ad-planning/attribution/aliases lists decisions"
        )
    return _resolved_anew(connection, key, cutoff, margin)


def list_aliases(
    session: Session,
    *,
    limit: int,
    offset: int,
    campaign_id: str | None = None,
    decision: AliasDecision | None = None,
    search: str | None = None,
) -> tuple[list[AliasRow], int]:
    """One page of what is known of names, the latest first, and how much there is."""
    query = (
        select(CampaignAlias, Campaign.name)
        .join(Campaign, Campaign.id == CampaignAlias.campaign_id)
        .where(*lists.containing(_TEXTS, search))
    )
    if campaign_id is not None:
        query = query.where(CampaignAlias.campaign_id == campaign_id)
    if decision is not None:
        query = query.where(CampaignAlias.decision == decision.value)
    latest = query.order_by(CampaignAlias.decided_at.desc(), CampaignAlias.name_key, CampaignAlias.campaign_id)
    rows = [AliasRow(*row) for row in session.execute(latest.limit(limit).offset(offset))]
    return rows, lists.total(session, query)


def link_touchpoint(
    session: Session, touchpoint_id: str, campaign_id: str, *, ad_set_id: str | None = None, ad_id: str | None = None
) -> Touchpoint:
    """Link one touchpoint by hand: no run changes it again.

    With an ad alone, its ad set is linked too.

    Raises
    ------
    NotFound : no such touchpoint, campaign, ad set or ad.
    InvalidData : the ad set is not of the campaign, or the ad not of the ad set.
    """
    touchpoint = find_touchpoint(session, touchpoint_id)
    _require_campaign(session.connection(), campaign_id)
    if ad_id is not None:
        ad = session.get(Ad, ad_id)
        if ad is None:
            raise NotFound(f"ad_id: there is no ad {ad_id!r}; give the id of one that is in the store")
        if ad_set_id not in (None, ad.ad_set_id):
            raise InvalidData.at("ad_id", f"the ad {ad_id!r} is not of the ad set {ad_set_id!r}; leave one of them out")
        ad_set_id = ad.ad_set_id
    if ad_set_id is not None:
        ad_set = session.get(AdSet, ad_set_id)
        if ad_set is None:
            raise NotFound(f"ad_set_id: there is no ad set {ad_set_id!r}; give the id of one that is in the store")
        if ad_set.campaign_id != campaign_id:
            raise InvalidData.at(
                "ad_set_id", f"the ad set {ad_set_id!r} is not of the campaign {campaign_id!r}; give one of its own"
            )
    touchpoint.ad_campaign_id, touchpoint.ad_set_id, touchpoint.ad_id = campaign_id, ad_set_id, ad_id
    touchpoint.is_resolved, touchpoint.resolution_confidence = True, 1.0
    touchpoint.resolution_method = ResolutionMethod.manual.value
    session.flush()
    return touchpoint


def unlink_touchpoint(session: Session, touchpoint_id: str) -> Touchpoint:
    """Undo the link of one touchpoint, whoever made it; the next run resolves it anew.

    Raises
    ------
    NotFound : no such touchpoint.
    """
    touchpoint = find_touchpoint(session, touchpoint_id)
    queries.unlink(session.connection(), Touchpoint.id == touchpoint.id)
    session.refresh(touchpoint)
    return touchpoint


def _require_campaign(connection: Connection, campaign_id: str) -> None:
    if connection.scalar(select(Campaign.id).where(Campaign.id == campaign_id)) is None:
        raise NotFound(f"campaign_id: there is no campaign {campaign_id!r}; give the id of one that is in the store")


def _key_of(name: str) -> str:
    key = name_key(name)
    if not key:
        raise InvalidData.at("name", f"{name[:80]!r} has no word; give the UTM campaign as it stands in the link")
    return key


def _resolved_anew(connection: Connection, key: str, cutoff: float, margin: float) -> Decided:
    """Resolve the touchpoints of a name as if they had never been, but for those that were linked by hand."""
    tagged = queries.with_tags(queries.spellings_of(connection, key))
    queries.unlink(connection, *tagged)
    waiting = queries.touchpoints_in(connection, *tagged)
    found = resolution(waiting, queries.advertised_in(connection), cutoff=cutoff, margin=margin)
    return Decided(key, queries.set_links(connection, found))
