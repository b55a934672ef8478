"""Leads: who left word, where each came from, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from adplanning.core import formats
from adplanning.core.periods import Period
from adplanning.core.vocabulary import LeadStatus, Stream
from adplanning.leads import service
from adplanning.leads.charts import leads_by_campaign, stages_by_campaign
from adplanning.store.tables.leads import Lead
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.board import Board, Card
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpis
from adplanning.ui.pages.lead_form import LeadForm
from adplanning.ui.pages.lead_pipeline import headlines, stages
from adplanning.ui.pages.lead_words import PIPELINE, SLUG, age, amount, lead_name, value_cell
from adplanning.ui.pages.meta_lead import lead_page
from adplanning.ui.pages.sync_button import sync_button
from adplanning.ui.pipeline import Pipeline
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.view_switch import ViewSwitch
from adplanning.ui.visit import Visit

CAMPAIGNS = "meta-ads/campaigns"
STATUSES = {status.value: badge.words for status, badge in badges.LEAD_STATUSES.items()}
MAX_FORMS = 1000
EMPTY = (
    "No lead has come in yet. A sync reads those of your lead forms, Meta's webhook sends each one as it is left, and "
    "a file of leads can be imported."
)
VIEWS = {"table": ("Table", "mdi-table"), "board": ("Board", "mdi-view-column-outline")}


def meta_leads(visit: Visit) -> Sequence[Component]:
    """The list with its headline numbers, or one lead."""
    return lead_page(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    currency = visit.settings.currency
    with visit.reading() as session:
        campaigns = {one: name or one for one, name, _ in service.leads_by_campaign(session, Period()) if one}
        found_forms, _ = service.list_forms(session, {}, limit=MAX_FORMS, offset=0)
        forms = {form.id: form.name for form in found_forms}

    def read(query: Query, status: str | None, limit: int, offset: int) -> tuple[list[Lead], int]:
        with visit.reading() as session:
            found, total = service.list_leads(
                session,
                {**_filters(query), "status": status},
                query.period,
                limit=limit,
                offset=offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            session.expunge_all()
        return found, total

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        found, total = read(query, query.filters.get("status"), query.limit, query.offset)
        return [_row(visit, lead, campaigns) for lead in found], total

    def fetch_lane(status: str, limit: int) -> tuple[Sequence[Card], int]:
        found, total = read(table.query, status, limit, 0)
        return [_card(visit, lead, campaigns) for lead in found], total

    def lanes() -> Sequence[str]:
        return [table.query.filters["status"]] if "status" in table.query.filters else list(PIPELINE)

    def address(status: LeadStatus) -> str:
        asked = {key: said for key, said in table.state.items() if key != "page"}
        return f"{address_of(SLUG)}?{urlencode({**asked, 'status': status.value, **switch.state})}"

    def draw() -> None:
        query = table.query
        with visit.reading() as session:
            now = service.lead_counts(session, _filters(query), query.period)
            before = _before(query.period)
            was = None if before is None else service.lead_counts(session, _filters(query), before)
            counted = service.leads_by_campaign(session, query.period)
        kpis.show(headlines(now, was, currency=currency), _caption(query, compared=was is not None))
        pipeline.show(*stages(now, address, currency=currency))
        rows = stages_by_campaign(counted)
        chart.draw(
            leads_by_campaign(rows) if rows.height else None,
            rows.to_dicts(),
            empty="Nobody has left word in this time.",
        )

    def asked(_: Query) -> None:
        visit.frame.later(draw)
        board.refresh()

    def show() -> None:
        table.refresh()
        asked(table.query)

    def turn() -> None:
        board.show(switch.view == "board")
        visit.frame.keep({**table.state, **switch.state})

    kpis = Kpis()
    pipeline = Pipeline(
        title="How far have they come?", words="Where the leads stand now, and their share of all leads."
    )
    chart = ChartCard(
        served=visit.served,
        title="Which campaigns bring leads, and how far do they come?",
        file_name="leads-by-campaign",
        words="Of the chosen dates, all forms together.",
    )
    form = LeadForm(visit, show)
    switch = ViewSwitch(visit, views=VIEWS, changed=turn)
    upload = Action(
        "import",
        "Import leads",
        "mdi-file-upload-outline",
        lambda _: visit.frame.go(address_of("ad-planning/import")),
    )
    table = Table(
        visit,
        label="Leads",
        columns=[
            Column("full_name", "Name", sortable=True, on_phone=True),
            Column("status", "Status", sortable=True, on_phone=True),
            Column("campaign_name", "Campaign", sortable=True, help="Sorted by the name that came with the lead"),
            Column("submitted_at", "Submitted", sortable=True),
            Column("value", "Value", numeric=True, help="What it brought; an estimate while that is unknown"),
            Column("phone", "Phone"),
            Column("email", "E-mail", sortable=True),
            Column("form_name", "Form", sortable=True),
        ],
        filters=[
            Filter("status", "Status", STATUSES),
            Filter("campaign_id", "Campaign", campaigns),
            Filter("form_id", "Form", forms),
        ],
        dated=True,
        searchable="Search name, e-mail, phone, notes",
        sort="submitted_at",
        fetch=fetch,
        export_name="leads",
        actions=[Action("edit", "Change", "mdi-pencil-outline", form.ask)] if visit.may_write else [],
        empty=EMPTY,
        empty_action=upload if visit.may_write else None,
        changed=asked,
        beside=lambda: switch.state,
    )
    board = Board(
        visit,
        label="Leads on a board",
        lanes=lanes,
        fetch=fetch_lane,
        steps={status.value: badge for status, badge in badges.LEAD_STATUSES.items()},
        move=(lambda lead_id, to: form.move(lead_id, LeadStatus(to))) if visit.may_write else None,
    )
    board.show(switch.view == "board")
    visit.frame.later(draw)
    button = sync_button(visit, title="Sync Leads", only=[Stream.lead_forms, Stream.leads], then=show)
    return [*button, kpis, pipeline, chart, switch, table, board, form.form]


def _filters(query: Query) -> dict[str, str | None]:
    """What narrows the list and the numbers above it alike."""
    return {"ad_campaign_id": query.filters.get("campaign_id"), "form_id": query.filters.get("form_id")}


def _before(period: Period) -> Period | None:
    """As many days before; None where an end is open."""
    if period.start is None or period.end is None:
        return None
    return Period(period.start - (period.end - period.start), period.start)


def _caption(query: Query, *, compared: bool) -> str:
    over = "Over the chosen campaign, form and dates" + (", against as many days before." if compared else ".")
    return (
        f"{over} The status and the search narrow the list only." if query.search or "status" in query.filters else over
    )


def _row(visit: Visit, lead: Lead, campaigns: Mapping[str, str]) -> Row:
    name = lead_name(lead)
    actual, expected = (amount(minor, lead.currency) for minor in (lead.actual_value_minor, lead.estimated_value_minor))
    return Row(
        lead.id,
        name,
        address_of(SLUG, lead.id),
        {
            "full_name": text(name, hint=name),
            "status": badges.LEAD_STATUSES[LeadStatus(lead.status)].cell(),
            "campaign_name": _campaign(lead, campaigns),
            "submitted_at": text(formats.moment(lead.submitted_at, visit.settings.zone)),
            "value": value_cell(lead),
            "phone": text(lead.phone),
            "email": text(lead.email, hint=lead.email or ""),
            "form_name": text(lead.form_name, hint=lead.form_name or ""),
        },
        {
            "id": lead.id,
            "name": lead.full_name,
            "email": lead.email,
            "phone": lead.phone,
            "status": lead.status,
            "campaign": _campaign(lead, campaigns)["text"],
            "form": lead.form_name,
            "estimated_value": expected,
            "actual_value": actual,
            "currency": lead.currency,
            "assigned_to": lead.assigned_to,
            "notes": lead.notes,
            "submitted_at": lead.submitted_at.isoformat(),
        },
    )


def _campaign(lead: Lead, campaigns: Mapping[str, str]) -> Cell:
    """The campaign that brought it, by our name where it is known here; the page leads there."""
    if lead.ad_campaign_id is None:
        return text(lead.campaign_name, hint=lead.campaign_name or "")
    name = campaigns.get(lead.ad_campaign_id, lead.ad_campaign_id)
    return text(name, href=address_of(CAMPAIGNS, lead.ad_campaign_id), hint=name)


def _card(visit: Visit, lead: Lead, campaigns: Mapping[str, str]) -> Card:
    return Card(
        lead.id,
        lead_name(lead),
        address_of(SLUG, lead.id),
        words=_campaign(lead, campaigns)["text"] or "No campaign",
        age=age(lead.submitted_at, visit.now()),
        when=formats.moment(lead.submitted_at, visit.settings.zone),
    )
