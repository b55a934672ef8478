"""How far the synchronisation with an ad platform has come, who is at it, and the rows it could not read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class SyncStream(Base):
    """How the last synchronisation of one kind of facts (`stream`) of one account or page (`scope`) went.

    Every day up to `watermark_on` has been read; `cursor_at` is the latest change that was read. `fault` is a word for
    what went wrong (throttled, permission, …), `message` says it in a sentence. It is not tried again before
    `resume_at`.
    """

    __tablename__ = "sync_streams"

    scope: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    fault: Mapped[str | None]
    message: Mapped[str | None]
    n_read: Mapped[int]
    n_stored: Mapped[int]
    n_quarantined: Mapped[int]
    watermark_on: Mapped[date | None]
    cursor_at: Mapped[datetime | None]
    resume_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    details: Mapped[dict[str, Any] | None]


class SyncLease(Base):
    """Who synchronises an account now: one row an account."""

    __tablename__ = "sync_leases"

    scope: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    lease_until: Mapped[datetime]


class QuarantinedRow(Base):
    """A row of a platform's answer that could not be read, as it came, with the reason."""

    __tablename__ = "quarantined_rows"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    scope: Mapped[str]
    stream: Mapped[str]
    on: Mapped[date | None]
    reason: Mapped[str]
    row: Mapped[dict[str, Any]]
    seen_at: Mapped[datetime]

    __table_args__ = (Index(None, "scope", "stream", "on"),)
