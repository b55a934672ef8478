"""A person's scores as cards: the value, what it stands for, how it came about, and its course."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.core.vocabulary import ScoreType
from adplanning.scores.catalogue import SCORES
from adplanning.store.tables.scores import CustomerScore
from adplanning.ui import badges
from adplanning.ui.kpis import Kpi
from adplanning.ui.pages.score_words import method_words, written


def score_cards(session: Session, person_id: str, *, currency: str, now: datetime) -> Sequence[Kpi]:
    """One card per type, whether or not there is a score."""
    found = session.scalars(select(CustomerScore).where(CustomerScore.person_id == person_id))
    scores = {score.score_type: score for score in found}
    return [_card(kind, scores.get(kind), currency, now) for kind in SCORES]


def _card(kind: ScoreType, score: CustomerScore | None, currency: str, now: datetime) -> Kpi:
    its = SCORES[kind]
    if score is None:
        return Kpi(its.title, formats.UNKNOWN, its.help, words="Not known yet")
    level = badges.LEVELS[kind].get(score.tier or "")
    its_currency = score.currency or currency
    said = [method_words(score, now)]
    if score.confidence:
        said.append(f"{score.confidence} confidence")
    before = score.previous_score
    if before is not None and before != score.score_value:
        went = "up" if score.score_value > before else "down"
        said.append(f"{went} from {written(kind, before, its_currency, short=True)}")
    value = score.score_value
    return Kpi(
        its.title,
        written(kind, value, its_currency, short=True),
        its.help,
        full=formats.money(value, its_currency) if its.unit == "money" else "",
        good=1 if its.is_more_better else -1,
        spark=[float(point["value"]) for point in score.history],
        badge=None if level is None else level.cell(),
        words=", ".join(said),
    )
