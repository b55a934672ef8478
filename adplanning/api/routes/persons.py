"""/admin/persons: the customers and prospects that are known."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from adplanning.api.bodies import Deleted
from adplanning.api.deps import Id, Now, Page, Reading, Writing
from adplanning.core.fields import Optional, StrictFields, changes
from adplanning.core.periods import isoformat
from adplanning.core.texts import JsonObject, ShortText
from adplanning.people import identity_service, service
from adplanning.people.identity import Source
from adplanning.people.identity_service import Merge
from adplanning.store.tables.people import Person

router = APIRouter(prefix="/admin/persons", tags=["persons"])


class PersonFields(StrictFields):
    """What is known of a person."""

    first_name: Optional = None
    last_name: Optional = None
    email: Optional = None
    phone: Optional = None
    date_of_birth: date | None = None
    country: Optional = None
    state: Optional = None
    city: Optional = None
    tags: Annotated[list[ShortText], Field(max_length=100)] | None = None
    attributes: JsonObject | None = None


class PersonOut(BaseModel):
    """A person as the API shows one."""

    id: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    date_of_birth: date | None
    country: str | None
    state: str | None
    city: str | None
    tags: list[str]
    attributes: dict[str, Any]
    created_at: str | None
    updated_at: str | None


class PersonAnswer(BaseModel):
    """One person."""

    person: PersonOut


class PersonsAnswer(BaseModel):
    """A page of persons."""

    persons: list[PersonOut]
    count: int
    limit: int
    offset: int


class PersonVisitorOut(BaseModel):
    """A browser or device that is taken for a person's, or was until that was undone."""

    visitor_id: str
    sources: list[Source]
    first_seen_at: str | None
    last_seen_at: str | None
    is_undone: bool
    undone_at: str | None
    undone_by: str | None


class PersonVisitorAnswer(BaseModel):
    """One visitor of a person."""

    visitor: PersonVisitorOut


class PersonVisitorsAnswer(BaseModel):
    """A page of a person's visitors."""

    visitors: list[PersonVisitorOut]
    count: int
    limit: int
    offset: int


def person_json(person: Person) -> PersonOut:
    """A person as the API shows one."""
    return PersonOut(
        id=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
        date_of_birth=person.date_of_birth,
        country=person.country,
        state=person.state,
        city=person.city,
        tags=person.tags or [],
        attributes=person.attributes or {},
        created_at=isoformat(person.created_at),
        updated_at=isoformat(person.updated_at),
    )


def person_visitor_json(merge: Merge) -> PersonVisitorOut:
    """A visitor of a person as the API shows one."""
    return PersonVisitorOut(
        visitor_id=merge.visitor_id,
        sources=list(merge.sources),
        first_seen_at=isoformat(merge.first_seen_at),
        last_seen_at=isoformat(merge.last_seen_at),
        is_undone=merge.undone_at is not None,
        undone_at=isoformat(merge.undone_at),
        undone_by=merge.undone_by,
    )


@router.post("", status_code=201)
def create(body: PersonFields, session: Writing, now: Now) -> PersonAnswer:
    """Add a person; an e-mail address belongs to one person."""
    return PersonAnswer(person=person_json(service.create_person(session, changes(body), now=now)))


@router.get("")
def list_(session: Reading, page: Page) -> PersonsAnswer:
    """Persons, newest first."""
    rows, count = service.list_persons(session, limit=page.limit, offset=page.offset)
    return PersonsAnswer(persons=[person_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset)


@router.get("/{person_id}")
def read(person_id: Id, session: Reading) -> PersonAnswer:
    """One person."""
    return PersonAnswer(person=person_json(service.find_person(session, person_id)))


@router.put("/{person_id}")
def change(person_id: Id, body: PersonFields, session: Writing, now: Now) -> PersonAnswer:
    """Change the fields that are sent."""
    return PersonAnswer(person=person_json(service.change_person(session, person_id, changes(body), now=now)))


@router.delete("/{person_id}")
def delete(person_id: Id, session: Writing) -> Deleted:
    """Remove a person; what they did stays in all totals without a name."""
    service.delete_person(session, person_id)
    return Deleted(id=person_id)


@router.get("/{person_id}/visitors")
def list_visitors(person_id: Id, session: Reading, page: Page) -> PersonVisitorsAnswer:
    """The browsers and devices that are or were taken for a person's, the last seen first."""
    rows, count = identity_service.merges(session, person_id, limit=page.limit, offset=page.offset)
    visitors = [person_visitor_json(row) for row in rows]
    return PersonVisitorsAnswer(visitors=visitors, count=count, limit=page.limit, offset=page.offset)


@router.delete("/{person_id}/visitors/{visitor_id:path}")
def undo_visitor(person_id: Id, visitor_id: Id, session: Writing, now: Now) -> PersonVisitorAnswer:
    """Take a visitor from a person: its visits are no longer theirs, only what names them."""
    undone = identity_service.undo_merge(session, visitor_id, person_id, by=None, now=now)
    return PersonVisitorAnswer(visitor=person_visitor_json(undone))


@router.put("/{person_id}/visitors/{visitor_id:path}")
def redo_visitor(person_id: Id, visitor_id: Id, session: Writing) -> PersonVisitorAnswer:
    """Give a visitor back to the person from whom it was taken."""
    return PersonVisitorAnswer(visitor=person_visitor_json(identity_service.redo_merge(session, visitor_id, person_id)))
