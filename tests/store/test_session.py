from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from adplanning.core.errors import StoreUnavailable
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.ads import CurrencyRate
from adplanning.store.tables.people import Visitor

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def n_visitors(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Visitor)) or 0


def test_what_a_session_wrote_is_there_after_its_end(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add(Visitor(id="v1", first_seen_at=AT))
    with reading(any_engine) as session:
        assert session.get_one(Visitor, "v1").first_seen_at == AT


def test_what_a_session_wrote_is_not_seen_before_its_end(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add(Visitor(id="v1", first_seen_at=AT))
        session.flush()
        assert n_visitors(any_engine) == 0
    assert n_visitors(any_engine) == 1


def test_nothing_is_stored_when_the_body_raises(any_engine: Engine) -> None:
    def add_and_fail() -> None:
        with writing(any_engine) as session:
            session.add(Visitor(id="v1", first_seen_at=AT))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()
    assert n_visitors(any_engine) == 0


def test_nothing_is_stored_when_a_later_row_breaks_a_rule(any_engine: Engine) -> None:
    def add_twice() -> None:
        with writing(any_engine) as session:
            session.execute(insert(Visitor).values(id="v1", first_seen_at=AT))
            session.execute(insert(Visitor).values(id="v1", first_seen_at=AT))

    with pytest.raises(IntegrityError):
        add_twice()
    assert n_visitors(any_engine) == 0


def test_a_set_wise_write_is_all_or_nothing(any_engine: Engine) -> None:
    def add_three(*, fail: bool) -> None:
        with write_transaction(any_engine) as connection:
            connection.execute(insert(Visitor), [{"id": f"v{n}", "first_seen_at": AT} for n in range(3)])
            if fail:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        add_three(fail=True)
    assert n_visitors(any_engine) == 0
    add_three(fail=False)
    assert n_visitors(any_engine) == 3


def test_a_reading_session_sees_one_snapshot(any_engine: Engine) -> None:
    with reading(any_engine) as session:
        before = session.scalar(select(func.count()).select_from(Visitor))
        with writing(any_engine) as other:
            other.add(Visitor(id="v1", first_seen_at=AT))
        assert session.scalar(select(func.count()).select_from(Visitor)) == before


def test_a_reading_session_cannot_write(any_engine: Engine) -> None:
    with pytest.raises((DBAPIError, StoreUnavailable), match=r"(?i)read-?only"), reading(any_engine) as session:
        session.execute(insert(Visitor).values(id="v1", first_seen_at=AT))
    assert n_visitors(any_engine) == 0


def test_a_reading_session_cannot_write_after_a_writing_one_used_its_connection(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add(Visitor(id="v1", first_seen_at=AT))
    with pytest.raises((DBAPIError, StoreUnavailable), match=r"(?i)read-?only"), reading(any_engine) as session:
        session.execute(update(Visitor).values(person_id="p1"))


def test_a_session_may_go_on_after_a_row_was_refused_inside_a_savepoint(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add(Visitor(id="v1", first_seen_at=AT))
        session.flush()
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(Visitor).values(id="v1", first_seen_at=AT))
        session.add(CurrencyRate(currency="USD", in_currency="INR", on=AT.date(), rate=90.0))
    assert n_visitors(any_engine) == 1
