"""What people may change of a lead."""

from __future__ import annotations

import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.core.vocabulary import LeadStatus
from adplanning.leads.fields import LeadChange, lead_columns


def test_amounts_become_minor_units_of_the_leads_currency() -> None:
    change = validated(LeadChange, {"actual_value": "499.505", "estimated_value": None})
    assert lead_columns(change, "INR") == {"actual_value_minor": 49_951, "estimated_value_minor": None}
    assert lead_columns(validated(LeadChange, {"actual_value": 250}), "JPY") == {"actual_value_minor": 250}


def test_only_what_is_given_changes() -> None:
    assert lead_columns(validated(LeadChange, {"full_name": "X", "status": "lost"}), "INR") == {
        "status": LeadStatus.lost
    }


def test_a_text_of_white_space_is_no_text() -> None:
    assert lead_columns(validated(LeadChange, {"notes": "  "}), "INR") == {"notes": None}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"actual_value": -1}, "actual_value"),
        ({"estimated_value": "NaN"}, "estimated_value"),
        ({"status": "x"}, "status"),
    ],
)
def test_a_bad_value_is_refused_by_name(given: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidData, match=named):
        validated(LeadChange, given)


def test_an_amount_beyond_all_bounds_is_refused_by_name() -> None:
    with pytest.raises(InvalidData, match="actual_value: is beyond"):
        lead_columns(LeadChange(actual_value="1e20"), "INR")  # type: ignore[arg-type]
