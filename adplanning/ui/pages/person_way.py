"""What a customer did, in words: each thing of their timeline, and the sum of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.vocabulary import JourneyStage
from adplanning.journeys.timeline import TimelineSummary
from adplanning.journeys.timeline_service import Entry
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.kpis import Kpi
from adplanning.ui.pages.person_facts import in_words
from adplanning.ui.timeline import Happening
from adplanning.ui.visit import Visit

KINDS: Final = {"journey_event": "Steps", "conversion": "Conversions", "lead": "Leads", "feedback": "Feedback"}
MAX_FACTS: Final = 30
# What the badges, the time, the link and the page say already.
_SHOWN: Final = frozenset({"id", "event_type", "conversion_type", "conversion_id"})
_FREE: Final = frozenset({"event_data", "metadata"})
_UNITS: Final = ((timedelta(days=1), "days"), (timedelta(hours=1), "hours"), (timedelta(minutes=1), "min"))
_WORDS: Final = {
    "page_url": "Page",
    "pathname": "Page",
    "utm_source": "Source",
    "utm_medium": "Medium",
    "utm_campaign": "Campaign",
    "utm_term": "Term",
    "utm_content": "Content",
    "ad_campaign_id": "Campaign id",
    "visitor_id": "Visitor",
    "session_id": "Session",
    "website_id": "Website",
    "order_id": "Order",
    "conversion_value": "Value",
    "actual_value": "Value",
    "content": "Text",
}


def happening(entry: Entry, visit: Visit) -> Happening:
    """One entry as the timeline shows it."""
    zone = visit.settings.zone
    return Happening(
        formats.day(entry.at, zone),
        f"{entry.at.astimezone(zone):%H:%M}",
        badges.STEPS[entry.event_type].cell(),
        entry.words,
        badges.STAGES[JourneyStage(entry.stage)].cell() if entry.stage else None,
        _href(entry),
        _facts(entry.data),
    )


def _href(entry: Entry) -> str:
    # A lead that is gone is told by its conversion.
    if "conversion_type" in entry.data:
        return address_of("ad-planning/conversions", entry.data["id"])
    return address_of("meta-ads/leads", entry.data["id"]) if entry.kind == "lead" else ""


def _facts(data: Mapping[str, Any]) -> Mapping[str, str]:
    """What is known of it, by what people call that; free data by their own names."""
    told: dict[str, str] = {}
    for name, value in data.items():
        if name in _FREE:
            told |= {f"“{key}”": in_words(part) for key, part in (value or {}).items()}
        elif name not in _SHOWN and value not in (None, "", []):
            told[_WORDS.get(name) or name.replace("_", " ").capitalize()] = in_words(value)
    return dict(list(told.items())[:MAX_FACTS])


def _seen(label: str, at: datetime | None, words: str, zone: ZoneInfo) -> Kpi:
    if at is None:
        return Kpi(label, formats.UNKNOWN, words)
    here = at.astimezone(zone)
    return Kpi(label, f"{here:%-d %b}", words, words=f"{here:%Y, %H:%M}")


def _took(took: timedelta | None, currency: str) -> str:
    """In its largest unit: a card has room for no more.

    >>> [_took(took, "INR") for took in (None, timedelta(seconds=9), timedelta(minutes=12.5), timedelta(hours=36))]
    ['–', '9 s', '12.5 min', '1.5 days']
    """
    if took is None or took < timedelta(minutes=1):
        return formats.duration(None if took is None else took.total_seconds())
    unit, words = next((unit, words) for unit, words in _UNITS if took >= unit)
    return f"{formats.number(took / unit, 1, currency=currency)} {words}"


def headlines(summary: TimelineSummary, visit: Visit) -> tuple[Sequence[Kpi], str]:
    """The sum of a way on cards, and which purchases are not in it."""
    currency, zone = visit.settings.currency, visit.settings.zone
    value = to_major(summary.purchase_value_minor, currency)
    stage = badges.STAGES[JourneyStage(summary.current_stage)].words if summary.current_stage else formats.UNKNOWN
    cards = [
        _seen("First seen", summary.first_at, "The first thing that is known of them.", zone),
        _seen("Last seen", summary.latest_at, "The latest thing that is known of them.", zone),
        Kpi("Stage", stage, "The furthest stage that they have come to."),
        Kpi(
            "Conversions",
            formats.number(summary.n_conversions, currency=currency),
            "Purchases, leads and whatever else counts, each once.",
        ),
        Kpi(
            "Spent",
            formats.short_money(value, currency),
            f"The value of their purchases in {currency}, each at its own day's rate.",
            full=formats.money(value, currency),
        ),
        Kpi(
            "Time to purchase",
            _took(summary.time_to_conversion, currency),
            "From the first thing that is known of them to their first purchase.",
        ),
    ]
    apart = [
        f"{one.n} {'purchase' if one.n == 1 else 'purchases'} of "
        f"{formats.money(to_major(one.value_minor, one.currency), one.currency)}"
        for one in summary.unconverted
    ]
    return cards, f"Not in the sum, since no rate is known: {', '.join(apart)}." if apart else ""
