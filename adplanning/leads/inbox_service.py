"""Leads that Meta has announced by number: kept until each is fetched, and tried again at growing distances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from adplanning.leads.notifications import Announcement
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.leads import AnnouncedLead, Lead

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
# Of two notifications at the same moment the second finds the first one's row.
_ANNOUNCE = text("""
    INSERT INTO announced_leads (platform_lead_id, page_id, form_id, announced_at, n_tries, next_try_at)
    VALUES (:platform_lead_id, :page_id, :form_id, :at, 0, :at) ON CONFLICT DO NOTHING
""")


def announce(session: Session, announced: Sequence[Announcement], *, now: datetime) -> None:
    """Write down which leads are to be fetched; what was announced before changes nothing."""
    at = to_micros(now)
    # In one order, so that two notifications with the same leads do not wait for one another in a circle.
    rows = [{**each._asdict(), "at": at} for each in sorted(announced, key=lambda each: each.platform_lead_id)]
    if rows:
        session.execute(_ANNOUNCE, rows)


def settle(session: Session, *, now: datetime) -> None:
    """Let those rest that have come in another way meanwhile, by a sync or a file."""
    is_known = AnnouncedLead.platform_lead_id.in_(select(Lead.platform_lead_id))
    waiting = update(AnnouncedLead).where(AnnouncedLead.fetched_at.is_(None), is_known)
    session.execute(waiting.values(fetched_at=now, fault=None).execution_options(synchronize_session=False))


def due(session: Session, *, now: datetime, limit: int) -> list[AnnouncedLead]:
    """Those whose time to be tried has come, the longest due first."""
    waiting = select(AnnouncedLead).where(AnnouncedLead.fetched_at.is_(None), AnnouncedLead.next_try_at <= now)
    return list(
        session.scalars(waiting.order_by(AnnouncedLead.next_try_at, AnnouncedLead.platform_lead_id).limit(limit))
    )


def mark_fetched(session: Session, platform_lead_id: str, *, now: datetime) -> None:
    """Say that a lead is stored."""
    announced = session.get_one(AnnouncedLead, platform_lead_id)
    announced.n_tries += 1
    announced.fetched_at, announced.fault = now, None


def put_off(
    session: Session, platform_lead_id: str, fault: str, *, now: datetime, not_before: datetime | None = None
) -> None:
    """Try a lead again later, and keep why it could not be fetched.

    Parameters
    ----------
    not_before : when the platform answers again, where it has said so.
    """
    announced = session.get_one(AnnouncedLead, platform_lead_id)
    announced.next_try_at = max(now + wait_after(announced.n_tries), not_before or now)
    announced.n_tries += 1
    announced.fault = fault


def wait_after(n_tries: int) -> timedelta:
    """How long to wait after a try that failed, when `n_tries` have failed before it.

    Formula: 1 minute · 2^n_tries, at most 6 hours.

    >>> [wait_after(n) / timedelta(minutes=1) for n in (0, 1, 8, 9, 10**6)]
    [1.0, 2.0, 256.0, 360.0, 360.0]
    """
    return min(FIRST_WAIT * (1 << min(n_tries, 16)), LONGEST_WAIT)
