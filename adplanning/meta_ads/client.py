"""Calls of Meta's Graph API: one record, pages of a list, a report; patient with limits and passing faults."""

from __future__ import annotations

import copy
import hashlib
import hmac
import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx2
from pydantic import SecretStr

from adplanning.core.errors import InvalidData
from adplanning.meta_ads.graph_errors import (
    BadRequest,
    GraphError,
    NeedsReauthorisation,
    Refusal,
    ReportFailed,
    Throttled,
    TooMuchData,
    Transient,
    answer,
)
from adplanning.meta_ads.paging import halved, next_cursor, rows_of
from adplanning.meta_ads.throttling import Pauses, Scope, scope_of

MOST_PAGES = 10_000
MOST_BYTES = 64 * 2**20
MOST_TRIES = 5
TIMEOUT = httpx2.Timeout(60, connect=10)
REPORT_POLLS = timedelta(seconds=2), timedelta(seconds=60), timedelta(minutes=30)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATH = re.compile(r"\w+(/\w+)*", re.ASCII)


@dataclass(frozen=True)
class Credentials:
    """What Meta asks for; with the app's secret each call carries the proof that Meta can insist on."""

    access_token: SecretStr
    app_secret: SecretStr | None = None

    @property
    def proof(self) -> str | None:
        """The proof that a caller knows the app's secret: hex(HMAC-SHA256(key = app secret, message = token)).

        >>> Credentials(SecretStr("token"), SecretStr("secret")).proof[:16]
        'e941110e3d2bfe82'

        Source: Meta, Graph API, Secure Graph API calls (developers.facebook.com/docs/graph-api/guides/secure-requests).
        """
        if self.app_secret is None:
            return None
        key, message = self.app_secret.get_secret_value(), self.access_token.get_secret_value()
        return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


@dataclass
class _Shared:
    """What a client and those of its pages have in common."""

    http: httpx2.Client
    pauses: Pauses = field(default_factory=Pauses)
    refused: dict[SecretStr, NeedsReauthorisation] = field(default_factory=dict)
    n_calls: int = 0
    # Chance keeps those who wait from returning at once; nobody gains by guessing it.
    random: random.Random = field(default_factory=random.Random)


@dataclass
class _Chain:
    """The calls for one answer: where they count, and how long they may still wait for limits."""

    scope: Scope
    patience: timedelta


class MetaClient:
    """Reads Meta's Graph API; use it as a context manager, from one thread.

    Parameters
    ----------
    base_url : where each call goes, whatever an answer says; https, but for this computer itself.
    version : of the API; Meta ends each about two years after it came.
    now, sleep : the clock, in UTC, and how to wait.
    patience_s : the longest that one call of `get`, `pages` or `report` waits for limits, all its waits together.
    transport : for tests.

    Raises
    ------
    Throttled : a limit lasts longer than the patience; the same scope is refused at once until `resume_at`.
    Transient : a passing fault in all of 5 tries.
    NeedsReauthorisation : the token is not accepted, and not tried again.
    PermissionMissing, BadRequest : Meta refuses the call.

    Source: Meta, Graph API (developers.facebook.com/docs/graph-api), Marketing API, Rate limiting.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str = "https://graph.facebook.com",
        version: str = "v26.0",
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        patience_s: float = 900,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._root = f"{_checked_base(base_url)}/{version}"
        self._credentials = credentials
        self._is_page = False
        self._now = now
        self._sleep = sleep
        self._patience = timedelta(seconds=patience_s)
        is_here = httpx2.URL(base_url).host in _LOOPBACK
        self._shared = _Shared(
            httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=not is_here, transport=transport)
        )
        # At INFO the library writes each address, and the query holds the proof.
        logging.getLogger("httpx2").addFilter(_holds_no_query)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shared.http.close()

    def __repr__(self) -> str:
        return f"MetaClient({self._root!r})"

    @property
    def n_calls(self) -> int:
        """The calls made until now, those for pages included."""
        return self._shared.n_calls

    def as_page(self, token: SecretStr) -> MetaClient:
        """The same client with the token of a page; it is closed with this one."""
        page = copy.copy(self)
        page._credentials = Credentials(token, self._credentials.app_secret)
        page._is_page = True
        return page

    def get(self, path: str, *, account: str | None = None, **params: str) -> dict[str, Any]:
        """Read one record.

        Parameters
        ----------
        path : as "act_1" or "me".
        account : the account or page whose limit the call counts in; by default the first part of the path.
        params : as `fields`.
        """
        return self._answer(self._chain(path, account), "GET", path, params)

    def pages(
        self, path: str, *, limit: int = 500, account: str | None = None, **params: str
    ) -> Iterator[list[dict[str, Any]]]:
        """Read a list, page by page; a page may be empty.

        Parameters
        ----------
        limit : rows a page; halved, but not below 25, where Meta answers that they are too many.
        account : the account or page whose limit the calls count in; by default the first part of the path.

        Raises
        ------
        TooMuchData : 25 rows are too many, or the list has no end within 10,000 pages.
        Transient : the list turns in a circle, or an answer is no page.
        """
        yield from self._pages(self._chain(path, account), path, limit, params)

    def report(self, account: str, *, limit: int = 500, **params: str) -> Iterator[list[dict[str, Any]]]:
        """Let Meta work out the insights of an account, wait for them, and read them page by page.

        Parameters
        ----------
        account : as "act_1".
        params : of the insights: `level`, `fields`, `time_range`…

        Raises
        ------
        ReportFailed : Meta has failed or skipped it twice, or not finished within 30 minutes.
        """
        path = f"{account}/insights"
        chain = self._chain(path, account)
        for _ in range(2):
            run = self._started_run(chain, path, params)
            if self._completes(chain, run):
                yield from self._pages(chain, f"{run}/insights", limit, {})
                return
        raise ReportFailed(f"Meta has failed to make the report of {account} twice. Ask for fewer days.")

    def _chain(self, path: str, account: str | None) -> _Chain:
        return _Chain(scope_of(path, account, is_page=self._is_page), self._patience)

    def _pages(self, chain: _Chain, path: str, limit: int, params: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        asked, seen = dict(params), set[str]()
        for _ in range(MOST_PAGES):
            content, limit = self._page(chain, path, limit, asked)
            yield rows_of(path, content)
            cursor = next_cursor(path, content)
            if cursor is None:
                return
            if cursor in seen:
                raise Transient(f"Meta's list {path} turns in a circle and has no end. Try again later.")
            seen.add(cursor)
            asked["after"] = cursor
        raise TooMuchData(f"{path} has more than {MOST_PAGES:,} pages. Ask for fewer days.")

    def _page(self, chain: _Chain, path: str, limit: int, params: dict[str, str]) -> tuple[dict[str, Any], int]:
        """One page, and the limit that Meta has answered it with."""
        while True:
            try:
                return self._answer(chain, "GET", path, params | {"limit": str(limit)}), limit
            except TooMuchData:
                smaller = halved(limit)
                if smaller is None:
                    raise
                limit = smaller

    def _started_run(self, chain: _Chain, path: str, params: dict[str, str]) -> str:
        run = str(self._answer(chain, "POST", path, params).get("report_run_id"))
        if not run.isdecimal():
            raise Transient(f"Meta has not named the report of {path} that it makes. Try again later.")
        return run

    def _completes(self, chain: _Chain, run: str) -> bool:
        """Wait for the end of a report: whether it is a good one."""
        for n_polls, wait in enumerate(_poll_waits()):
            self._sleep(wait.total_seconds())
            try:
                # The percentage tells nothing: it may be 100 long before the end.
                status = self._answer(chain, "GET", run, {"fields": "async_status"}).get("async_status")
            except BadRequest as refused:
                # A report that was just started is not known everywhere yet.
                if n_polls or refused.subcode != 33:
                    raise
                continue
            if status == "Job Completed":
                return True
            if status in ("Job Failed", "Job Skipped"):
                return False
        raise ReportFailed(f"Meta has not finished report {run} within 30 minutes. Ask for fewer days.")

    def _answer(self, chain: _Chain, method: str, path: str, params: dict[str, str]) -> dict[str, Any]:
        """Call until there is an answer, or a refusal that no further try can change."""
        url = f"{self._root}/{_checked_path(path)}"
        n_limits = n_faults = 0
        while True:
            self._wait_for_turn(chain)
            got = self._sent(chain.scope, method, url, params, n_limits)
            if isinstance(got, dict):
                return got
            if got.kind is Throttled:
                n_limits += 1
            elif got.kind is Transient and n_faults < MOST_TRIES - 1:
                n_faults += 1
                self._sleep(2.0**n_faults * (1 + self._shared.random.random() / 10))
            else:
                raise self._remembered(got.error(path, is_page=self._is_page))

    def _wait_for_turn(self, chain: _Chain) -> None:
        if refused := self._shared.refused.get(self._credentials.access_token):
            raise NeedsReauthorisation(refused.message, code=refused.code, subcode=refused.subcode)
        wait = self._shared.pauses.wait(chain.scope, self._now(), chain.patience)
        if wait:
            chain.patience -= wait
            self._sleep(wait.total_seconds())

    def _remembered(self, error: GraphError) -> GraphError:
        if isinstance(error, NeedsReauthorisation):
            self._shared.refused[self._credentials.access_token] = error
        return error

    def _sent(
        self, call: Scope, method: str, url: str, params: dict[str, str], n_limits: int
    ) -> dict[str, Any] | Refusal:
        """Make one call; what its headers tell of limits is kept, whatever the answer is."""
        proof = self._credentials.proof
        given = params if proof is None else params | {"appsecret_proof": proof}
        self._shared.n_calls += 1
        try:
            with self._shared.http.stream(
                method,
                url,
                params=given if method == "GET" else None,
                data=given if method == "POST" else None,
                headers={"Authorization": f"Bearer {self._credentials.access_token.get_secret_value()}"},
            ) as response:
                self._shared.pauses.learn(response.headers, call, self._now())
                body = _bounded(response)
        except httpx2.TimeoutException:
            return Refusal(Transient, "nothing came in time")
        except httpx2.HTTPError as fault:
            # Its text may hold the address.
            return Refusal(Transient, f"the connection failed ({type(fault).__name__})")
        if body is None:
            return Refusal(TooMuchData, "more than 64 MB")
        got = answer(response.status_code, body, secrets=self._secrets())
        if isinstance(got, Refusal) and got.kind is Throttled:
            jitter = self._shared.random.random()
            self._shared.pauses.refuse(
                response.headers, call, got.code, n_refusals=n_limits + 1, jitter=jitter, now=self._now()
            )
        return got

    def _secrets(self) -> list[str]:
        held = self._credentials
        known = [held.access_token.get_secret_value(), held.proof]
        known.append(held.app_secret.get_secret_value() if held.app_secret else None)
        return [secret for secret in known if secret]


def _checked_base(base_url: str) -> str:
    url = httpx2.URL(base_url)
    if not url.host or url.query or not (url.scheme == "https" or (url.scheme == "http" and url.host in _LOOPBACK)):
        raise InvalidData.at("base_url", "must be an https address without a query; http is for this computer alone")
    return base_url.rstrip("/")


def _checked_path(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise InvalidData.at("path", "must be ids and edges with a slash between, as act_1/campaigns")
    return path


def _bounded(response: httpx2.Response) -> bytes | None:
    """The body, or None where it is too large."""
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _poll_waits() -> Iterator[timedelta]:
    wait, longest, left = REPORT_POLLS
    while left > timedelta():
        yield wait
        left -= wait
        wait = min(wait * 2, longest)


def _holds_no_query(record: logging.LogRecord) -> bool:
    words = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(word, httpx2.URL) and word.query for word in words)
