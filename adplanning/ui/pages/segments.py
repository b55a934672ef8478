"""Segments: groups of customers by rules, how large each is, and those one might want."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from adplanning.core import formats
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import SegmentType
from adplanning.people.service import list_persons
from adplanning.segments import service
from adplanning.segments.suggestions import SUGGESTIONS
from adplanning.store.tables.segments import Segment, SegmentSize
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.main_button import MainButton
from adplanning.ui.offers import Offer, Offers
from adplanning.ui.pages.segment import segment_page
from adplanning.ui.pages.segment_form import SegmentForm
from adplanning.ui.pages.segment_rebuild import rebuild_all
from adplanning.ui.pages.segment_words import SLUG, TYPES
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

ACTIVE = {"true": badges.ACTIVE.words, "false": badges.PAUSED.words}
EMPTY = (
    "No segment yet. A segment is a group of customers by rules, such as more than 5 orders and the last of them "
    "within 30 days."
)


def segments_page(visit: Visit) -> Sequence[Component]:
    """The list with what is suggested, or one segment."""
    return segment_page(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        active = query.filters.get("is_active")
        filters = {
            "segment_type": query.filters.get("segment_type"),
            "is_active": None if active is None else active == "true",
        }
        with visit.reading() as session:
            found, total = service.list_segments(
                session,
                filters,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            _, n_persons = list_persons(session, limit=0, offset=0)
            return [_row(visit, one, service.sizes(session, one.id), n_persons) for one in found], total

    def show() -> None:
        table.refresh()
        offers.show(_not_there_yet(visit))

    form = SegmentForm(visit, saved=show)
    add = Action("add", "Create Segment", "mdi-plus", lambda _: form.create())
    offers = Offers(visit, title="Suggested segments", button="Look at it", take=form.suggest)
    table = Table(
        visit,
        label="Segments",
        columns=[
            Column("name", "Segment", sortable=True, on_phone=True),
            Column("segment_type", "Type", sortable=True),
            Column("customer_count", "Members", numeric=True, sortable=True, on_phone=True),
            Column("share", "Of all", numeric=True, help="Its members among all known persons"),
            Column("change", "Change", numeric=True, help="Against the build before"),
            Column("auto_update", "Membership", help="Dynamic ones follow their rules by themselves"),
            Column("is_active", "Status", sortable=True),
            Column("last_calculated_at", "Last built", sortable=True),
        ],
        filters=[Filter("segment_type", "Type", TYPES), Filter("is_active", "Status", ACTIVE)],
        searchable="Search name and description",
        sort="name",
        descending=False,
        fetch=fetch,
        export_name="segments",
        empty=EMPTY,
        empty_action=add if visit.may_write else None,
    )
    if not visit.may_write:
        return [table]
    offers.show(_not_there_yet(visit))
    return [MainButton(visit, add), *rebuild_all(visit, show), table, offers, form.form]


def _not_there_yet(visit: Visit) -> list[Offer]:
    with visit.reading() as session:
        names = set(session.scalars(select(Segment.name).where(Segment.name.in_([one.name for one in SUGGESTIONS]))))
    return [Offer(one.key, one.name, one.description) for one in SUGGESTIONS if one.name not in names]


def _row(visit: Visit, segment: Segment, sizes: Sequence[SegmentSize], n_persons: int) -> Row:
    currency = visit.settings.currency
    share = ratio(segment.customer_count, n_persons)
    return Row(
        segment.id,
        segment.name,
        address_of(SLUG, segment.id),
        {
            "name": text(segment.name, hint=segment.description or segment.name),
            "segment_type": badges.SEGMENT_TYPES[SegmentType(segment.segment_type)].cell(),
            "customer_count": text(formats.number(segment.customer_count, currency=currency)),
            "share": text(formats.percent(share)),
            "change": _change(sizes, currency),
            "auto_update": (badges.DYNAMIC if segment.auto_update else badges.STATIC).cell(),
            "is_active": (badges.ACTIVE if segment.is_active else badges.PAUSED).cell(),
            "last_calculated_at": text(formats.moment(segment.last_calculated_at, visit.settings.zone)),
        },
        _values(segment, share),
    )


def _change(sizes: Sequence[SegmentSize], currency: str) -> Cell:
    """By how much it has grown since the build before; unknown before the second one."""
    if len(sizes) < 2:
        return text(None)
    before, last = sorted(sizes, key=lambda size: size.built_at)[-2:]
    grown = last.n_members - before.n_members
    shown = formats.number(abs(grown), currency=currency)
    return text(
        f"+{shown}" if grown > 0 else f"−{shown}" if grown else "0",
        hint=f"{last.n_added} came, {last.n_removed} went",
    )


def _values(segment: Segment, share: float | None) -> Mapping[str, object]:
    calculated = segment.last_calculated_at
    return {
        "id": segment.id,
        "name": segment.name,
        "description": segment.description,
        "type": segment.segment_type,
        "members": segment.customer_count,
        "share_of_all": share,
        "auto_update": segment.auto_update,
        "is_active": segment.is_active,
        "last_built": None if calculated is None else calculated.isoformat(),
    }
