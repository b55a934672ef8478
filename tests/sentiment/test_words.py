"""Words and sentences."""

from __future__ import annotations

import json

import pytest

from adplanning.sentiment.words import MOST_CHARACTERS, normal, sentences, words_of, written_text


def test_a_typographic_apostrophe_reads_like_a_straight_one() -> None:
    assert words_of(normal("I don’t like it")) == ["i", "don't", "like", "it"]


def test_no_more_is_read_than_any_form_lets_through() -> None:
    assert len(normal("x" * 50_000)) == MOST_CHARACTERS


def test_dots_within_a_word_or_number_end_no_sentence() -> None:
    assert sentences("It cost 4.50 at shop.in. Fine!") == ["It cost 4.50 at shop.in.", "Fine!"]


def test_a_text_of_space_alone_has_no_sentence() -> None:
    assert sentences(" \n ") == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"text": "first", "comment": "second"}, "first"),
        ({"text": "  ", "message": " hello "}, "hello"),
        ({"text": {"a": "nested"}}, None),
        ({"email": "asha@example.in"}, None),
        (["text"], None),
        ("text", None),
        (None, None),
    ],
)
def test_what_was_written_is_the_first_text_of_an_event(data: object, text: str | None) -> None:
    assert written_text(json.dumps(data)) == text
