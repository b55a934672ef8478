"""The kinds of values that a body or a form may give."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.fields import (
    Amount,
    Fields,
    Optional,
    Rating,
    Scale,
    StrictFields,
    changes,
    instant_or,
    json_text,
    minor_units,
)
from adplanning.core.validation import validated

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Sale(Fields):
    value: Amount | None = None
    note: Optional = None


class Answer(Fields):
    rating: Rating
    scale: Scale = "10"


class StrictSale(StrictFields):
    value: Amount | None = None


@pytest.mark.parametrize(("given", "amount"), [("499.50", "499.50"), (499.5, "499.5"), (0, "0"), (None, None)])
def test_an_amount_is_the_exact_number_that_was_written(given: Any, amount: str | None) -> None:
    assert validated(Sale, {"value": given}).value == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("given", [True, -1, "NaN", float("inf"), "ten", ""])
def test_what_is_no_amount_is_refused(given: Any) -> None:
    with pytest.raises(InvalidData, match="value: "):
        validated(Sale, {"value": given})


@pytest.mark.parametrize("given", [4, "4", 4.0])
@pytest.mark.parametrize("scale", [5, "5"])
def test_a_rating_and_its_scale_may_be_written_as_numbers_or_texts(given: Any, scale: Any) -> None:
    assert validated(Answer, {"rating": given, "scale": scale}) == Answer(rating=4, scale="5")


@pytest.mark.parametrize(
    "given", [{"rating": True}, {"rating": 4.5}, {"rating": "good"}, {"rating": None}, {"rating": 4, "scale": True}]
)
def test_what_is_no_rating_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidData, match=r"(rating|scale): "):
        validated(Answer, given)


def test_a_blank_text_is_one_that_was_left_out() -> None:
    assert validated(Sale, {"note": "  "}).note is None
    assert validated(Sale, {"note": " gift "}).note == "gift"


def test_a_field_that_is_not_known_is_ignored_unless_it_would_be_a_mistake() -> None:
    assert validated(Sale, {"vlaue": 5}) == Sale()
    with pytest.raises(InvalidData, match="vlaue: Extra inputs are not permitted"):
        validated(StrictSale, {"vlaue": 5})


def test_an_amount_that_its_currency_cannot_hold_is_refused_at_its_field() -> None:
    assert minor_units(Decimal("4999.005"), "INR", field="value") == 499_901
    assert minor_units(None, "INR", field="value") is None
    with pytest.raises(InvalidData, match=r"^value: is beyond 999999999999999 minor units"):
        minor_units(Decimal(10**13), "INR", field="value")


def test_an_instant_that_is_not_given_is_the_default() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    assert instant_or(None, NOON, kolkata, field="at") == NOON
    assert instant_or("2026-11-22T17:30", datetime.now(UTC), kolkata, field="at") == NOON


def test_an_object_is_kept_as_its_text() -> None:
    assert json_text({"रंग": "लाल"}) == '{"रंग": "लाल"}'
    assert json_text(None) is None


def test_only_what_was_named_changes_and_a_null_only_where_it_may_be() -> None:
    assert changes(Sale(note=None)) == {"note": None}
    assert changes(Sale(), required=("value",)) == {}
    with pytest.raises(InvalidData, match="value: must not be null; leave it out to keep it as it is"):
        changes(Sale(value=None), required=("value",))
