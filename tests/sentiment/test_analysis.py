"""All that is told of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.analysis import NO_WORDS, UNKNOWN, analysis


def test_a_text_in_english_has_everything_but_a_reason() -> None:
    found = analysis("I love the Jaipur quilt. Thanks for the quick delivery!")
    assert (found.language, found.reason, found.analyser, found.is_fallback) == ("en", None, "vader", False)
    assert found.label is SentimentLabel.positive
    assert (found.topics, found.entities, found.emotions) == (["delivery"], ["Jaipur"], {"joy": 0.5, "gratitude": 0.5})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bahut accha hai", "The text is in Hindi in Latin letters; only English is analysed."),
        ("बहुत खराब है", "The text is in Hindi; only English is analysed."),
        ("bardzo dobry produkt", "The text is in another language (pl); only English is analysed."),
        ("qwx zrt", UNKNOWN),
        ("4711", NO_WORDS),
    ],
)
def test_what_is_not_english_has_no_score_and_says_why(text: str, reason: str) -> None:
    found = analysis(text)
    assert (found.score, found.label, found.confidence, found.summary) == (None, None, None, None)
    assert (found.keywords, found.topics, found.emotions) == ((), (), {})
    assert found.reason == reason


def test_emoji_alone_are_read_in_any_language() -> None:
    assert analysis("😍😍").label in (SentimentLabel.positive, SentimentLabel.very_positive)
    assert analysis(":(").label is SentimentLabel.negative


@given(st.text(max_size=400))
def test_whatever_is_written_has_a_score_or_a_reason(text: str) -> None:
    found = analysis(text)
    assert (found.score is None) == (found.label is None) == (found.reason is not None)
