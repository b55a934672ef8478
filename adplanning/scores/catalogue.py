"""Which scores there are, what each says, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.tiers import NAMES

Unit = Literal["money", "points", "percent"]


@dataclass(frozen=True)
class Score:
    """A type of score: its title, its unit, what it says in a sentence, and whether more is better.

    `range` has the least and the greatest value; null is no bound. `levels` are the names that it can stand for, in the
    order in which they are shown.
    """

    title: str
    unit: Unit
    help: str
    is_more_better: bool
    range: tuple[float, float | None]
    levels: tuple[str, ...]


SCORES: Final[Mapping[ScoreType, Score]] = {
    ScoreType.clv: Score(
        "CLV",
        "money",
        "What the customer has paid and is expected to pay yet.",
        is_more_better=True,
        range=(0, None),
        levels=NAMES[ScoreType.clv],
    ),
    ScoreType.engagement: Score(
        "Engagement",
        "points",
        "How much the customer does, what is recent counting most.",
        is_more_better=True,
        range=(0, 100),
        levels=NAMES[ScoreType.engagement],
    ),
    ScoreType.churn_risk: Score(
        "Churn risk",
        "percent",
        "How likely the customer is to be lost.",
        is_more_better=False,
        range=(0, 100),
        levels=NAMES[ScoreType.churn_risk],
    ),
    ScoreType.nps: Score(
        "NPS",
        "points",
        "How likely the customer says to recommend the shop, from 0 to 10; of all of them, from −100 to 100.",
        is_more_better=True,
        range=(0, 10),
        levels=NAMES[ScoreType.nps],
    ),
}
"""Each type of score; the API, the pages and the notebook list these."""
