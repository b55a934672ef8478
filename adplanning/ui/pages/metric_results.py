"""What came of it all, on the metrics page: conversions by type, experiments, and which sources visits came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adplanning.attribution.service import attribution_stats
from adplanning.attribution.touch_counts import NO_TAG
from adplanning.conversions.rates import ConversionStatistics
from adplanning.conversions.service import statistics
from adplanning.core import formats
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import ConversionType, ExperimentStatus
from adplanning.experiments.service import list_experiments
from adplanning.metrics.figures_service import compared_figures
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import bar, text
from adplanning.ui.kpis import Kpis
from adplanning.ui.pages.chosen_days import Days
from adplanning.ui.pages.experiment_words import METRICS, change
from adplanning.ui.pages.metric_headlines import is_known
from adplanning.ui.pages.metric_words import Part, count_card, dated, metric_card, period_before
from adplanning.ui.sections import Section
from adplanning.ui.short_list import Line, ShortList
from adplanning.ui.visit import Visit

CONVERSIONS, EXPERIMENTS = "ad-planning/conversions", "ad-planning/experiments"
ATTRIBUTION, IMPORT = "ad-planning/attribution", "ad-planning/import"
N_EXPERIMENTS: Final = 3
N_SOURCES: Final = 5
_TYPES: Final = {
    ConversionType.purchase: ("Purchases", "Orders; each counts once."),
    ConversionType.lead_form_submission: ("Lead Forms", "Lead forms that were sent."),
    ConversionType.add_to_cart: ("Add to Cart", "Something was put into a cart."),
    ConversionType.begin_checkout: ("Begin Checkout", "A checkout was begun."),
}
_ATTRIBUTED: Final = {
    "sessions": "Attributions",
    "attributed_conversions": "Conversions",
    "conversion_rate": "Conversion rate",
    "resolution_rate": "Resolution rate",
}


def conversions_breakdown(visit: Visit) -> Part:
    """Conversions of the four types that most shops have; the others together."""
    settings = visit.settings
    kpis = Kpis(label="Conversions by type")
    section = Section("Conversions Breakdown", [kpis], waits_as="text, heading")

    def counted(period: Period) -> ConversionStatistics:
        return statistics(
            visit.engine,
            {},
            period,
            currency=settings.currency,
            zone=settings.zone,
            group_by="conversion_type",
            public_revenue=settings.public_revenue,
        )

    def read(days: Days) -> Callable[[], None]:
        with visit.reading() as session:
            if not is_known(session, "conversions"):
                return lambda: section.explain(
                    "No conversion has come in yet. Put the tracker on your shop, or import your orders.",
                    address_of(IMPORT),
                    "Import orders",
                )
        now, earlier = counted(days.period(settings.zone)), period_before(days, settings.zone)
        before = counted(earlier) if earlier else None
        cards = [
            count_card(
                label,
                now.by_type.get(kind, 0),
                meaning,
                dated(CONVERSIONS, days, conversion_type=kind),
                currency=settings.currency,
                before=None if before is None else before.by_type.get(kind, 0),
            )
            for kind, (label, meaning) in _TYPES.items()
        ]
        n_others = now.total_conversions - sum(now.by_type.get(kind, 0) for kind in _TYPES)
        n = formats.number(n_others, currency=settings.currency)

        def put() -> None:
            kpis.show(cards)
            section.show(
                dated(CONVERSIONS, days), "All conversions", words=f"And {n} of other types." if n_others else ""
            )

        return put

    return Part(section, read, wide=True)


def experiments(visit: Visit) -> Part:
    """How many experiments run and are over, and the newest ones."""
    currency = visit.settings.currency
    kpis = Kpis(label="Experiments")
    recent = ShortList(
        "Newest experiments", ["Experiment", "Status", "Metric", "Lift"], numeric=["Lift"], less=["Metric", "Lift"]
    )
    section = Section("A/B Experiments", [kpis, recent], waits_as="text, heading, table-row@3")
    href = address_of(EXPERIMENTS)
    counts = (
        ("Running", ExperimentStatus.running, "Experiments that take subjects now."),
        ("Completed", ExperimentStatus.completed, "Experiments that are over."),
        ("Total", None, "All experiments, drafts and paused ones among them."),
    )

    def read(_: Days) -> Callable[[], None]:
        with visit.reading() as session:
            found, n = list_experiments(session, {}, limit=N_EXPERIMENTS, offset=0, sort="created_at", descending=True)
            if not n:
                return lambda: section.explain(
                    "No experiment yet. An experiment shows some visitors one thing and others another, and tells "
                    "which does better and how sure that is.",
                    href,
                    "A/B experiments",
                )
            cards = [
                count_card(
                    label,
                    list_experiments(session, {"status": status}, limit=0, offset=0)[1],
                    meaning,
                    href + (f"?status={status}" if status else ""),
                    currency=currency,
                )
                for label, status, meaning in counts
            ]
            lines = [
                Line(
                    address_of(EXPERIMENTS, one.id),
                    [
                        text(one.name, hint=one.name),
                        badges.EXPERIMENT_STATUSES[ExperimentStatus(one.status)].cell(),
                        text(METRICS[one.primary_metric]),
                        text(change(None if one.improvement_percent is None else one.improvement_percent / 100)),
                    ],
                )
                for one in found
            ]

        def put() -> None:
            kpis.show(cards)
            recent.show(lines)
            section.show(href, "All experiments", words="As they stand now, whatever days are chosen.")

        return put

    return Part(section, read)


def campaign_attribution(visit: Visit) -> Part:
    """How many visits links and ads brought, what came of them, and from which sources they came."""
    settings = visit.settings
    kpis, sources = Kpis(label="Attribution"), ShortList("Sources", ["Source", "Sessions"])
    section = Section("Campaign Attribution", [kpis, sources], waits_as="text, heading, table-row@5")

    def read(days: Days) -> Callable[[], None]:
        with visit.reading() as session:
            if not is_known(session, "touchpoints"):
                return lambda: section.explain(
                    "No visit with a source is known yet. The tracker on your shop tells of them, or a file of events; "
                    "the notebook resolve_attribution then finds their campaigns.",
                    address_of(IMPORT),
                    "Import events",
                )
        period = days.period(settings.zone)
        found = compared_figures(
            visit.engine,
            period,
            period_before(days, settings.zone),
            currency=settings.currency,
            zone=settings.zone,
            public_revenue=settings.public_revenue,
            names=_ATTRIBUTED,
        )
        counts = attribution_stats(visit.engine, period)
        total = counts["totals"]["total_sessions"]
        lines = []
        for one in counts["by_utm_source"][:N_SOURCES]:
            share = ratio(one["count"], total) or 0.0
            words = f"{formats.number(one['count'], currency=settings.currency)} ({formats.percent(share)})"
            name = None if one["source"] == NO_TAG else one["source"]
            href = dated(ATTRIBUTION, days, **({"search": name} if name else {}))
            lines.append(Line(href, [badges.source_badge(name), bar(share, words)]))

        def put() -> None:
            kpis.show(
                [
                    metric_card(name, found[name], days, currency=settings.currency, label=label)
                    for name, label in _ATTRIBUTED.items()
                ]
            )
            sources.show(lines, empty="No visit began in these days.")
            section.show(dated(ATTRIBUTION, days), "All touchpoints")

        return put

    return Part(section, read)
