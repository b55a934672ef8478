"""What the store knows already of leads that come in, and of those who left them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from adplanning.leads.contacts import BETWEEN_DIGITS, phone_key, phone_spellings
from adplanning.leads.queries import slices
from adplanning.store.engine import is_sqlite
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.people import Person


def lock_arrivals(session: Session) -> None:
    """Let one transaction take leads in at a time: two that do not see each other's would both make a person."""
    if not is_sqlite(session.connection()):
        session.execute(text("LOCK TABLE leads IN SHARE ROW EXCLUSIVE MODE"))


def known_leads(session: Session, column: InstrumentedAttribute[str | None], values: Iterable[str]) -> dict[str, Lead]:
    """The stored leads that have some value in a unique column, by that value."""
    found: dict[str, Lead] = {}
    for part in slices(values):
        found |= {
            str(getattr(lead, column.key)): lead for lead in session.scalars(select(Lead).where(column.in_(part)))
        }
    return found


def persons_by_email(session: Session, keys: Iterable[str]) -> dict[str, Person]:
    """The persons of some e-mails, by `email_key`."""
    found: dict[str, Person] = {}
    for part in slices(keys):
        rows = session.scalars(select(Person).where(Person.email_key.in_(part)))
        found |= {str(person.email_key): person for person in rows}
    return found


def persons_by_phone(session: Session, keys: Iterable[str]) -> dict[str, list[Person]]:
    """The persons of some phone numbers, by `phone_key`, in whatever way their number is written."""
    bare: Any = Person.phone
    for mark in BETWEEN_DIGITS:
        bare = func.replace(bare, mark, "")
    found: dict[str, list[Person]] = defaultdict(list)
    for part in slices(spelling for key in keys for spelling in phone_spellings(key)):
        for person in session.scalars(select(Person).where(bare.in_(part)).order_by(Person.id)):
            key = phone_key(person.phone or "")
            if key is not None:
                found[key].append(person)
    return found
