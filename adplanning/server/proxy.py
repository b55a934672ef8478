"""Requests that are passed on to the dashboards' process, and its answers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import anyio
import httpx2
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from adplanning.core.errors import TooLarge
from adplanning.server import headers, pages
from adplanning.server.addresses import Address, Kind, passed_parameters
from adplanning.server.kernels import Kernels
from adplanning.server.signed_in import Visitor
from adplanning.server.supervisor import Child

PAGE_S = 58.0
OTHER_S = 30.0
END_KERNEL_S = 5.0
MAX_BODY_BYTES = 64_000
USUAL_RETRY_AFTER_S = 10
log = logging.getLogger(__name__)


class Proxy:
    """Passes requests on for visitors who may make them.

    Parameters
    ----------
    client : without redirects and without environment.
    child : the process that answers now, None while there is none.
    kernels : whose kernels are whose.
    page_s : within how many seconds a page is there, or it is given up.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        child: Callable[[], Child | None],
        kernels: Kernels,
        *,
        page_s: float = PAGE_S,
    ) -> None:
        self._client, self._child, self._kernels, self._page_s = client, child, kernels, page_s

    async def forward(self, request: Request, address: Address, visitor: Visitor) -> Response:
        """The child's answer; a page that says why when there is none."""
        as_page = address.kind is Kind.page
        child = self._child()
        if child is None:
            return pages.restarting(as_page=as_page)
        body = await _bounded_body(request) if request.method == "POST" else b""
        deadline = time.monotonic() + (self._page_s if as_page else OTHER_S)
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                answer = await self._client.send(_request(request, address, visitor, child, body), stream=True)
        except (TimeoutError, httpx2.TimeoutException):
            log.warning("no answer in time at %s", address.path)
            return pages.too_slow(as_page=as_page)
        except httpx2.HTTPError as fault:
            log.warning("no answer at %s: %s", address.path, type(fault).__name__)
            return pages.restarting(as_page=as_page)
        return await self._passed_back(request, address, visitor, answer, deadline)

    async def end_kernel(self, kernel_id: str) -> None:
        """End a kernel whose visitor has gone; when that fails it is ended later, for being idle."""
        self._kernels.forget(kernel_id)
        child = self._child()
        if child is not None:
            asked = httpx2.Request(
                "POST",
                f"{child.origin}/app/voila/api/shutdown/{kernel_id}",
                headers={"Authorization": f"token {child.token}"},
                extensions={"timeout": httpx2.Timeout(END_KERNEL_S).as_dict()},
            )
            with suppress(httpx2.HTTPError):
                await self._client.send(asked)

    async def _passed_back(
        self, request: Request, address: Address, visitor: Visitor, answer: httpx2.Response, deadline: float
    ) -> Response:
        as_page = address.kind is Kind.page
        if as_page and (kernel_id := answer.headers.get("x-kernel-id")):
            self._kernels.bind(kernel_id, visitor.sign_in)
        has_ended = answer.is_success if address.kind is Kind.shutdown else answer.status_code in (404, 410)
        if address.record and has_ended:
            self._kernels.forget(address.record)
        instead = _instead(answer, as_page=as_page)
        if instead is not None:
            await answer.aclose()
            return instead
        policy = headers.dashboard_policy(request.headers["host"])
        passed = StreamingResponse(_body(answer, deadline, address.path), answer.status_code)
        kept = headers.for_browser(answer.headers.raw, policy)
        passed.raw_headers = kept
        if address.kind is Kind.asset and answer.status_code in (200, 304):
            passed.headers["Cache-Control"] = headers.caching(address.path, request.url.query)
        elif address.kind is not Kind.asset:
            passed.headers["Cache-Control"] = "private, no-store"
        return passed


def _request(request: Request, address: Address, visitor: Visitor, child: Child, body: bytes) -> httpx2.Request:
    sent = headers.for_child(request.headers, child.origin, child.token)
    if address.kind is Kind.page:
        sent |= {"X-Adplanning-User": visitor.name, "X-Adplanning-Role": visitor.role.value}
    query = passed_parameters(request.url.query)
    url = f"{child.origin}{address.path}" + (f"?{query}" if query else "")
    return httpx2.Request(request.method, url, headers=sent, content=body or None)


def _instead(answer: httpx2.Response, *, as_page: bool) -> Response | None:
    """What is shown instead of an answer that is not meant for a visitor."""
    status = answer.status_code
    if status == 503:
        given = answer.headers.get("retry-after", "")
        return pages.busy(int(given) if given.isdecimal() else USUAL_RETRY_AFTER_S, as_page=as_page)
    if status == 404:
        return pages.not_found(as_page=as_page)
    # A redirect would lead to a sign-in of the child's own; that it refuses our token is an error here, too.
    if status >= 500 or status in (401, 403) or (300 <= status < 400 and status != 304):
        reference = pages.new_reference()
        log.error("the dashboards' process answered %s at %s; reference %s", status, answer.url.path, reference)
        return pages.failed(reference, as_page=as_page)
    return None


async def _body(answer: httpx2.Response, deadline: float, path: str) -> AsyncIterator[bytes]:
    """The answer's bytes as they are, still compressed, until the deadline."""
    chunks = answer.aiter_raw()
    try:
        while True:
            async with asyncio.timeout(deadline - time.monotonic()):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            yield chunk
    except TimeoutError:
        log.warning("the answer was not complete in time at %s", path)
        raise
    finally:
        with anyio.CancelScope(shield=True):
            await answer.aclose()


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(f"body: larger than {MAX_BODY_BYTES} bytes, which is the most this address takes")
    return bytes(body)
