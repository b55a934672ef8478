"""Who is signed in behind a cookie: rows of `sign_ins`, which hold only the hash of what the browser has."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, writing
from adplanning.store.tables.operations import SignIn, User

LIFETIME = timedelta(days=7)
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Visitor:
    """A browser that is signed in, and as whom."""

    sign_in: str
    name: str
    role: Role


def begin(session: Session, user_id: str, *, now: datetime) -> str:
    """Sign a user in and give the token for the cookie; rows that have run out are removed on the way."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.add(SignIn(token_hash=_hash(token), user_id=user_id, expires_at=now + LIFETIME))
    return token


def visitor_of(engine: Engine, token: str, *, now: datetime) -> Visitor | None:
    """Who has this token; None when nobody has, or not any longer."""
    return _visitor(engine, _hash(token), now)


def is_signed_in(engine: Engine, visitor: Visitor, *, now: datetime) -> bool:
    """Whether the visitor is still who they were: not signed out, removed, or of another role."""
    return _visitor(engine, visitor.sign_in, now) == visitor


def end(engine: Engine, visitor: Visitor) -> None:
    """Sign out."""
    with writing(engine) as session:
        session.execute(delete(SignIn).where(SignIn.token_hash == visitor.sign_in))


def _visitor(engine: Engine, token_hash: str, now: datetime) -> Visitor | None:
    statement = (
        select(User.name, User.role)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.token_hash == token_hash, SignIn.expires_at > now)
    )
    with reading(engine) as session:
        found = session.execute(statement).one_or_none()
    return None if found is None else Visitor(token_hash, found.name, Role(found.role))


def _hash(token: str) -> str:
    # Tokens are random and long, so one round of SHA-256 is enough.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
