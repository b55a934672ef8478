"""Who may sign in to the dashboards: made, given a new password, listed and removed."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.ids import new_id
from adplanning.core.vocabulary import Role
from adplanning.server import passwords, signed_in
from adplanning.store.session import reading, writing
from adplanning.store.tables.operations import SignIn, User

ADMIN = "admin"
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


class ListedUser(NamedTuple):
    """A user as the list shows one."""

    name: str
    role: Role
    created_at: datetime
    n_sign_ins: int


def plain_name(text: str) -> str:
    """A name as it is kept and compared: without space around it, in lower case.

    >>> plain_name(" Asha@Example.com ")
    'asha@example.com'
    """
    return text.strip().lower()


def is_name(text: str) -> bool:
    """Whether this can be a user's name; such names are safe in a header and in a cookie.

    >>> is_name("asha@example.com"), is_name("a b"), is_name("")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None


def add_user(engine: Engine, name: str, role: Role, *, now: datetime) -> str:
    """Make a user and give the password, which is kept nowhere.

    Raises
    ------
    InvalidData : not a name.
    Conflict : there is such a user.
    """
    name = plain_name(name)
    if not is_name(name):
        raise InvalidData.at(
            "name", "must be 1 to 64 letters, digits or . _ @ + -, beginning with a letter or a digit; choose another"
        )
    password = passwords.new_password()
    kept = passwords.password_hash(password)
    with writing(engine) as session:
        if _find(session, name) is not None:
            raise Conflict(f"there is a user named {name!r} already; choose another name")
        session.add(_user(name, role, kept, now))
    return password


def renew_password(engine: Engine, name: str) -> str:
    """Give the user a new password, which is kept nowhere, and end their sign-ins.

    Raises
    ------
    NotFound : there is no such user.
    """
    password = passwords.new_password()
    kept = passwords.password_hash(password)
    with writing(engine) as session:
        _replace_password(session, _get(session, name), kept)
    return password


def remove_user(engine: Engine, name: str) -> None:
    """Remove the user and their sign-ins.

    Raises
    ------
    NotFound : there is no such user.
    Conflict : nobody else could manage users then.
    """
    with writing(engine) as session:
        user = _get(session, name)
        n_admins = session.scalar(select(func.count()).select_from(User).where(User.role == Role.admin)) or 0
        if user.role == Role.admin and n_admins <= 1:
            raise Conflict(f"{user.name!r} is the last admin; add another first: adplanning user add NAME --role admin")
        session.execute(delete(SignIn).where(SignIn.user_id == user.id))
        session.delete(user)


def list_users(engine: Engine, *, now: datetime) -> Sequence[ListedUser]:
    """All users by name, with the number of browsers that each is signed in with."""
    statement = (
        select(User.name, User.role, User.created_at, func.count(SignIn.token_hash))
        .outerjoin(SignIn, (SignIn.user_id == User.id) & (SignIn.expires_at > now))
        .group_by(User.id, User.name, User.role, User.created_at)
        .order_by(User.name)
    )
    with reading(engine) as session:
        return [ListedUser(name, Role(role), at, n) for name, role, at, n in session.execute(statement)]


def prepare_admin(engine: Engine, password: str | None, *, now: datetime) -> str | None:
    """See to it that somebody can sign in.

    With a `password` the user admin has it afterwards; when that changes it, their sign-ins end. Without one, a store
    that has no user gets the user admin, whose new password is the answer.
    """
    with reading(engine) as session:
        admin = session.execute(select(User.password_hash).where(User.name == ADMIN)).scalar_one_or_none()
        n_users = session.scalar(select(func.count()).select_from(User))
    if password is None:
        return None if n_users else add_user(engine, ADMIN, Role.admin, now=now)
    if admin is None or not passwords.is_password(password, admin):
        kept = passwords.password_hash(password)
        with writing(engine) as session:
            user = _find(session, ADMIN)
            if user is None:
                session.add(_user(ADMIN, Role.admin, kept, now))
            else:
                _replace_password(session, user, kept)
    return None


def sign_in(engine: Engine, name: str, password: str, *, now: datetime) -> str | None:
    """The token of a new sign-in; None, after the same work, for an unknown user and for a wrong password."""
    with reading(engine) as session:
        kept = session.execute(select(User.password_hash).where(User.name == name)).scalar_one_or_none()
    if not passwords.is_password(password, kept) or kept is None:
        return None
    renewed = passwords.password_hash(password) if passwords.is_outdated(kept) else kept
    with writing(engine) as session:
        user = _find(session, name)
        # The password may have been changed while it was being checked.
        if user is None or not hmac.compare_digest(user.password_hash, kept):
            return None
        user.password_hash = renewed
        return signed_in.begin(session, user.id, now=now)


def _user(name: str, role: Role, kept: str, now: datetime) -> User:
    return User(id=new_id("user"), name=name, role=role, password_hash=kept, created_at=now)


def _find(session: Session, name: str) -> User | None:
    return session.scalars(select(User).where(User.name == name)).one_or_none()


def _get(session: Session, name: str) -> User:
    user = _find(session, plain_name(name))
    if user is None:
        raise NotFound(f"there is no user named {name!r}; see those there are: adplanning user list")
    return user


def _replace_password(session: Session, user: User, kept: str) -> None:
    user.password_hash = kept
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))
