"""How ready to buy a visitor looks, from what they did in the last hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

Level = Literal["high", "medium", "low"]


class Behaviour(NamedTuple):
    """What one visitor did in a window: page views, scroll depths (0–100), (page, seconds) on site, engagements."""

    n_pageviews: int
    depths: Sequence[float]
    seconds_by_page: Sequence[tuple[str | None, float]]
    n_engagements: int


class Intent(NamedTuple):
    """A score from 0 to 100, its level, and the points of each part that add up to it."""

    score: float
    level: Level
    breakdown: dict[str, float]
    signals: dict[str, Any]


def purchase_intent(behaviour: Behaviour) -> Intent:
    """How ready to buy a visitor looks.

    Formula: min(20, 5 × page views) + min(30, 0.3 × greatest scroll depth) + min(40, Σ over pages of the greatest
    seconds on it / 10) + (10 if there was any engagement); high from 70, medium from 30, else low.

    Parameters
    ----------
    behaviour : what one visitor did; a page's seconds are reported again as they grow, so only its greatest counts.
        Depths beyond 0–100 and negative seconds count as the nearest bound.

    Returns
    -------
    The score with its parts; the parts add up to the score.

    Source: the public API contract, `GET /intent`.

    >>> intent = purchase_intent(Behaviour(3, [25, 80], [("/a", 60), ("/a", 90), ("/b", 30)], 1))
    >>> intent.score, intent.level, intent.breakdown
    (61.0, 'medium', {'pageviews': 15.0, 'scroll': 24.0, 'time': 12.0, 'engagement': 10.0})
    """
    greatest: dict[str | None, float] = {}
    for page, seconds in behaviour.seconds_by_page:
        greatest[page] = max(greatest.get(page, 0.0), seconds)
    depth = min(100.0, max([0.0, *behaviour.depths]))
    total_seconds = sum(greatest.values())
    breakdown = {
        "pageviews": min(20.0, 5.0 * behaviour.n_pageviews),
        "scroll": min(30.0, 0.3 * depth),
        "time": min(40.0, total_seconds / 10),
        "engagement": 10.0 if behaviour.n_engagements else 0.0,
    }
    score = sum(breakdown.values())
    signals = {
        "pageviews": behaviour.n_pageviews,
        "max_scroll_depth": depth,
        "time_on_site_seconds": total_seconds,
        "engagements": behaviour.n_engagements,
    }
    return Intent(score, _level(score), breakdown, signals)


def _level(score: float) -> Level:
    if score >= 70:
        return "high"
    return "medium" if score >= 30 else "low"
