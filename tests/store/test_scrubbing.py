"""What was deleted is gone from the files of an embedded store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, delete, text

from adplanning.store.engine import make_engine
from adplanning.store.scrubbing import overwrite_deleted, scrub
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.people import Visitor

AT = datetime(2026, 11, 22, tzinfo=UTC)
SECRET = "visitor-whom-nobody-shall-find"


def files(engine: Engine) -> bytes:
    path = Path(str(engine.url.database))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_what_was_deleted_before_is_gone_after_the_file_was_written_anew(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(Visitor(id=SECRET, first_seen_at=AT))
    with write_transaction(engine) as connection:
        connection.execute(delete(Visitor))
    assert SECRET.encode() in files(engine)
    assert scrub(engine, {SECRET})
    assert SECRET.encode() not in files(engine)


def test_without_texts_all_that_is_free_goes(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(Visitor(id=SECRET, first_seen_at=AT))
    with write_transaction(engine) as connection:
        connection.execute(delete(Visitor))
    assert scrub(engine)
    assert SECRET.encode() not in files(engine)


def test_what_is_still_stored_is_told(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(Visitor(id=SECRET, first_seen_at=AT))
    assert not scrub(engine, {SECRET})


def test_a_reader_of_an_old_snapshot_is_not_disturbed_and_the_file_is_said_to_hold_it(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(Visitor(id=SECRET, first_seen_at=AT))
    with reading(engine) as session:
        assert session.get(Visitor, SECRET) is not None
        with write_transaction(engine) as connection:
            overwrite_deleted(connection)
            connection.execute(delete(Visitor))
        assert not scrub(engine, {SECRET})
        session.expire_all()
        assert session.get(Visitor, SECRET) is not None
    assert scrub(engine, {SECRET})


def test_postgresql_clears_its_own_files(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    with write_transaction(engine) as connection:
        overwrite_deleted(connection)
        connection.execute(text("SELECT 1"))
    assert not scrub(engine, {SECRET})
    engine.dispose()
