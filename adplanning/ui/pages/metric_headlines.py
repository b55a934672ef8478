"""The six numbers that a period is judged by first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.metrics.definitions import HEADLINES, METRICS
from adplanning.metrics.figures_service import Comparison, compared_figures
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.catalogue import address_of
from adplanning.ui.kpis import Kpi
from adplanning.ui.pages.chosen_days import Days, in_full
from adplanning.ui.pages.metric_words import metric_card, period_before, written
from adplanning.ui.visit import Visit

LABELS: Final[Mapping[str, str]] = {
    "ad_spend": "Ad Spend",
    "revenue": "Total Revenue",
    "conversions": "Total Conversions",
    "leads": "Total Leads",
    "social_posts": "Social Posts",
    "roas": "ROAS",
}


class Source(NamedTuple):
    """Where numbers come from: while the table holds nothing they are not zero but unknown, and `slug` changes that."""

    table: str
    words: str
    slug: str


SOURCES: Final[Mapping[str, Source]] = {
    "ad_spend": Source(
        "campaigns", "No campaign is known yet: connect Meta, or import an export.", "meta-ads/connection"
    ),
    "revenue": Source("conversions", "No conversion has come in yet: import your orders.", "ad-planning/import"),
    "leads": Source("leads", "No lead has come in yet: connect Meta, or import them.", "meta-ads/connection"),
    "social_posts": Source("social_posts", "No post is known yet: connect Meta, or add one.", "social-posts"),
}
# All conversions may have values; what carts and checkouts are said to be worth is no income.
_BY_PURCHASES: Final = {"revenue": "purchase_revenue", "roas": "purchase_roas"}
_SOURCES_OF: Final = {"conversions": ("revenue",), "roas": ("ad_spend", "revenue")}


def headlines(visit: Visit, days: Days) -> tuple[list[Kpi], str]:
    """The cards, and which days they are of."""
    settings, before = visit.settings, days.before()
    found = compared_figures(
        visit.engine,
        days.period(settings.zone),
        period_before(days, settings.zone),
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        names=[*HEADLINES, *_BY_PURCHASES.values()],
    )
    with visit.reading() as session:
        cards = [
            _told(session, name, _card(name, label, found, days, settings.currency)) for name, label in LABELS.items()
        ]
    against = f", against {in_full_both(before)}" if before else ""
    return cards, f"{days.in_words}{against}. Every number leads to the page that explains it."


def in_full_both(days: Days) -> str:
    """From which day to which."""
    return " to ".join(in_full(day) for day in (days.first, days.last) if day)


def is_known(session: Session, table: str) -> bool:
    """Whether a table holds anything at all."""
    return session.execute(select(TABLES[table].c.id).limit(1)).first() is not None


def missing_source(session: Session, name: str) -> Source | None:
    """The first source of a headline that holds nothing at all; None where each holds something."""
    sources = (SOURCES[one] for one in _SOURCES_OF.get(name, (name,)))
    return next((source for source in sources if not is_known(session, source.table)), None)


def _card(name: str, label: str, found: Mapping[str, Comparison], days: Days, currency: str) -> Kpi:
    card = metric_card(name, found[name], days, currency=currency, label=label)
    part = _BY_PURCHASES.get(name)
    if part is None or card.words or found[part].now.value == found[name].now.value:
        return card
    return replace(card, words=f"{written(METRICS[part].unit, found[part].now.value, currency)[0]} by purchases alone")


def _told(session: Session, name: str, card: Kpi) -> Kpi:
    """The card; where nothing of its kind has come in, what to do in place of a zero that says nothing."""
    source = missing_source(session, name)
    if source is None:
        return card
    return replace(
        card,
        value=formats.UNKNOWN,
        full="",
        change=None,
        spark=(),
        badge=None,
        words=source.words,
        href=address_of(source.slug),
    )
