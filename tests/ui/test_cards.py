"""Cards that lead to the modules."""

from __future__ import annotations

from adplanning.ui.cards import Cards
from tests.ui.visiting import send


def test_cards_take_nothing_from_a_browser() -> None:
    cards = Cards()
    cards.groups = [{"title": "Measure", "cards": []}]
    send(cards, "groups", {"groups": []})
    assert cards.groups == [{"title": "Measure", "cards": []}]
