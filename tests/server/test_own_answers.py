from __future__ import annotations

import threading

import httpx2
import pytest

from adplanning.core.vocabulary import Role
from tests.server.conftest import Site

NOTEBOOK = "/app/ad-planning/batch-runs/run_1/notebook"


def test_an_executed_notebook_is_shown_and_none_of_it_runs(site: Site) -> None:
    for role in Role:
        with site.signed_in(role) as browser:
            answer = browser.get(NOTEBOOK)
            assert answer.status_code == 200
            assert "<p>credited</p>" in answer.text
            assert answer.headers["content-security-policy"] == (
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"
            )
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_run_that_is_not_there_is_a_page_that_says_so(browser: httpx2.Client) -> None:
    answer = browser.get("/app/ad-planning/batch-runs/run_2/notebook")
    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_the_charts_library_is_made_once_and_kept_for_ever(
    site: Site, browser: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def library() -> str:
        made.append(threading.current_thread())
        return "export const vega = 1; // " + "x" * 2000

    own = site.application._dashboards._own
    monkeypatch.setattr(own, "_parts", own._parts._replace(library=library))
    monkeypatch.setattr(own, "_library", None)
    for encoding in ("gzip", "identity", "br, gzip"):
        answer = browser.get("/app/static/vega.js?v=1", headers={"Accept-Encoding": encoding})
        assert answer.text.startswith("export const vega = 1;")
        assert answer.headers.get("content-encoding") == ("gzip" if "gzip" in encoding else None)
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert len(made) == 1
    assert made[0] is not threading.main_thread()


def test_a_library_that_could_not_be_made_is_tried_again(
    site: Site, browser: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> str:
        raise OSError("no space")

    own = site.application._dashboards._own
    parts = own._parts
    monkeypatch.setattr(own, "_library", None)
    own._parts = parts._replace(library=fails)
    assert browser.get("/app/static/vega.js").status_code == 500
    own._parts = parts
    assert browser.get("/app/static/vega.js").status_code == 200
