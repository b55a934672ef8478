"""/admin/ad-planning/attribution/…: which campaigns touchpoints mean, and what people say about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import AfterValidator, BaseModel, Field

from adplanning.api.deps import AppSettings, Filter, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.api.routes.attribution import TouchpointAnswer, TouchpointOut, touchpoint_json
from adplanning.attribution import alias_service, resolution_service
from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, Optional
from adplanning.core.periods import isoformat
from adplanning.core.settings import Settings
from adplanning.core.texts import Identifier, Text, storable_text
from adplanning.core.vocabulary import AliasDecision
from adplanning.store.session import write_transaction, writing

router = APIRouter(prefix="/admin/ad-planning/attribution", tags=["attribution"])

Days = Annotated[int, Field(ge=1, le=36_500)]
NameKey = Annotated[str, Path(max_length=2000), AfterValidator(storable_text)]


class BulkFields(Fields):
    """Which touchpoints to resolve; all that wait when nothing is given."""

    days_back: Days | None = None
    website_id: Optional = None
    limit: Annotated[int, Field(ge=1, le=2**31)] | None = None


class ResolveFields(BulkFields):
    """One session; with `bulk` or `days_back`, many."""

    session_id: Optional = None
    bulk: bool = False


class AliasFields(Fields):
    """A UTM campaign as it stands in a link, and a campaign."""

    name: Text
    campaign_id: Identifier


class LinkFields(Fields):
    """What a touchpoint means; a null campaign undoes its link."""

    ad_campaign_id: Optional
    ad_set_id: Optional = None
    ad_id: Optional = None


class CandidateOut(BaseModel):
    """A campaign that a name might mean, and why it is not taken to mean it."""

    campaign_id: str
    name: str
    likeness: float
    why_not: str | None


class SessionAnswer(BaseModel):
    """One touchpoint after it was resolved; while it is not, the reason and what it might mean."""

    success: bool = True
    attribution: TouchpointOut
    resolved: bool
    reason: str | None
    candidates: list[CandidateOut]


class BulkAnswer(BaseModel):
    """How many touchpoints were looked at, how many found their campaign, and how many are left."""

    success: bool = True
    processed: int
    resolved: int
    failed: int
    errors: list[str] = []


class UnresolvedOut(BaseModel):
    """A UTM campaign that waits for its campaign."""

    name_key: str
    utm_campaign: str
    spellings: int
    sessions: int
    first_seen_at: str | None
    last_seen_at: str | None
    reason: str
    candidates: list[CandidateOut]


class UnresolvedAnswer(BaseModel):
    """A page of the UTM campaigns that wait."""

    unresolved: list[UnresolvedOut]
    count: int
    limit: int
    offset: int


class AliasOut(BaseModel):
    """What is known of a name."""

    name_key: str
    name: str
    campaign_id: str
    campaign_name: str
    decision: AliasDecision
    decided_at: str | None
    decided_by: str | None


class AliasesAnswer(BaseModel):
    """A page of what is known of names."""

    aliases: list[AliasOut]
    count: int
    limit: int
    offset: int


class DecidedAnswer(BaseModel):
    """The key of the name, and how many of its touchpoints are linked after the decision."""

    name_key: str
    linked: int


@router.post("/resolve")
def resolve(
    body: Annotated[ResolveFields, Body(default_factory=ResolveFields)],
    engine: StoreEngine,
    settings: AppSettings,
    now: Now,
) -> SessionAnswer | BulkAnswer:
    """Resolve the touchpoint of one session, or many; see bulk-resolve."""
    if body.bulk or body.days_back is not None:
        return bulk_resolve(body, engine, settings, now)
    if body.session_id is None:
        raise InvalidData.at("session_id", "is missing; give a session, or bulk: true for all that wait")
    with writing(engine) as session:
        found = resolution_service.resolve_session(session, body.session_id, **_sure(settings))
        return SessionAnswer(
            attribution=TouchpointOut(**touchpoint_json(found.touchpoint)),
            resolved=found.touchpoint.is_resolved,
            reason=found.reason,
            candidates=[CandidateOut(**asdict(candidate)) for candidate in found.candidates],
        )


@router.post("/bulk-resolve")
def bulk_resolve(
    body: Annotated[BulkFields, Body(default_factory=BulkFields)],
    engine: StoreEngine,
    settings: AppSettings,
    now: Now,
) -> BulkAnswer:
    """Link all touchpoints that surely mean a campaign; run twice, it changes nothing more."""
    found = resolution_service.campaign_links(
        engine, now=now, days_back=body.days_back, website_id=body.website_id, limit=body.limit, **_sure(settings)
    )
    n_resolved = 0
    for part in found.parts():
        with write_transaction(engine) as connection:
            n_resolved += resolution_service.store_links(connection, part)
    return BulkAnswer(processed=found.n_processed, resolved=n_resolved, failed=found.n_processed - n_resolved)


@router.get("/unresolved")
def unresolved(
    engine: StoreEngine, settings: AppSettings, page: Page, website_id: Filter = None, search: Filter = None
) -> UnresolvedAnswer:
    """The UTM campaigns that wait for their campaign with what they might mean, most sessions first."""
    found, count = resolution_service.proposals(
        engine, limit=page.limit, offset=page.offset, website_id=website_id, search=search, **_sure(settings)
    )
    shown = [
        UnresolvedOut(
            name_key=row.name_key,
            utm_campaign=row.utm_campaign,
            spellings=row.n_spellings,
            sessions=row.n_sessions,
            first_seen_at=isoformat(row.first_seen_at),
            last_seen_at=isoformat(row.last_seen_at),
            reason=row.reason,
            candidates=[CandidateOut(**asdict(candidate)) for candidate in row.candidates],
        )
        for row in found
    ]
    return UnresolvedAnswer(unresolved=shown, count=count, limit=page.limit, offset=page.offset)


@router.get("/aliases")
def aliases(
    session: Reading,
    page: Page,
    campaign_id: Filter = None,
    decision: AliasDecision | None = None,
    search: Filter = None,
) -> AliasesAnswer:
    """What names were said to mean or not to mean, and former names; the latest first."""
    found, count = alias_service.list_aliases(
        session, limit=page.limit, offset=page.offset, campaign_id=campaign_id, decision=decision, search=search
    )
    shown = [
        AliasOut(
            name_key=row.alias.name_key,
            name=row.alias.name,
            campaign_id=row.alias.campaign_id,
            campaign_name=row.campaign_name,
            decision=AliasDecision(row.alias.decision),
            decided_at=isoformat(row.alias.decided_at),
            decided_by=row.alias.decided_by,
        )
        for row in found
    ]
    return AliasesAnswer(aliases=shown, count=count, limit=page.limit, offset=page.offset)


@router.post("/aliases", status_code=201)
def accept(body: AliasFields, session: Writing, settings: AppSettings, now: Now) -> DecidedAnswer:
    """Say that a name means a campaign, and link its touchpoints."""
    decided = alias_service.accept_alias(
        session.connection(), body.name, body.campaign_id, by=None, now=now, **_sure(settings)
    )
    return DecidedAnswer(name_key=decided.name_key, linked=decided.n_linked)


@router.post("/aliases/refuse", status_code=201)
def refuse(body: AliasFields, session: Writing, settings: AppSettings, now: Now) -> DecidedAnswer:
    """Say that a name does not mean a campaign; it is never proposed for it again."""
    decided = alias_service.refuse_candidate(
        session.connection(), body.name, body.campaign_id, by=None, now=now, **_sure(settings)
    )
    return DecidedAnswer(name_key=decided.name_key, linked=decided.n_linked)


@router.delete("/aliases/{name_key}")
def forget(name_key: NameKey, session: Writing, settings: AppSettings, campaign_id: Filter = None) -> DecidedAnswer:
    """Forget what was said about a name, of one campaign or of all; its touchpoints are resolved anew."""
    decided = alias_service.remove_alias(session.connection(), name_key, campaign_id=campaign_id, **_sure(settings))
    return DecidedAnswer(name_key=decided.name_key, linked=decided.n_linked)


@router.put("/{touchpoint_id}/campaign")
def link(touchpoint_id: Id, body: LinkFields, session: Writing) -> TouchpointAnswer:
    """Link one touchpoint by hand, which no run changes again; a null campaign undoes its link."""
    if body.ad_campaign_id is None:
        if body.ad_set_id or body.ad_id:
            raise InvalidData.at("ad_campaign_id", "is null beside an ad set or ad; give their campaign, or neither")
        touchpoint = alias_service.unlink_touchpoint(session, touchpoint_id)
    else:
        touchpoint = alias_service.link_touchpoint(
            session, touchpoint_id, body.ad_campaign_id, ad_set_id=body.ad_set_id, ad_id=body.ad_id
        )
    return TouchpointAnswer(attribution=TouchpointOut(**touchpoint_json(touchpoint)))


def _sure(settings: Settings) -> dict[str, Any]:
    """When a likeness is sure enough."""
    return {"cutoff": settings.match_cutoff, "margin": settings.match_margin}
