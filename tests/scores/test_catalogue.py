"""Which scores there are."""

from __future__ import annotations

import pytest

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.catalogue import SCORES


def test_every_type_is_listed_once() -> None:
    assert sorted(SCORES) == sorted(ScoreType)
    assert len({score.title for score in SCORES.values()}) == len(ScoreType)


@pytest.mark.parametrize("score_type", ScoreType)
def test_a_score_says_what_it_is_in_a_sentence_and_what_it_stands_for(score_type: ScoreType) -> None:
    score = SCORES[score_type]
    assert score.help.endswith(".")
    assert len(set(score.levels)) == len(score.levels) >= 3
    assert score.range[0] == 0
