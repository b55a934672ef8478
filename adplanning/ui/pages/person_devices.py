"""Which visitors (browsers and devices) are taken for a person's; a wrong one is taken from them, or given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from adplanning.core import formats
from adplanning.core.errors import NotFound
from adplanning.people import identity_service
from adplanning.people.identity import Source
from adplanning.people.identity_service import Merge
from adplanning.ui.actions import Action
from adplanning.ui.badges import Badge
from adplanning.ui.cells import text
from adplanning.ui.pages.person_words import way_address
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

_SOURCES: Final = {Source.sign_in: "Sign-in", Source.order: "Order", Source.lead: "Lead form"}
THEIRS: Final = Badge("Theirs", "green", "mdi-check")
TAKEN: Final = Badge("Taken from them", "grey", "mdi-link-off")


def devices_table(
    visit: Visit, person_id: str, name: str, changed: Callable[[], None], *, beside: Callable[[], Mapping[str, str]]
) -> Table:
    """The list of them, with what was seen there.

    Parameters
    ----------
    name : what the person is called.
    changed : called after one was taken or given back.
    beside : what else is in the page's address.
    """

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        try:
            with visit.reading() as session:
                found, total = identity_service.merges(session, person_id, limit=query.limit, offset=query.offset)
        except NotFound:  # only events name them, and on no device
            return [], 0
        return [_row(visit, merge) for merge in found], total

    def undo(visitor_id: str) -> None:
        visit.require_writer()
        visit.frame.confirm(
            f"Take this device from {name}?",
            f"What was done on the visitor {visitor_id} is theirs no longer, unless it names them. You can undo it.",
            "Take it from them",
            lambda: take(visitor_id),
        )

    def take(visitor_id: str) -> None:
        with visit.writing() as session:
            identity_service.undo_merge(session, visitor_id, person_id, by=visit.name, now=visit.now())
        visit.frame.toast(f"The visitor {visitor_id} is no longer {name}’s.")
        changed()

    def redo(visitor_id: str) -> None:
        with visit.writing() as session:
            identity_service.redo_merge(session, visitor_id, person_id)
        visit.frame.toast(f"The visitor {visitor_id} is {name}’s again.")
        changed()

    actions = [
        Action("undo", "Take it from them", "mdi-link-off", undo),
        Action("redo", "Give it back", "mdi-link-plus", redo),
    ]
    return Table(
        visit,
        label="Devices",
        title="On which devices were they seen?",
        columns=[
            Column("visitor_id", "Visitor", on_phone=True),
            Column("status", "Taken for", on_phone=True),
            Column("sources", "Told by"),
            Column("first_seen_at", "First seen as them"),
            Column("last_seen_at", "Last seen as them"),
        ],
        sort="last_seen_at",
        fetch=fetch,
        actions=actions if visit.may_write else [],
        empty="They have not been seen on any device yet: no sign-in, order or lead form named them on one.",
        prefix="devices_",
        beside=beside,
    )


def _row(visit: Visit, merge: Merge) -> Row:
    zone = visit.settings.zone
    is_undone = merge.undone_at is not None
    undone = f"by {merge.undone_by or 'a program'}, {formats.moment(merge.undone_at, zone)}" if is_undone else ""
    return Row(
        merge.visitor_id,
        merge.visitor_id,
        way_address(merge.visitor_id),
        {
            "visitor_id": text(merge.visitor_id, hint=merge.visitor_id),
            "status": {**(TAKEN if is_undone else THEIRS).cell(), "hint": undone},
            "sources": text(", ".join(_SOURCES[source] for source in merge.sources) or None),
            "first_seen_at": text(formats.moment(merge.first_seen_at, zone)),
            "last_seen_at": text(formats.moment(merge.last_seen_at, zone)),
        },
        actions=["redo" if is_undone else "undo"],
    )
