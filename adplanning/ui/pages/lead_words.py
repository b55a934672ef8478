"""What a lead is called, what it is worth, and how long it has waited, in words."""

from __future__ import annotations

from datetime import datetime

from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.vocabulary import LeadStatus
from adplanning.leads.pipeline import STAMPS
from adplanning.store.tables.leads import Lead
from adplanning.ui.cells import Cell, text

SLUG = "meta-ads/leads"
PIPELINE = (LeadStatus.new, *STAMPS)
ENDS = tuple(status for status in LeadStatus if status not in PIPELINE)


def lead_name(lead: Lead) -> str:
    """The name, or the first other thing that somebody could be known by.

    >>> lead_name(Lead(full_name=None, email="asha@example.in")), lead_name(Lead())
    ('asha@example.in', 'Lead without a name')
    """
    return lead.full_name or lead.email or lead.phone or "Lead without a name"


def amount(minor: int | None, currency: str) -> float | None:
    """An amount in major units; None while nobody knows it."""
    return None if minor is None else to_major(minor, currency)


def value_cell(lead: Lead) -> Cell:
    """What it brought; while that is unknown, what somebody expects.

    >>> value_cell(Lead(currency="INR", estimated_value_minor=50000))["text"]
    'about ₹500.00'
    """
    if lead.actual_value_minor is None and lead.estimated_value_minor is not None:
        expected = formats.money(amount(lead.estimated_value_minor, lead.currency), lead.currency)
        return text(f"about {expected}", hint="Estimated")
    actual = amount(lead.actual_value_minor, lead.currency)
    return text(None if actual is None else formats.money(actual, lead.currency))


def age(left: datetime, now: datetime) -> str:
    """How long ago it was left, in whole minutes, hours or days.

    >>> from datetime import timedelta
    >>> [age(datetime(2026, 11, 1), datetime(2026, 11, 1) + timedelta(hours=hours)) for hours in (0.5, 1, 47, 48, -1)]
    ['30 min ago', '1 h ago', '47 h ago', '2 days ago', '0 min ago']
    """
    minutes = max(int((now - left).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
