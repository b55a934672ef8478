from __future__ import annotations

import pytest

from adplanning.attribution.name_marks import KINDS, marks, without_accents, words_of


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("q1", "number"),
        ("2026", "number"),
        ("30off", "number"),
        ("us", "short code"),
        ("b", "short code"),
        ("usa", "country"),
        ("deutschland", "country"),
        ("mexico", "country"),
        ("emea", "region"),
        ("north", "region"),
        ("september", "date"),
        ("septiembre", "date"),
        ("summer", "date"),
        ("montag", "date"),
        ("women", "audience"),
        ("lookalike", "audience"),
        ("retargeting", "audience"),
        ("control", "variant"),
        ("nonbrand", "kind of traffic"),
        ("video", "kind of traffic"),
    ],
)
def test_a_word_that_sets_campaigns_apart_is_a_mark(word: str, kind: str) -> None:
    assert marks((word,)) == {kind: (word,)}


@pytest.mark.parametrize("word", ["quilts", "offer", "bedsheets", "and", "launch", "दिवाली", "распродажа"])
def test_a_word_that_says_what_is_sold_is_none(word: str) -> None:
    assert marks((word,)) == {}


def test_every_kind_of_mark_is_known() -> None:
    found = marks(("q1", "us", "usa", "emea", "june", "men", "test", "brand"))
    assert set(found) == set(KINDS)


def test_marks_stay_in_the_order_of_the_name() -> None:
    assert marks(("2026", "sale", "01"))["number"] == ("2026", "01")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("captação2019", ("captacao", "2019")),
        ("may26", ("may26",)),
        ("q1-(us)-50%", ("q1", "us", "50")),
        ("men&women", ("men", "women")),
        ("दिवाली-सेल", ("दिवाली", "सेल")),
        ("???", ()),
    ],
)
def test_a_name_is_taken_apart_into_its_words(key: str, words: tuple[str, ...]) -> None:
    # A year does not belong to the word it is written onto; other numbers do: hook1-video is not hook-video1.
    assert words_of(key) == words


def test_only_accents_are_taken_off() -> None:
    assert without_accents("família über žluť") == "familia uber zlut"
    # The signs of Devanagari are vowels, not accents.
    assert without_accents("कि की") == "कि की"


def test_that_a_campaign_is_one_sets_no_name_apart() -> None:
    assert words_of("summer-sale-ads") == words_of("summer-sale") == ("summer", "sale")
    assert words_of("campaign") == ("campaign",)
