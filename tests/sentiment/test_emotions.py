"""Feelings."""

from __future__ import annotations

import pytest

from adplanning.sentiment.emotions import emotions
from adplanning.sentiment.words import words_of


def test_the_shares_of_what_is_named_add_up_to_one() -> None:
    found = emotions(words_of("happy happy thanks but the rude reply made me angry and worried"))
    assert sum(found.values()) == pytest.approx(1, abs=0.002)
    assert found["joy"] == found["anger"] == pytest.approx(1 / 3, abs=0.001)


def test_what_is_denied_is_not_felt() -> None:
    assert emotions(words_of("i am not at all happy")) == {}


def test_a_denial_reaches_three_words_and_no_further() -> None:
    assert emotions(words_of("not for the third time happy")) == {"joy": 1.0}


def test_a_text_that_names_no_feeling_has_none() -> None:
    assert emotions(["late"]) == {}
