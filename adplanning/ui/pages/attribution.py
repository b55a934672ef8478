"""Attribution: which campaigns the conversions came from, and what each brought for what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import polars as pl

from adplanning.attribution import service
from adplanning.attribution.charts import value_against_spend
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import Scope
from adplanning.attribution.report import AttributionReport
from adplanning.attribution.report_service import attribution_report
from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.attribution.service import TouchpointRow
from adplanning.core import formats
from adplanning.core.money import major_units, to_major
from adplanning.core.vocabulary import ConversionType, Platform, ResolutionMethod, TouchType
from adplanning.store.session import write_transaction
from adplanning.store.tables.attribution import Touchpoint
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.origins import where_from
from adplanning.ui.pages.report_question import DEFAULT_MODEL, MODELS, question_in_address
from adplanning.ui.pages.report_words import left_out
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Progress, Visit

SLUG = "ad-planning/attribution"
PLATFORMS = {platform.value: badges.PLATFORMS[platform].words for platform in Platform}
RESOLVED = {"true": "Matched to a campaign", "false": "Not matched"}


def attribution(visit: Visit) -> Sequence[Component]:
    """Credit against spend with the touchpoints behind it, or one touchpoint."""
    return _one(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    settings = visit.settings

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        resolved = query.filters.get("is_resolved")
        filters: Mapping[str, str | bool | None] = {
            "platform": query.filters.get("platform"),
            "is_resolved": None if resolved is None else resolved == "true",
        }
        with visit.reading() as session:
            found, total = service.list_touchpoints(
                session,
                filters,
                query.period,
                currency=settings.currency,
                zone=settings.zone,
                public_revenue=settings.public_revenue,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
                model=query.filters["attribution_model"],
                options=CreditOptions(direct_credit=settings.direct_credit),
            )
        return [_row(visit, row) for row in found], total

    def summarise(query: Query) -> None:
        visit.frame.later(lambda: _summarise(visit, query, kpis, chart))

    def resolve(_: str) -> None:
        visit.require_writer()
        visit.frame.work("Matching touchpoints to campaigns", job, done)

    def job(progress: Progress) -> str:
        progress("Comparing UTM campaigns with the names of campaigns", 0.1)
        found = campaign_links(
            visit.engine, cutoff=settings.match_cutoff, margin=settings.match_margin, now=datetime.now(UTC)
        )
        n_linked = 0
        for part in found.parts():
            with write_transaction(visit.engine) as connection:
                n_linked += store_links(connection, part)
        progress("Adding up the credit", 0.8)
        _summarise(visit, table.query, kpis, chart)
        if not n_linked:
            return "No further touchpoint surely means a campaign; of those left, say which campaign their name means."
        return f"{formats.number(n_linked)} touchpoints matched to their campaign."

    kpis = Kpis()
    chart = ChartCard(
        served=visit.served,
        title="Which campaigns bring back more than they cost?",
        file_name="credited-value-against-spend",
    )
    table = Table(
        visit,
        label="Touchpoints",
        columns=[
            Column("utm_campaign", "Campaign", sortable=True, on_phone=True, help="Sorted by the UTM campaign"),
            Column("utm_source", "Source", sortable=True),
            Column("utm_medium", "Medium", sortable=True),
            Column("model", "Model"),
            Column("touch_type", "Touch", help="Where it stands on the conversion path"),
            Column("converted", "Converted"),
            Column("value", "Value", numeric=True, on_phone=True, help="Credited to this touchpoint under the model"),
            Column("ad_spend", "Ad spend", numeric=True, help="All spend of its campaign"),
            Column("session_started_at", "Date", sortable=True),
        ],
        filters=[
            Filter("attribution_model", "Model", MODELS, default=DEFAULT_MODEL),
            Filter("platform", "Platform", PLATFORMS),
            Filter("is_resolved", "Campaign", RESOLVED),
        ],
        dated=True,
        searchable="Search source, campaign, visitor",
        sort="session_started_at",
        fetch=fetch,
        export_name="attribution",
        empty="No touchpoint yet: nobody has come by a link with UTM tags or an ad's click id.",
        changed=summarise,
    )
    done = table.refresh
    button = Action("resolve", "Resolve Attributions", "mdi-link-variant", resolve)
    summarise(table.query)
    return [*([MainButton(visit, button)] if visit.may_write else []), kpis, chart, table]


def _row(visit: Visit, row: TouchpointRow) -> Row:
    touch, currency = row.touchpoint, visit.settings.currency
    method = badges.RESOLUTION_METHODS[ResolutionMethod(touch.resolution_method)]
    campaign, source = row.campaign_name or touch.utm_campaign, badges.source_badge(touch.utm_source)
    return Row(
        touch.id,
        campaign or "touchpoint",
        address_of(SLUG, touch.id),
        {
            "utm_campaign": text(campaign, hint=f"{source['text']}: {method.words}"),
            "utm_source": source,
            "utm_medium": text(touch.utm_medium),
            "model": text(MODELS[row.model]),
            "touch_type": badges.TOUCH_TYPES[TouchType(row.touch_type)].cell(),
            "converted": (badges.YES if row.converted else badges.NO).cell(),
            "value": text(formats.money(row.conversion_value, currency)),
            "ad_spend": text(formats.money(row.ad_spend, currency)),
            "session_started_at": text(formats.moment(row.date, visit.settings.zone)),
        },
        {
            "id": touch.id,
            "campaign": campaign,
            "source": touch.utm_source,
            "medium": touch.utm_medium,
            "model": row.model,
            "touch": row.touch_type,
            "converted": row.converted,
            "value": row.conversion_value,
            "ad_spend": row.ad_spend,
            "currency": currency,
            "resolution_method": touch.resolution_method,
            "session_started_at": row.date.isoformat(),
        },
    )


def _summarise(visit: Visit, query: Query, kpis: Kpis, chart: ChartCard) -> None:
    settings = visit.settings
    model = query.filters["attribution_model"]
    counts = service.attribution_stats(visit.engine, query.period)["totals"]
    options = CreditOptions(direct_credit=settings.direct_credit)
    report = attribution_report(
        visit.engine,
        Scope(query.period, settings.public_revenue, (ConversionType.purchase,)),
        currency=settings.currency,
        zone=settings.zone,
        models=[model],
        options=options,
    )
    kpis.show(*_headlines(report, counts, address_of("ad-planning/attribution-report") + _asked_too(query)))
    rows = report.rows.select(
        campaign=pl.coalesce("name", "key"),
        credited_value=major_units(pl.col("credited_value_minor"), report.currency),
        spend=major_units(pl.col("spend_minor"), report.currency),
        roas="roas",
    )
    spent = rows.filter(pl.col("spend") > 0)
    picture = value_against_spend(rows, currency=report.currency, model=MODELS[model]) if spent.height else None
    chart.words = (
        f"Purchases under the model “{MODELS[model].lower()}”, {options.in_words}; "
        f"amounts in {report.currency}. A bar longer than its spend has earned more than it cost."
    )
    chart.draw(
        picture,
        rows.to_dicts(),
        empty="No campaign has spend in this time. Import what the ads cost, then compare it with what they brought.",
    )


def _asked_too(query: Query) -> str:
    """The model and the dates, for the report."""
    names = ("attribution_model", "from_date", "to_date")
    said = {name: value for name, value in question_in_address(query).items() if name in names}
    return f"?{urlencode(said)}" if said else ""


def _headlines(
    report: AttributionReport, counts: Mapping[str, float | None], report_page: str
) -> tuple[Sequence[Kpi], str]:
    currency = report.currency
    credited = report.value_minor - report.unattributed_minor
    rate = counts["resolution_rate"]

    def amount(label: str, minor: int, words: str, href: str = "") -> Kpi:
        value = to_major(minor, currency)
        return Kpi(label, formats.short_money(value, currency), words, full=formats.money(value, currency), href=href)

    cards = [
        Kpi(
            "Touchpoints",
            formats.number(counts["total_sessions"], currency=currency),
            "Sessions that a link with UTM tags or an ad's click id began; bots are left out.",
        ),
        Kpi(
            "Matched",
            formats.percent(None if rate is None else rate / 100),
            "The share of touchpoints whose campaign is known; see the names that wait for theirs.",
            href=address_of("ad-planning/campaign-names"),
        ),
        amount(
            "Credited value",
            credited,
            "The value of purchases that had a touchpoint on their path; see the report of who earned it.",
            report_page,
        ),
        amount("Unattributed", report.unattributed_minor, "The value of purchases that no touchpoint led to."),
        amount("Ad spend", report.spend_minor, "What the ads of all campaigns cost in this time."),
        Kpi(
            "ROAS",
            formats.times(report.campaign_roas(report.models[0])),
            "Value credited to campaigns divided by their spend; unknown while an amount has no rate.",
        ),
    ]
    return cards, _caption(report)


def _caption(report: AttributionReport) -> str:
    total = formats.money(to_major(report.value_minor, report.currency), report.currency)
    adds_up = f"Credited and unattributed add up to all purchases of the chosen dates: {total}."
    return " ".join([adds_up, *left_out(report, "purchase", "purchases")])


def _one(visit: Visit, touchpoint_id: str) -> Sequence[Component]:
    with visit.reading() as session:
        touch = service.find_touchpoint(session, touchpoint_id)
        groups = _groups(visit, touch)
    visit.frame.title(f"Touchpoint, {formats.moment(touch.session_started_at, visit.settings.zone)}")
    return [Details(visit, groups)]


def _groups(visit: Visit, touch: Touchpoint) -> Mapping[str, Mapping[str, Cell]]:
    zone = visit.settings.zone
    return {
        "Campaign": {
            "Resolved": (badges.YES if touch.is_resolved else badges.NO).cell(),
            "Resolution method": badges.RESOLUTION_METHODS[ResolutionMethod(touch.resolution_method)].cell(),
            "Confidence": text(formats.percent(touch.resolution_confidence, 0)),
            "Campaign id": text(touch.ad_campaign_id),
            "Ad set id": text(touch.ad_set_id),
            "Ad id": text(touch.ad_id),
        },
        "Where from": where_from(touch),
        "Session": {
            "Began": text(formats.moment(touch.session_started_at, zone)),
            "First page": text(touch.entry_page),
            "Page views": text(formats.number(touch.session_pageviews)),
            "Visitor": text(
                touch.visitor_id, href=f"{address_of('ad-planning/conversions')}?search={quote(touch.visitor_id)}"
            ),
            "Session": text(touch.analytics_session_id),
            "Id": text(touch.id),
        },
    }
