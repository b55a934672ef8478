"""Sentiment over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from tests.api.conftest import ADMIN_KEY

URL = "/admin/ad-planning/sentiment"
GOOD = "The fabric is lovely. Delivery was quick and the colours are beautiful!"
BAD = "Terrible. The quilt arrived late and torn, and nobody answered."


def analysed(admin: TestClient, text: str, source_id: str, **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"text": text, "source_type": "review", "source_id": source_id, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_a_text_is_analysed_kept_and_shown(admin: TestClient) -> None:
    answer = analysed(admin, GOOD, "r1", person_id="person_1", website_id="web_1", metadata={"stars": 5})
    told = answer["analysis"]
    assert 0 < told["sentiment_score"] <= 1
    assert told["sentiment_label"] in ("positive", "very_positive")
    assert told["topics"] == ["delivery", "quality", "look"]
    assert told["summary"] in GOOD
    assert 0 < told["confidence"] <= 1
    row = answer["sentiment"]
    assert row.items() >= {**told, "text": GOOD, "person_id": "person_1", "metadata": {"stars": 5}}.items()
    assert admin.get(f"{URL}/{row['id']}").json() == {"sentiment": row}


def test_the_same_source_analysed_again_replaces_its_row(admin: TestClient) -> None:
    first = analysed(admin, GOOD, "r1", said_at="2026-11-01T10:00:00+05:30")["sentiment"]
    again = analysed(admin, BAD, "r1")["sentiment"]
    assert (again["id"], again["said_at"]) == (first["id"], "2026-11-01T04:30:00+00:00")
    assert again["sentiment_label"] in ("negative", "very_negative")
    assert admin.get(URL).json()["count"] == 1


def test_a_text_in_another_language_is_not_neutral_but_not_analysed(admin: TestClient) -> None:
    row = analysed(admin, "Das Produkt ist sehr schlecht", "r1")["sentiment"]
    assert (row["sentiment_score"], row["sentiment_label"], row["confidence"]) == (None, None, None)
    assert row["reason"] == "The text is in German; only English is analysed."
    stats = admin.get(URL).json()["stats"]
    assert (stats["total"], stats["neutral"], stats["not_analysed"]) == (1, 0, 1)
    assert (stats["positive_rate"], stats["average_score"]) == (None, None)


def test_the_figures_are_over_all_that_match_and_not_the_page(admin: TestClient) -> None:
    for n in range(3):
        analysed(admin, GOOD, f"good{n}", person_id="person_1")
    analysed(admin, BAD, "bad", person_id="person_2")
    analysed(admin, "bahut accha hai", "hindi")
    found = admin.get(URL, params={"limit": 1}).json()
    assert (len(found["sentiments"]), found["count"], found["limit"], found["offset"]) == (1, 5, 1, 0)
    stats = found["stats"]
    assert (stats["total"], stats["positive"], stats["negative"], stats["not_analysed"]) == (5, 3, 1, 1)
    assert stats["positive_rate"] == 75.0
    assert found["top_topics"][0] == {"topic": "delivery", "count": 4}
    assert {"keyword": "fabric", "count": 3}.items() <= next(
        one for one in found["top_keywords"] if one["keyword"] == "fabric"
    ).items()
    assert len(found["recent_summaries"]) == 4
    assert admin.get(URL, params={"person_id": "person_2"}).json()["stats"]["positive_rate"] == 0.0
    assert admin.get(URL, params={"sentiment_label": "negative"}).json()["count"] in (0, 1)
    assert admin.get(URL, params={"to_date": "2020-01-01"}).json()["count"] == 0


def test_an_empty_store_has_no_figures_and_no_error(admin: TestClient) -> None:
    assert admin.get(URL).json() == {
        "sentiments": [],
        "stats": {
            "total": 0, "positive": 0, "negative": 0, "neutral": 0, "mixed": 0, "not_analysed": 0,
            "positive_rate": None, "average_score": None,
        },
        "top_keywords": [], "top_topics": [], "top_emotions": [], "top_entities": [], "recent_summaries": [],
        "count": 0, "limit": 50, "offset": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"source_type": "letter"}, "source_type"),
        ({"source_id": ""}, "source_id"),
        ({"metadata": [1]}, "metadata"),
        ({"said_at": "yesterday"}, "said_at"),
    ],
)
def test_what_cannot_be_analysed_is_refused_by_name(admin: TestClient, fields: dict[str, Any], named: str) -> None:
    answer = admin.post(URL, json={"text": GOOD, "source_type": "review", "source_id": "r1", **fields})
    assert answer.status_code == 400
    assert named in {issue["path"] for issue in answer.json()["issues"]}


def test_unknown_words_in_a_list_are_refused_and_an_unknown_text_is_not_found(admin: TestClient) -> None:
    assert admin.get(URL, params={"sentiment_label": "good"}).status_code == 400
    assert admin.get(URL, params={"source_type": "letter"}).status_code == 400
    assert admin.get(f"{URL}/sent_none").status_code == 404


class Analyser(BaseHTTPRequestHandler):
    """Answers as it was told to, and notes what it was asked."""

    answers: list[tuple[int, bytes]]
    asked: list[tuple[str | None, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.headers["Authorization"], body))
        status, answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def analyser() -> Iterator[type[Analyser]]:
    class Own(Analyser):
        answers, asked = [], []

    with HTTPServer(("127.0.0.1", 0), Own) as server:
        Own.address = f"http://127.0.0.1:{server.server_port}/score"  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Own
        server.shutdown()
        thread.join()


@pytest.fixture
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adplanning.sentiment.client._FIRST_WAIT_S", 0)


@pytest.fixture
def with_own(engine: Engine, settings: Settings, analyser: Any) -> Iterator[TestClient]:
    """An application that has an own analyser."""
    own = settings.model_copy(update={"sentiment_url": analyser.address, "sentiment_token": SecretStr("own-token")})
    with TestClient(create_app(own, engine), headers={"Authorization": f"Bearer {ADMIN_KEY}"}) as client:
        yield client


def test_an_own_analyser_is_asked_first_and_may_know_other_languages(with_own: TestClient, analyser: Any) -> None:
    analyser.answers = [(200, b'{"results": [{"score": 0.9, "confidence": 0.8, "language": "hi"}]}')]
    told = analysed(with_own, "bahut accha hai", "r1")["analysis"]
    assert told.items() >= {
        "sentiment_score": 0.9, "sentiment_label": "very_positive", "confidence": 0.8, "language": "hi",
        "reason": None, "analyser": "own", "is_fallback": False,
    }.items()  # fmt: skip
    assert analyser.asked == [("Bearer own-token", {"texts": ["bahut accha hai"]})]


@pytest.mark.usefixtures("without_waiting")
@pytest.mark.parametrize(
    ("answer", "n_tries"),
    [
        ((503, b""), 3),
        ((403, b"own-token"), 1),
        ((200, b'{"results": []}'), 1),
        ((200, b"own-token"), 1),
        ((302, b""), 1),
    ],
)
def test_when_it_fails_the_built_in_answers_and_the_row_says_so(
    with_own: TestClient,
    analyser: Any,
    answer: tuple[int, bytes],
    n_tries: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    analyser.answers = [answer]
    caplog.set_level("DEBUG")
    told = analysed(with_own, GOOD, "r1")
    assert (told["analysis"]["analyser"], told["analysis"]["is_fallback"]) == ("vader", True)
    assert told["analysis"]["sentiment_score"] > 0
    assert len(analyser.asked) == n_tries
    assert "own-token" not in caplog.text + json.dumps(told)
