"""`/sign-in` and `/sign-out`: the form, how often it may be tried, and the cookie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from adplanning.core.errors import RateLimited, TooLarge
from adplanning.core.settings import Settings
from adplanning.server import pages, signed_in, users
from adplanning.server.addresses import local_page
from adplanning.server.hosts import is_secure
from adplanning.server.signed_in import Visitor
from adplanning.tracking.limits import MinuteLimit, sender_address

SESSION_COOKIE = "adplanning_session"
NAME_COOKIE = "adplanning_name"
NAME_S = 365 * 86_400
ATTEMPTS_A_MINUTE = 10
MAX_FORM_BYTES = 16_000
# Each check of a password holds 64 MB and a processor: more at once would only be slower.
CHECKS_AT_ONCE = 2
_WRONG = "The name or the password is not right. Please try again."


class SignInDesk:
    """Signs browsers in and out.

    Parameters
    ----------
    engine : the store.
    settings : the trusted proxies.
    leave : what is to be ended with a sign-in.
    """

    def __init__(self, engine: Engine, settings: Settings, leave: Callable[[Visitor], Awaitable[None]]) -> None:
        self._engine, self._proxies, self._leave = engine, settings.proxy_addresses, leave
        self._by_address = MinuteLimit("one address", ATTEMPTS_A_MINUTE)
        self._by_name = MinuteLimit("one name", ATTEMPTS_A_MINUTE)
        self._checks = CapacityLimiter(CHECKS_AT_ONCE)

    async def visitor(self, connection: HTTPConnection) -> Visitor | None:
        """Who is signed in at the other end."""
        token = connection.cookies.get(SESSION_COOKIE)
        if not token:
            return None
        return await to_thread.run_sync(lambda: signed_in.visitor_of(self._engine, token, now=_now()))

    async def is_signed_in(self, visitor: Visitor) -> bool:
        """Whether the visitor still is who they were."""
        return await to_thread.run_sync(lambda: signed_in.is_signed_in(self._engine, visitor, now=_now()))

    async def show(self, request: Request) -> Response:
        """The form; whoever is signed in goes on to their page."""
        next_page = local_page(request.query_params.get("next"))
        if await self.visitor(request) is not None:
            return RedirectResponse(next_page, 303)
        kept = request.cookies.get(NAME_COOKIE, "")
        return pages.sign_in(name=kept if users.is_name(kept) else users.ADMIN, next_page=next_page)

    async def sign_in(self, request: Request) -> Response:
        """Check name and password; the page asked for, or the form again with what was wrong."""
        form = await _form(request)
        name, next_page = users.plain_name(form.get("name", ""))[:64], local_page(form.get("next"))
        address = self._address(request)
        try:
            self._by_address.take(address)
            self._by_name.take(name)
        except RateLimited as fault:
            wait_s = fault.retry_after_seconds
            wrong = f"Too many attempts in one minute. Please try again in {wait_s} seconds."
            return pages.sign_in(name=name, next_page=next_page, wrong=wrong, status=429, retry_after_s=wait_s)
        token = await to_thread.run_sync(
            lambda: users.sign_in(self._engine, name, form.get("password", ""), now=_now()), limiter=self._checks
        )
        if token is None:
            return pages.sign_in(name=name, next_page=next_page, wrong=_WRONG, status=401)
        # Only guesses are limited: a whole office may sign in from one address at nine o'clock.
        self._by_address.give_back(address)
        self._by_name.give_back(name)
        answer = RedirectResponse(next_page, 303, headers={"Cache-Control": "no-store"})
        secure = is_secure(request, self._proxies)
        lifetime_s = int(signed_in.LIFETIME.total_seconds())
        answer.set_cookie(SESSION_COOKIE, token, lifetime_s, path="/", secure=secure, httponly=True, samesite="lax")
        answer.set_cookie(NAME_COOKIE, name, NAME_S, path="/sign-in", secure=secure, httponly=True, samesite="lax")
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Forget the sign-in, and end what it has open."""
        visitor = await self.visitor(request)
        if visitor is not None:
            await to_thread.run_sync(signed_in.end, self._engine, visitor)
            await self._leave(visitor)
        answer = RedirectResponse("/sign-in", 303, headers={"Cache-Control": "no-store"})
        answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    def _address(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        return sender_address(peer, request.headers.get("x-forwarded-for"), self._proxies)


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise TooLarge(f"the form is larger than {MAX_FORM_BYTES} bytes; write less")
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _now() -> datetime:
    return datetime.now(UTC)
