"""Calls of an own analyser of sentiment: texts out, scores in; patient with passing faults, trusting with none."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2
from pydantic import SecretStr

from adplanning.sentiment.own_answers import AnalyserFailed, OwnAnswer, own_answers

TEXTS_A_CALL = 64
MOST_BYTES = 2**20
TRIES = 3
_FIRST_WAIT_S = 0.5
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class OwnAnalyser:
    """Asks an own analyser; use it as a context manager, from one thread.

    It is sent `{"texts": [...]}` by POST and answers `{"results": [{"score", "label"?, "confidence"?, "language"?}]}`,
    a result for each text, in their order. Once it has failed in all tries it is not asked again.

    Parameters
    ----------
    url : where each call goes, whatever an answer says; https, but for this computer itself.
    token : sent as a Bearer token, and shown nowhere.
    timeout_s : for one answer, from the call to its last byte.
    sleep, clock : how to wait between tries, and what tells how long an answer takes.
    transport : for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        token: SecretStr | None,
        timeout_s: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._url, self._token, self._timeout_s = url, token, timeout_s
        self._sleep, self._clock = sleep, clock
        self._failed: str | None = None
        # Chance keeps those who wait from returning at once; nobody gains by guessing it.
        self._random = random.Random()  # noqa: S311
        is_here = httpx2.URL(url).host in _LOOPBACK
        self._http = httpx2.Client(
            timeout=timeout_s, follow_redirects=False, trust_env=not is_here, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def __repr__(self) -> str:
        return f"OwnAnalyser({self._url!r})"

    @property
    def failed(self) -> str | None:
        """Why it is not asked any more; None while it is."""
        return self._failed

    def ask(self, texts: Sequence[str]) -> list[OwnAnswer]:
        """One answer for each text.

        Raises
        ------
        AnalyserFailed : it has not answered in any of three tries, or not what was agreed.
        """
        if self._failed is not None:
            raise AnalyserFailed(self._failed)
        try:
            return [
                answer
                for start in range(0, len(texts), TEXTS_A_CALL)
                for answer in self._answers(texts[start : start + TEXTS_A_CALL])
            ]
        except AnalyserFailed as fault:
            self._failed = fault.message
            raise

    def _answers(self, texts: Sequence[str]) -> list[OwnAnswer]:
        for n_tries in range(1, TRIES + 1):
            got = self._sent(texts)
            if not isinstance(got, str):
                return own_answers(got[0], len(texts))
            if n_tries < TRIES:
                self._sleep(_FIRST_WAIT_S * 2 ** (n_tries - 1) * (1 + self._random.random() / 10))
        raise AnalyserFailed(f"The own analyser has not answered in {TRIES} tries: {got}")

    def _sent(self, texts: Sequence[str]) -> tuple[Any] | str:
        """The body of one answer; the words for a passing fault where there is none."""
        ends_at = self._clock() + self._timeout_s
        token = {} if self._token is None else {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        try:
            with self._http.stream("POST", self._url, json={"texts": list(texts)}, headers=token) as response:
                if response.status_code in _PASSING:
                    return f"it answered with status {response.status_code}"
                if response.status_code != httpx2.codes.OK:
                    raise AnalyserFailed(f"The own analyser answered with status {response.status_code}")
                return self._read(response, ends_at)
        except httpx2.TimeoutException:
            return "nothing came in time"
        except httpx2.HTTPError as fault:
            # Its text may hold the address.
            return f"the connection failed ({type(fault).__name__})"

    def _read(self, response: httpx2.Response, ends_at: float) -> tuple[Any] | str:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise AnalyserFailed("The own analyser answered more than 1 MB")
            if self._clock() > ends_at:
                return "its answer did not end in time"
        try:
            return (json.loads(body),)
        except (ValueError, RecursionError):
            raise AnalyserFailed("The own analyser answered something else than JSON") from None
