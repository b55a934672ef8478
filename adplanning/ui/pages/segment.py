"""One segment: its rules in words, who is in it, how large it has been, and beside them its summary and buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import SegmentType
from adplanning.people.service import list_persons
from adplanning.segments import service
from adplanning.segments.charts import size_history
from adplanning.segments.contradictions import contradictions
from adplanning.segments.criteria import Criteria, parse_criteria
from adplanning.segments.summary import SegmentSummary
from adplanning.segments.summary_service import summary_of_segment
from adplanning.segments.wording import worded_lines
from adplanning.store.tables.segments import Segment
from adplanning.ui import badges
from adplanning.ui.actions import Action, edit_and_delete
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.columns import Columns
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.segment_build import build
from adplanning.ui.pages.segment_form import SegmentForm
from adplanning.ui.pages.segment_members import MemberForm, member_table
from adplanning.ui.pages.segment_overlap import overlap_table
from adplanning.ui.pages.segment_words import SLUG, chart_colour, colour_name
from adplanning.ui.visit import Visit


def segment_page(visit: Visit, segment_id: str) -> Sequence[Component]:
    """Everything of one segment."""
    currency = visit.settings.currency
    with visit.reading() as session:
        segment = service.find_segment(session, segment_id)
        criteria = parse_criteria(segment.criteria)
        facts = _facts(visit, segment, criteria)
        name, n_members, colour = segment.name, segment.customer_count, chart_colour(segment.color)
        sizes = [
            {
                "built_at": size.built_at,
                "n_members": size.n_members,
                "n_added": size.n_added,
                "n_removed": size.n_removed,
            }
            for size in service.sizes(session, segment_id)
        ]
        _, n_persons = list_persons(session, limit=0, offset=0)
    visit.frame.title(name)

    def show_again() -> None:
        if not members.closed:
            visit.frame.go(address_of(SLUG, segment_id))

    def summarise() -> None:
        settings = visit.settings
        found = summary_of_segment(
            visit.engine,
            segment_id,
            as_of=visit.now(),
            currency=currency,
            zone=settings.zone,
            public_revenue=settings.public_revenue,
        )
        kpis.show(*_headlines(found, n_persons, currency))

    form = SegmentForm(visit, saved=show_again)
    member_form = MemberForm(visit, segment_id, saved=show_again)
    members = member_table(visit, segment_id, beside=lambda: overlap.state if overlap else {}, removed=show_again)
    overlap = overlap_table(visit, segment_id, name, beside=lambda: members.state)
    own = [
        Action("rebuild", "Rebuild", "mdi-refresh", lambda _: build(visit, segment_id, show_again)),
        Action("add", "Add a member", "mdi-account-plus-outline", lambda _: member_form.form.ask()),
    ]
    usual = edit_and_delete(
        visit,
        edit=lambda: form.change(segment_id),
        delete=lambda session: service.delete_segment(session, segment_id),
        name=f"the segment “{name}”",
        consequence=f"Its {n_members} members and its history go with it; the customers themselves stay.",
        back_to=address_of(SLUG),
    )
    kpis, notices = Kpis(label="Quick summary"), Notices()
    kpis.show(_headline_members(n_members, n_persons, currency))
    notices.show([Notice(words) for words in contradictions(criteria, currency)])
    chart = ChartCard(served=visit.served, title="How large has it been?", file_name="segment-size")
    local = pl.col("built_at").dt.convert_time_zone(visit.settings.zone.key).dt.replace_time_zone(None)
    chart.draw(
        size_history(pl.DataFrame(sizes).with_columns(local), colour=colour) if sizes else None,
        sizes,
        empty="It has not been built yet; Rebuild works out who is in it.",
    )
    visit.frame.later(summarise)
    main = [Details(visit, facts), members, *([overlap] if overlap else []), chart]
    buttons = [Details(visit, {}, [*own, *usual])] if usual else []
    return [notices, Columns(main, [kpis, *buttons], side_first=True), form.form, member_form.form]


def _facts(visit: Visit, segment: Segment, criteria: Criteria) -> Mapping[str, Mapping[str, Cell]]:
    zone, currency = visit.settings.zone, visit.settings.currency
    lines = worded_lines(criteria, currency)
    return {
        "General information": {
            "Type": badges.SEGMENT_TYPES[SegmentType(segment.segment_type)].cell(),
            "Status": (badges.ACTIVE if segment.is_active else badges.PAUSED).cell(),
            "Membership": (badges.DYNAMIC if segment.auto_update else badges.STATIC).cell(),
            "Members": text(formats.number(segment.customer_count, currency=currency)),
            "Description": text(segment.description),
            "Last built": text(formats.moment(segment.last_calculated_at, zone)),
            "Created": text(formats.moment(segment.created_at, zone)),
            "Changed": text(formats.moment(segment.updated_at, zone)),
            "Colour": text(colour_name(segment.color)),
        },
        "Criteria": {"Who is in it": text("\n".join(f"{'    ' * depth}{words}" for depth, words in lines))},
    }


def _headline_members(n_members: int, n_persons: int, currency: str) -> list[Kpi]:
    return [
        Kpi("Members", formats.number(n_members, currency=currency), "How many are in it now."),
        Kpi("Share of customers", formats.percent(ratio(n_members, n_persons)), "Its members among all known persons."),
    ]


def _headlines(found: SegmentSummary, n_persons: int, currency: str) -> tuple[list[Kpi], str]:
    clv, revenue = (
        None if minor is None else to_major(minor, currency) for minor in (found.average_clv_minor, found.revenue_minor)
    )
    lacking = {"predicted lifetime value": found.n_without_clv, "known revenue": found.n_without_revenue}
    caption = " ".join(
        f"{formats.number(n, currency=currency)} of them without a {what}." for what, n in lacking.items() if n
    )
    return [
        *_headline_members(found.n_members, n_persons, currency),
        Kpi(
            "Average CLV",
            formats.short_money(clv, currency),
            "The mean of what those who have a prediction are expected to bring.",
            full=formats.money(clv, currency),
        ),
        Kpi(
            "Revenue",
            formats.short_money(revenue, currency),
            "What its members have spent until now.",
            full=formats.money(revenue, currency),
        ),
    ], caption
