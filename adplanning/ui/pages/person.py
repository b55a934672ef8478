"""One customer: who they are, how they stand, and everything they did, over all their devices."""

from __future__ import annotations

from collections.abc import Sequence

from adplanning.core.errors import NotFound
from adplanning.journeys.timeline import KINDS as ALL_KINDS
from adplanning.journeys.timeline_service import Timeline as Way
from adplanning.journeys.timeline_service import person_timeline
from adplanning.people.erasures import is_anonymous
from adplanning.scores.scoring_service import refresh_scores
from adplanning.ui.actions import Action
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.person_devices import devices_table
from adplanning.ui.pages.person_facts import person_facts
from adplanning.ui.pages.person_privacy import privacy_actions
from adplanning.ui.pages.person_scores import score_cards
from adplanning.ui.pages.person_way import KINDS, happening, headlines
from adplanning.ui.pages.person_words import customer_name, person_name, way_address
from adplanning.ui.table import Table
from adplanning.ui.timeline import Happening, Timeline
from adplanning.ui.visit import Visit

EMPTY = "Nothing is known yet of what they did: no visit, order, lead form or feedback names them."


def person_page(visit: Visit, customer_id: str) -> Sequence[Component]:
    """A person, also one whom only events name, or a visitor whom nobody knows.

    Raises
    ------
    NotFound : neither is there.
    """
    found = _way(visit, customer_id, limit=0)
    person, person_id = found.person, found.person_id
    if person is None and not found.n_entries:
        raise NotFound(f"there is neither a person nor a visitor {customer_id!r}")
    if person is not None:
        name = person_name(person)
    else:
        name = f"Visitor {customer_id}" if person_id is None else customer_name(person_id, None, {})
    visit.frame.title(name)

    def fetch(kind: str | None, is_newest_first: bool, limit: int, offset: int) -> tuple[Sequence[Happening], int]:
        kinds = [kind] if kind else ALL_KINDS
        page = _way(visit, customer_id, kinds=kinds, is_newest_first=is_newest_first, limit=limit, offset=offset)
        return [happening(entry, visit) for entry in page.entries], page.n_entries

    summary = Kpis(label="Their way in numbers")
    summary.show(*headlines(found.summary, visit))
    devices: Table | None = None
    timeline = Timeline(
        visit,
        title="What did they do?",
        kinds=KINDS,
        fetch=fetch,
        empty=EMPTY,
        beside=lambda: devices.state if devices else {},
    )
    visit.frame.later(timeline.refresh)
    if person_id is None:
        return [_told("Nobody knows who this visitor is: no sign-in, order or lead form has told."), summary, timeline]
    if is_anonymous(person_id):
        return [
            _told("Somebody who was erased: what they did stays in all totals, who they were is gone."),
            summary,
            timeline,
        ]
    scores = Kpis(label="Scores")

    def show_scores() -> None:
        with visit.reading() as session:
            scores.show(score_cards(session, person_id, currency=visit.settings.currency, now=visit.now()))

    def refresh(_: str) -> None:
        settings = visit.settings
        with visit.writing() as session:
            refresh_scores(
                session,
                [person_id],
                as_of=visit.now(),
                currency=settings.currency,
                zone=settings.zone,
                public_revenue=settings.public_revenue,
            )
        visit.frame.toast("The scores are of now.")
        show_scores()

    show_scores()
    actions = [Action("refresh", "Refresh scores", "mdi-refresh", refresh)] if visit.may_write else []
    devices = devices_table(
        visit, person_id, name, lambda: visit.frame.go(way_address(person_id)), beside=lambda: timeline.state
    )
    if person is None:
        return [
            _told("Only events name this person; nothing else is known of them."),
            summary,
            scores,
            Details(visit, {}, actions),
            timeline,
            devices,
        ]
    personal, parts = privacy_actions(visit, person_id, name)
    with visit.reading() as session:
        details = Details(visit, person_facts(visit, session, person), [*actions, *personal])
    return [summary, scores, details, timeline, devices, *parts]


def _told(words: str) -> Notices:
    told = Notices()
    told.show([Notice(words, "info")])
    return told


def _way(
    visit: Visit,
    customer_id: str,
    *,
    kinds: Sequence[str] = ALL_KINDS,
    is_newest_first: bool = True,
    limit: int,
    offset: int = 0,
) -> Way:
    settings = visit.settings
    with visit.reading() as session:
        found = person_timeline(
            session,
            customer_id,
            currency=settings.currency,
            zone=settings.zone,
            public_revenue=settings.public_revenue,
            limit=limit,
            offset=offset,
            newest_first=is_newest_first,
            kinds=kinds,
        )
        session.expunge_all()
    return found
