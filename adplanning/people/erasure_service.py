"""Who was erased: remembered by salted hashes alone, so that no file, sync or order brings them back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData, NotFound
from adplanning.people.erasures import ErasedKind, contact_hash
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.opinions import Feedback, Sentiment
from adplanning.store.tables.privacy import ErasedContact, ErasureSalt
from adplanning.store.tables.scores import CustomerScore, Rating
from adplanning.store.tables.segments import Segment, SegmentMember

SALT_BYTES = 32
# Beyond so many, all hashes of the kind are read: those of persons who were erased are few.
MAX_ASKED = 500
_SALT = text("INSERT INTO erasure_salt (id, salt) VALUES (1, :salt) ON CONFLICT DO NOTHING")
_REMEMBER = text(
    "INSERT INTO erased_contacts (kind, hash, erased_at) VALUES (:kind, :hash, :erased_at)"
    " ON CONFLICT (kind, hash) DO UPDATE SET erased_at = excluded.erased_at"
)


def erased_among(store: Session | Connection, kind: ErasedKind, values: Iterable[str]) -> set[str]:
    """Those of some e-mails, phones or ids that belong to persons who were erased.

    Where nobody ever was, this is one look at an empty table.

    Parameters
    ----------
    values : in the form that `ErasedKind` says.
    """
    salt = _salt(store)
    if salt is None:
        return set()
    hashes = {value: contact_hash(kind, value, salt) for value in values}
    query = select(ErasedContact.hash).where(ErasedContact.kind == kind.value)
    if len(hashes) <= MAX_ASKED:
        query = query.where(ErasedContact.hash.in_(hashes.values()))
    known = set(store.execute(query).scalars())
    return {value for value, its_hash in hashes.items() if its_hash in known}


def was_anybody_erased(store: Session | Connection) -> bool:
    """Whether there is anybody to be asked after."""
    return _salt(store) is not None


def remember_erased(session: Session, contacts: Iterable[tuple[ErasedKind, str]], *, now: datetime) -> None:
    """Keep the hashes of what told a person who is erased now."""
    if _salt(session) is None:
        session.execute(_SALT, {"salt": secrets.token_bytes(SALT_BYTES)})
    salt = _salt(session)
    assert salt is not None
    rows = [
        {"kind": kind.value, "hash": contact_hash(kind, value, salt), "erased_at": to_micros(now)}
        for kind, value in sorted(set(contacts))
    ]
    if rows:
        session.execute(_REMEMBER, rows)


def allow_again(session: Session, kind: ErasedKind, value: str) -> None:
    """Forget that somebody was erased: whoever bears the e-mail or phone may be known again from now on.

    With it goes every other e-mail and phone of the same erasure. What was erased does not come back, and leads from
    before stay without a name.

    Raises
    ------
    NotFound : nobody of that e-mail or phone was erased.
    """
    salt = _salt(session)
    found = None if salt is None else session.get(ErasedContact, (kind.value, contact_hash(kind, value, salt)))
    if found is None:
        raise NotFound(f"{kind}: nobody of this {kind} was erased, so there is nothing to allow")
    contacts = ErasedContact.kind.in_([ErasedKind.email.value, ErasedKind.phone.value])
    session.execute(delete(ErasedContact).where(contacts, ErasedContact.erased_at == found.erased_at))


def refuse_erased(session: Session, person_id: str | None) -> None:
    """Keep out what would bring somebody back who was erased.

    Raises
    ------
    InvalidData : the person was erased.
    """
    if person_id is not None and erased_among(session, ErasedKind.person, [person_id]):
        raise InvalidData.at(
            "person_id",
            "this person was erased, so that nothing is kept of them; opinions are taken without a person_id",
        )


def forget_opinions_and_scores(session: Session, person_id: str) -> None:
    """Take a person from all that is held of persons alone: scores and segments lose them, opinions their author."""
    session.execute(delete(CustomerScore).where(CustomerScore.person_id == person_id))
    opinions: tuple[type[Feedback | Rating | Sentiment], ...] = (Feedback, Rating, Sentiment)
    for table in opinions:
        session.execute(update(table).where(table.person_id == person_id).values(person_id=None))
    # Whoever builds or fills one of them meanwhile has to wait, and finds the person gone.
    session.execute(select(Segment.id).order_by(Segment.id).with_for_update())
    member_of = select(SegmentMember.segment_id).where(SegmentMember.person_id == person_id)
    for segment in session.scalars(
        select(Segment).where(Segment.id.in_(member_of)).execution_options(populate_existing=True)
    ):
        segment.customer_count = max(segment.customer_count - 1, 0)
    session.execute(delete(SegmentMember).where(SegmentMember.person_id == person_id))
    session.flush()


def _salt(store: Session | Connection) -> bytes | None:
    return store.execute(select(ErasureSalt.salt)).scalar_one_or_none()
