"""The visitor that stands for a person of whom no browser is known: one a person, not one an order or a lead."""

from __future__ import annotations

STAND_IN = "order:"


def stand_in(person_id: str) -> str:
    """The id of the visitor that stands for a person, so that unique visitors count them once.

    >>> stand_in("person_1")
    'order:person_1'
    """
    return f"{STAND_IN}{person_id}"
