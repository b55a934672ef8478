"""The kinds of values that a body or a form may give, and how they become those that are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from adplanning.core.errors import InvalidData
from adplanning.core.money import to_minor
from adplanning.core.periods import parse_instant
from adplanning.core.texts import Text, none_if_blank


def _not_a_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


def _in_words(scale: object) -> object:
    return str(scale) if isinstance(scale, int) and not isinstance(scale, bool) else scale


Number = Annotated[float, BeforeValidator(_not_a_boolean)]
WholeNumber = Annotated[int, BeforeValidator(_not_a_boolean)]
Amount = Annotated[
    Decimal, BeforeValidator(_not_a_boolean), Field(ge=0, allow_inf_nan=False, description="in major units")
]
Rating = Annotated[WholeNumber, Field(description="a whole number on its scale")]
Scale = Annotated[Literal["5", "10"], BeforeValidator(_in_words), Field(description="up to which a rating goes")]
Optional = Annotated[Text | None, AfterValidator(none_if_blank)]
InstantText = Annotated[str, Field(max_length=64, examples=["2026-11-22T14:05:00+05:30"])]


class Fields(BaseModel):
    """What is given; fields that are not known are ignored, as clients of the API already depend on it."""

    model_config = ConfigDict(allow_inf_nan=False)


class DefaultedFields(Fields):
    """The same where a null stands for the default of a field that has one."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: value for name, value in given.items() if value is not None or name not in optional}


class StrictFields(Fields):
    """The same where a field that is not known is a mistake."""

    model_config = ConfigDict(allow_inf_nan=False, extra="forbid")


def minor_units(amount: Decimal | None, currency: str, *, field: str) -> int | None:
    """The amount in minor units of its currency.

    Raises
    ------
    InvalidData : naming `field`.

    >>> minor_units(Decimal("4999.50"), "INR", field="conversion_value")
    499950
    """
    if amount is None:
        return None
    try:
        return to_minor(amount, currency)
    except ValueError as fault:
        raise InvalidData.at(field, str(fault)) from None


def instant_or(text: str | None, default: datetime, zone: ZoneInfo, *, field: str) -> datetime:
    """The instant that a text names, or the default when none is given."""
    return default if text is None else parse_instant(text, zone, field=field)


def json_text(value: Mapping[str, object] | None) -> str | None:
    """An object as it is kept in a JSON column."""
    return None if value is None else json.dumps(value, ensure_ascii=False)


def changes(given: BaseModel, *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields that an update names; a null for one that must have a value is refused."""
    named = {name: getattr(given, name) for name in given.model_fields_set}
    for name in required:
        if name in named and named[name] is None:
            raise InvalidData.at(name, "must not be null; leave it out to keep it as it is")
    return named
