"""What may be given for a segment."""

from __future__ import annotations

from typing import Any

import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.segments.definition import SegmentChange, SegmentFields, segment_columns


def test_a_name_is_enough() -> None:
    assert segment_columns(validated(SegmentFields, {"name": " Loyal "})) == {
        "name": "Loyal", "description": None, "segment_type": "custom", "is_active": True, "auto_update": True,
        "color": None, "extra": None, "criteria": {"logic": "AND", "rules": [], "groups": []},
    }  # fmt: skip


def test_criteria_are_kept_as_they_were_given() -> None:
    given = {"rules": [{"field": "total_orders", "operator": "greater_than", "value": "5"}]}
    assert segment_columns(SegmentChange(criteria=given)) == {"criteria": given}
    with pytest.raises(InvalidData, match=r"criteria\.rules\[0\]\.value"):
        segment_columns(SegmentChange(criteria={"rules": [{"field": "age", "operator": ">", "value": "old"}]}))


def test_whether_to_rebuild_is_no_column() -> None:
    assert segment_columns(SegmentChange(rebuild=True, is_active=False)) == {"is_active": False}


@pytest.mark.parametrize("name", ["name", "segment_type", "criteria", "is_active", "auto_update"])
def test_what_every_segment_has_cannot_be_taken_from_it(name: str) -> None:
    with pytest.raises(InvalidData, match="must not be null"):
        segment_columns(SegmentChange(**{name: None}))


@pytest.mark.parametrize("color", ["#fff", "#A1b2C3", "teal"])
def test_a_colour_is_one(color: str) -> None:
    assert segment_columns(SegmentChange(color=color)) == {"color": color}


@pytest.mark.parametrize(
    "given",
    [
        {"name": " "},
        {"name": "a" * 257},
        {"name": "a\x00"},
        {"name": "a", "color": "#ffff"},
        {"name": "a", "color": "red;background:url(x)"},
        {"name": "a", "color": "#fff\n"},
        {"name": "a", "segment_type": "VIP"},
        {"name": "a", "metadata": {"x": float("nan")}},
    ],
)
def test_what_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidData):
        validated(SegmentFields, given)
