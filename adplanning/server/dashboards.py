"""Everything below `/app`, `/sign-in` and `/sign-out`: who may have it, and who answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import quote

import httpx2
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from adplanning.core.errors import AdplanningError, StoreUnavailable, Unauthorized
from adplanning.core.settings import Settings
from adplanning.server import pages
from adplanning.server.addresses import FIRST_PAGES, HOME, Kind, address_at, is_opened_as_page
from adplanning.server.channels import Channels
from adplanning.server.hosts import refuse_foreign
from adplanning.server.kernels import Kernels
from adplanning.server.own_answers import DashboardParts, OwnAnswers
from adplanning.server.proxy import Proxy
from adplanning.server.sign_in import SignInDesk
from adplanning.server.signed_in import Visitor
from adplanning.server.supervisor import Child

LOOK_S = 30.0
log = logging.getLogger(__name__)


def belongs_to_dashboards(path: str) -> bool:
    """Whether an address is answered here rather than by the API.

    >>> [belongs_to_dashboards(path) for path in ("/app/x", "/app", "/application", "/sign-in", "/", "/admin/app/")]
    [True, True, False, True, True, False]
    """
    return path.startswith("/app/") or path in ("/app", "/sign-in", "/sign-out", "/")


class Dashboards:
    """The ASGI application of all that is for browsers.

    Parameters
    ----------
    child : the process that answers now, None while there is none.
    look_s : how often an open websocket is asked whether its visitor is still signed in.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        parts: DashboardParts,
        client: httpx2.AsyncClient,
        child: Callable[[], Child | None],
        *,
        look_s: float = LOOK_S,
        page_s: float,
    ) -> None:
        self._host_names, self._proxies = settings.host_names, settings.proxy_addresses
        self._is_page, self._child = parts.is_page, child
        self.kernels = Kernels()
        self._proxy = Proxy(client, child, self.kernels, page_s=page_s)
        self._own = OwnAnswers(engine, parts)
        self._desk = SignInDesk(engine, settings, self._leave)
        self._channels = Channels(self._is_signed_in, look_s=look_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; whatever goes wrong is a page or a sentence, and its details are in the log."""
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        as_page = scope["type"] == "http" and is_opened_as_page(scope["method"], scope["path"])
        try:
            if scope["type"] == "websocket":
                await self._carry(WebSocket(scope, receive, watched))
            else:
                response = await self._answer(Request(scope, receive), as_page=as_page)
                await response(scope, receive, watched)
        except AdplanningError as fault:
            if has_begun:
                raise
            await pages.refused(fault, as_page=as_page)(scope, receive, send)
        except Exception:
            if has_begun:
                raise
            reference = pages.new_reference()
            log.exception("unexpected error at %s; reference %s", scope["path"], reference)
            await pages.failed(reference, as_page=as_page)(scope, receive, send)

    async def _answer(self, request: Request, *, as_page: bool) -> Response:
        path = request.scope["path"]
        if path == "/":
            return RedirectResponse(HOME, 303)
        refuse_foreign(request, self._host_names, self._proxies)
        if path in ("/sign-in", "/sign-out"):
            return await self._at_the_desk(request, as_page=as_page)
        visitor = await self._desk.visitor(request)
        if visitor is None:
            return _sign_in_first(request, as_page=as_page)
        if first := FIRST_PAGES.get(path.rstrip("/")):
            return RedirectResponse(first, 303)
        return await self._below_app(request, visitor, as_page=as_page)

    async def _at_the_desk(self, request: Request, *, as_page: bool) -> Response:
        match request.method, request.scope["path"]:
            case "GET", "/sign-in":
                return await self._desk.show(request)
            case "POST", "/sign-in":
                return await self._desk.sign_in(request)
            case "POST", "/sign-out":
                return await self._desk.sign_out(request)
        return pages.not_found(as_page=as_page)

    async def _below_app(self, request: Request, visitor: Visitor, *, as_page: bool) -> Response:
        address = address_at(request.method, request.scope["path"], self._is_page)
        if address is None:
            return pages.not_found(as_page=as_page)
        match address.kind:
            case Kind.charts:
                return await self._own.library(request)
            case Kind.notebook:
                return await self._own.notebook(address.record)
            case Kind.kernel | Kind.shutdown if not self.kernels.belongs(address.record, visitor.sign_in):
                return pages.not_found(as_page=as_page)
        return await self._proxy.forward(request, address, visitor)

    async def _carry(self, browser: WebSocket) -> None:
        refuse_foreign(browser, self._host_names, self._proxies)
        visitor = await self._desk.visitor(browser)
        if visitor is None:
            raise Unauthorized("sign in first")
        address = address_at("WEBSOCKET", browser.scope["path"], self._is_page)
        child = self._child()
        if address is None or not self.kernels.belongs(address.record, visitor.sign_in):
            refusal = pages.not_found(as_page=False)
        elif child is None:
            refusal = pages.restarting(as_page=False)
        else:
            close = await self._channels.join(browser, address, visitor, child)
            if close is not None:
                return
            refusal = pages.restarting(as_page=False)
        await browser.send_denial_response(refusal)

    async def _is_signed_in(self, visitor: Visitor) -> bool:
        try:
            stays = await self._desk.is_signed_in(visitor)
        except StoreUnavailable:
            # Asked again soon; a store that is busy for a moment closes nobody's page.
            return True
        if not stays:
            await self._end_kernels(visitor)
        return stays

    async def _leave(self, visitor: Visitor) -> None:
        self._channels.end(visitor)
        await self._end_kernels(visitor)

    async def _end_kernels(self, visitor: Visitor) -> None:
        await asyncio.gather(*(self._proxy.end_kernel(kernel_id) for kernel_id in self.kernels.of(visitor.sign_in)))


def _sign_in_first(request: Request, *, as_page: bool) -> Response:
    if not as_page:
        raise Unauthorized("sign in first")
    path, query = request.scope["path"], request.url.query
    wanted = quote(path + (f"?{query}" if query else ""))
    return RedirectResponse(f"/sign-in?next={wanted}", 303, headers={"Cache-Control": "no-store"})
