"""Who is in a segment: the table of its members, putting somebody in by hand and taking one out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import AddedReason
from adplanning.leads.known_service import persons_by_email
from adplanning.people.service import email_key
from adplanning.segments import service
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import SegmentMember
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.cells import text
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.person_words import person_name, way_address
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

GONE = "Nobody known any more"


def member_table(
    visit: Visit, segment_id: str, *, beside: Callable[[], Mapping[str, str]], removed: Callable[[], None]
) -> Table:
    """The members, each with the way to their journey; `removed` is called after one was taken out."""

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.members(
                session,
                segment_id,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, member, person) for member, person in found], total

    def remove(person_id: str) -> None:
        with visit.writing() as session:
            service.remove_member(session, segment_id, person_id)
        visit.frame.toast("Taken out; who meets the rules is in it again when it is rebuilt.")
        removed()

    return Table(
        visit,
        label="Members",
        title="Who is in it?",
        columns=[
            Column("email", "E-mail", sortable=True, on_phone=True),
            Column("name", "Name", sortable=True),
            Column("phone", "Phone", sortable=True),
            Column("added_at", "Date added", sortable=True),
            Column("added_reason", "Why", sortable=True, on_phone=True),
        ],
        searchable="Search e-mail, name, phone",
        sort="added_at",
        fetch=fetch,
        export_name="segment-members",
        actions=[Action("remove", "Take out", "mdi-account-minus-outline", remove)] if visit.may_write else [],
        empty="Nobody is in it. Rebuild works out who meets its rules, or add somebody by hand.",
        beside=beside,
    )


def _row(visit: Visit, member: SegmentMember, person: Person | None) -> Row:
    name = person_name(person) if person else GONE
    first, last = (person.first_name, person.last_name) if person else (None, None)
    email, phone = (person.email, person.phone) if person else (None, None)
    named = " ".join(part for part in (first, last) if part) or None
    return Row(
        member.person_id,
        name,
        way_address(member.person_id),
        {
            "email": text(email or name, hint=email or ""),
            "name": text(named, hint=named or ""),
            "phone": text(phone),
            "added_at": text(formats.moment(member.added_at, visit.settings.zone)),
            "added_reason": badges.ADDED_REASONS[AddedReason(member.added_reason)].cell(),
        },
        {
            "person_id": member.person_id,
            "email": email,
            "first_name": first,
            "last_name": last,
            "phone": phone,
            "added_at": member.added_at.isoformat(),
            "added_reason": member.added_reason,
        },
    )


class MemberForm:
    """The form that puts somebody in by hand; `saved` is called afterwards."""

    def __init__(self, visit: Visit, segment_id: str, saved: Callable[[], None]) -> None:
        self._visit, self._segment_id, self._saved = visit, segment_id, saved
        self.form = Form(
            visit,
            title="Add a member",
            button="Add to the segment",
            fields=[
                Field(
                    "email", "E-mail", required=True, help="Of somebody who is known; they stay whatever the rules say."
                )
            ],
            check=self._found,
            submit=self._submit,
        )

    def _found(self, values: Values) -> Person:
        with self._visit.reading() as session:
            return _person(session, values)

    def _submit(self, values: Values) -> None:
        visit = self._visit
        with visit.writing() as session:
            person = _person(session, values)
            service.add_member(session, self._segment_id, person.id, now=visit.now())
            name = person_name(person)
        visit.frame.toast(f"{name} is in the segment.")
        self._saved()


def _person(session: Session, values: Values) -> Person:
    email = str(values.get("email") or "")
    if not email:
        raise InvalidData.at("email", "Fill this in.")
    person = persons_by_email(session, [email_key(email)]).get(email_key(email))
    if person is None:
        raise InvalidData.at("email", "nobody with this address is known; check it, or import them first")
    return person
