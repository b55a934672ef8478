"""What a customer is called, and where their way is found."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.people.erasures import is_anonymous
from adplanning.store.tables.people import Person
from adplanning.ui.catalogue import address_of
from adplanning.ui.pages.journey_filters import SLUG

# What the server lets through as one part of an address.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@:-]+(\.[A-Za-z0-9_@:-]+)*")
_MARK: Final = "~"
SHORT_ID: Final = 16


def person_name(person: Person) -> str:
    """Their name, else what else is known of them."""
    name = " ".join(part for part in (person.first_name, person.last_name) if part)
    return name or person.email or person.phone or person.id


def names_of(session: Session, person_ids: Collection[str]) -> Mapping[str, str]:
    """The names of those who are known, by id."""
    return {
        person.id: person_name(person) for person in session.scalars(select(Person).where(Person.id.in_(person_ids)))
    }


def customer_name(person_id: str | None, visitor_id: str | None, names: Mapping[str, str]) -> str:
    """What an event's customer is called.

    >>> customer_name("p1", "v1", {"p1": "Asha"}), customer_name(None, "v1", {}), customer_name("erased_1", None, {})
    ('Asha', 'Visitor v1', 'Somebody erased')
    >>> customer_name(None, "vis_01a21dcda7b400000000000000000156", {}), customer_name(None, None, {})
    ('Visitor …00000156', 'Nobody known')
    """
    if person_id is None:
        if visitor_id is None:
            return "Nobody known"
        return f"Visitor {visitor_id if len(visitor_id) <= SHORT_ID else f'…{visitor_id[-8:]}'}"
    return "Somebody erased" if is_anonymous(person_id) else names.get(person_id, person_id)


def way_address(customer_id: str) -> str:
    """Where the way of a person or a visitor is found.

    Ids come from outside and hold what an address cannot; those are written in base64 behind a mark.

    >>> way_address("person_1"), way_address("cust 7/3")
    ('/app/ad-planning/journeys/person_1', '/app/ad-planning/journeys/~Y3VzdCA3LzM')
    """
    if _PLAIN.fullmatch(customer_id):
        return address_of(SLUG, customer_id)
    written = base64.urlsafe_b64encode(customer_id.encode()).decode().rstrip("=")
    return address_of(SLUG, f"{_MARK}{written}")


def customer_at(record_id: str) -> str:
    """The id that such an address names.

    >>> customer_at("person_1"), customer_at("~Y3VzdCA3LzM"), customer_at("~not base64")
    ('person_1', 'cust 7/3', '~not base64')
    """
    if not record_id.startswith(_MARK):
        return record_id
    written = record_id.removeprefix(_MARK)
    try:
        return base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return record_id
