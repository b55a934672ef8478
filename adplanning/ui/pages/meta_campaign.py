"""One campaign: what it is, what it cost and brought, its parts, its leads, and its claims beside attribution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from adplanning.core import formats
from adplanning.core.vocabulary import LeadStatus
from adplanning.leads.service import lead_counts
from adplanning.meta_ads import service
from adplanning.meta_ads.figures import NO_FIGURES, CampaignTotals, Figures, by_figure
from adplanning.store.tables.ads import Ad, AdSet
from adplanning.ui import badges
from adplanning.ui.badges import Badge
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages import claims_beside_credit
from adplanning.ui.pages.campaign_facts import campaign_facts, levels_in_words
from adplanning.ui.pages.campaign_figures import (
    caption,
    draw_days,
    figure_cells,
    figure_columns,
    figure_values,
    headlines,
    waiting_charts,
)
from adplanning.ui.pages.chosen_days import Days, days_asked, today_of
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

LEADS = "meta-ads/leads"


@dataclass(frozen=True)
class Part:
    """An ad set, or an ad and the name of its ad set."""

    id: str
    name: str
    status: Badge
    ad_set: str | None = None


def campaign_page(visit: Visit, campaign_id: str) -> Sequence[Component]:
    """Everything over the days that the table of claims is asked for."""
    currency, zone = visit.settings.currency, visit.settings.zone
    with visit.reading() as session:
        campaign = service.find_campaign(session, campaign_id)
        platform = service.account_of(session, campaign).platform
        details = Details(visit, campaign_facts(session, campaign, visit))
        visit.frame.title(campaign.name)
        found = service.ad_sets_of(session, campaign_id)
        ad_sets = [Part(one.id, one.name, _status(one)) for one in found]
        names = {one.id: one.name for one in found}
        ads = [
            Part(one.id, one.name, _status(one), names[one.ad_set_id]) for one in service.ads_of(session, campaign_id)
        ]

    def totals(days: Days) -> CampaignTotals:
        return service.campaign_totals(
            visit.engine, {"id": campaign_id}, days.period(zone), currency=currency, zone=zone
        )

    def parts(level: str) -> Mapping[str, Figures]:
        period = days_asked(visit, claims.query.period).period(zone)
        return service.part_figures(visit.engine, campaign_id, level, period, currency=currency, zone=zone)

    def fetch_claims(query: Query) -> tuple[Sequence[Row], int]:
        days = days_asked(visit, query.period)
        rows = [
            claims_beside_credit.claimed(totals(days).figures, platform, currency),
            *claims_beside_credit.credited(visit, campaign_id, days.period(zone)),
        ]
        return rows, len(rows)

    def fetch_leads(_: Query) -> tuple[Sequence[Row], int]:
        days = days_asked(visit, claims.query.period)
        with visit.reading() as session:
            counts = lead_counts(session, {"ad_campaign_id": campaign_id}, days.period(zone))
        rows = [_lead_row(campaign_id, status, n, currency, days) for status, n in counts.items() if n]
        return rows, len(rows)

    def summarise(query: Query) -> None:
        visit.frame.later(lambda: draw(query))

    def begin() -> None:
        draw(claims.query)
        claims.refresh()

    def draw(query: Query) -> None:
        days = days_asked(visit, query.period)
        before = days.before()
        now, was = totals(days), None if before is None else totals(before)
        by_day = service.daily_figures(
            visit.engine, {"id": campaign_id}, days.period(zone), currency=currency, zone=zone
        )
        if claims.closed or claims.query.period != query.period:
            return  # other days were asked for meanwhile
        kpis.show(
            headlines(now, was, by_day, currency=currency),
            caption(days, now, compared=before is not None, today=today_of(visit)),
        )
        draw_days(charts, by_day, now, currency=currency)
        differs = levels_in_words(now.figures, parts("ad_set").values(), parts("ad").values(), currency)
        notices.show([Notice(words, "info") for words in (differs, claims_beside_credit.NEVER_ADDED) if words])
        for table in (set_table, ad_table, leads):
            table.refresh()

    def beside() -> Mapping[str, str]:
        return claims.state

    kpis, charts, notices = Kpis(), waiting_charts(visit), Notices()
    claims = Table(
        visit,
        label="Claimed and attributed",
        title="What did it earn?",
        columns=claims_beside_credit.COLUMNS,
        dated=True,
        sort="counted_by",
        fetch=fetch_claims,
        export_name="claimed-and-attributed",
        empty="Nothing is known of this campaign.",
        changed=summarise,
        waits=True,
    )
    set_table = _part_table(visit, ad_sets, lambda: parts("ad_set"), title="Ad sets", prefix="sets_", beside=beside)
    ad_table = _part_table(visit, ads, lambda: parts("ad"), title="Ads", prefix="ads_", beside=beside)
    leads = Table(
        visit,
        label="Leads",
        title="How far have its leads come?",
        columns=[
            Column("status", "Status", on_phone=True),
            Column("n", "Leads", numeric=True, on_phone=True),
        ],
        sort="status",
        fetch=fetch_leads,
        empty="Nobody has left a lead in this time.",
        waits=True,
        prefix="leads_",
        beside=beside,
    )
    visit.frame.later(begin)
    return [details, kpis, notices, claims, *charts, set_table, ad_table, leads]


def _part_table(
    visit: Visit,
    found: Sequence[Part],
    figures: Callable[[], Mapping[str, Figures]],
    *,
    title: str,
    prefix: str,
    beside: Callable[[], Mapping[str, str]],
) -> Table:
    """The ad sets or the ads, with their figures."""
    currency, within = visit.settings.currency, any(part.ad_set for part in found)

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        known = figures()
        order = _in_order(found, known, query)
        shown = order[query.offset : query.offset + query.limit]
        return [row(part, known.get(part.id, NO_FIGURES)) for part in shown], len(found)

    def row(part: Part, its: Figures) -> Row:
        return Row(
            part.id,
            part.name,
            "",
            {
                "name": text(part.name, hint=part.name),
                "ad_set": text(part.ad_set, hint=part.ad_set or ""),
                "status": part.status.cell(),
                **figure_cells(its, currency),
            },
            {"id": part.id, "name": part.name}
            | ({"ad_set": part.ad_set} if within else {})
            | {"status": part.status.words, **figure_values(its, currency)},
        )

    return Table(
        visit,
        label=title,
        title=title,
        columns=[
            Column("name", title[:-1], sortable=True, on_phone=True),
            *([Column("ad_set", "Ad set")] if within else []),
            Column("status", "Status"),
            *figure_columns(sortable=True),
        ],
        sort="spend",
        fetch=fetch,
        export_name=title.lower().replace(" ", "-"),
        empty=f"No {title.lower()} of this campaign are known. A sync brings them, and so does an export by ad.",
        waits=True,
        prefix=prefix,
        beside=beside,
    )


def _status(part: AdSet | Ad) -> Badge:
    return badges.status_badge(part.effective_status or part.status)


def _in_order(found: Sequence[Part], figures: Mapping[str, Figures], query: Query) -> list[Part]:
    """In the order asked for; equal ones by name, and what is unknown last."""
    by_name = sorted(found, key=lambda part: (part.name.casefold(), part.id))
    if query.sort == "name":
        return by_name[::-1] if query.descending else by_name
    parts = {part.id: part for part in by_name}
    return [parts[id_] for id_ in by_figure(list(parts), figures, str(query.sort), descending=query.descending)]


def _lead_row(campaign_id: str, status: LeadStatus, n: int, currency: str, days: Days) -> Row:
    asked = {"campaign_id": campaign_id, "status": status.value} | {
        name: day.isoformat() for name, day in (("from_date", days.first), ("to_date", days.last)) if day
    }
    badge = badges.LEAD_STATUSES[status]
    cells: Mapping[str, Cell] = {"status": badge.cell(), "n": text(formats.number(n, currency=currency))}
    return Row(status.value, badge.words, f"{address_of(LEADS)}?{urlencode(asked)}", cells)
