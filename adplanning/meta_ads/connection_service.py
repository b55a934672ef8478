"""How far Meta has been read: each stream of each account and page, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import Platform, Stream, StreamStatus
from adplanning.meta_ads.connection import StreamState
from adplanning.store import lists
from adplanning.store.tables.ads import AdAccount
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.social import SocialPage
from adplanning.store.tables.syncing import QuarantinedRow, SyncStream

# The scope of what concerns all accounts and pages: the token and which of them it reaches.
EVERYTHING = "meta"


def sync_streams(session: Session) -> list[SyncStream]:
    """Every stream that was ever begun, by account or page and in the order in which they are read."""
    order = list(Stream)
    found = session.scalars(select(SyncStream)).all()
    return sorted(found, key=lambda row: (row.scope != EVERYTHING, row.scope, order.index(Stream(row.stream))))


def meta_accounts(session: Session) -> list[AdAccount]:
    """The accounts at Meta, by name."""
    query = select(AdAccount).where(AdAccount.platform == Platform.meta.value)
    return list(session.scalars(query.order_by(AdAccount.name, AdAccount.id)))


def owners(session: Session) -> Mapping[str, str]:
    """What each scope of a stream is called."""
    accounts = {account.platform_account_id.removeprefix("act_"): account.name for account in meta_accounts(session)}
    pages = {page.id: page.name for page in session.scalars(select(SocialPage))}
    return {EVERYTHING: "Meta"} | accounts | pages


def stream_states(session: Session) -> list[StreamState]:
    """The streams as `connection.missing` looks at them."""
    names = owners(session)
    return [
        StreamState(
            owner=names.get(row.scope, row.scope),
            stream=Stream(row.stream),
            status=StreamStatus(row.status),
            message=row.message,
            n_quarantined=row.n_quarantined,
            started_at=row.started_at,
            succeeded_at=row.succeeded_at,
        )
        for row in sync_streams(session)
    ]


def n_quarantined(session: Session) -> int:
    """How many rows could not be read and wait in quarantine."""
    return session.scalar(select(func.count()).select_from(QuarantinedRow)) or 0


def list_quarantined(
    session: Session, *, limit: int, offset: int, search: str | None = None
) -> tuple[list[QuarantinedRow], int]:
    """One page of the rows that could not be read, the latest first, and how many there are."""
    c = TABLES["quarantined_rows"].c
    query = select(QuarantinedRow).where(*lists.containing([c.reason, c.scope], search))
    page = query.order_by(QuarantinedRow.seen_at.desc(), QuarantinedRow.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(page)), lists.total(session, query)
