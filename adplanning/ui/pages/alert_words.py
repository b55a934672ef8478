"""What pages say of alerts and rules, and where they lead."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from adplanning.alerts.checking_service import Asked, Preview
from adplanning.alerts.service import OpenAlert
from adplanning.core import formats
from adplanning.core.vocabulary import AlertKind
from adplanning.metrics.definitions import METRICS
from adplanning.ui.catalogue import address_of
from adplanning.ui.visit import Visit

SLUG: Final = "ad-planning/alerts"


def asked_now(visit: Visit) -> Asked:
    """What rules are held against now."""
    return Asked(visit.now(), visit.settings.zone, visit.settings.public_revenue)


def about(alert: OpenAlert) -> str:
    """The address of what an alert is about: its campaign, the connection, or the page that explains its metric."""
    if alert.kind is AlertKind.sync_late:
        return address_of("meta-ads/connection")
    if alert.campaign is not None:
        return address_of("meta-ads/campaigns", alert.subject)
    return address_of("meta-ads/campaigns" if alert.metric is None else METRICS[alert.metric].slug)


def since(instant: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that has passed.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 11, 28, tzinfo=UTC)
    >>> [since(now - timedelta(hours=n), now) for n in (0.2, 1, 30, 200)]
    ['just now', '1 hour ago', '1 day ago', '8 days ago']
    """
    hours = int((now - instant).total_seconds() // 3600)
    if hours < 1:
        return "just now"
    n, unit = (hours, "hour") if hours < 24 else (hours // 24, "day")
    return f"{n} {unit}{'' if n == 1 else 's'} ago"


def preview_words(found: Preview) -> str:
    """What a rule would have done, as one sentence.

    >>> preview_words(Preview(3, 28, 28)), preview_words(Preview(0, 20, 28))
    ('It would have told you on 3 of the last 28 days.', 'It would have told you on none of the last 28 days; 8 of \
them cannot be told.')
    """
    if not found.n_told:
        return f"What it would have done cannot be told: {found.unknown_because or 'nothing is known of these days'}"
    n = formats.number(found.n_fired) if found.n_fired else "none"
    untold = found.n_days - found.n_told
    rest = f"; {untold} of them cannot be told" if untold else ""
    return f"It would have told you on {n} of the last {found.n_days} days{rest}."
