"""The commands, as a person types them."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from adplanning.api.app import create_app
from adplanning.cli import app
from adplanning.core.settings import load_settings
from adplanning.imports.catalogue import IMPORTS

ORDERS = """order_id,email,total,currency,placed_at
1,asha@example.com,499.50,INR,2026-10-01T10:00:00+05:30
2,asha@example.com,many,INR,2026-10-01T10:00:00+05:30
"""


pytestmark = pytest.mark.usefixtures("home")


def command(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_an_import_prints_what_became_of_every_row(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    first = command("import", "orders", tmp_path / "orders.csv", "--rejects", tmp_path / "bad.csv")
    assert first.exit_code == 0, first.output
    assert "received 2 = stored 1 + duplicates 0 + rejected 1" in first.output
    assert "refused 1, first in line 3: total: 'many' is not a number" in first.output.replace("\n", " ")
    assert "2,asha@example.com,many" in (tmp_path / "bad.csv").read_text()
    again = command("import", "orders", tmp_path / "orders.csv")
    assert "nothing has changed" in again.output
    assert "stored 0 + duplicates 1 + rejected 1" in again.output


def test_a_preview_prints_the_same_and_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    seen = command("import", "orders", tmp_path / "orders.csv", "--preview").output
    assert "received 2 = stored 1 + duplicates 0 + rejected 1" in seen
    assert "would refuse line 3: total: 'many' is not a number" in seen.replace("\n", " ")
    assert "nothing was stored" in seen
    assert "stored 1 + duplicates 0" in command("import", "orders", tmp_path / "orders.csv").output


def test_the_help_names_every_kind_of_file() -> None:
    told = command("import", "--help").output
    assert [kind for kind in IMPORTS if kind not in told] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "ordres", "x.csv"), "Did you mean 'orders'?"),
        (("import", "orders", "x.csv"), "x.csv: cannot be read"),
        (("import", "orders", "x.csv", "--map", "email"), "'email' is not name=value"),
        (("run", "attribute"), "choose one of: attribute_conversions"),
        (("run", "attribute_conversions", "-p", "lookback", "7"), "Did you mean 'lookback_days'?"),
        (("run", "attribute_conversions", "-p", "lookback_days", "abc"), "'abc' is not a whole number"),
        (("run", "attribute_conversions", "-p", "lookback_days"), "is not -p NAME VALUE"),
    ],
)
def test_a_mistake_ends_with_a_sentence_and_an_error_code(words: tuple[str, ...], said: str) -> None:
    result = command(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output


def test_a_bad_setting_is_named_and_its_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_ADMIN_KEY", "too-short")
    result = command("status")
    assert result.exit_code == 2
    assert "ADPLANNING_ADMIN_KEY" in result.output
    assert "too-short" not in result.output


def test_a_key_opens_the_api_and_only_its_hash_is_kept(home: Path) -> None:
    made = command("key", "create", "shop", "--role", "viewer")
    key = made.output.strip()
    assert key.startswith("adp_")
    with TestClient(create_app(load_settings())) as client:
        headers = {"Authorization": f"Bearer {key}"}
        assert client.get("/admin/persons", headers=headers).status_code == 200
        assert client.post("/admin/persons", headers=headers, json={}).status_code == 403
    assert all(key.encode() not in file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert "choose another name" in command("key", "create", "shop").output


def test_a_users_password_is_shown_once_and_only_its_hash_is_kept(home: Path) -> None:
    added = command("user", "add", "Asha@example.com", "--role", "analyst")
    assert added.exit_code == 0, added.output
    password = re.findall(r"with the password (\S+)", added.output)[0]
    assert "Sign in as asha@example.com" in added.output
    renewed = command("user", "password", "asha@example.com")
    assert renewed.exit_code == 0
    assert password not in renewed.output
    listed = command("user", "list").output
    assert "asha@example.com" in listed
    assert "analyst" in listed
    assert all(password.encode() not in file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert command("user", "remove", "asha@example.com").exit_code == 0
    assert "asha" not in command("user", "list").output


def test_a_mistake_with_users_is_answered_with_what_to_do() -> None:
    command("user", "add", "boss", "--role", "admin")
    for words, said in (
        (("add", "boss"), "choose another name"),
        (("add", "a b"), "name: must be 1 to 64 letters"),
        (("remove", "boss"), "is the last admin; add another first"),
        (("remove", "nobody"), "adplanning user list"),
        (("password", "nobody"), "there is no user named 'nobody'"),
    ):
        result = command("user", *words)
        assert result.exit_code == 2, words
        assert said in " ".join(result.output.split())


def test_a_database_is_checked_and_copied_while_in_use(tmp_path: Path) -> None:
    assert "run: adplanning db upgrade" in " ".join(command("db", "check").output.split())
    assert command("db", "upgrade").exit_code == 0
    checked = command("db", "check")
    assert checked.exit_code == 0
    assert "integrity: ok" in checked.output
    assert command("db", "backup", tmp_path / "copy.db").exit_code == 0
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM conversions").fetchone() == (0,)
    copy.close()
