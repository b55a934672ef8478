"""One value as a table or a record shows it."""

from __future__ import annotations

from adplanning.ui.cells import bar, text


def test_what_is_unknown_is_not_a_word_and_zero_is_not_unknown() -> None:
    assert [text(value)["text"] for value in (None, 0, "", False, "None")] == [None, "0", "", "False", "None"]


def test_a_link_stays_on_its_page_unless_said_otherwise() -> None:
    assert text("Open", href="/app/ad-planning") == {
        "text": "Open",
        "href": "/app/ad-planning",
        "hint": "",
        "new_tab": False,
    }


def test_a_bar_has_its_share_and_its_words() -> None:
    assert bar(0.5, "5 of 10") == {"text": "5 of 10", "share": 0.5}
