"""The database is lost while the API and the dashboards are asked, and comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.breakable import Breakable, breakable_postgresql, breakable_sqlite
from tests.server.conftest import ADMIN_KEY, GOALS, served


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, upgraded_file: Path, tmp_path: Path) -> Breakable:
    if request.param == "postgresql":
        return breakable_postgresql(request.getfixturevalue("postgresql_url"))
    return breakable_sqlite(Path(shutil.copy(upgraded_file, tmp_path / "store.db")))


def test_everything_says_so_in_a_sentence_and_answers_again_when_it_is_back(store: Breakable, tmp_path: Path) -> None:
    with served(tmp_path, settings={"database_url": store.url}) as site, site.signed_in() as browser:
        kernel = site.open_page(browser)["kernel"]
        program = site.visitor()
        program.headers["Authorization"] = f"Bearer {ADMIN_KEY}"
        with program, store.lost(site.engine):
            answer = program.get("/admin/ad-planning/goals")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert answer.json()["message"].startswith("the database cannot be used now")
            assert answer.json()["message"].endswith("nothing was stored, try again")
            assert program.get("/health").status_code == 503

            page = browser.get(GOALS)
            assert (page.status_code, page.headers["retry-after"]) == (503, "5")
            assert "The database cannot be used now" in page.text
            assert "This page tries again by itself in 5 seconds." in page.text

            # What an open page asks every few seconds; it shows this sentence until the answer is another one.
            alive = browser.get(f"/app/alive/{kernel}")
            assert (alive.status_code, alive.text[:31]) == (503, "The database cannot be used now")
            assert "secret" not in answer.text + page.text + alive.text
        assert browser.get(GOALS).status_code == 200
        assert browser.get(f"/app/alive/{kernel}").is_success
        assert kernel in site.living_kernels()
