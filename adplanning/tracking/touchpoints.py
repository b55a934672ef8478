"""The touchpoints of events as they come in: made, or brought up to date. In order, the same as
`attribution.sessions.touchpoints_of` finds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from adplanning.core.click_ids import click_ids
from adplanning.core.ids import new_id
from adplanning.core.names import name_key
from adplanning.core.referrers import excluded_domains, referrer_domain
from adplanning.core.vocabulary import KIND_OF_EVENT, JourneyEventType, Origin, ResolutionMethod, TouchKind
from adplanning.store.tables.catalogue import TABLES
from adplanning.tracking.campaign_tags import (
    NO_MARKS,
    Marks,
    bears_campaign,
    is_same_campaign,
    last_marks,
    marks_of,
    platform_of_touch,
)
from adplanning.tracking.events import NewEvent, NewJourneyEvent
from adplanning.tracking.rows import insert_rows, rows_among, write_rows
from adplanning.tracking.visits import Seen, arrival, visits_of

# How far back a visit without session_id is followed; nobody clicks on for a day.
FOLLOWED_MICROS = 24 * 3600 * 1_000_000

_TOUCHPOINTS = TABLES["touchpoints"]
_PAGE_VIEW, _WEB, _ADMIN = JourneyEventType.page_view.value, Origin.web.value, Origin.admin.value
_SESSION = TouchKind.session.value
# Between a session_id and the id of the event that brought a further campaign.
_FURTHER = "#"
_ONCE = "(analytics_session_id) DO NOTHING"
_KINDS = {event.value: kind.value for event, kind in KIND_OF_EVENT.items()}

_KNOWN = """
    SELECT id, analytics_session_id, visitor_id, session_started_at, utm_source, utm_medium, utm_campaign, click_id,
        metadata, ad_campaign_id
    FROM touchpoints WHERE visitor_id IN {values}
"""
_SEEN = (
    """
    SELECT visitor_id, session_id, occurred_at, id, event_type = 'page_view', referrer, page_url FROM journey_events
    WHERE occurred_at >= CAST(? AS BIGINT) AND visitor_id IN {values}
        AND (origin = 'web' OR event_type IN ('ad_click', 'email_click', 'lead_capture'))
    """,
    """
    SELECT visitor_id, session_id, converted_at, id, 1 = 0, referrer, pathname FROM conversions
    WHERE converted_at >= CAST(? AS BIGINT) AND visitor_id IN {values} AND origin = 'web'
    """,
)
_STORED = "SELECT id FROM touchpoints WHERE id IN {values}"
# What people have decided about a name is left to resolution.
_CAMPAIGNS = """
    SELECT name_key, id FROM campaigns WHERE name_key IN {values} AND NOT EXISTS (
        SELECT 1 FROM campaign_aliases WHERE campaign_aliases.name_key = campaigns.name_key
        AND campaign_aliases.decision IN ('accepted', 'refused'))
"""
_GROW = """
    UPDATE touchpoints SET session_pageviews = session_pageviews + ?,
        session_started_at = CASE WHEN session_started_at > ? THEN ? ELSE session_started_at END
    WHERE id = ?
"""
_GIVEN = ("source", "medium", "campaign", "click")
_GIVE = """
    UPDATE touchpoints SET utm_source = ?, utm_medium = ?, utm_campaign = ?, platform = ?, click_id = ?, metadata = ?
    WHERE id = ?
"""


class _Taken(NamedTuple):
    """An event that takes part, and what it says of where its visitor came from."""

    event: NewEvent
    visitor_id: str
    marks: Marks
    bears_campaign: bool
    referrer_domain: str | None

    @property
    def comes(self) -> bool:
        return self.bears_campaign or self.referrer_domain is not None


@dataclass(slots=True)
class _Touchpoint:
    """A touchpoint: what it has, what it has gained, and the event that began it when it is not stored yet."""

    id: str
    key: str
    started_at: int
    marks: Marks
    extra: dict[str, Any]
    begun_by: _Taken | None = None
    n_pageviews: int = 0
    is_changed: bool = False
    is_given: bool = False


def touch(connection: Connection, events: Iterable[NewEvent], *, passed: Collection[str] = ()) -> None:
    """Make the touchpoints of events just stored, or bring those they belong to up to date.

    What a touchpoint is, `attribution.sessions.touchpoints_of` says. From the web, all events take part; of what an
    admin has recorded, clicks and leads that bear a campaign. The first touchpoint of a session has its session_id as
    key, unless that is another visitor's; a further one, `session_id#` and the id of the event that began it; one
    without a session, that id.

    Late events: one that comes after others of its visit belongs to the touchpoint that had begun by its time, or to
    the first; another campaign makes a touchpoint of its own. What was counted before stays where it is. A visit
    without session_id is followed for `FOLLOWED_MICROS` back.

    Parameters
    ----------
    connection : inside the write transaction that stored the events.
    passed : domains that never count as a referrer, beside the known ones and those of the websites.
    """
    events = [event for event in events if event.visitor_id is not None]
    excluded = excluded_domains(passed=passed)
    if any(event.referrer for event in events):
        excluded |= excluded_domains(connection.exec_driver_sql("SELECT domain FROM websites").scalars())
    taken = [taken for event in events if (taken := _taken(event, excluded)) is not None]
    if taken:
        taken.sort(key=lambda taken: (taken.event.at, arrival(taken.event.id)))
        _Touching(connection, taken, excluded).work()


def _taken(event: NewEvent, excluded: frozenset[str]) -> _Taken | None:
    assert event.visitor_id is not None
    marks = marks_of(event)
    bears = bears_campaign(event, marks)
    if event.origin == _WEB:
        takes_part = bears or event.referrer is not None or _is_pageview(event)
    else:
        takes_part = bears and event.origin == _ADMIN and _kind(event) != TouchKind.session
    if not takes_part:
        return None
    return _Taken(event, event.visitor_id, marks, bears, referrer_domain(event.referrer, event.page, excluded))


class _Touching:
    """The work on one group of events, in the order of their times."""

    def __init__(self, connection: Connection, taken: Sequence[_Taken], excluded: frozenset[str]) -> None:
        self._connection = connection
        self._taken = taken
        self._excluded = excluded
        self._pending = {its.event.id for its in taken}
        # By visitor and visit; the latter is a session_id, or the id of the event that began it.
        self._touchpoints: dict[tuple[str, str], list[_Touchpoint]] = defaultdict(list)
        self._seen: dict[tuple[str, str], list[Seen]] = {}
        self._visit_of: dict[str, str] = {}

    def work(self) -> None:
        known = _known_touchpoints(self._connection, {its.visitor_id for its in self._taken})
        self._follow(known)
        for (visitor_id, visit), touchpoints in known.items():
            for touchpoint in touchpoints:
                self._touchpoints[visitor_id, self._visit_of.get(touchpoint.key, visit)].append(touchpoint)
        for its in self._taken:
            self._take(its)
            self._pending.discard(its.event.id)
        touchpoints = [touchpoint for held in self._touchpoints.values() for touchpoint in held]
        _begin(self._connection, [touchpoint for touchpoint in touchpoints if touchpoint.begun_by is not None])
        _update(self._connection, [touchpoint for touchpoint in touchpoints if touchpoint.begun_by is None])

    def _follow(self, known: Mapping[tuple[str, str], object]) -> None:
        """Read what else visitors did, where it decides about a touchpoint."""
        touched = {visitor_id for visitor_id, _ in known}
        in_sessions: set[str] = set()
        alone: dict[str, int] = {}
        for its in self._taken:
            session_id = its.event.session_id
            if session_id is not None and its.comes and (its.visitor_id, session_id) not in known:
                in_sessions.add(its.visitor_id)
            elif session_id is None and (its.comes or its.visitor_id in touched):
                alone.setdefault(its.visitor_id, its.event.at)
        since = min(alone.values(), default=0) - FOLLOWED_MICROS
        for visitors, first_at in ((in_sessions, 0), (alone.keys() - in_sessions, since)):
            for visitor_id, history in _histories(self._connection, visitors, since=first_at).items():
                for visit, seen in visits_of(history, self._is_hop).items():
                    self._seen[visitor_id, visit] = seen
                    self._visit_of.update((event.id, visit) for event in seen)

    def _is_hop(self, seen: Seen) -> bool:
        return bool(seen.referrer) and referrer_domain(seen.referrer, seen.page, self._excluded) is None

    def _take(self, its: _Taken) -> None:
        visit = its.event.session_id or self._visit_of.get(its.event.id)
        if visit is None:
            return
        touchpoints = self._touchpoints[its.visitor_id, visit]
        begun = [touchpoint for touchpoint in touchpoints if touchpoint.started_at <= its.event.at] or touchpoints[:1]
        last = last_marks(touchpoint.marks for touchpoint in begun)
        if its.marks != NO_MARKS:
            begins = not is_same_campaign(its.marks, last)
        elif begun or not its.comes:
            begins = False
        else:
            begins = its.bears_campaign or self._seen[its.visitor_id, visit][0].id == its.event.id
        if begins:
            touchpoints.append(self._beginning(its, visit, is_first=not touchpoints))
            touchpoints.sort(key=_order)
        elif begun:
            _join(begun[-1], its, last)

    def _beginning(self, its: _Taken, visit: str, *, is_first: bool) -> _Touchpoint:
        event = its.event
        seen = self._seen.get((its.visitor_id, visit), [])
        n_pageviews, started_at = int(_is_pageview(event)), event.at
        if is_first:
            # A campaign may come late in a visit: what came before it counts too.
            n_pageviews += sum(other.is_pageview for other in seen if other.id not in self._pending)
            started_at = min(started_at, seen[0].at)
        is_session = event.session_id is not None or seen[0].session_id is not None
        key = event.id if not is_session else visit if is_first else f"{visit}{_FURTHER}{event.id}"
        return _Touchpoint(new_id("attr"), key, started_at, its.marks, dict(click_ids(event.page)), its, n_pageviews)


def _known_touchpoints(connection: Connection, visitors: Collection[str]) -> dict[tuple[str, str], list[_Touchpoint]]:
    """The stored touchpoints of visitors, by visitor and session, oldest first."""
    known: dict[tuple[str, str], list[_Touchpoint]] = defaultdict(list)
    for row in rows_among(connection, _KNOWN, visitors):
        touchpoint_id, key, visitor_id, started_at, source, medium, campaign, click_id, metadata, campaign_id = row
        extra = orjson.loads(metadata) if isinstance(metadata, str) else metadata or {}
        click = None if click_id is None else f"{click_id}={extra.get(click_id, '')}"
        marks = Marks(source, medium, campaign, click, campaign_id)
        session_id, _, event_id = key.rpartition(_FURTHER)
        session = session_id if event_id.startswith(("conv_", "jour_")) and session_id else key
        known[visitor_id, session].append(_Touchpoint(touchpoint_id, key, started_at, marks, extra))
    for touchpoints in known.values():
        touchpoints.sort(key=_order)
    return known


def _histories(connection: Connection, visitors: Collection[str], *, since: int) -> dict[str, list[Seen]]:
    """What visitors did, this group's events too, by visitor."""
    histories: dict[str, list[Seen]] = defaultdict(list)
    for query in _SEEN if visitors else ():
        for row in rows_among(connection, query, visitors, before=(since,)):
            histories[row[0]].append(Seen(*row))
    return histories


def _order(touchpoint: _Touchpoint) -> tuple[int, bool, str]:
    """Of touchpoints of one visit and instant: the session's first, then as the events came that began them."""
    _, mark, begun_by = touchpoint.key.rpartition(_FURTHER)
    return touchpoint.started_at, bool(mark), arrival(begun_by)


def _join(touchpoint: _Touchpoint, its: _Taken, last: Marks) -> None:
    """Count an event in a touchpoint, and give that each mark which the visit had not borne before."""
    if _is_pageview(its.event):
        touchpoint.n_pageviews += 1
        touchpoint.is_changed = True
    if its.event.at < touchpoint.started_at:
        touchpoint.started_at = its.event.at
        touchpoint.is_changed = True
    given = {
        name: new for name, new, old in zip(_GIVEN, its.marks, last, strict=False) if new is not None and old is None
    }
    if given:
        touchpoint.marks = touchpoint.marks._replace(**given)
        if "click" in given:
            touchpoint.extra |= click_ids(its.event.page)
        touchpoint.is_given = True


def _begin(connection: Connection, touchpoints: Sequence[_Touchpoint]) -> None:
    names = {touchpoint.marks.campaign for touchpoint in touchpoints} - {None}
    campaigns = _campaigns_named(connection, [name for name in names if name])
    if insert_rows(
        connection, _TOUCHPOINTS, [_row(t, t.key, campaigns) for t in touchpoints], on_conflict=_ONCE
    ) == len(touchpoints):
        return
    stored = {touchpoint_id for (touchpoint_id,) in rows_among(connection, _STORED, [t.id for t in touchpoints])}
    # Their session_id is another visitor's.
    rows = [
        _row(t, f"{t.key}{_FURTHER}{t.begun_by.event.id}", campaigns)
        for t in touchpoints
        if t.id not in stored and t.begun_by is not None
    ]
    insert_rows(connection, _TOUCHPOINTS, rows, on_conflict=_ONCE)


def _row(touchpoint: _Touchpoint, key: str, campaigns: Mapping[str, str]) -> tuple[Any, ...]:
    """A row of `touchpoints` in the columns' order."""
    assert touchpoint.begun_by is not None
    event, marks = touchpoint.begun_by.event, touchpoint.marks
    campaign_id, method = campaigns.get(marks.campaign or ""), ResolutionMethod.exact_utm_match
    if event.ad_campaign_id is not None:
        campaign_id, method = event.ad_campaign_id, ResolutionMethod.manual
    elif campaign_id is None:
        method = ResolutionMethod.unresolved
    return (
        touchpoint.id,
        key,
        event.visitor_id,
        event.website_id,
        campaign_id,
        None,
        None,
        platform_of_touch(marks.source, marks.click).value,
        marks.source,
        marks.medium,
        marks.campaign,
        event.utm_term,
        event.utm_content,
        campaign_id is not None,
        None if campaign_id is None else 1.0,
        method.value,
        event.page,
        touchpoint.n_pageviews,
        event.is_bot,
        _json(touchpoint.extra),
        touchpoint.started_at,
        event.received_at,
        _kind(event),
        _click_id(marks),
        touchpoint.begun_by.referrer_domain,
        event.is_internal,
    )


def _update(connection: Connection, touchpoints: Iterable[_Touchpoint]) -> None:
    ordered = sorted(touchpoints, key=lambda touchpoint: touchpoint.id)
    grown = [(t.n_pageviews, t.started_at, t.started_at, t.id) for t in ordered if t.is_changed]
    write_rows(connection, _GROW, grown)
    given = [
        (*t.marks[:3], platform_of_touch(t.marks.source, t.marks.click).value, _click_id(t.marks), _json(t.extra), t.id)
        for t in ordered
        if t.is_given
    ]
    write_rows(connection, _GIVE, given)


def _campaigns_named(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The campaign of each name that is exactly one campaign's."""
    # `__CAMPAIGN_NAME__` is a macro that nobody replaced.
    keys = {name: name_key(name) for name in names if not name.startswith("__")}
    found: dict[str, list[str]] = defaultdict(list)
    for key, campaign_id in rows_among(connection, _CAMPAIGNS, set(keys.values())):
        found[key].append(campaign_id)
    return {name: found[key][0] for name, key in keys.items() if len(found[key]) == 1}


def _click_id(marks: Marks) -> str | None:
    return None if marks.click is None else marks.click.partition("=")[0]


def _json(extra: Mapping[str, Any]) -> str | None:
    return orjson.dumps(extra).decode() if extra else None


def _kind(event: NewEvent) -> str:
    return _KINDS.get(event.event_type, _SESSION) if type(event) is NewJourneyEvent else _SESSION


def _is_pageview(event: NewEvent) -> bool:
    return type(event) is NewJourneyEvent and event.event_type == _PAGE_VIEW
