"""What people may change of a lead."""

from __future__ import annotations

from typing import Any

from adplanning.core.fields import Amount, Fields, Optional, changes, minor_units
from adplanning.core.vocabulary import LeadStatus

_AMOUNTS = {"estimated_value": "estimated_value_minor", "actual_value": "actual_value_minor"}


class LeadChange(Fields):
    """What may be changed of a lead; what the platform told stays."""

    status: LeadStatus | None = None
    notes: Optional = None
    assigned_to: Optional = None
    estimated_value: Amount | None = None
    actual_value: Amount | None = None
    person_id: Optional = None


def lead_columns(change: LeadChange, currency: str) -> dict[str, Any]:
    """The columns that are to change; amounts in minor units of the lead's currency.

    Raises
    ------
    InvalidData : a null status, or an amount that cannot be kept.

    >>> lead_columns(LeadChange(actual_value="499.50", notes=None), "INR")
    {'notes': None, 'actual_value_minor': 49950}
    """
    columns = changes(change, required=("status",))
    for amount, column in _AMOUNTS.items():
        if amount in columns:
            columns[column] = minor_units(columns.pop(amount), currency, field=amount)
    return columns
