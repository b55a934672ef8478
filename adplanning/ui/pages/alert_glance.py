"""The open alerts at the top of the landing page, each leading to what it is about."""

from __future__ import annotations

from typing import Final

from adplanning.alerts.service import n_open_alerts, open_alerts
from adplanning.core.vocabulary import AlertKind
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.alert_words import SLUG, about, since
from adplanning.ui.visit import Visit

MOST_SHOWN: Final = 3


def alerts_glance(visit: Visit) -> Component | None:
    """The latest alerts, and how many more there are; nothing when all is quiet."""
    with visit.reading() as session:
        found = open_alerts(session, limit=MOST_SHOWN)
        n_more = n_open_alerts(session) - len(found)
    if not found:
        return None
    said = [
        Notice(f"{one.words} (since {since(one.opened_at, visit.now())})", "bad", about(one), _link(one.kind))
        for one in found
    ]
    if n_more > 0:
        words = "1 more alert is open." if n_more == 1 else f"{n_more} more alerts are open."
        said.append(Notice(words, "warning", address_of(SLUG), "See all of them."))
    notices = Notices()
    notices.show(said)
    return notices


def _link(kind: AlertKind) -> str:
    return "See the connection." if kind is AlertKind.sync_late else "See the figures."
