"""What an own analyser may answer."""

from __future__ import annotations

from typing import Any

import pytest

from adplanning.sentiment.analysis import analysis
from adplanning.sentiment.own_answers import AnalyserFailed, OwnAnswer, own_answers, with_own, without_own


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"results": [{"score": 1.5}]},
        {"results": [{"score": float("nan")}]},
        {"results": [{"score": "0.5"}]},
        {"results": [{"score": True}]},
        {"results": [{"score": 0, "label": "great"}]},
        {"results": [{"score": 0, "confidence": 2}]},
        {"results": [{"score": 0, "language": "<b>"}]},
        {"results": [{"score": 0}, {"score": 0}]},
    ],
)
def test_anything_but_what_was_agreed_is_refused_without_repeating_it(content: Any) -> None:
    with pytest.raises(AnalyserFailed) as refused:
        own_answers(content, 1)
    assert "great" not in refused.value.message.replace("greater", "")
    assert "<b>" not in refused.value.message


def test_its_own_label_counts_else_the_one_of_its_score() -> None:
    text = analysis("The quilt came on Monday")
    assert with_own(text, OwnAnswer(score=0.1, label="mixed")).label == "mixed"
    assert with_own(text, OwnAnswer(score=-0.7)).label == "very_negative"
    assert with_own(text, OwnAnswer(score=-0.7)).confidence is None


def test_who_stands_in_says_so() -> None:
    [found] = without_own([analysis("good")])
    assert (found.analyser, found.is_fallback, found.label) == ("vader", True, analysis("good").label)
