"""Which tier or level a score stands for."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.tiers import NAMES, clv_tier, confidence, engagement_level, risk_level

Named = Callable[[pl.Expr], pl.Expr]


@pytest.mark.parametrize(
    ("named", "names"),
    [
        (clv_tier, NAMES[ScoreType.clv]),
        (engagement_level, NAMES[ScoreType.engagement]),
        (risk_level, NAMES[ScoreType.churn_risk]),
        (confidence, ("high", "medium", "low")),
    ],
)
def test_every_score_stands_for_one_of_the_names_and_each_name_for_some_score(
    named: Named, names: tuple[str, ...]
) -> None:
    scores = pl.DataFrame({"score": [0.0, 0.5, *range(1, 101), 4_999.99, 5e3, 2e4, 5e4, 1e9]})
    assert set(scores.select(its=named(pl.col("score")))["its"]) == set(names)
