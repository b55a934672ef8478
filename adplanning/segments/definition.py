"""What may be given for a segment, and the columns that it becomes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from adplanning.core.fields import Fields, Optional, changes
from adplanning.core.texts import Identifier, JsonObject
from adplanning.core.vocabulary import SegmentType
from adplanning.segments.criteria import EVERYONE, criteria_json, parse_criteria


def _hyphened(given: object) -> object:
    return str(SegmentType.value_based) if given == "value_based" else given


Type = Annotated[SegmentType, BeforeValidator(_hyphened)]
Color = Annotated[str, StringConstraints(pattern=r"^(#([0-9a-fA-F]{3}){1,2}|[a-zA-Z]{1,32})$")]
GivenCriteria = Annotated[dict[str, Any], Field(description="logic, rules and groups; see `segments.criteria`")]


class SegmentFields(Fields):
    """A segment."""

    name: Identifier
    description: Optional = None
    segment_type: Type = SegmentType.custom
    criteria: GivenCriteria | None = None
    is_active: bool = True
    auto_update: bool = True
    color: Annotated[Color, Field(description="#rrggbb or a word")] | None = None
    metadata: JsonObject | None = None


class SegmentChange(Fields):
    """What may be changed of a segment."""

    name: Identifier | None = None
    description: Optional = None
    segment_type: Type | None = None
    criteria: GivenCriteria | None = None
    is_active: bool | None = None
    auto_update: bool | None = None
    color: Color | None = None
    metadata: JsonObject | None = None
    rebuild: Annotated[bool, Field(description="whether it is built anew at once")] = False


def segment_columns(given: SegmentFields | SegmentChange) -> dict[str, Any]:
    """The columns that are to be set. Criteria are kept as they were given, once they can be read.

    Raises
    ------
    InvalidData : criteria that cannot be read, or a null where there must be a value.

    >>> segment_columns(SegmentChange(segment_type="value_based"))
    {'segment_type': 'value-based'}
    """
    if isinstance(given, SegmentFields):
        columns: dict[str, Any] = {name: getattr(given, name) for name in SegmentFields.model_fields}
        columns["criteria"] = given.criteria or criteria_json(EVERYONE)
    else:
        columns = changes(given, required=("name", "segment_type", "criteria", "is_active", "auto_update"))
        columns.pop("rebuild", None)
    if "criteria" in columns:
        parse_criteria(columns["criteria"])
    if "segment_type" in columns:
        columns["segment_type"] = str(columns["segment_type"])
    if "metadata" in columns:
        columns["extra"] = columns.pop("metadata")
    return columns
