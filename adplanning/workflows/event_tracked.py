"""What happens when events come in: they are stored once, their visitors, touchpoints and goals follow.

All of it in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table

from adplanning.conversions.goals import EventView, GoalRule, Kind, met_goals, rules_by_event
from adplanning.people.erasure_service import erased_among
from adplanning.people.erasures import ErasedKind
from adplanning.store.tables.catalogue import TABLES
from adplanning.tracking.events import NewConversion, NewEvent, NewJourneyEvent
from adplanning.tracking.rows import insert_rows, rows_among, write_rows
from adplanning.tracking.touchpoints import touch

_CONVERSIONS, _STEPS = TABLES["conversions"], TABLES["journey_events"]
_ID = {
    "conversions": "SELECT id FROM conversions WHERE id IN {values}",
    "journey_events": "SELECT id FROM journey_events WHERE id IN {values}",
}
_BY_EVENT = {
    "conversions": "SELECT event_id, id FROM conversions WHERE website_id = ? AND event_id IN {values}",
    "journey_events": "SELECT event_id, id FROM journey_events WHERE website_id = ? AND event_id IN {values}",
}
_BY_ORDER = "SELECT order_id, id FROM conversions WHERE conversion_type = 'purchase' AND order_id IN {values}"
_SEE_VISITOR = "INSERT INTO visitors (id, first_seen_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
_LINK_VISITOR = """
    UPDATE visitors SET person_id = ?, linked_at = ? WHERE id = ? AND (linked_at IS NULL OR linked_at <= ?)
    AND NOT EXISTS (SELECT 1 FROM undone_merges WHERE visitor_id = ? AND person_id = ?)
"""
_COMPLETE_GOAL = """
    INSERT INTO goal_completions (goal_id, conversion_id, journey_event_id, value_minor, currency, completed_at)
    VALUES (?, ?, ?, ?, ?, ?)
"""
# Journey events from these sources mirror a record that is counted itself.
_MIRRORED_SOURCES = frozenset({"order", "lead"})


class Tracked(NamedTuple):
    """Under which id an event is stored, whether it was there already, and the goals it met now."""

    id: str
    duplicate: bool
    goal_ids: tuple[str, ...]


def track(
    connection: Connection, events: Sequence[NewEvent], *, goals: Sequence[GoalRule], passed: Collection[str] = ()
) -> list[Tracked]:
    """Store events; answer for each, in their order, what became of it.

    An event is a repeat of the first one with its website and event id, or of the first purchase with its order id:
    it changes nothing and answers the first one's id. A visitor is linked to a person when an event names both; the
    latest such event counts, unless somebody has undone that merge. An event that names a person who was erased is
    nobody's.

    Parameters
    ----------
    connection : inside a write transaction.
    events : conversions and journey events, mixed, each with a fresh id.
    goals : the active goals that events are held against.
    passed : domains that never count as a referrer; see `tracking.touchpoints.touch`.
    """
    events = _without_erased(connection, events)
    first_ids = _store(connection, _CONVERSIONS, [event for event in events if type(event) is NewConversion])
    first_ids |= _store(connection, _STEPS, [event for event in events if type(event) is NewJourneyEvent])
    fresh = [event for event in events if event.id not in first_ids] if first_ids else events
    _see_visitors(connection, fresh)
    touch(connection, fresh, passed=passed)
    met = _complete_goals(connection, fresh, goals)
    if not first_ids and not met:
        return [Tracked(event.id, False, ()) for event in events]
    return [
        Tracked(first_ids.get(event.id, event.id), event.id in first_ids, met.get(event.id, ())) for event in events
    ]


def _without_erased(connection: Connection, events: Sequence[NewEvent]) -> Sequence[NewEvent]:
    named = {event.person_id for event in events if event.person_id is not None}
    erased = erased_among(connection, ErasedKind.person, named) if named else set()
    if not erased:
        return events
    return [event._replace(person_id=None) if event.person_id in erased else event for event in events]


def _store(connection: Connection, table: Table, rows: Sequence[NewEvent]) -> dict[str, str]:
    """Insert the rows that are no repeats; answer the first one's id for each repeat."""
    if insert_rows(connection, table, rows, on_conflict="DO NOTHING") == len(rows):
        return {}
    stored = {row_id for (row_id,) in rows_among(connection, _ID[table.name], [row.id for row in rows])}
    repeats = [row for row in rows if row.id not in stored]
    by_event: dict[str | None, dict[str | None, str]] = {}
    for website_id in {row.website_id for row in repeats if row.website_id is not None}:
        events = {row.event_id for row in repeats if row.event_id is not None and row.website_id == website_id}
        by_event[website_id] = dict(rows_among(connection, _BY_EVENT[table.name], events, before=(website_id,)))
    orders = {row.order_id for row in repeats if isinstance(row, NewConversion) and row.order_id}
    by_order = dict(rows_among(connection, _BY_ORDER, orders))
    first_ids = {}
    for row in repeats:
        first_id = by_event.get(row.website_id, {}).get(row.event_id)
        if first_id is None and isinstance(row, NewConversion):
            first_id = by_order[row.order_id]
        assert first_id is not None
        first_ids[row.id] = first_id
    return first_ids


def _see_visitors(connection: Connection, events: Sequence[NewEvent]) -> None:
    seen = {event.visitor_id: event.at for event in reversed(events) if event.visitor_id is not None}
    write_rows(connection, _SEE_VISITOR, list(seen.items()))
    links = [
        (event.person_id, event.at, event.visitor_id, event.at, event.visitor_id, event.person_id)
        for event in events
        if event.person_id is not None and event.visitor_id is not None
    ]
    write_rows(connection, _LINK_VISITOR, links)


def _complete_goals(
    connection: Connection, events: Iterable[NewEvent], goals: Sequence[GoalRule]
) -> dict[str, tuple[str, ...]]:
    """Record the goals that events meet; answer their ids by the event's."""
    if not goals:
        return {}
    by_event = rules_by_event(goals)
    met: dict[str, tuple[str, ...]] = {}
    rows: list[tuple[Any, ...]] = []
    for event in events:
        rules = by_event.get(_kind_and_type(event))
        if not rules:
            continue
        completions = met_goals(_view(event), rules)
        if completions:
            met[event.id] = tuple(completion.goal_id for completion in completions)
            conversion_id, step_id = (event.id, None) if type(event) is NewConversion else (None, event.id)
            rows += [(c.goal_id, conversion_id, step_id, c.value_minor, c.currency, event.at) for c in completions]
    write_rows(connection, _COMPLETE_GOAL, rows)
    return met


def _kind_and_type(event: NewEvent) -> tuple[Kind, str]:
    if isinstance(event, NewConversion):
        return "conversion", event.conversion_type
    return "journey", event.event_type


def _view(event: NewEvent) -> EventView:
    if isinstance(event, NewConversion):
        return EventView(
            kind="conversion",
            event_type=event.conversion_type,
            event_name=event.conversion_name,
            page=event.pathname,
            website_id=event.website_id,
            value_minor=event.value_minor,
            currency=event.currency,
            data=_data(event.metadata),
        )
    return EventView(
        kind="journey",
        event_type=event.event_type,
        event_name=event.event_name,
        page=event.page_url,
        website_id=event.website_id,
        value_minor=None,
        currency="",
        data=_data(event.event_data),
        derived=event.source_type in _MIRRORED_SOURCES,
    )


def _data(json_text: str | None) -> dict[str, Any]:
    return orjson.loads(json_text) if json_text else {}
