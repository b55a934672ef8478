"""What happened last."""

from __future__ import annotations

from adplanning.ui.badges import Badge
from adplanning.ui.feed import Feed, Figure, Item
from tests.ui.visiting import send


def test_items_are_shown_in_their_order_with_their_figures_and_a_browser_changes_none() -> None:
    feed = Feed(title="Posted last")
    badge = Badge("Facebook", "purple", "mdi-facebook").cell()
    feed.show([Item("Six quilts", "/app/x/1", "20 Nov 2026, 14:05", badge, [Figure("shares", "2", "mdi-share")])])
    send(feed, "show", {"items": []})
    [item] = feed.items
    assert (item["words"], item["figures"]) == ("Six quilts", [{"label": "shares", "value": "2", "icon": "mdi-share"}])
    feed.show([])
    assert feed.items == []
