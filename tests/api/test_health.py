"""The health page and the description of the API."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from adplanning.store.upgrading import open_store


def test_health_is_open_to_everybody(public: TestClient) -> None:
    found = public.get("/health")
    assert found.status_code == 200
    assert set(found.json()) == {"status", "version", "database", "counters"}
    assert (found.json()["status"], found.json()["database"]) == ("ok", "ok")


def test_health_says_when_the_database_is_gone(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'gone' / 'store.db'}")
    with TestClient(create_app(Settings(home=tmp_path, _env_file=None), engine)) as client:
        engine.dispose()
        for file in (tmp_path / "gone").iterdir():
            file.unlink()
        (tmp_path / "gone").rmdir()
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unavailable"


def test_every_operation_says_how_it_refuses(admin: TestClient) -> None:
    described = admin.get("/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert "422" not in operation["responses"], (method, path)
            assert "400" in operation["responses"], (method, path)
            assert operation.get("summary") or operation.get("description"), (method, path)
