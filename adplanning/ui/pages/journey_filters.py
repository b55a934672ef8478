"""Whose ways the pages of journeys show: the filters that all their views share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import func, select

from adplanning.core.periods import Period
from adplanning.journeys.scope import JourneyScope
from adplanning.people.service import list_websites
from adplanning.store.tables.events import JourneyEvent
from adplanning.store.tables.segments import Segment
from adplanning.ui.catalogue import address_of
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.view_switch import ViewSwitch
from adplanning.ui.visit import Visit

SLUG: Final = "ad-planning/journeys"
VIEWS: Final = {
    "funnel": ("Funnel", "mdi-filter-variant"),
    "time": ("Time to purchase", "mdi-timer-sand"),
    "retention": ("Retention", "mdi-grid"),
    "ways": ("Top ways", "mdi-routes"),
}
MAX_OPTIONS: Final = 500
# Sources are told from the newest events: to look through all of them takes seconds in a large store.
RECENT_EVENTS: Final = 20_000
_SHARED: Final = ("segment_id", "utm_source", "website_id", "from_date", "to_date")


def scope_filters(visit: Visit) -> list[Filter]:
    """Source, segment and website, each with what there is to choose."""
    asked = visit.query.get("utm_source")
    with visit.reading() as session:
        newest = (
            select(JourneyEvent.utm_source).order_by(JourneyEvent.occurred_at.desc()).limit(RECENT_EVENTS).subquery()
        )
        told = newest.c.utm_source
        by_frequency = select(told).where(told.is_not(None)).group_by(told).order_by(func.count().desc(), told)
        sources = dict.fromkeys([*session.scalars(by_frequency.limit(MAX_OPTIONS)), *([asked] if asked else [])])
        segments = session.execute(select(Segment.id, Segment.name).order_by(Segment.name).limit(MAX_OPTIONS)).all()
        websites, _ = list_websites(session, limit=MAX_OPTIONS, offset=0)
        sites = {site.id: site.name or site.domain for site in websites}
    has_choice = len(sites) > 1 or "website_id" in visit.query
    return [
        Filter("utm_source", "Source", {source: source for source in sources}),
        Filter("segment_id", "Segment", dict(segments)),
        *([Filter("website_id", "Website", sites)] if has_choice else []),
    ]


def scope_of(query: Query, *, until: datetime | None = None) -> JourneyScope:
    """Whose ways a table's filters ask for; `until` ends them where the dates are open."""
    asked = query.filters
    return JourneyScope(
        Period(query.period.start, query.period.end or until),
        asked.get("website_id"),
        asked.get("segment_id"),
        asked.get("utm_source"),
    )


def view_switch(visit: Visit, asked: Callable[[], Mapping[str, str]]) -> ViewSwitch:
    """The views; another one opens with the same filters."""

    def turn() -> None:
        shared = {key: said for key, said in asked().items() if key in _SHARED}
        said = urlencode({**shared, **switch.state})
        visit.frame.go(address_of(SLUG) + (f"?{said}" if said else ""))

    switch = ViewSwitch(visit, views=VIEWS, changed=turn)
    return switch


def scope_table(
    visit: Visit,
    *,
    draw: Callable[[Query], None],
    fetch: Callable[[Query], tuple[Sequence[Row], int]],
    columns: Sequence[Column],
    label: str,
    sort: str,
    export_name: str,
    empty: str,
    title: str = "",
) -> tuple[ViewSwitch, Table]:
    """The views, and the table of one whose numbers take long: they are read when the page is there already.

    Parameters
    ----------
    draw : shows what stands above the table, for the same filters.
    """

    def begin() -> None:
        table.refresh()
        draw(table.query)

    table = Table(
        visit,
        label=label,
        title=title,
        columns=columns,
        filters=scope_filters(visit),
        dated=True,
        sort=sort,
        fetch=fetch,
        export_name=export_name,
        empty=empty,
        changed=draw,
        waits=True,
        beside=lambda: switch.state,
    )
    switch = view_switch(visit, lambda: table.state)
    visit.frame.later(begin)
    return switch, table
