"""Calls of an own analyser."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import httpx2
import pytest
from pydantic import SecretStr

from adplanning.sentiment.client import MOST_BYTES, TEXTS_A_CALL, OwnAnalyser
from adplanning.sentiment.own_answers import AnalyserFailed

URL = "https://scores.example.in/v1/score"
Handler = Callable[[httpx2.Request], httpx2.Response]


def analyser(
    handler: Handler, *, waits: list[float] | None = None, clock: Callable[[], float] = lambda: 0
) -> OwnAnalyser:
    return OwnAnalyser(
        URL,
        token=SecretStr("own-token"),
        timeout_s=5,
        sleep=(waits if waits is not None else []).append,
        clock=clock,
        transport=httpx2.MockTransport(handler),
    )


def scores(request: httpx2.Request) -> httpx2.Response:
    texts = json.loads(request.content)["texts"]
    return httpx2.Response(200, json={"results": [{"score": len(text) / 100} for text in texts]})


def test_many_texts_go_in_calls_of_a_bounded_size_and_come_back_in_their_order() -> None:
    asked: list[httpx2.Request] = []

    def noted(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return scores(request)

    texts = ["x" * (n % 90) for n in range(150)]
    with analyser(noted) as own:
        assert [answer.score for answer in own.ask(texts)] == [len(text) / 100 for text in texts]
    assert [len(json.loads(one.content)["texts"]) for one in asked] == [TEXTS_A_CALL, TEXTS_A_CALL, 22]
    assert {str(one.url) for one in asked} == {URL}
    assert {one.headers["Authorization"] for one in asked} == {"Bearer own-token"}


def test_a_passing_fault_is_tried_three_times_with_growing_waits() -> None:
    answers = iter([httpx2.Response(503), httpx2.Response(429), None])
    waits: list[float] = []

    def passing(request: httpx2.Request) -> httpx2.Response:
        return next(answers) or scores(request)

    with analyser(passing, waits=waits) as own:
        assert own.ask(["text"])[0].score == 0.04
    assert 0.5 <= waits[0] < 0.6
    assert 1 <= waits[1] < 1.2


def _refuses(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("https://own-token@scores.example.in")


def _is_slow(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadTimeout("own-token")


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (_refuses, "in 3 tries: the connection failed (ConnectError)"),
        (_is_slow, "in 3 tries: nothing came in time"),
        (lambda _: httpx2.Response(500, text="own-token"), "in 3 tries: it answered with status 500"),
        (lambda _: httpx2.Response(401, text="own-token"), "answered with status 401"),
        (lambda _: httpx2.Response(302, headers={"Location": "https://evil.example/"}), "answered with status 302"),
        (lambda _: httpx2.Response(200, text="own-token"), "something else than JSON"),
        (lambda _: httpx2.Response(200, text="[" * 100_000), "something else than JSON"),
        (lambda _: httpx2.Response(200, content=b" " * (MOST_BYTES + 1)), "more than 1 MB"),
        (lambda _: httpx2.Response(200, json={"results": []}), "0 results to 1 texts"),
    ],
)
def test_a_fault_is_told_without_what_was_answered_and_is_not_tried_again(handler: Handler, words: str) -> None:
    asked: list[httpx2.Request] = []

    def noted(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return handler(request)

    with analyser(noted) as own:
        with pytest.raises(AnalyserFailed, match=r"^The own analyser") as fault:
            own.ask(["text"])
        n_asked = len(asked)
        with pytest.raises(AnalyserFailed):
            own.ask(["another"])
        assert own.failed == fault.value.message
    assert words in fault.value.message
    assert "own-token" not in fault.value.message + repr(own)
    assert len(asked) == n_asked == (3 if "3 tries" in words else 1)
    assert {one.url.host for one in asked} == {"scores.example.in"}


def test_an_answer_that_drips_is_not_waited_for() -> None:
    ticks = itertools.count(0, 4)
    with (
        analyser(lambda _: httpx2.Response(200, content=iter([b"{", b"}"])), clock=lambda: next(ticks)) as own,
        pytest.raises(AnalyserFailed, match="did not end in time"),
    ):
        own.ask(["text"])
