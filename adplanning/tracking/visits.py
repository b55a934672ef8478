"""Which visit each event of a visitor belongs to; the same as in `attribution.sessions`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from adplanning.core.periods import RESOLUTION, SESSION_GAP

GAP_MICROS = SESSION_GAP // RESOLUTION


class Seen(NamedTuple):
    """A stored event of a visitor, as far as visits are told from it."""

    visitor_id: str
    session_id: str | None
    at: int
    id: str
    is_pageview: bool
    referrer: str | None
    page: str | None


def arrival(event_id: str) -> str:
    """The part of an event's id that grows with time, whatever its kind: it orders events of one instant.

    >>> arrival("jour_0198") < arrival("conv_0199")
    True
    """
    return event_id.partition("_")[2]


def visits_of(history: Iterable[Seen], is_hop: Callable[[Seen], bool]) -> dict[str, list[Seen]]:
    """The events of each visit of one visitor, oldest first, by its session or by the id of its first event.

    Formula: a session_id holds a visit together. An event without one belongs to the visit of the event before it if
    that was less than `SESSION_GAP` ago, or if it came back over an excluded domain; else it begins a visit.

    Parameters
    ----------
    history : events of one visitor.
    is_hop : whether an event came over a domain that is never a visit's origin.

    >>> step = Seen("v", None, 0, "jour_1", True, None, None)
    >>> later = [step._replace(at=at * 60_000_000, id=f"jour_{n}") for n, at in ((2, 29), (3, 58), (4, 88))]
    >>> [len(its) for its in visits_of([step, *later], lambda event: False).values()]
    [3, 1]
    """
    visits: dict[str, list[Seen]] = {}
    name, last_at = None, 0
    for event in sorted(history, key=lambda event: (event.at, arrival(event.id))):
        if event.session_id is not None:
            name = event.session_id
        elif name is None or (event.at - last_at >= GAP_MICROS and not is_hop(event)):
            name = event.id
        visits.setdefault(name, []).append(event)
        last_at = event.at
    return visits
