"""Polarity."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.polarity import SUMMARY_CHARACTERS, label_of, polarity

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given")) / "uci_sentiment" / "yelp_labelled_700.txt"


@pytest.mark.parametrize(
    ("sentence", "compound"),
    [
        # The examples of VADER's own README.
        ("VADER is smart, handsome, and funny.", 0.8316),
        ("VADER is VERY SMART, handsome, and FUNNY!!!", 0.9342),
        ("The book was good.", 0.4404),
        ("Today SUX!", -0.5461),
    ],
)
def test_one_sentence_has_the_published_score(sentence: str, compound: float) -> None:
    assert polarity(sentence).score == pytest.approx(compound, abs=1e-4)


def test_the_score_of_a_text_is_the_mean_over_its_sentences() -> None:
    assert polarity("The book was good. It has 300 pages.").score == pytest.approx(0.4404 / 2)


def test_saying_a_thing_more_often_makes_it_no_stronger() -> None:
    once = polarity("The book was good.")
    assert polarity("The book was good. " * 30).score == pytest.approx(once.score)


def test_good_beside_bad_is_mixed_and_not_neutral() -> None:
    assert polarity("The fabric is lovely. The delivery was terrible.").label is SentimentLabel.mixed
    assert polarity("Great colours, but awful quality").label is SentimentLabel.mixed


def test_a_small_complaint_in_much_praise_is_not_mixed() -> None:
    found = polarity("Lovely quilt. Wonderful colours. Great service. I love it. The box was a bit damaged.")
    assert found.label in (SentimentLabel.positive, SentimentLabel.very_positive)
    assert found.confidence < polarity("Lovely quilt. Wonderful colours. Great service. I love it.").confidence


def test_the_summary_is_the_sentence_that_carries_the_score() -> None:
    assert polarity("It came on Monday. The quality is horrible! We have two.").summary == "The quality is horrible!"


def test_a_long_sentence_is_summed_up_by_its_beginning() -> None:
    summary = polarity("good " * 300).summary
    assert len(summary) == SUMMARY_CHARACTERS
    assert summary.endswith("…")


def test_a_text_without_an_opinion_is_neutral_and_nobody_is_sure() -> None:
    found = polarity("It came on Monday.")
    assert (found.score, found.label, found.confidence) == (0.0, SentimentLabel.neutral, 0.5)


def test_nothing_at_all_is_neutral_with_an_empty_summary() -> None:
    assert (polarity("").score, polarity("").summary) == (0.0, "")


@given(st.text(max_size=300))
def test_whatever_is_written_stays_in_bounds(text: str) -> None:
    found = polarity(text)
    assert -1 <= found.score <= 1
    assert 0 <= found.confidence <= 1
    assert len(found.summary) <= SUMMARY_CHARACTERS
    assert found.label is SentimentLabel.mixed or found.label is label_of(found.score)


@pytest.mark.skipif(not REAL.exists(), reason="ADPLANNING_REAL_DATA names no folder with labelled sentences")
def test_on_labelled_sentences_the_confidence_is_the_share_that_is_right() -> None:
    rows = [line.rstrip("\n").rsplit("\t", 1) for line in REAL.read_text().splitlines()]
    found = [(polarity(text), label == "1") for text, label in rows]
    signed = [(one, is_good) for one, is_good in found if one.score]
    told = [(one, is_good) for one, is_good in found if one.label not in ("neutral", "mixed")]
    very = [(one, is_good) for one, is_good in told if abs(one.score) >= 0.6]

    def right(pairs: list[tuple[object, bool]]) -> float:
        return sum((one.score > 0) == is_good for one, is_good in pairs) / len(pairs)  # type: ignore[attr-defined]

    assert len(rows) == 700
    assert right(signed) == pytest.approx(0.88, abs=0.01)
    assert len(told) == 503
    assert right(told) == pytest.approx(0.90, abs=0.01)
    assert right(very) == pytest.approx(0.957, abs=0.01)
    assert sum(one.confidence for one, _ in told) / len(told) == pytest.approx(right(told), abs=0.01)
