from __future__ import annotations

import multiprocessing
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, inspect, select, text

from adplanning.core.errors import StoreTooNew, StoreUnavailable
from adplanning.store import upgrading
from adplanning.store.engine import is_sqlite, make_engine
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import METADATA
from adplanning.store.tables.people import Visitor
from adplanning.store.upgrading import SCRIPTS, backup, check, open_store, upgrade, version

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that holds nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("empty_postgresql_url"))


def scripts_with(folder: Path, step: str) -> Path:
    """The real steps and one more after the newest."""
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    newest = upgrading.ScriptDirectory(str(SCRIPTS)).get_current_head()
    (scripts / "versions" / "9999_one_more.py").write_text(
        "import os, signal\n"
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision, down_revision = '9999', '{newest}'\n"
        "branch_labels = depends_on = None\n"
        "def upgrade():\n" + "".join(f"    {line}\n" for line in step.splitlines())
    )
    return scripts


ADD_COLUMN = """\
op.add_column('visitors', sa.Column('n_visits', sa.Integer(), nullable=False, server_default='1'))
op.execute("UPDATE visitors SET n_visits = 2 WHERE person_id IS NOT NULL")"""


def fill(engine: Engine, n: int = 1000) -> None:
    with write_transaction(engine) as connection:
        rows = [{"id": f"v{i}", "person_id": "p" if i % 4 == 0 else None, "first_seen_at": AT} for i in range(n)]
        connection.execute(Visitor.__table__.insert(), rows)


def columns_of(engine: Engine, table: str) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns(table)}


def found_version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return version(connection)


def backups(engine: Engine) -> list[Path]:
    path = Path(str(engine.url.database))
    return sorted(path.parent.glob(f"{path.name}.before-*"))


@pytest.fixture
def old_engine(any_engine: Engine) -> Iterator[Engine]:
    """A store at the newest real step, with data, before one more step."""
    fill(any_engine)
    return any_engine


def test_an_empty_database_gets_every_table(empty_url: str) -> None:
    engine = open_store(empty_url)
    assert set(inspect(engine).get_table_names()) == {*METADATA.tables, "alembic_version"}
    engine.dispose()


def test_the_steps_lead_to_the_tables_that_the_code_declares(any_engine: Engine) -> None:
    with any_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_again_changes_nothing(any_engine: Engine) -> None:
    fill(any_engine, 3)
    upgrade(any_engine)
    with reading(any_engine) as session:
        assert session.scalar(select(func.count()).select_from(Visitor)) == 3
    assert not is_sqlite(any_engine) or backups(any_engine) == []


def test_a_step_forward_keeps_the_rows_and_changes_what_it_says(old_engine: Engine, tmp_path: Path) -> None:
    upgrade(old_engine, scripts=scripts_with(tmp_path, ADD_COLUMN))
    assert found_version(old_engine) == "9999"
    with old_engine.connect() as connection:
        counted = connection.execute(text("SELECT n_visits, count(*) FROM visitors GROUP BY 1 ORDER BY 1")).all()
    assert [tuple(row) for row in counted] == [(1, 750), (2, 250)]


def test_before_a_step_an_embedded_store_is_copied_beside_itself(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    upgrade(engine, scripts=scripts_with(tmp_path, ADD_COLUMN))
    (copy,) = backups(engine)
    restored = make_engine(f"sqlite:///{copy}")
    assert check(restored) == f"the store is at {found_version(restored)}, as this release expects"
    assert "n_visits" not in columns_of(restored, "visitors")
    with reading(restored) as session:
        assert session.scalar(select(func.count()).select_from(Visitor)) == 1000
    restored.dispose()


def test_a_step_that_fails_leaves_the_schema_and_the_rows_as_they_were(old_engine: Engine, tmp_path: Path) -> None:
    before = found_version(old_engine), columns_of(old_engine, "visitors")
    scripts = scripts_with(
        tmp_path, ADD_COLUMN + "\nop.execute('DELETE FROM visitors')\nraise RuntimeError('half way')"
    )
    with pytest.raises(RuntimeError, match="half way"):
        upgrade(old_engine, scripts=scripts)
    inspect(old_engine).clear_cache()
    assert (found_version(old_engine), columns_of(old_engine, "visitors")) == before
    with reading(old_engine) as session:
        assert session.scalar(select(func.count()).select_from(Visitor)) == 1000


def upgrade_in_another_process(url: str, scripts: Path) -> None:
    engine = make_engine(url)
    upgrade(engine, scripts=scripts)
    engine.dispose()


def test_a_kill_in_the_middle_of_a_step_leaves_a_store_that_a_new_start_upgrades(
    old_engine: Engine, tmp_path: Path
) -> None:
    url = old_engine.url.render_as_string(hide_password=False)
    killing = scripts_with(tmp_path / "killing", ADD_COLUMN + f"\nos.kill(os.getpid(), {int(signal.SIGKILL)})")
    process = multiprocessing.get_context("spawn").Process(target=upgrade_in_another_process, args=(url, killing))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert "n_visits" not in columns_of(old_engine, "visitors")
    upgrade(old_engine, scripts=scripts_with(tmp_path / "whole", ADD_COLUMN))
    assert found_version(old_engine) == "9999"
    with reading(old_engine) as session:
        assert session.scalar(select(func.count()).select_from(Visitor)) == 1000


def upgrade_together(url: str, scripts: Path, start: Barrier) -> None:
    start.wait()
    upgrade_in_another_process(url, scripts)


def upgrade_in_three_processes_at_once(url: str, scripts: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(3)
    processes = [spawn.Process(target=upgrade_together, args=(url, scripts, start)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_processes_that_start_together_on_an_empty_database_all_end_well(empty_url: str) -> None:
    upgrade_in_three_processes_at_once(empty_url, SCRIPTS)
    engine = make_engine(empty_url)
    assert check(engine).endswith("as this release expects")
    engine.dispose()


def test_processes_that_start_together_on_an_older_store_take_its_step_once(old_engine: Engine, tmp_path: Path) -> None:
    url = old_engine.url.render_as_string(hide_password=False)
    upgrade_in_three_processes_at_once(url, scripts_with(tmp_path, ADD_COLUMN))
    assert found_version(old_engine) == "9999"
    assert not is_sqlite(old_engine) or len(backups(old_engine)) == 1


def test_a_store_of_a_newer_release_is_refused_and_not_touched(any_engine: Engine) -> None:
    fill(any_engine, 3)
    with write_transaction(any_engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2099'")
    for refused in (upgrade, check):
        with pytest.raises(StoreTooNew, match=r"upgraded to 2099 by a newer release.*restore the backup"):
            refused(any_engine)
    assert found_version(any_engine) == "2099"
    assert columns_of(any_engine, "visitors") == set(Visitor.__table__.c.keys())
    assert not is_sqlite(any_engine) or backups(any_engine) == []


def test_a_check_says_what_an_older_store_needs(any_engine: Engine, tmp_path: Path) -> None:
    scripts = scripts_with(tmp_path, ADD_COLUMN)
    assert check(any_engine, scripts=scripts).endswith("this release expects 9999; run: adplanning db upgrade")


def test_a_check_of_an_empty_database_says_it_holds_nothing_and_leaves_it_so(empty_url: str) -> None:
    engine = make_engine(empty_url)
    assert check(engine).startswith("the store is at nothing")
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_database_that_cannot_be_reached_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        open_store("postgresql://user:hidden@127.0.0.1:1/name")


# --- The copy


def test_a_backup_made_while_somebody_writes_holds_what_was_committed_before(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 10)
    target = tmp_path / "copy.db"
    with writing(engine) as session:
        session.add(Visitor(id="half way", first_seen_at=AT))
        session.flush()
        backup(engine, target)
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*) FROM visitors").fetchone() == (10,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()


def test_a_backup_never_replaces_a_file(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(FileExistsError):
        backup(engine, target)
    assert target.read_text() == "precious"


def test_a_store_stays_writable_and_guarded_after_a_backup(engine: Engine, tmp_path: Path) -> None:
    backup(engine, tmp_path / "copy.db")
    fill(engine, 1)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1


def test_a_backup_that_cannot_be_written_is_said_so_and_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        backup(engine, tmp_path / "no such folder" / "copy.db")
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count open files")
def test_nothing_is_left_open_by_an_upgrade(empty_url: str) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    open_store(empty_url).dispose()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
