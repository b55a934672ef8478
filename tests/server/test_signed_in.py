from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from adplanning.core.vocabulary import Role
from adplanning.server import signed_in, users
from adplanning.store.session import reading, writing
from adplanning.store.tables.operations import SignIn

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def password(any_engine: Engine) -> str:
    return users.add_user(any_engine, "asha", Role.analyst, now=NOW)


def token(engine: Engine, password: str, now: datetime = NOW) -> str:
    given = users.sign_in(engine, "asha", password, now=now)
    assert given is not None
    return given


def test_a_sign_in_lasts_seven_days(any_engine: Engine, password: str) -> None:
    given = token(any_engine, password)
    last_moment = NOW + timedelta(days=7) - timedelta(microseconds=1)
    visitor = signed_in.visitor_of(any_engine, given, now=last_moment)
    assert visitor is not None
    assert (visitor.name, visitor.role) == ("asha", Role.analyst)
    assert signed_in.visitor_of(any_engine, given, now=NOW + timedelta(days=7)) is None


def test_a_token_is_256_random_bits_of_which_only_the_hash_is_kept(any_engine: Engine, password: str) -> None:
    first, second = token(any_engine, password), token(any_engine, password)
    assert len(first) == len(second) == 43
    assert first != second
    with reading(any_engine) as session:
        kept = set(session.scalars(select(SignIn.token_hash)))
    assert kept == {hashlib.sha256(given.encode()).hexdigest() for given in (first, second)}
    assert signed_in.visitor_of(any_engine, next(iter(kept)), now=NOW) is None


def test_rows_that_have_run_out_are_removed_at_the_next_sign_in(any_engine: Engine, password: str) -> None:
    token(any_engine, password)
    token(any_engine, password, NOW + timedelta(days=8))
    with reading(any_engine) as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_visitor_whose_role_has_changed_is_not_who_they_were(any_engine: Engine, password: str) -> None:
    visitor = signed_in.visitor_of(any_engine, token(any_engine, password), now=NOW)
    assert visitor is not None
    assert signed_in.is_signed_in(any_engine, visitor, now=NOW)
    with writing(any_engine) as session:
        user = users._find(session, "asha")
        assert user is not None
        user.role = Role.viewer
    assert not signed_in.is_signed_in(any_engine, visitor, now=NOW)


@pytest.mark.parametrize("given", ["", "x", "ü", "\udcff", "0" * 10_000])
def test_nobody_has_a_token_that_was_not_given_out(given: str, engine: Engine) -> None:
    assert signed_in.visitor_of(engine, given, now=NOW) is None
