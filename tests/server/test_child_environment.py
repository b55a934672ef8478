from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from adplanning.core.settings import Settings
from adplanning.server.child_environment import child_environment, password_of, pgpass_line, without_password
from adplanning.store.engine import make_engine
from tests.server.conftest import served

CANARIES = {
    "ADPLANNING_ADMIN_KEY": "canary-admin-key-1234",
    "ADPLANNING_DASHBOARD_PASSWORD": "canary-password",
    "META_ACCESS_TOKEN": "canary-token",
    "PGPASSWORD": "canary-pgpassword",
    "AWS_SECRET_ACCESS_KEY": "canary-aws",
}


# J8
def test_no_key_token_or_password_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".env").write_text("ADPLANNING_ADMIN_KEY=canary-of-the-file\n")
    with (
        served(tmp_path, settings={"dashboard_password": "canary-password"}) as site,
        site.signed_in() as browser,
    ):
        told = site.open_page(browser)
        for file in ("environ", "cmdline"):
            seen = Path(f"/proc/{told['pid']}/{file}").read_bytes()
            assert b"canary" not in seen
            assert b"an-admin-key-for-tests" not in seen
        assert told["environment"]["ADPLANNING_DATABASE_URL"].startswith("sqlite:////")
        assert told["environment"]["ADPLANNING_HOME"] == str(tmp_path)
        allowed = {"PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR", "LC_CTYPE"}
        assert {name for name in told["environment"] if not name.startswith("ADPLANNING_")} <= allowed
        assert {name: told["config"][name] for name in ("pool_size", "max_kernels", "cull_idle_s", "base_url")} == {
            "pool_size": 2,
            "max_kernels": 12,
            "cull_idle_s": 120,
            "base_url": "/app/",
        }


def test_the_stores_password_is_in_a_file_that_only_this_user_reads(tmp_path: Path) -> None:
    engine = make_engine("postgresql://me:pa%3Ass@db.example:5433/shop?sslmode=require")
    with child_environment(engine, Settings(home=tmp_path, _env_file=None)) as environment:
        assert environment["ADPLANNING_DATABASE_URL"] == (
            "postgresql+psycopg://me@db.example:5433/shop?sslmode=require"
        )
        file = Path(environment["PGPASSFILE"])
        assert file.read_text() == "*:*:*:*:pa\\:ss\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert "pa:ss" not in str(environment)
    assert not file.parent.exists()
    engine.dispose()


def test_without_a_password_there_is_no_file(tmp_path: Path) -> None:
    engine = make_engine("postgresql://me@db.example/shop")
    with child_environment(engine, Settings(home=tmp_path, _env_file=None)) as environment:
        assert "PGPASSFILE" not in environment
        assert environment["ADPLANNING_DATABASE_URL"] == "postgresql+psycopg://me@db.example/shop"
    engine.dispose()


def test_a_password_is_found_wherever_the_address_has_it() -> None:
    for url in ("postgresql://me:secret@host/n", "postgresql://me@host/n?password=secret"):
        assert password_of(make_url(url)) == "secret"
        assert "secret" not in without_password(make_url(url)).render_as_string(hide_password=False)


@pytest.mark.parametrize("password", ["plain", "a:b", "a\\b", "\\:\\", "पास", " a b "])
def test_libpq_reads_the_password_back_from_the_file(
    password: str, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pgpass"
    file.touch(0o600)
    file.write_text(pgpass_line(password))
    monkeypatch.setenv("PGPASSFILE", str(file))
    url = make_url(postgresql_url).set(drivername="postgresql+psycopg")
    engine = create_engine(without_password(url))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
        assert connection.connection.driver_connection is not None
        assert connection.connection.driver_connection.info.password == password
    engine.dispose()
