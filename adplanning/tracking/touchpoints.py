"""Which campaign-bearing session an event belongs to, and what it changes there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from adplanning.core.ids import new_ids
from adplanning.core.names import name_key
from adplanning.core.vocabulary import JourneyEventType, Origin, ResolutionMethod
from adplanning.store.tables.catalogue import TABLES
from adplanning.tracking.campaign_tags import bears_campaign, click_ids, platform_of_touch
from adplanning.tracking.events import NewEvent, NewJourneyEvent
from adplanning.tracking.rows import insertion, rows_among, write_rows

# Half an hour of silence ends a visit, as web analytics has it.
PAUSE_MICROS = 30 * 60 * 1_000_000

_TOUCHPOINTS, _CAMPAIGNS, _STEPS = TABLES["touchpoints"], TABLES["campaigns"], TABLES["journey_events"]
_STARTED_AT = type_coerce(_TOUCHPOINTS.c.session_started_at, BigInteger)
_OCCURRED_AT = type_coerce(_STEPS.c.occurred_at, BigInteger)
_INSERT = insertion(_TOUCHPOINTS, on_conflict="(analytics_session_id) DO NOTHING")
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
        if event.origin == Origin.web and event.visitor_id and (_is_pageview(event) or bears_campaign(event)):
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
    known = select(_TOUCHPOINTS.c.analytics_session_id, _TOUCHPOINTS.c.visitor_id)
    keys = {session_id for session_id, _ in sessions}
    owners: dict[str, str] = dict(rows_among(connection, known, _TOUCHPOINTS.c.analytics_session_id, keys))
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
    counts = (
        select(_STEPS.c.session_id, _STEPS.c.visitor_id, func.count(), func.min(_OCCURRED_AT))
        .where(
            _STEPS.c.session_id.in_({session_id for session_id, _ in begun}),
            _STEPS.c.event_type == JourneyEventType.page_view,
            _STEPS.c.origin == Origin.web,
        )
        .group_by(_STEPS.c.session_id, _STEPS.c.visitor_id)
    )
    so_far = {
        (session_id, visitor_id): (n_pageviews, first)
        for session_id, visitor_id, n_pageviews, first in rows_among(
            connection, counts, _STEPS.c.visitor_id, {visitor_id for _, visitor_id in begun}
        )
    }
    beginnings = []
    for at, ad in begun.items():
        n_pageviews, first = so_far.get(at, (0, ad.at))
        beginnings.append(_Beginning(at[0], ad, n_pageviews, min(first, ad.at)))
    return beginnings


def _touch_visitors(connection: Connection, strays: Sequence[NewEvent]) -> None:
    """Work on events without a session of their own, in the order of their times."""
    query = select(_TOUCHPOINTS.c.visitor_id, _STARTED_AT, _TOUCHPOINTS.c.analytics_session_id).where(
        _STARTED_AT.between(strays[0].at - PAUSE_MICROS, strays[-1].at)
    )
    recent: dict[str, list[tuple[int, str]]] = defaultdict(list)
    visitors = {event.visitor_id for event in strays}
    for visitor_id, started_at, key in rows_among(connection, query, _TOUCHPOINTS.c.visitor_id, visitors):
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
            )
        )
    write_rows(connection, _INSERT, rows)


def _campaigns_named(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The campaign of each name that is exactly one campaign's."""
    keys = {name: name_key(name) for name in names}
    found: dict[str, list[str]] = defaultdict(list)
    query = select(_CAMPAIGNS.c.name_key, _CAMPAIGNS.c.id)
    for key, campaign_id in rows_among(connection, query, _CAMPAIGNS.c.name_key, set(keys.values())):
        found[key].append(campaign_id)
    return {name: found[key][0] for name, key in keys.items() if len(found[key]) == 1}


def _is_pageview(event: NewEvent) -> bool:
    return type(event) is NewJourneyEvent and event.event_type == JourneyEventType.page_view
