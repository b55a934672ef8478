"""What the channels did, on the metrics page: ads on Meta, social posts, and the leads that came in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from adplanning.core import formats
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import LeadStatus, Platform, PostStatus
from adplanning.leads.service import lead_counts, leads_by_campaign
from adplanning.meta_ads import service as ad_service
from adplanning.meta_ads.figures import CampaignTotals
from adplanning.social import service as social_service
from adplanning.store.tables.social import SocialPost
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import bar, text
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages import campaign_figures
from adplanning.ui.pages.chosen_days import Days, today_of
from adplanning.ui.pages.lead_pipeline import stages
from adplanning.ui.pages.metric_headlines import SOURCES
from adplanning.ui.pages.metric_words import Part, count_card, dated, period_before
from adplanning.ui.pages.social_post import words_of
from adplanning.ui.pipeline import Pipeline
from adplanning.ui.sections import Section
from adplanning.ui.short_list import Line, ShortList
from adplanning.ui.visit import Visit

CAMPAIGNS, LEADS, POSTS = "meta-ads/campaigns", "meta-ads/leads", "social-posts"
CONNECTION = "meta-ads/connection"
N_CAMPAIGNS: Final = 3
N_POSTS: Final = 3
N_SOURCES: Final = 5
_CARDS: Final = ("spend", "impressions", "clicks", "leads", "ctr", "roas")
_OF_META: Final = {"platform": Platform.meta.value}
_POSTS: Final = {
    PostStatus.posted: ("Posted", "Went out in these days."),
    PostStatus.scheduled: ("Scheduled", "Planned for a time that is set, whenever that is."),
    PostStatus.draft: ("Drafts", "Written down, without a time."),
    PostStatus.failed: ("Failed", "Not published, or no longer planned at the platform; each says why."),
}


def meta_ads(visit: Visit) -> Part:
    """Spend, impressions, clicks, leads, CTR and ROAS of all campaigns on Meta, and the three that cost most."""
    settings = visit.settings
    kpis = Kpis(label="Meta Ads")
    top = ShortList(
        "Top campaigns by spend",
        ["Campaign", "Status", "Spend", "Clicks", "Leads"],
        numeric=["Spend", "Clicks", "Leads"],
        less=["Status", "Clicks", "Leads"],
    )
    section = Section("Meta Ads Performance", [kpis, top], waits_as="text, heading, table-row@3")

    def totals(period: Period) -> CampaignTotals:
        return ad_service.campaign_totals(
            visit.engine, _OF_META, period, currency=settings.currency, zone=settings.zone
        )

    def read(days: Days) -> Callable[[], None]:
        currency, zone, period = settings.currency, settings.zone, days.period(settings.zone)
        now = totals(period)
        if not now.n_campaigns:
            return lambda: section.explain(
                "No campaign on Meta is known yet. With an access token a sync brings them; without one, import an "
                "export of Ads Manager.",
                address_of(CONNECTION),
                "Connect Meta",
            )
        before = period_before(days, zone)
        was = totals(before) if before else None
        by_day = ad_service.daily_figures(visit.engine, _OF_META, period, currency=currency, zone=zone)
        cards = campaign_figures.headlines(now, was, by_day, currency=currency)
        chosen = dict(zip(campaign_figures.CARDS, cards, strict=True))
        with visit.reading() as session:
            found, _ = ad_service.list_campaigns(
                visit.engine, session, _OF_META, period, currency=currency, zone=zone, limit=N_CAMPAIGNS, offset=0
            )
            lines = [
                Line(
                    dated(f"{CAMPAIGNS}/{campaign.id}", days),
                    [
                        text(campaign.name, hint=campaign.name),
                        badges.status_badge(campaign.effective_status or campaign.status).cell(),
                        *(campaign_figures.figure_cells(figures, currency)[key] for key in ("spend", "clicks")),
                        text(None if figures.n_leads is None else formats.number(figures.n_leads, currency=currency)),
                    ],
                )
                for campaign, _, figures in found
            ]
        words = campaign_figures.caption(days, now, compared=was is not None, today=today_of(visit))
        href = dated(CAMPAIGNS, days, platform=Platform.meta)

        def put() -> None:
            shown = {key: _of_meta(chosen[key], now, href) for key in _CARDS}
            claimed = shown["roas"]
            shown["roas"] = replace(claimed, label="ROAS", words=claimed.words or "As Meta claims it")
            kpis.show(list(shown.values()))
            top.show(lines)
            section.show(href, "All campaigns", words=words)

        return put

    return Part(section, read, wide=True)


def social_content(visit: Visit) -> Part:
    """Posts by status, and those that went out last."""
    currency = visit.settings.currency
    kpis, recent = (
        Kpis(label="Social posts"),
        ShortList("Posted last", ["Post", "Network", "Date"], numeric=["Date"], less=["Network"]),
    )
    section = Section("Social Content", [kpis, recent], waits_as="text, heading, table-row@3")

    def read(days: Days) -> Callable[[], None]:
        with visit.reading() as session:
            counts = social_service.status_counts(session)
            if not any(counts.values()):
                return lambda: section.explain(
                    "No post is known yet. Those of your pages come with a sync of Meta; others are added by hand.",
                    address_of(POSTS),
                    "Social posts",
                )
            posted = {"status": PostStatus.posted.value}
            found, n_posted = social_service.list_posts(
                session, posted, days.period(visit.settings.zone), limit=N_POSTS, offset=0, sort="date", descending=True
            )
            lines = [_post(visit, post) for post in found]
            before = period_before(days, visit.settings.zone)
            n_before = social_service.list_posts(session, posted, before, limit=1, offset=0)[1] if before else None
        of_days = {PostStatus.posted: (n_posted, dated(POSTS, days, status=PostStatus.posted), n_before)}
        cards = []
        for status, (label, meaning) in _POSTS.items():
            n, href, earlier = of_days.get(status, (counts[status], f"{address_of(POSTS)}?status={status}", None))
            good = -1 if status is PostStatus.failed else 0
            cards.append(count_card(label, n, meaning, href, currency=currency, before=earlier, good=good))

        def put() -> None:
            kpis.show(cards)
            recent.show(lines, empty="Nothing went out in these days.")
            section.show(dated(POSTS, days), "All posts")

        return put

    return Part(section, read)


def lead_pipeline(visit: Visit) -> Part:
    """Leads from new to converted, and the campaigns that brought most of them."""
    currency = visit.settings.currency
    pipeline = Pipeline()
    top = ShortList("Top Campaigns by Leads", ["Campaign", "Leads"], numeric=["Leads"])
    section = Section("Lead Pipeline", [pipeline, top], waits_as="heading, text, table-row@3")

    def read(days: Days) -> Callable[[], None]:
        period = days.period(visit.settings.zone)
        with visit.reading() as session:
            counts = lead_counts(session, {}, period)
            total = sum(counts.values())
            if not total and not any(lead_counts(session, {}, Period()).values()):
                return lambda: section.explain(SOURCES["leads"].words, address_of(CONNECTION), "Connect Meta")
            campaigns = leads_by_campaign(session, period)[:N_SOURCES]
        if not total:
            return lambda: section.explain(
                "Nobody left word in a lead form in these days.", address_of(LEADS), "All leads"
            )

        def of_status(status: LeadStatus) -> str:
            return dated(LEADS, days, status=status)

        steps, ends = stages(counts, of_status, currency=currency)
        lines = []
        for campaign_id, name, by_status in campaigns:
            n = sum(by_status.values())
            share = ratio(n, total) or 0.0
            words = f"{formats.number(n, currency=currency)} ({formats.percent(share)})"
            href = dated(f"{CAMPAIGNS}/{campaign_id}", days) if campaign_id else ""
            lines.append(Line(href, [text(name or "No campaign is known"), bar(share, words)]))

        def put() -> None:
            pipeline.show(steps, ends)
            top.show(lines)
            section.show(dated(LEADS, days), "All leads", words=f"{formats.number(total, currency=currency)} in all.")

        return put

    return Part(section, read)


def _of_meta(card: Kpi, now: CampaignTotals, href: str) -> Kpi:
    """The card with its link and, where the number is not known, the reason."""
    if card.value != formats.UNKNOWN:
        return replace(card, href=href)
    apart = ", ".join(one.currency for one in now.unconverted)
    return replace(card, href=href, words=f"No rate is known of {apart}" if apart else "Meta has not told of it")


def _post(visit: Visit, post: SocialPost) -> Line:
    words = words_of(post)
    when = formats.moment(post.posted_at, visit.settings.zone)
    return Line(
        address_of(POSTS, post.id), [text(words, hint=words), badges.network_badge(post.platform).cell(), text(when)]
    )
