"""What can be done with persons and websites."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.ids import new_id
from adplanning.people.erasure_service import erased_among, forget_opinions_and_scores
from adplanning.people.erasures import ErasedKind
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.people import Person, UndoneMerge, Visitor, Website

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")


def email_key(email: str) -> str:
    """The form in which two spellings of one address are equal.

    >>> email_key(" Asha@Example.in ")
    'asha@example.in'
    """
    return email.strip().lower()


def checked_email(email: str) -> str:
    """An e-mail address without the space around it.

    Raises
    ------
    InvalidData : it is none.

    >>> checked_email(" asha@example.in ")
    'asha@example.in'
    """
    if not _EMAIL.fullmatch(email.strip()):
        raise InvalidData.at("email", f"{email.strip()[:80]!r} is not an e-mail address; write it as name@example.com")
    return email.strip()


def create_person(session: Session, fields: Mapping[str, Any], *, now: datetime) -> Person:
    """Add a person.

    Raises
    ------
    InvalidData : an e-mail that is none.
    Conflict : another person has that e-mail, in whatever case, or somebody who had it was erased.
    """
    person = Person(id=new_id("person"), created_at=now, updated_at=now)
    _set_person(session, person, fields)
    session.add(person)
    session.flush()
    return person


def change_person(session: Session, person_id: str, fields: Mapping[str, Any], *, now: datetime) -> Person:
    """Change the given fields of a person, with the same refusals as `create_person`."""
    person = find_person(session, person_id)
    _set_person(session, person, fields)
    person.updated_at = now
    return person


def find_person(session: Session, person_id: str) -> Person:
    """The person of that id.

    Raises
    ------
    NotFound : there is none.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(f"person_id: there is no person {person_id!r}; GET /admin/persons lists them")
    return person


def delete_person(session: Session, person_id: str) -> None:
    """Remove a person; what they did stays in all totals, as that of unnamed visitors."""
    session.delete(find_person(session, person_id))
    for table in (Visitor, Conversion, JourneyEvent, Lead):
        session.execute(update(table).where(table.person_id == person_id).values(person_id=None))
    forget_opinions_and_scores(session, person_id)
    session.execute(delete(UndoneMerge).where(UndoneMerge.person_id == person_id))


def list_persons(session: Session, *, limit: int, offset: int) -> tuple[list[Person], int]:
    """One page of persons, newest first, and how many there are."""
    rows = session.scalars(
        select(Person).order_by(Person.created_at.desc(), Person.id.desc()).limit(limit).offset(offset)
    )
    return list(rows), session.scalar(select(func.count()).select_from(Person)) or 0


def create_website(session: Session, fields: Mapping[str, Any], *, now: datetime) -> Website:
    """Add a storefront.

    Raises
    ------
    InvalidData : a domain that is none.
    Conflict : the domain is there already.
    """
    website = Website(id=new_id("web"), created_at=now, updated_at=now)
    _set_website(session, website, fields)
    session.add(website)
    session.flush()
    return website


def change_website(session: Session, website_id: str, fields: Mapping[str, Any], *, now: datetime) -> Website:
    """Change the given fields of a storefront, with the same refusals as `create_website`."""
    website = find_website(session, website_id)
    _set_website(session, website, fields)
    website.updated_at = now
    return website


def find_website(session: Session, website_id: str) -> Website:
    """The storefront of that id.

    Raises
    ------
    NotFound : there is none.
    """
    website = session.get(Website, website_id)
    if website is None:
        raise NotFound(f"website_id: there is no website {website_id!r}; GET /admin/websites lists them")
    return website


def delete_website(session: Session, website_id: str) -> None:
    """Remove a storefront; its events stay, new ones are refused."""
    session.delete(find_website(session, website_id))


def list_websites(session: Session, *, limit: int, offset: int) -> tuple[list[Website], int]:
    """One page of storefronts, newest first, and how many there are."""
    rows = session.scalars(
        select(Website).order_by(Website.created_at.desc(), Website.id.desc()).limit(limit).offset(offset)
    )
    return list(rows), session.scalar(select(func.count()).select_from(Website)) or 0


def _set_person(session: Session, person: Person, fields: Mapping[str, Any]) -> None:
    email = fields.get("email")
    if email is not None:
        _refuse_email(session, person, checked_email(email))
    for name, value in fields.items():
        setattr(person, name, value)
    if "email" in fields:
        person.email = email and email.strip()
        person.email_key = email and email_key(email)


def _refuse_email(session: Session, person: Person, email: str) -> None:
    taken = session.scalar(select(Person.id).where(Person.email_key == email_key(email), Person.id != person.id))
    if taken is not None:
        raise Conflict(f"email: {email!r} belongs to {taken} already; change that person instead")
    if erased_among(session, ErasedKind.email, [email_key(email)]):
        raise Conflict(
            f"email: the person of {email!r} was erased and is not to come back; if they have asked to be known again,"
            f" allow it first: adplanning person allow {email}"
        )


def _set_website(session: Session, website: Website, fields: Mapping[str, Any]) -> None:
    given = dict(fields)
    if "domain" in given:
        given["domain"] = _free_domain(session, website, given["domain"])
    for name, value in given.items():
        setattr(website, name, value)


def _free_domain(session: Session, website: Website, address: str) -> str:
    domain = re.sub(r"^https?://", "", address.strip().lower()).rstrip("/")
    if not _DOMAIN.fullmatch(domain):
        raise InvalidData.at("domain", f"{address[:80]!r} is not a domain; write it as shop.example.com")
    taken = session.scalar(select(Website.id).where(Website.domain == domain, Website.id != website.id))
    if taken is not None:
        raise Conflict(f"domain: {domain!r} is website {taken} already")
    return domain
