"""How customers stand, on the metrics page: how far they come, what they are worth, and which segments there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from adplanning.core import formats
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import ScoreType
from adplanning.journeys.analysis_service import funnel_report
from adplanning.journeys.scope import JourneyScope
from adplanning.people.service import list_persons
from adplanning.scores import service as score_service
from adplanning.segments.service import list_segments
from adplanning.segments.summary_service import segment_counts
from adplanning.store.tables.segments import Segment
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import bar, text
from adplanning.ui.kpis import Kpis
from adplanning.ui.pages.chosen_days import Days
from adplanning.ui.pages.journeys import STAGES
from adplanning.ui.pages.metric_words import Part, count_card, dated
from adplanning.ui.pages.scores import headlines as score_headlines
from adplanning.ui.sections import Section
from adplanning.ui.short_list import Line, ShortList
from adplanning.ui.visit import Visit

JOURNEYS, SCORES, SEGMENTS = "ad-planning/journeys", "ad-planning/scores", "ad-planning/segments"
N_SEGMENTS: Final = 5
_SCORE_LABELS: Final = ("Total scored", "Avg CLV", "Avg Engagement", "High Churn Risk", "NPS")


def customer_funnel(visit: Visit) -> Part:
    """A bar for the customers at each stage, with how many were lost since the one before."""
    currency = visit.settings.currency
    funnel = ShortList(
        "", ["Stage", "Customers", "Of all", "Drop-off"], numeric=["Of all", "Drop-off"], less=["Of all"]
    )
    section = Section("Customer Funnel", [funnel], waits_as="table-row@7")

    def read(days: Days) -> Callable[[], None]:
        scope = JourneyScope(days.period(visit.settings.zone))
        found = funnel_report(visit.engine, scope, public_revenue=visit.settings.public_revenue)
        if not found.n_customers:
            return lambda: section.explain(
                "Nobody did anything in these days. Events come from the tracker on your shop, or from a file.",
                address_of("ad-planning/import"),
                "Import events",
            )
        lines = [
            Line(
                dated(JOURNEYS, days, stage=one.stage),
                [
                    text(STAGES[one.stage]),
                    bar(one.share or 0.0, formats.number(one.n, currency=currency)),
                    text(formats.percent(one.share)),
                    text("" if not one.dropoff else f"−{formats.percent(one.dropoff)}"),
                ],
            )
            for one in found.stages
        ]
        lost = found.biggest_dropoff
        words = "Customers who reached each stage or a later one, each counted once over all their devices."
        if lost:
            steps = f"{STAGES[lost.from_stage]} to {STAGES[lost.to_stage]}"
            words += f" The largest share is lost from {steps}: {formats.percent(lost.share)}."

        def put() -> None:
            funnel.show(lines)
            section.show(dated(JOURNEYS, days), "Customer journeys", words=words)

        return put

    return Part(section, read, wide=True)


def customer_scores(visit: Visit) -> Part:
    """What customers are worth, how engaged they are, who is at risk, and how their lifetime values lie."""
    currency = visit.settings.currency
    kpis, tiers = Kpis(label="Customer scores"), ShortList("Tiers by lifetime value", ["Tier", "Customers"])
    section = Section("Customer Scores", [kpis, tiers], waits_as="text, heading, table-row@4")

    def read(_: Days) -> Callable[[], None]:
        with visit.reading() as session:
            found = score_service.aggregates(session, {}, currency=currency)
            levels = score_service.levels_of_all(session, currency=currency)
            by_tier = score_service.tier_distribution(session, ScoreType.clv, currency=currency)
        if not found:
            return lambda: section.explain(
                "Nobody has been scored yet. The notebook score_customers computes the scores of everybody; it runs "
                "every night, or at a press of “Score customers”.",
                address_of(SCORES),
                "Customer scores",
            )
        nps = score_service.nps_report(visit.engine, Period(), zone=visit.settings.zone)[0]
        cards = zip(score_headlines(found, levels, nps, currency), _SCORE_LABELS, strict=True)
        shown = [replace(card, label=label, href=card.href or address_of(SCORES)) for card, label in cards]
        lines = []
        for tier, counted in by_tier.by_tier.items():
            share = ratio(counted.n, by_tier.total) or 0.0
            words = f"{formats.number(counted.n, currency=currency)} ({formats.percent(share)})"
            href = f"{address_of(SCORES)}?score_type={ScoreType.clv}&tier={tier}"
            lines.append(Line(href, [badges.LEVELS[ScoreType.clv][tier].cell(), bar(share, words)]))

        def put() -> None:
            kpis.show(shown)
            tiers.show(lines)
            section.show(address_of(SCORES), "All scores", words="As last computed, whatever days are chosen.")

        return put

    return Part(section, read)


def customer_segments(visit: Visit) -> Part:
    """How many segments there are, how many memberships, and the largest ones."""
    currency = visit.settings.currency
    kpis = Kpis(label="Customer segments")
    largest = ShortList("Largest segments", ["Segment", "Members"])
    section = Section("Customer Segments", [kpis, largest], waits_as="text, heading, table-row@5")

    def read(_: Days) -> Callable[[], None]:
        with visit.reading() as session:
            counts = segment_counts(session)
            n_customers = list_persons(session, limit=0, offset=0)[1]
            found = list_segments(session, {}, limit=N_SEGMENTS, offset=0, sort="customer_count", descending=True)[0]
            lines = [_segment(one, n_customers, currency) for one in found]
        if not counts.n:
            return lambda: section.explain(
                "No segment yet. A segment is a group of customers by rules, such as those who bought twice."
                + ("" if n_customers else " Customers come with your orders or leads."),
                address_of(SEGMENTS) if n_customers else address_of("ad-planning/import"),
                "Customer segments" if n_customers else "Import orders",
            )
        href = address_of(SEGMENTS)
        cards = [
            count_card(label, n, meaning, href + query, currency=currency, good=0)
            for label, n, meaning, query in (
                ("Total", counts.n, "All segments.", ""),
                ("Active", counts.n_active, "Segments that are in use.", "?is_active=true"),
                ("Dynamic", counts.n_dynamic, "Segments that are rebuilt every night.", ""),
                ("Members", counts.n_members, "Members of all segments; who is in two counts twice.", ""),
            )
        ]

        def put() -> None:
            kpis.show(cards)
            largest.show(lines)
            section.show(href, "All segments", words="As last built, whatever days are chosen.")

        return put

    return Part(section, read)


def _segment(one: Segment, n_customers: int, currency: str) -> Line:
    """A segment with its members and their share of all customers, as the list of segments tells it."""
    share = ratio(one.customer_count, n_customers) or 0.0
    words = f"{formats.number(one.customer_count, currency=currency)} ({formats.percent(share)})"
    return Line(address_of(SEGMENTS, one.id), [text(one.name, hint=one.name), bar(share, words)])
