"""Whose leads these are: persons found by e-mail, else by phone, else made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from adplanning.core.ids import new_id
from adplanning.leads.contacts import Contact, name_parts
from adplanning.leads.known_service import persons_by_email, persons_by_phone
from adplanning.people.erasure_service import erased_among
from adplanning.people.erasures import ErasedKind
from adplanning.people.service import email_key
from adplanning.store.tables.people import Person


def persons_of(
    session: Session, contacts: Sequence[Contact], *, since: Sequence[datetime], now: datetime
) -> list[str | None]:
    """The person of each contact: that of its e-mail in whatever case, else that of its phone, else a new one.

    A phone that several persons have is nobody's: it finds none of them. A person who is found gains what was unknown
    and keeps what was known; a contact without e-mail and phone has no person.

    Parameters
    ----------
    session : one that writes.
    contacts : a later one may be the same person as an earlier one.
    since : for each, since when a person made of it is known.
    now : when they were taken in.
    """
    emails = {contact.email: email_key(contact.email) for contact in contacts if contact.email}
    by_email = persons_by_email(session, emails.values())
    by_phone: dict[str, list[Person]] = defaultdict(list)
    by_phone |= persons_by_phone(session, (contact.phone for contact in contacts if contact.phone))
    owners: list[str | None] = []
    for contact, at in zip(contacts, since, strict=True):
        key = emails.get(contact.email or "")
        namesakes = by_phone[contact.phone] if contact.phone else []
        person = by_email.get(key or "") or (namesakes[0] if len(namesakes) == 1 else None)
        if person is None and (contact.email or contact.phone):
            person = Person(id=new_id("person"), created_at=at, updated_at=now)
            session.add(person)
        if person is None:
            owners.append(None)
            continue
        _fill(person, contact, now)
        if key and person.email_key == key:
            by_email[key] = person
        if contact.phone and person.phone == contact.phone and person not in namesakes:
            namesakes.append(person)
        owners.append(person.id)
    return owners


def of_erased(session: Session, contacts: Sequence[Contact]) -> list[bool]:
    """Whether each contact has the e-mail or the phone of somebody who was erased."""
    emails = {email_key(contact.email) for contact in contacts if contact.email}
    erased_emails = erased_among(session, ErasedKind.email, emails)
    erased_phones = erased_among(session, ErasedKind.phone, {contact.phone for contact in contacts if contact.phone})
    return [
        bool(contact.email and email_key(contact.email) in erased_emails) or contact.phone in erased_phones
        for contact in contacts
    ]


def _fill(person: Person, contact: Contact, now: datetime) -> None:
    """Write down what was unknown of a person."""
    given: dict[str, str | None] = {}
    if person.email is None:
        given |= {"email": contact.email, "email_key": contact.email and email_key(contact.email)}
    if person.phone is None:
        given["phone"] = contact.phone
    if person.first_name is None and person.last_name is None:
        given["first_name"], given["last_name"] = name_parts(contact.full_name)
    for name, value in given.items():
        if value is not None:
            setattr(person, name, value)
            person.updated_at = now
