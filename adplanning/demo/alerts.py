"""The rules that watch the demo shop: of those suggested, the ones that its figures can be held against."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from adplanning.alerts.service import create_rule
from adplanning.alerts.suggestions import suggestions
from adplanning.store.tables.alerts import AlertRule

WATCHED: Final = ("spend", "roas", "fell")


def watch(session: Session, *, currency: str, now: datetime) -> int:
    """Add the rules, and answer how many; none where there is one, so that nobody's own are touched."""
    if session.scalar(select(exists(select(AlertRule.id)))):
        return 0
    chosen = [one.fields for one in suggestions(currency) if one.key in WATCHED]
    for fields in chosen:
        create_rule(session, fields, currency=currency, created_by=None, now=now)
    return len(chosen)
