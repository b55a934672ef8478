"""What may be given for a conversion and for a goal, and the columns it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from adplanning.core.fields import Amount, Fields, InstantText, Optional, StrictFields, changes, minor_units
from adplanning.core.money import CurrencyCode
from adplanning.core.texts import Identifier, JsonObject
from adplanning.core.vocabulary import AttributionModel, ConversionType, GoalType, Platform

Weight = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
MAX_DAYS = 3650
Priority = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class ConversionFields(Fields):
    """A conversion."""

    visitor_id: Identifier
    conversion_type: ConversionType
    conversion_name: Optional = None
    website_id: Optional = None
    ad_campaign_id: Optional = None
    ad_set_id: Optional = None
    ad_id: Optional = None
    platform: Platform | None = None
    utm_source: Optional = None
    utm_medium: Optional = None
    utm_campaign: Optional = None
    utm_term: Optional = None
    utm_content: Optional = None
    attribution_model: AttributionModel = AttributionModel.last_click
    attribution_weight: Weight = 1.0
    conversion_value: Amount | None = None
    currency: CurrencyCode | None = None
    order_id: Optional = None
    lead_id: Optional = None
    person_id: Optional = None
    session_id: Optional = None
    converted_at: InstantText | None = None
    metadata: JsonObject | None = None


class ConversionChange(Fields):
    """What may be changed of a conversion; another of its fields may be sent only as it is."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    conversion_name: Optional = None
    ad_campaign_id: Optional = None
    ad_set_id: Optional = None
    ad_id: Optional = None
    platform: Platform | None = None
    conversion_value: Amount | None = None
    refunded_value: Annotated[Amount | None, Field(description="paid back in all; the value falls by it")] = None
    cancelled: Annotated[bool | None, Field(description="a cancelled conversion is in no number")] = None
    person_id: Optional = None
    attribution_model: AttributionModel | None = None
    metadata: JsonObject | None = None


class Conditions(StrictFields):
    """What an event must show; a condition left out always holds."""

    event_name: Optional = None
    pathname_pattern: Annotated[Optional, Field(description="`*` stands for anything")] = None
    min_time_seconds: NotNegative | None = None
    min_scroll_percent: Annotated[NotNegative, Field(le=100)] | None = None
    min_value: NotNegative | None = None
    custom_conditions: JsonObject | None = None


class _Crediting(Fields):
    """How the completions of a goal are credited to touchpoints; null is the usual."""

    lookback_days: Annotated[int, Field(ge=1, le=MAX_DAYS)] | None = None
    half_life_days: Annotated[float, Field(gt=0, le=MAX_DAYS, allow_inf_nan=False)] | None = None
    first_weight: Weight | None = None
    last_weight: Weight | None = None


class GoalFields(_Crediting):
    """A goal."""

    name: Identifier
    description: Optional = None
    goal_type: GoalType
    conditions: Conditions = Conditions()
    default_value: Amount | None = None
    value_from_event: bool = True
    is_active: bool = True
    website_id: Optional = None
    priority: Priority = 0
    metadata: JsonObject | None = None


class GoalChange(_Crediting):
    """What may be changed of a goal."""

    name: Identifier | None = None
    description: Optional = None
    goal_type: GoalType | None = None
    conditions: Conditions | None = None
    default_value: Amount | None = None
    value_from_event: bool | None = None
    is_active: bool | None = None
    website_id: Optional = None
    priority: Priority | None = None
    metadata: JsonObject | None = None


def conversion_changes(change: ConversionChange) -> dict[str, Any]:
    """The fields of a conversion that are to change, by name.

    Raises
    ------
    InvalidData : a null for one that must have a value.
    """
    named = changes(change, required=("platform", "attribution_model", "refunded_value", "cancelled"))
    return {name: value for name, value in named.items() if name in ConversionChange.model_fields}


def goal_changes(change: GoalChange) -> dict[str, Any]:
    """The same of a goal."""
    return changes(change, required=("name", "goal_type", "conditions", "value_from_event", "is_active", "priority"))


def conversion_columns(fields: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Fields of a conversion as columns; the value in minor units of its currency.

    >>> conversion_columns({"conversion_value": Decimal("499.50"), "metadata": None}, "INR")
    {'value_minor': 49950, 'extra': None}
    """
    return _columns(fields, currency, {"conversion_value": "value_minor", "refunded_value": "refunded_minor"})


def goal_columns(fields: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Fields of a goal as columns; the default value in minor units of its currency, conditions without gaps.

    >>> goal_columns({"name": "Big order", "conditions": Conditions(min_value=500)}, "INR")
    {'name': 'Big order', 'conditions': {'min_value': 500.0}}
    """
    columns = _columns(fields, currency, {"default_value": "default_value_minor"})
    if isinstance(columns.get("conditions"), Conditions):
        columns["conditions"] = columns["conditions"].model_dump(exclude_none=True)
    return columns


def _columns(fields: Mapping[str, Any], currency: str, amounts: Mapping[str, str]) -> dict[str, Any]:
    columns = dict(fields)
    for amount, column in amounts.items():
        if amount in columns:
            given: Decimal | None = columns.pop(amount)
            columns[column] = minor_units(given, currency, field=amount)
    if "metadata" in columns:
        columns["extra"] = columns.pop("metadata")
    return columns
