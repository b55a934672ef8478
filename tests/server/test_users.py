from __future__ import annotations

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select

from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.vocabulary import Role
from adplanning.server import passwords, signed_in, users
from adplanning.store.session import reading, writing
from adplanning.store.tables.operations import SignIn, User

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def n_sign_ins(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(SignIn)) or 0


def test_a_user_signs_in_with_the_password_given_once(any_engine: Engine) -> None:
    password = users.add_user(any_engine, " Asha@Example.com ", Role.viewer, now=NOW)
    given = users.sign_in(any_engine, "asha@example.com", password, now=NOW)
    assert given is not None
    visitor = signed_in.visitor_of(any_engine, given, now=NOW)
    assert visitor is not None
    assert (visitor.name, visitor.role) == ("asha@example.com", Role.viewer)
    assert users.sign_in(any_engine, "asha@example.com", password + "x", now=NOW) is None
    assert users.sign_in(any_engine, "nobody", password, now=NOW) is None


@pytest.mark.parametrize("name", ["", "a b", "ü", "-x", "a" * 65, "a\nb", "a:b"])
def test_a_name_that_does_not_fit_in_a_header_is_refused(name: str, engine: Engine) -> None:
    with pytest.raises(InvalidData, match="name: must be 1 to 64 letters"):
        users.add_user(engine, name, Role.viewer, now=NOW)


def test_a_name_is_given_once_whatever_its_case(engine: Engine) -> None:
    users.add_user(engine, "asha", Role.viewer, now=NOW)
    with pytest.raises(Conflict, match="choose another name"):
        users.add_user(engine, "ASHA", Role.admin, now=NOW)


def test_a_new_password_ends_all_sign_ins_with_the_old_one(any_engine: Engine) -> None:
    old = users.add_user(any_engine, "asha", Role.viewer, now=NOW)
    given = users.sign_in(any_engine, "asha", old, now=NOW)
    assert given is not None
    new = users.renew_password(any_engine, "asha")
    assert signed_in.visitor_of(any_engine, given, now=NOW) is None
    assert users.sign_in(any_engine, "asha", old, now=NOW) is None
    assert users.sign_in(any_engine, "asha", new, now=NOW) is not None
    with pytest.raises(NotFound, match="adplanning user list"):
        users.renew_password(any_engine, "nobody")


def test_a_password_changed_while_it_is_checked_lets_nobody_in(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    old = users.add_user(engine, "asha", Role.viewer, now=NOW)
    is_outdated = passwords.is_outdated

    def meanwhile(kept: str) -> bool:
        users.renew_password(engine, "asha")
        return is_outdated(kept)

    monkeypatch.setattr(passwords, "is_outdated", meanwhile)
    assert users.sign_in(engine, "asha", old, now=NOW) is None
    assert n_sign_ins(engine) == 0


def test_the_last_admin_cannot_be_removed(any_engine: Engine) -> None:
    users.add_user(any_engine, "first", Role.admin, now=NOW)
    users.add_user(any_engine, "asha", Role.analyst, now=NOW)
    with pytest.raises(Conflict, match="is the last admin; add another first"):
        users.remove_user(any_engine, "first")
    password = users.add_user(any_engine, "second", Role.admin, now=NOW)
    users.sign_in(any_engine, "second", password, now=NOW)
    users.remove_user(any_engine, "second")
    assert n_sign_ins(any_engine) == 0
    assert [user.name for user in users.list_users(any_engine, now=NOW)] == ["asha", "first"]
    users.remove_user(any_engine, "asha")


def test_the_list_counts_the_browsers_of_each_user(any_engine: Engine) -> None:
    password = users.add_user(any_engine, "asha", Role.viewer, now=NOW)
    users.add_user(any_engine, "ravi", Role.admin, now=NOW)
    for _ in range(2):
        users.sign_in(any_engine, "asha", password, now=NOW)
    assert users.list_users(any_engine, now=NOW) == [
        ("asha", Role.viewer, NOW, 2),
        ("ravi", Role.admin, NOW, 0),
    ]


def test_a_hash_with_old_parameters_is_renewed_at_the_next_sign_in(engine: Engine) -> None:
    password = users.add_user(engine, "asha", Role.viewer, now=NOW)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
    with writing(engine) as session:
        user = users._find(session, "asha")
        assert user is not None
        user.password_hash = weak
    assert users.sign_in(engine, "asha", password, now=NOW) is not None
    with reading(engine) as session:
        kept = session.scalars(select(User.password_hash)).one()
    assert kept != weak
    assert passwords.is_password(password, kept)


def test_an_empty_store_gets_an_admin_with_a_made_up_password_once(any_engine: Engine) -> None:
    made = users.prepare_admin(any_engine, None, now=NOW)
    assert made is not None
    assert users.prepare_admin(any_engine, None, now=NOW) is None
    assert users.sign_in(any_engine, "admin", made, now=NOW) is not None
    assert [user.role for user in users.list_users(any_engine, now=NOW)] == [Role.admin]


def test_a_given_password_is_the_admins_from_the_next_start_on(any_engine: Engine) -> None:
    assert users.prepare_admin(any_engine, "first-password", now=NOW) is None
    assert users.sign_in(any_engine, "admin", "first-password", now=NOW) is not None
    users.prepare_admin(any_engine, "first-password", now=NOW)
    assert n_sign_ins(any_engine) == 1
    users.prepare_admin(any_engine, "second-password", now=NOW)
    assert n_sign_ins(any_engine) == 0
    assert users.sign_in(any_engine, "admin", "first-password", now=NOW) is None
    assert users.sign_in(any_engine, "admin", "second-password", now=NOW) is not None
