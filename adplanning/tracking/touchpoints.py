"""Which campaign-bearing session an event belongs to, and what it changes there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from adplanning.core.ids import new_ids
from adplanning.core.names import name_key
from adplanning.core.periods import RESOLUTION, SESSION_GAP
from adplanning.core.vocabulary import JourneyEventType, Origin, ResolutionMethod, TouchKind
from adplanning.store.tables.catalogue import TABLES
from adplanning.tracking.campaign_tags import bears_campaign, click_ids, platform_of_touch
from adplanning.tracking.events import NewEvent, NewJourneyEvent
from adplanning.tracking.rows import insert_rows, rows_among, write_rows

PAUSE_MICROS = SESSION_GAP // RESOLUTION

_TOUCHPOINTS = TABLES["touchpoints"]
_PAGE_VIEW, _WEB = JourneyEventType.page_view.value, Origin.web.value

_OWNERS = "SELECT analytics_session_id, visitor_id FROM touchpoints WHERE analytics_session_id IN {values}"
_PAGEVIEWS = """
    SELECT session_id, visitor_id, count(*), min(occurred_at) FROM journey_events
    WHERE visitor_id IN {values} AND session_id IS NOT NULL AND event_type = 'page_view' AND origin = 'web'
    GROUP BY session_id, visitor_id
"""
_STARTS = "SELECT visitor_id, session_started_at, analytics_session_id FROM touchpoints WHERE visitor_id IN {values}"
_CAMPAIGNS = "SELECT name_key, id FROM campaigns WHERE name_key IN {values}"
_GROW = """
    UPDATE touchpoints SET session_pageviews = session_pageviews + ?,
        session_started_at = CASE WHEN session_started_at > ? THEN ? ELSE session_started_at END
    WHERE analytics_session_id = ?
"""


class _Beginning(NamedTuple):
    """A touchpoint to be made: its key, the event that brought the campaign, and what the session has so far."""

    key: str
    ad: NewEvent
    n_pageviews: int
    started_at: int


def touch(connection: Connection, events: Iterable[NewEvent]) -> None:
    """Make the touchpoints of events just stored, or bring those they belong to up to date.

    A web event that bears a campaign belongs to the touchpoint of its session; without a session, or with one that is
    another visitor's, to a touchpoint of its visitor that began in the 30 minutes before it; else it begins a new one.
    Page views count in the touchpoint they belong to, whether they bear a campaign or not. A session keeps the campaign
    it came with.
    """
    sessions: dict[tuple[str, str], list[NewEvent]] = defaultdict(list)
    strays: list[NewEvent] = []
    for event in events:
        if event.origin == _WEB and event.visitor_id and (_is_pageview(event) or bears_campaign(event)):
            if event.session_id:
                sessions[event.session_id, event.visitor_id].append(event)
            else:
                strays.append(event)
    if sessions:
        strays += _touch_sessions(connection, sessions)
    if strays:
        _touch_visitors(connection, sorted(strays, key=lambda event: event.at))


def _touch_sessions(connection: Connection, sessions: dict[tuple[str, str], list[NewEvent]]) -> list[NewEvent]:
    """Work on the events of each session and visitor; answer those whose session is another visitor's."""
    owners: dict[str, str] = dict(rows_among(connection, _OWNERS, {session_id for session_id, _ in sessions}))
    begun: dict[tuple[str, str], NewEvent] = {}
    grown: list[tuple[int, int, int, str]] = []
    strays: list[NewEvent] = []
    for (session_id, visitor_id), its in sessions.items():
        owner = owners.get(session_id)
        if owner == visitor_id:
            first = min(event.at for event in its)
            grown.append((sum(map(_is_pageview, its)), first, first, session_id))
        elif owner is not None:
            strays += its
        elif ads := [event for event in its if bears_campaign(event)]:
            owners[session_id] = visitor_id
            begun[session_id, visitor_id] = min(ads, key=lambda event: event.at)
    _begin(connection, _with_earlier_pageviews(connection, begun))
    write_rows(connection, _GROW, grown)
    return strays


def _with_earlier_pageviews(connection: Connection, begun: dict[tuple[str, str], NewEvent]) -> list[_Beginning]:
    """A campaign may come late in a session: its page views before count too, those of this call are stored already."""
    so_far = {
        (session_id, visitor_id): (n_pageviews, first)
        for session_id, visitor_id, n_pageviews, first in rows_among(
            connection, _PAGEVIEWS, {visitor_id for _, visitor_id in begun}
        )
    }
    beginnings = []
    for at, ad in begun.items():
        n_pageviews, first = so_far.get(at, (0, ad.at))
        beginnings.append(_Beginning(at[0], ad, n_pageviews, min(first, ad.at)))
    return beginnings


def _touch_visitors(connection: Connection, strays: Sequence[NewEvent]) -> None:
    """Work on events without a session of their own, in the order of their times."""
    recent: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for visitor_id, started_at, key in rows_among(connection, _STARTS, {event.visitor_id or "" for event in strays}):
        recent[visitor_id].append((started_at, key))
    begun: list[_Beginning] = []
    grown: list[tuple[int, int, int, str]] = []
    for event in strays:
        assert event.visitor_id is not None
        its = recent[event.visitor_id]
        touching = [(at, key) for at, key in its if event.at - PAUSE_MICROS <= at <= event.at]
        if touching:
            grown.append((int(_is_pageview(event)), event.at, event.at, max(touching)[1]))
        elif bears_campaign(event):
            begun.append(_Beginning(event.id, event, int(_is_pageview(event)), event.at))
            its.append((event.at, event.id))
    _begin(connection, begun)
    write_rows(connection, _GROW, grown)


def _begin(connection: Connection, beginnings: Sequence[_Beginning]) -> None:
    campaigns = _campaigns_named(connection, {b.ad.utm_campaign for b in beginnings if b.ad.utm_campaign})
    rows = []
    for touchpoint_id, (key, ad, n_pageviews, started_at) in zip(
        new_ids("attr", len(beginnings)), beginnings, strict=True
    ):
        clicked = click_ids(ad.page)
        campaign_id = campaigns.get(ad.utm_campaign or "")
        method = ResolutionMethod.exact_utm_match if campaign_id else ResolutionMethod.unresolved
        rows.append(
            (
                touchpoint_id,
                key,
                ad.visitor_id,
                ad.website_id,
                campaign_id,
                None,
                None,
                platform_of_touch(ad.utm_source, clicked).value,
                ad.utm_source,
                ad.utm_medium,
                ad.utm_campaign,
                ad.utm_term,
                ad.utm_content,
                campaign_id is not None,
                None if campaign_id is None else 1.0,
                method.value,
                ad.page,
                n_pageviews,
                ad.is_bot,
                orjson.dumps(clicked).decode() if clicked else None,
                started_at,
                ad.received_at,
                TouchKind.session.value,
                next(iter(clicked), None),
                None,
                ad.is_internal,
            )
        )
    insert_rows(connection, _TOUCHPOINTS, rows, on_conflict="(analytics_session_id) DO NOTHING")


def _campaigns_named(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The campaign of each name that is exactly one campaign's."""
    keys = {name: name_key(name) for name in names}
    found: dict[str, list[str]] = defaultdict(list)
    for key, campaign_id in rows_among(connection, _CAMPAIGNS, set(keys.values())):
        found[key].append(campaign_id)
    return {name: found[key][0] for name, key in keys.items() if len(found[key]) == 1}


def _is_pageview(event: NewEvent) -> bool:
    return type(event) is NewJourneyEvent and event.event_type == _PAGE_VIEW
