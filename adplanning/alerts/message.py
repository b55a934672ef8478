"""What somebody outside is told of new alerts: all of one check in one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adplanning.notifications.message import Message

MOST_LISTED: Final = 20


@dataclass(frozen=True)
class News:
    """An alert that nobody outside was told of."""

    alert_id: str
    rule: str
    words: str
    value: float | None


def alert_message(news: Sequence[News], *, link: str) -> Message:
    """The alerts as one message.

    Parameters
    ----------
    news : one at least.
    link : the address of the alerts' page; empty when none is known.

    >>> told = alert_message([News("alert_1", "Waste", "Diwali spent ₹12,400.", 12400.0)] * 2, link="")
    >>> told.subject, told.text.splitlines()[0], told.facts
    ('2 new alerts', 'Waste: Diwali spent ₹12,400.', {'n_alerts': 2})
    """
    listed = [f"{one.rule}: {one.words}" for one in news[:MOST_LISTED]]
    if len(news) > MOST_LISTED:
        listed.append(f"… and {len(news) - MOST_LISTED} more")
    if len(news) > 1:
        return Message(f"{len(news)} new alerts", "\n".join(listed), "alert", {"n_alerts": len(news)}, link)
    only = news[0]
    facts: dict[str, str | float | None] = {
        "n_alerts": 1,
        "alert_id": only.alert_id,
        "rule": only.rule,
        "value": only.value,
    }
    return Message(only.words, listed[0], "alert", facts, link)
