"""Which visit each event of a visitor belongs to."""

from __future__ import annotations

import itertools
from typing import Any

from adplanning.tracking.visits import GAP_MICROS, Seen, visits_of

MINUTE = GAP_MICROS // 30
numbers = itertools.count(1)


def seen(minute: float, session_id: str | None = None, **told: Any) -> Seen:
    plain: dict[str, Any] = {"is_pageview": True, "referrer": None, "page": "/"}
    return Seen("v", session_id, round(minute * MINUTE), f"jour_{next(numbers):04}", **plain | told)


def sizes(*history: Seen) -> dict[str, int]:
    """How many events each visit has; those without a session are called by their first event's number."""
    called = {event.id: f"#{n}" for n, event in enumerate(history)}
    visits = visits_of(history, lambda event: event.referrer == "hop")
    return {called.get(name, name): len(events) for name, events in visits.items()}


def test_a_session_id_holds_a_visit_together_over_any_silence() -> None:
    assert sizes(seen(0, "s"), seen(500, "s"), seen(501, "t")) == {"s": 2, "t": 1}


def test_without_one_an_event_belongs_to_the_visit_of_the_event_before_it() -> None:
    assert sizes(seen(0), seen(29.99), seen(59.99)) == {"#0": 2, "#2": 1}
    assert sizes(seen(0, "s"), seen(20), seen(40), seen(70), seen(71, "s")) == {"s": 4, "#3": 1}


def test_a_stop_on_the_way_ends_no_visit_but_cannot_continue_what_there_is_not() -> None:
    assert sizes(seen(0), seen(300, referrer="hop")) == {"#0": 2}
    assert sizes(seen(0, referrer="hop"), seen(300, "s", referrer="hop")) == {"#0": 1, "s": 1}


def test_events_of_one_instant_stand_in_the_order_in_which_they_came() -> None:
    first, then = seen(0), seen(0)._replace(id="conv_9999")
    assert list(visits_of([then, first], lambda event: False)) == [first.id]
