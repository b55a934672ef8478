"""Websockets between a dashboard in the browser and its kernel."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from adplanning.server.addresses import Address, passed_parameters
from adplanning.server.signed_in import Visitor
from adplanning.server.supervisor import Child

# As much as a file that is uploaded in a page may hold, and its frame.
MAX_MESSAGE_BYTES = 32 * 2**20
OPEN_S = 20.0
CLOSE_S = 5.0
log = logging.getLogger(__name__)


class Close(NamedTuple):
    """How a websocket ends."""

    code: int
    reason: str


SIGNED_OUT = Close(4401, "signed out")
TOO_LARGE = Close(1009, "message too large")


class Channels:
    """The open websockets of all who are signed in.

    Parameters
    ----------
    is_signed_in : whether a visitor is still who they were; asked every `look_s` seconds.
    """

    def __init__(self, is_signed_in: Callable[[Visitor], Awaitable[bool]], *, look_s: float) -> None:
        self._is_signed_in, self._look_s = is_signed_in, look_s
        self._open: dict[str, set[asyncio.Event]] = {}

    def end(self, visitor: Visitor) -> None:
        """Close all websockets of a sign-in, now."""
        for ended in self._open.get(visitor.sign_in, ()):
            ended.set()

    async def join(self, browser: WebSocket, address: Address, visitor: Visitor, child: Child) -> Close | None:
        """Carry messages both ways until one side closes; None when the kernel cannot be reached."""
        async with self._registered(visitor) as ended:
            try:
                kernel = await _connect(browser, address, child)
            except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as fault:
                log.warning("no websocket at %s: %s", address.path, type(fault).__name__)
                return None
            async with kernel:
                await browser.accept(kernel.subprotocol)
                return await self._carry(browser, kernel, visitor, ended)

    async def _carry(
        self, browser: WebSocket, kernel: ClientConnection, visitor: Visitor, ended: asyncio.Event
    ) -> Close:
        work = [
            asyncio.create_task(_to_kernel(browser, kernel)),
            asyncio.create_task(_to_browser(browser, kernel)),
            asyncio.create_task(self._until_signed_out(visitor, ended)),
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            close = next(task for task in work if task in done).result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        # The browser may have gone first.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await browser.close(*close)
        return close

    async def _until_signed_out(self, visitor: Visitor, ended: asyncio.Event) -> Close:
        while True:
            try:
                await asyncio.wait_for(ended.wait(), self._look_s)
            except TimeoutError:
                if await self._is_signed_in(visitor):
                    continue
            return SIGNED_OUT

    @contextlib.asynccontextmanager
    async def _registered(self, visitor: Visitor) -> AsyncIterator[asyncio.Event]:
        ended = asyncio.Event()
        self._open.setdefault(visitor.sign_in, set()).add(ended)
        try:
            yield ended
        finally:
            theirs = self._open[visitor.sign_in]
            theirs.remove(ended)
            if not theirs:
                del self._open[visitor.sign_in]


async def _connect(browser: WebSocket, address: Address, child: Child) -> ClientConnection:
    query = passed_parameters(browser.url.query)
    url = f"{child.origin}{address.path}" + (f"?{query}" if query else "")
    return await connect(
        url.replace("http", "ws", 1),
        additional_headers={"Authorization": f"token {child.token}", "Origin": child.origin},
        subprotocols=[Subprotocol(name) for name in browser.scope["subprotocols"]] or None,
        compression=None,
        proxy=None,
        user_agent_header=None,
        open_timeout=OPEN_S,
        close_timeout=CLOSE_S,
        ping_interval=None,
        max_size=None,
    )


async def _to_kernel(browser: WebSocket, kernel: ClientConnection) -> Close:
    while True:
        message = await browser.receive()
        if message["type"] == "websocket.disconnect":
            return Close(1000, "")
        data: str | bytes = message["text"] if message.get("text") is not None else message["bytes"]
        # A letter takes one byte or more, so a text is never shorter in bytes than it is here.
        if len(data) > MAX_MESSAGE_BYTES:
            return TOO_LARGE
        try:
            await kernel.send(data)
        except ConnectionClosed:
            return _end_of(kernel)


async def _to_browser(browser: WebSocket, kernel: ClientConnection) -> Close:
    try:
        async for data in kernel:
            await (browser.send_text(data) if isinstance(data, str) else browser.send_bytes(data))
    except ConnectionClosed:
        pass
    except (WebSocketDisconnect, RuntimeError):
        return Close(1000, "")
    return _end_of(kernel)


def _end_of(kernel: ClientConnection) -> Close:
    code = kernel.close_code
    # Codes such as 1006 tell how a connection ended and cannot be sent.
    is_sendable = code is not None and (code in (1000, 1001, 1003, *range(1007, 1015)) or 3000 <= code < 5000)
    return Close(code if is_sendable and code is not None else 1011, kernel.close_reason or "")
