"""Which spellings of a word are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.spellings import MAX_SEARCH, spellings


@given(word=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=MAX_SEARCH))
def test_a_word_of_ascii_has_one_spelling_whatever_its_case(word: str) -> None:
    assert spellings(f" {word} ") == spellings(word.swapcase()) == [word.lower()]


@pytest.mark.parametrize("stored", ["распродажа", "РАСПРОДАЖА", "Распродажа"])
def test_letters_beyond_a_to_z_are_found_small_capital_and_with_a_capital_first(stored: str) -> None:
    assert stored in spellings("распродажа")
    assert stored in spellings("РАСПРОДАЖА")


@pytest.mark.parametrize("nothing", [None, "", " \n"])
def test_nothing_is_looked_for_when_nothing_is_given(nothing: str | None) -> None:
    assert spellings(nothing) == []


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ("a" * 201, "search: is 201 characters long; give at most 200"),
        ("a\x00", "search: holds the character U+0000, which cannot be stored; remove it"),
        ("a" + chr(0xD800), "search: holds the lone surrogate U+D800, which is not text; remove it"),
    ],
)
def test_what_no_row_can_hold_is_refused(search: str, message: str) -> None:
    with pytest.raises(InvalidData) as refusal:
        spellings(search)
    assert refusal.value.message == message
