"""Customer journeys: how far customers come, and what they did; each one's way stands behind the rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from adplanning.core import formats
from adplanning.core.vocabulary import JourneyChannel, JourneyEventType, JourneyStage
from adplanning.journeys import service
from adplanning.journeys.analysis_service import funnel_report
from adplanning.journeys.charts import funnel_chart
from adplanning.journeys.funnel import FunnelReport
from adplanning.journeys.scope import JourneyScope
from adplanning.store.tables.events import JourneyEvent
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.journey_filters import scope_filters, scope_of, view_switch
from adplanning.ui.pages.journey_retention import retention_view
from adplanning.ui.pages.journey_times import times_view
from adplanning.ui.pages.journey_ways import ways_view
from adplanning.ui.pages.person import person_page
from adplanning.ui.pages.person_words import customer_at, customer_name, names_of, way_address
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

STAGES = {stage.value: badge.words for stage, badge in badges.STAGES.items()}
EVENTS = {kind.value: badge.words for kind, badge in badges.JOURNEY_EVENTS.items()}
CHANNELS = {
    JourneyChannel.web: "Web",
    JourneyChannel.social: "Social",
    JourneyChannel.email: "E-mail",
    JourneyChannel.sms: "SMS",
    JourneyChannel.phone: "Phone",
    JourneyChannel.in_person: "In person",
    JourneyChannel.ad: "Ad",
}
# What no number counts is not shown either.
COUNTED = {"is_bot": False, "is_internal": False}
_WEBSITE = re.compile(r"^https?://[^/?#]*")
EMPTY = (
    "No event has come in yet. Put the tracker on your shop, or import events; then every visitor's way is shown here."
)


def journeys_page(visit: Visit) -> Sequence[Component]:
    """One of the views, or the way of one customer."""
    if visit.record_id:
        return person_page(visit, customer_at(visit.record_id))
    views = {"time": times_view, "retention": retention_view, "ways": ways_view}
    return views.get(visit.query.get("view", ""), _funnel_view)(visit)


def _funnel_view(visit: Visit) -> Sequence[Component]:
    currency = visit.settings.currency

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_events(
                session,
                {**query.filters, **COUNTED},
                query.period,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            names = names_of(session, {event.person_id for event in found if event.person_id})
            return [_row(visit, event, names) for event in found], total

    @lru_cache(maxsize=1)
    def report(scope: JourneyScope) -> FunnelReport:
        return funnel_report(visit.engine, scope, public_revenue=visit.settings.public_revenue)

    def draw() -> None:
        query = table.query
        found = report(scope_of(query))
        if table.closed or scope_of(table.query) != scope_of(query):
            return  # something else was asked meanwhile
        kpis.show(_headlines(found, currency), _caption(query, found, currency))
        chart.draw(
            funnel_chart(found.stages) if found.n_customers else None,
            [
                {"stage": STAGES[one.stage], "customers": one.n, "share": one.share, "dropoff": one.dropoff}
                for one in found.stages
            ],
            empty="Nobody did anything in this time. Choose other dates, or clear the filters.",
        )

    kpis = Kpis()
    chart = ChartCard(
        served=visit.served,
        title="How far do customers come, and where are they lost?",
        file_name="funnel",
        words="Customers who reached each stage or a later one, each counted once over all their devices.",
    )
    upload = Action(
        "import", "Import events", "mdi-file-upload-outline", lambda _: visit.frame.go(address_of("ad-planning/import"))
    )
    table = Table(
        visit,
        label="Events",
        title="What did they do?",
        columns=[
            Column("who", "Who", on_phone=True, help="The person, or the visitor while nobody knows who that is"),
            Column("event_type", "Event", sortable=True, on_phone=True),
            Column("stage", "Stage", sortable=True),
            Column("occurred_at", "When", sortable=True),
            Column("channel", "Channel", sortable=True),
            Column("utm_source", "Source", sortable=True),
            Column("page_url", "Page", sortable=True, help="Sorted with its website before it"),
        ],
        filters=[Filter("stage", "Stage", STAGES), Filter("event_type", "Event type", EVENTS), *scope_filters(visit)],
        dated=True,
        searchable="Search page, source, campaign, visitor",
        sort="occurred_at",
        fetch=fetch,
        export_name="journey-events",
        empty=EMPTY,
        empty_action=upload if visit.may_write else None,
        changed=lambda _: visit.frame.later(draw),
    )
    visit.frame.later(draw)
    return [view_switch(visit, lambda: table.state), kpis, chart, table]


def _headlines(found: FunnelReport, currency: str) -> Sequence[Kpi]:
    lost = found.biggest_dropoff
    known = formats.percent(found.n_identified / found.n_customers) if found.n_customers else ""
    return [
        Kpi(
            "Customers",
            formats.number(found.n_customers, currency=currency),
            "Persons over all their devices, and visitors whom nobody knows, each once.",
        ),
        Kpi(
            "Identified",
            formats.number(found.n_identified, currency=currency),
            "Those who are known as a person: by a sign-in, an order or a lead form.",
            words=f"{known} of all" if known else "",
        ),
        Kpi(
            "Conversion rate",
            formats.percent(found.awareness_to_conversion),
            "The share of all customers who came as far as the stage conversion, such as by a purchase.",
        ),
        Kpi(
            "Biggest drop-off",
            formats.percent(lost.share if lost else None),
            "The step between two stages at which the largest share does not come on.",
            words=f"{STAGES[lost.from_stage]} → {STAGES[lost.to_stage]}" if lost else "",
        ),
        Kpi(
            "Stages per customer",
            formats.number(found.stages_per_customer, 2, currency=currency),
            "The average number of stages at which a customer did something.",
        ),
    ]


def _caption(query: Query, found: FunnelReport, currency: str) -> str:
    said = ["Of the chosen dates, website, segment, and the source that customers came with first."]
    if query.search or {"stage", "event_type"} & set(query.filters):
        said.append("Stage, event and search narrow the list only.")
    if found.n_unattributable:
        n = formats.number(found.n_unattributable, currency=currency)
        said.append(f"{n} events name nobody that can be told apart, and are not counted.")
    return " ".join(said)


def _row(visit: Visit, event: JourneyEvent, names: Mapping[str, str]) -> Row:
    kind = badges.JOURNEY_EVENTS[JourneyEventType(event.event_type)]
    customer = event.person_id or event.visitor_id
    who = customer_name(event.person_id, event.visitor_id, names)
    return Row(
        event.id,
        f"{kind.words} of {who}",
        way_address(customer) if customer else "",
        {
            "who": text(who, hint=customer or ""),
            "event_type": kind.cell(),
            "stage": badges.STAGES[JourneyStage(event.stage)].cell(),
            "channel": text(CHANNELS[JourneyChannel(event.channel)] if event.channel else None),
            "page_url": text(_path(event.page_url), hint=event.page_url or ""),
            "utm_source": _source(event),
            "occurred_at": text(formats.moment(event.occurred_at, visit.settings.zone)),
        },
        {
            "id": event.id,
            "person_id": event.person_id,
            "visitor_id": event.visitor_id,
            "name": names.get(event.person_id or ""),
            "event_type": event.event_type,
            "event_name": event.event_name,
            "stage": event.stage,
            "channel": event.channel,
            "page_url": event.page_url,
            "utm_source": event.utm_source,
            "utm_campaign": event.utm_campaign,
            "website_id": event.website_id,
            "occurred_at": event.occurred_at.isoformat(),
        },
    )


def _path(page_url: str | None) -> str | None:
    """A page without its website, which is the same down the column."""
    return page_url and (_WEBSITE.sub("", page_url) or "/")


def _source(event: JourneyEvent) -> Cell:
    # An event without a source need not be direct: most belong to a visit that began with one.
    return badges.source_badge(event.utm_source) if event.utm_source else text(None)
