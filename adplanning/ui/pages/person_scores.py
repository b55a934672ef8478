"""A person's scores as cards: the value, what it stands for, how it came about, and its course."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.catalogue import SCORES
from adplanning.store.tables.scores import CustomerScore
from adplanning.ui import badges, formats
from adplanning.ui.kpis import Kpi
from adplanning.ui.pages.lead_words import age

_METHODS: Final = {"rules": "by rules", "bg_nbd": "by the model of purchases"}


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
    how = "as they rated" if kind is ScoreType.nps else _METHODS.get(score.method, score.method)
    said = [age(score.calculated_at, now), how]
    if score.confidence:
        said.append(f"{score.confidence} confidence")
    before = score.previous_score
    if before is not None and before != score.score_value:
        went = "up" if score.score_value > before else "down"
        said.append(f"{went} from {_written(kind, before, score.currency or currency)}")
    value = score.score_value
    return Kpi(
        its.title,
        _written(kind, value, score.currency or currency),
        its.help,
        full=formats.money(value, score.currency or currency) if its.unit == "money" else "",
        good=1 if its.is_more_better else -1,
        spark=[float(point["value"]) for point in score.history],
        badge=None if level is None else level.cell(),
        words=", ".join(said),
    )


def _written(kind: ScoreType, value: float, currency: str) -> str:
    unit = SCORES[kind].unit
    if unit == "money":
        return formats.short_money(value, currency)
    if unit == "percent":
        return formats.percent(value / 100)
    return formats.number(value, 0 if value == int(value) else 1)
