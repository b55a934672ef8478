"""What is offered ready-made."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from adplanning.ui.offers import Offer, Offers
from tests.ui.conftest import NewVisit
from tests.ui.visiting import send


@pytest.fixture
def taken() -> list[str]:
    return []


@pytest.fixture
def offers(new_visit: NewVisit, engine: Engine, taken: list[str]) -> Offers:
    made = Offers(new_visit(engine), title="Ready-made", button="Use it", take=taken.append)
    made.show([Offer("vip", "Champions", "Those who buy most.")])
    return made


def test_a_card_says_what_is_offered_and_its_button_takes_it(offers: Offers, taken: list[str]) -> None:
    assert offers.items == [{"key": "vip", "title": "Champions", "words": "Those who buy most."}]
    send(offers, "take", {"key": "vip"})
    assert taken == ["vip"]


@pytest.mark.parametrize("key", [None, "", "lapsed", ["vip"], {"vip": 1}])
def test_what_is_not_offered_is_not_taken(offers: Offers, taken: list[str], key: object) -> None:
    send(offers, "take", {"key": key})
    assert taken == []


def test_what_was_offered_before_is_not_taken_any_more(offers: Offers, taken: list[str]) -> None:
    offers.show([])
    send(offers, "take", {"key": "vip"})
    assert (offers.items, taken) == ([], [])
