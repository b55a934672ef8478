"""How people have answered a post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Engagement:
    """Reactions, comments and shares of a post; None where nobody has counted."""

    reactions: int | None
    comments: int | None
    shares: int | None

    @property
    def total(self) -> int | None:
        """What is known of them added up; None when nothing is."""
        known = [n for n in (self.reactions, self.comments, self.shares) if n is not None]
        return sum(known) if known else None


def engagement(insights: Mapping[str, object] | None) -> Engagement:
    """Read what a platform, or whoever wrote the post down, has counted.

    Formula: reactions + comments + shares; without reactions, likes stand for them, as networks with one kind of
    reaction count.

    Parameters
    ----------
    insights : counts by name; anything that is no whole number of 0 or more is unknown.

    >>> engagement({"likes": 12, "comments": 3}).total
    15
    >>> engagement({"shares": "many"}).total is None
    True
    """
    given = insights or {}
    return Engagement(
        _count(given.get("reactions", given.get("likes"))), _count(given.get("comments")), _count(given.get("shares"))
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
