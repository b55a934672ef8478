"""The language of a text."""

from __future__ import annotations

import pytest

from adplanning.sentiment.languages import language_of
from adplanning.sentiment.polarity import lexicon
from adplanning.sentiment.words import normal, words_of


def told(text: str) -> str | None:
    read = normal(text)
    return language_of(read, words_of(read), lexicon())


@pytest.mark.parametrize(
    "text",
    ["Great product", "good", "Loved it!", "The delivery was late", "not good at all", "DELICIOUS!!", "size too small"],
)
def test_short_english_is_english(text: str) -> None:
    assert told(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "bahut accha",
        "product bahut kharab hai, paisa barbad",
        "delivery bahut late thi",
        "quality acchi hai but delivery late",
        "nice hai",
    ],
)
def test_hindi_in_latin_letters_is_not_taken_for_english(text: str) -> None:
    assert told(text) == "hi-Latn"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("बहुत अच्छा उत्पाद है", "hi"),
        ("Très bon produit, livraison rapide", "fr"),
        ("Das Produkt ist sehr schlecht", "de"),
        ("die war so gut", "de"),
        ("muy buen producto", "es"),
        ("大好き", "ja"),
        ("منتج جيد جدا", "ar"),
    ],
)
def test_other_languages_are_told(text: str, language: str) -> None:
    assert told(text) == language


@pytest.mark.parametrize("text", ["qwx zrt", "😍😍", "12345", "", "\u202e\u0000"])
def test_what_holds_no_words_of_any_language_has_none(text: str) -> None:
    assert told(text) is None


def test_one_word_of_hindi_does_not_make_a_long_english_sentence_hindi() -> None:
    assert told("The quilt that I ordered for my bhai came after two weeks and was torn") == "en"
