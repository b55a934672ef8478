"""/admin/meta-ads/sync: reading from Meta, in the background, and how far that has come."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning import batch
from adplanning.api.deps import AppSettings, Now, Reading, StoreEngine
from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, Optional
from adplanning.core.periods import isoformat
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Stream, StreamFault, StreamStatus
from adplanning.meta_ads import account_service, connection_service
from adplanning.meta_ads.connection import missing
from adplanning.store.tables.syncing import SyncStream

router = APIRouter(prefix="/admin/meta-ads", tags=["meta ads"])

NOTEBOOK = "sync_meta_ads"
FIGURES_OF = {"campaign": Stream.campaign_insights, "ad": Stream.ad_insights}
DatePreset = Literal[
    "today", "yesterday", "this_week_mon_today", "this_week_sun_today", "last_week_mon_sun", "last_week_sun_sat",
    "last_3d", "last_7d", "last_14d", "last_28d", "last_30d", "last_90d", "this_month", "last_month", "this_quarter",
    "last_quarter", "this_year", "last_year", "maximum", "data_maximum",
]  # fmt: skip


class SyncFields(Fields):
    """What is to be read; all accounts when none is named."""

    ad_account_id: Annotated[Optional, Field(description="ours or Meta's")] = None
    include_insights: bool = True


class InsightsSyncFields(Fields):
    """Which figures are to be read.

    Whatever the preset, every day since the last one read is, and the 28 before it once more, because Meta goes on
    counting for so long.
    """

    ad_account_id: Annotated[Optional, Field(description="ours or Meta's")] = None
    level: Literal["campaign", "ad"] = "campaign"
    date_preset: DatePreset | None = None
    time_increment: Annotated[int, Field(ge=1, le=1, description="figures are kept by day")] = 1


class SyncStarted(BaseModel):
    """A run that has begun."""

    run_id: str
    status: Literal["running"] = "running"
    message: str


class StreamOut(BaseModel):
    """How the last synchronisation of one kind of facts went, of one account or page, or of the token."""

    scope: str
    name: str
    stream: Stream
    status: StreamStatus
    fault: StreamFault | None
    message: str | None
    read: int
    stored: int
    quarantined: int
    watermark: Annotated[date | None, Field(description="every day up to it has been read")]
    cursor_at: str | None
    resume_at: str | None
    started_at: str | None
    finished_at: str | None
    succeeded_at: str | None


class SyncAnswer(BaseModel):
    """How far Meta has been read; `missing` says, the most pressing first, what to do about what is not."""

    streams: list[StreamOut]
    quarantined: int
    missing: list[str]


@router.post("/sync", status_code=202)
@router.post("/campaigns/sync", status_code=202)
def sync(
    body: Annotated[SyncFields, Body(default_factory=SyncFields)],
    session: Reading,
    engine: StoreEngine,
    settings: AppSettings,
) -> SyncStarted:
    """Read accounts, campaigns, ad sets and ads, and their figures unless they are left out, in the background."""
    given = {"include_insights": str(body.include_insights).lower()}
    return _started(session, engine, settings, body.ad_account_id, given)


@router.post("/insights/sync", status_code=202)
def sync_insights(
    body: Annotated[InsightsSyncFields, Body(default_factory=InsightsSyncFields)],
    session: Reading,
    engine: StoreEngine,
    settings: AppSettings,
) -> SyncStarted:
    """Read daily figures of campaigns or ads in the background."""
    return _started(session, engine, settings, body.ad_account_id, {"only": FIGURES_OF[body.level].value})


@router.get("/sync")
def streams(session: Reading, settings: AppSettings, now: Now) -> SyncAnswer:
    """Each stream of each account and page, and what is missing."""
    names = connection_service.owners(session)
    states = connection_service.stream_states(session)
    return SyncAnswer(
        streams=[
            _stream_json(row, names.get(row.scope, row.scope)) for row in connection_service.sync_streams(session)
        ],
        quarantined=connection_service.n_quarantined(session),
        missing=missing(states, has_token=settings.meta_access_token is not None, now=now),
    )


def _started(
    session: Session, engine: Engine, settings: Settings, account_id: str | None, given: dict[str, str]
) -> SyncStarted:
    if settings.meta_access_token is None:
        raise InvalidData.at(
            "ADPLANNING_META_ACCESS_TOKEN",
            "is not set, so nothing can be read from Meta; set it and restart, or import an export of Ads Manager",
        )
    account = {"ad_account_id": account_service.account_number(session, account_id)} if account_id else {}
    run_id = batch.start_run(NOTEBOOK, account | given, settings=settings, engine=engine)
    return SyncStarted(
        run_id=run_id, message="Reading from Meta has begun; GET /admin/meta-ads/sync tells how far it has come"
    )


def _stream_json(row: SyncStream, name: str) -> StreamOut:
    return StreamOut(
        scope=row.scope,
        name=name,
        stream=Stream(row.stream),
        status=StreamStatus(row.status),
        fault=None if row.fault is None else StreamFault(row.fault),
        message=row.message,
        read=row.n_read,
        stored=row.n_stored,
        quarantined=row.n_quarantined,
        watermark=row.watermark_on,
        cursor_at=isoformat(row.cursor_at),
        resume_at=isoformat(row.resume_at),
        started_at=isoformat(row.started_at),
        finished_at=isoformat(row.finished_at),
        succeeded_at=isoformat(row.succeeded_at),
    )
