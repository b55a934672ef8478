"""Campaigns of all ad platforms: what they cost and brought, by the platforms' own count."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlencode

from sqlalchemy import select

from adplanning.core.vocabulary import Platform
from adplanning.meta_ads import service
from adplanning.meta_ads.figures import CampaignTotals, Figures
from adplanning.store.tables.ads import AdAccount, Campaign
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpis
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
from adplanning.ui.pages.meta_campaign import campaign_page
from adplanning.ui.pages.sync_button import sync_button
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

SLUG = "meta-ads/campaigns"
STATUSES = {status: badge.words for status, badge in badges.CAMPAIGN_STATUSES.items()}
ALL = "all"
_PAID = (Platform.meta, Platform.google, Platform.generic)
PLATFORMS = {platform.value: badges.PLATFORMS[platform].words for platform in _PAID} | {ALL: "All platforms"}
EMPTY = (
    "No campaign is known yet. With an access token a sync brings them; without one, import an export of Ads Manager "
    "or Google Ads."
)


def meta_campaigns(visit: Visit) -> Sequence[Component]:
    """The list with its headline numbers, or one campaign."""
    return campaign_page(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    currency, zone = visit.settings.currency, visit.settings.zone
    with visit.reading() as session:
        known = session.scalars(select(AdAccount).order_by(AdAccount.name)).all()
        accounts = {account.id: account.name for account in known}
        platforms = {account.platform for account in known}

    # Once for the footer and the cards, so that both say the same.
    @lru_cache(maxsize=2)
    def totals(days: Days, filters: frozenset[tuple[str, str]], search: str | None) -> CampaignTotals:
        return service.campaign_totals(
            visit.engine, dict(filters), days.period(zone), currency=currency, zone=zone, search=search
        )

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        totals.cache_clear()
        days = days_asked(visit, query.period)
        with visit.reading() as session:
            found, total = service.list_campaigns(
                visit.engine,
                session,
                _asked(query),
                days.period(zone),
                currency=currency,
                zone=zone,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=str(query.sort),
                descending=query.descending,
            )
            return [_row(query, *each, currency=currency) for each in found], total

    def totals_of(query: Query, days: Days) -> CampaignTotals:
        return totals(days, frozenset(_asked(query).items()), query.search)

    def footer(query: Query) -> Sequence[Row]:
        found = totals_of(query, days_asked(visit, query.period))
        name = "1 campaign" if found.n_campaigns == 1 else f"All {found.n_campaigns} campaigns"
        cells = {"name": text(name), **figure_cells(found.figures, currency)}
        return [Row("all", name, "", cells, _values(name, found.figures, currency))]

    def summarise(query: Query) -> None:
        visit.frame.later(lambda: draw(query))

    def draw(query: Query) -> None:
        days = days_asked(visit, query.period)
        before = days.before()
        now, was = totals_of(query, days), None if before is None else totals_of(query, before)
        by_day = service.daily_figures(
            visit.engine, _asked(query), days.period(zone), currency=currency, zone=zone, search=query.search
        )
        if table.closed or _question(table.query) != _question(query):
            return  # something else was asked meanwhile
        kpis.show(
            headlines(now, was, by_day, currency=currency),
            caption(days, now, compared=before is not None, today=today_of(visit)),
        )
        draw_days(charts, by_day, now, currency=currency)

    def show() -> None:
        table.refresh()
        summarise(table.query)

    def import_instead(_: str) -> None:
        visit.frame.go(address_of("ad-planning/import"))

    kpis, charts = Kpis(), waiting_charts(visit)
    upload = Action("import", "Import an export", "mdi-file-upload-outline", import_instead)
    table = Table(
        visit,
        label="Campaigns",
        columns=[
            Column("name", "Campaign", sortable=True, on_phone=True),
            Column("status", "Status", sortable=True),
            *figure_columns(sortable=True),
            Column("account", "Account", sortable=True),
        ],
        filters=[
            Filter("status", "Status", STATUSES),
            Filter("ad_account_id", "Account", accounts),
            Filter("platform", "Platform", PLATFORMS, default=_usual_platform(platforms)),
        ],
        dated=True,
        searchable="Search campaigns",
        sort="spend",
        fetch=fetch,
        footer=footer,
        export_name="campaigns",
        empty=EMPTY,
        empty_action=upload if visit.may_write else None,
        changed=summarise,
    )
    summarise(table.query)
    return [*sync_button(visit, title="Sync Campaigns", then=show), kpis, *charts, table]


def _usual_platform(platforms: Collection[str]) -> str:
    """What one platform claims for its spend says nothing of another's, so they are first shown apart."""
    return Platform.meta.value if len(platforms) > 1 and Platform.meta.value in platforms else ALL


def _asked(query: Query) -> Mapping[str, str]:
    return {name: value for name, value in query.filters.items() if value != ALL}


def _question(query: Query) -> tuple[object, ...]:
    return query.filters, query.period, query.search


def _row(query: Query, campaign: Campaign, account: AdAccount, figures: Figures, *, currency: str) -> Row:
    status = badges.status_badge(campaign.effective_status or campaign.status)
    asked = {name: day for name, day in zip(("from_date", "to_date"), query.dates, strict=True) if day}
    return Row(
        campaign.id,
        campaign.name,
        address_of(SLUG, campaign.id) + (f"?{urlencode(asked)}" if asked else ""),
        {
            "name": text(campaign.name, hint=campaign.name),
            "status": status.cell(),
            **figure_cells(figures, currency),
            "account": text(account.name, hint=account.name),
        },
        _values(campaign.name, figures, currency, campaign_id=campaign.id, status=status.words, account=account),
    )


def _values(
    name: str,
    figures: Figures,
    currency: str,
    *,
    campaign_id: str | None = None,
    status: str | None = None,
    account: AdAccount | None = None,
) -> Mapping[str, object]:
    """What the CSV holds of a campaign, or of all together."""
    return {
        "id": campaign_id,
        "campaign": name,
        "status": status,
        "account": account and account.name,
        "platform": account and account.platform,
        **figure_values(figures, currency),
    }
