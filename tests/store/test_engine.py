from __future__ import annotations

import multiprocessing
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, event, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from adplanning.core.errors import InvalidData, StoreUnavailable
from adplanning.store.engine import BUSY_TIMEOUT_MS, is_sqlite, make_engine
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.ads import AdAccount, Campaign
from adplanning.store.tables.people import Visitor

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def add_visitor(engine: Engine, name: str) -> None:
    with writing(engine) as session:
        session.add(Visitor(id=name, first_seen_at=AT))


def visitors(engine: Engine) -> set[str]:
    with reading(engine) as session:
        return set(session.scalars(select(Visitor.id)))


# --- Which databases


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://user:hidden@host/name",
        "postgresql://user:hidden@host:port/name",
        "https://user:hidden@example.org",
    ],
)
def test_a_url_of_no_known_database_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(InvalidData, match="names no database this product works on; write sqlite:///") as refusal:
        make_engine(url)
    assert refusal.value.issues[0][0] == "ADPLANNING_DATABASE_URL"
    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a?b.db", "sqlite:///a.db?x=1"]
)
def test_sqlite_without_a_plain_file_is_refused(url: str) -> None:
    with pytest.raises(InvalidData, match="SQLite needs a file"):
        make_engine(url)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"the folder .* cannot be made"):
        make_engine(f"sqlite:///{tmp_path}/file/store.db")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_any_spelling_of_postgresql_is_served_by_the_one_driver(scheme: str) -> None:
    assert make_engine(f"{scheme}://user:hidden@host/name").url.drivername == "postgresql+psycopg"


def test_an_engine_shows_no_password() -> None:
    assert "hidden" not in repr(make_engine("postgresql://user:hidden@host/name"))


def test_a_relative_path_stays_where_it_was_when_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = make_engine("sqlite:///store.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA user_version")
    engine.dispose()
    assert (tmp_path / "store.db").exists()


# --- What every connection promises


def test_every_pooled_sqlite_connection_has_the_settings_that_keep_what_is_committed(engine: Engine) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(engine.connect()) for _ in range(15)]
        assert len({id(connection.connection.dbapi_connection) for connection in connections}) == 15
        for connection in connections:
            asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
            assert found == ["wal", 2, 1, BUSY_TIMEOUT_MS]


def test_every_postgresql_connection_gives_up_on_a_lock_and_on_an_endless_statement(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    with engine.connect() as connection:
        asked = ("lock_timeout", "statement_timeout", "fsync")
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in asked]
    engine.dispose()
    assert found[:2] == ["5s", "1min"]


@contextmanager
def statements_sent(engine: Engine) -> Iterator[list[str]]:
    """Every statement SQLite ran, in the words that reached it."""
    heard: list[str] = []

    def listen(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(heard.append)

    event.listen(engine, "checkout", listen)
    yield heard
    event.remove(engine, "checkout", listen)


def test_every_write_begins_immediate_and_every_read_does_not(engine: Engine) -> None:
    with statements_sent(engine) as heard:
        add_visitor(engine, "a")
        with write_transaction(engine) as connection:
            connection.execute(update(Visitor).values(person_id="p"))
        assert [words for words in heard if words.startswith("BEGIN")] == ["BEGIN IMMEDIATE"] * 2
        heard.clear()
        visitors(engine)
        assert [words for words in heard if words.startswith("BEGIN")] == ["BEGIN"]


def test_a_plain_connection_cannot_write(any_engine: Engine) -> None:
    add_visitor(any_engine, "a")
    for statement in (
        insert(Visitor).values(id="b", first_seen_at=AT),
        update(Visitor).values(person_id="p"),
        delete(Visitor),
        text("DROP TABLE visitors"),
        text("CREATE TABLE more (id INTEGER)"),
    ):
        with any_engine.connect() as connection, pytest.raises(DBAPIError, match=r"(?i)read-?only"):
            connection.execute(statement)
    assert visitors(any_engine) == {"a"}


def test_a_campaign_of_no_account_is_refused(any_engine: Engine) -> None:
    campaign = Campaign(
        id="c", ad_account_id="nobody", name="n", name_key="n", status="ACTIVE", created_at=AT, updated_at=AT
    )

    def add_campaign() -> None:
        with writing(any_engine) as session:
            session.add(campaign)

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        add_campaign()


def test_an_account_that_has_campaigns_is_not_deleted(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add(
            AdAccount(
                id="a",
                platform="meta",
                platform_account_id="1",
                name="n",
                currency="INR",
                timezone="UTC",
                created_at=AT,
            )
        )
        session.flush()
        session.add(
            Campaign(id="c", ad_account_id="a", name="n", name_key="n", status="ACTIVE", created_at=AT, updated_at=AT)
        )

    def delete_account() -> None:
        with write_transaction(any_engine) as connection:
            connection.execute(delete(AdAccount))

    with pytest.raises(IntegrityError):
        delete_account()


# --- Several writers


def count_up(url: str, n: int) -> None:
    engine = make_engine(url)
    for _ in range(n):
        with writing(engine) as session:
            counter = session.execute(select(Visitor).with_for_update()).scalar_one()
            counter.person_id = str(int(counter.person_id or 0) + 1)
    engine.dispose()


def test_four_processes_that_read_and_then_write_lose_no_step(any_engine: Engine) -> None:
    add_visitor(any_engine, "counter")
    url = any_engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=count_up, args=(url, 100)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    with reading(any_engine) as session:
        assert session.scalar(select(Visitor.person_id)) == "400"


# --- When the database cannot be used


@contextmanager
def locked(path: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock until told to let go."""
    script = f"""
        import sqlite3
        connection = sqlite3.connect({path!r}, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        print("locked", flush=True)
        input()
        connection.execute("ROLLBACK")
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    try:
        yield holder
    finally:
        holder.communicate("\n")


def test_a_writer_that_waits_in_vain_for_the_lock_says_so_and_readers_go_on(engine: Engine) -> None:
    add_visitor(engine, "before")
    with locked(str(engine.url.database)):
        with pytest.raises(StoreUnavailable, match=r"database is locked.*nothing was stored, try again"):
            add_visitor(engine, "during")
        assert visitors(engine) == {"before"}
    add_visitor(engine, "after")
    assert visitors(engine) == {"before", "after"}


def test_a_writer_gets_the_lock_that_is_let_go_in_time(engine: Engine) -> None:
    with locked(str(engine.url.database)) as holder, statements_sent(engine) as heard:
        writer = threading.Thread(target=add_visitor, args=(engine, "patient"))
        writer.start()
        while "BEGIN IMMEDIATE" not in heard:
            writer.join(0.01)
        assert visitors(engine) == set()
        assert writer.is_alive()
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        writer.join()
    assert visitors(engine) == {"patient"}


def test_a_row_lock_of_another_writer_is_waited_for_in_vain_on_postgresql(postgresql_url: str) -> None:
    engine, other = make_engine(postgresql_url), make_engine(postgresql_url)
    add_visitor(engine, "a")

    def change() -> None:
        with write_transaction(engine) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 100")
            connection.execute(update(Visitor).values(person_id="mine"))

    with write_transaction(other) as holder:
        holder.execute(update(Visitor).values(person_id="theirs"))
        with pytest.raises(StoreUnavailable):
            change()
    change()
    engine.dispose()
    other.dispose()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database server") as refusal:
        visitors(make_engine("postgresql://user:hidden@127.0.0.1:1/name"))
    assert "hidden" not in str(refusal.value)


def test_a_server_that_does_not_answer_is_given_up_after_the_connect_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(StoreUnavailable, match="no answer from the database server"):
            visitors(make_engine(f"postgresql://user:hidden@127.0.0.1:{silent.getsockname()[1]}/name"))


def test_a_connection_that_the_server_closed_is_replaced_unnoticed(postgresql_url: str) -> None:
    engine, other = make_engine(postgresql_url), make_engine(postgresql_url)
    add_visitor(engine, "a")
    with write_transaction(other) as connection:
        connection.execute(
            select(func.pg_terminate_backend(text("pid")))
            .select_from(text("pg_stat_activity"))
            .where(text("datname = current_database() AND pid <> pg_backend_pid()"))
        )
    assert visitors(engine) == {"a"}
    engine.dispose()
    other.dispose()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"these are not the pages of a database " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        visitors(make_engine(f"sqlite:///{tmp_path / 'store.db'}"))


def fill_the_disk(url: str) -> None:
    """Write until the disk is full, then make room and write again, in one process."""
    engine = make_engine(url)
    path = Path(url.removeprefix("sqlite:///"))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    room = path.with_name(f"{path.name}-wal").stat().st_size + 200_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    stored = {"first"}
    try:
        for n in range(1000):
            name = f"{n}-{'x' * 10_000}"
            add_visitor(engine, name)
            stored.add(name)
    except StoreUnavailable:
        pass
    else:
        raise AssertionError("the disk never was full")
    assert visitors(engine) == stored
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    add_visitor(engine, "last")
    assert visitors(engine) == stored | {"last"}
    engine.dispose()


def test_a_full_disk_loses_nothing_and_is_recovered_from_without_a_restart(engine: Engine) -> None:
    assert is_sqlite(engine)
    add_visitor(engine, "first")
    process = multiprocessing.get_context("spawn").Process(target=fill_the_disk, args=(str(engine.url),))
    process.start()
    process.join()
    assert process.exitcode == 0
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert "last" in visitors(engine)


# --- A file that is lost


def test_nothing_is_taken_while_the_file_is_gone_and_all_goes_on_when_it_is_back(
    engine: Engine, tmp_path: Path
) -> None:
    add_visitor(engine, "before")
    path = Path(str(engine.url.database))
    parts = {one: one.rename(tmp_path / f"away-{one.name}") for one in path.parent.glob(f"{path.name}*")}
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="is gone"):
            add_visitor(engine, "lost")
    assert not path.exists()
    for was, away in parts.items():
        away.rename(was)
    add_visitor(engine, "after")
    assert visitors(engine) == {"before", "after"}


def test_what_was_begun_on_a_file_is_not_written_into_the_one_that_took_its_place(
    engine: Engine, tmp_path: Path, upgraded_file: Path
) -> None:
    add_visitor(engine, "before")
    path = Path(str(engine.url.database))
    for one in list(path.parent.glob(f"{path.name}*")):
        one.rename(tmp_path / f"away-{one.name}")
    shutil.copy(upgraded_file, path)
    with pytest.raises(StoreUnavailable, match="another one stands in its place"):
        add_visitor(engine, "lost")
    add_visitor(engine, "after")
    assert visitors(engine) == {"after"}
