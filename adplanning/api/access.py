"""Who may call what: keys for `/admin` and the documentation, bounds for bodies, before any route is reached."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from anyio import to_thread
from sqlalchemy import Engine, select
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adplanning.api.errors import refusal
from adplanning.core.errors import AdplanningError, Forbidden, TooLarge, Unauthorized
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading
from adplanning.store.tables.operations import ApiKey

PROTECTED = ("/admin", "/openapi.json", "/docs")
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# They reckon with what they are sent and keep nothing: their sessions cannot write.
READING_POSTS = frozenset(
    f"/admin/ad-planning/{path}" for path in ("budgets/split", "budgets/scenarios", "segments/preview")
)


def key_hash(key: str) -> str:
    """What is kept of a key; keys are random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def given_key(authorization: str | None) -> str | None:
    """The key in an Authorization header: `Bearer KEY`, or Basic with the key as user name.

    >>> given_key("Bearer abc"), given_key("Basic YWJjOg=="), given_key("Digest x"), given_key(None)
    ('abc', 'abc', None, None)
    """
    scheme, _, rest = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() or None
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[0] or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def role_of(engine: Engine, settings: Settings, authorization: str | None) -> Role:
    """The role of the caller.

    Raises
    ------
    Unauthorized : no key, or one that is not known.
    """
    key = given_key(authorization)
    if key is None:
        raise Unauthorized("this address needs a key; send it as 'Authorization: Bearer KEY'")
    admin_key = settings.admin_key
    if admin_key is not None and hmac.compare_digest(key_hash(key), key_hash(admin_key.get_secret_value())):
        return Role.admin
    with reading(engine) as session:
        role = session.scalar(select(ApiKey.role).where(ApiKey.key_hash == key_hash(key)))
    if role is None:
        raise Unauthorized("this key is not known; make one with: adplanning key create NAME --role admin")
    return Role(role)


class KeyRequired:
    """ASGI middleware: no key, no `/admin`; a viewer's key only reads."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or refuse it."""
        if scope["type"] != "http" or not _is_protected(scope["path"]):
            await self.app(scope, receive, send)
            return
        try:
            engine = scope["app"].state.engine
            authorization = Headers(scope=scope).get("authorization")
            role = await to_thread.run_sync(role_of, engine, self.settings, authorization)
            if role is Role.viewer and not _only_reads(scope):
                raise Forbidden("a viewer's key may only read; use the key of an analyst or an admin")
            scope.setdefault("state", {})["role"] = role
        except AdplanningError as fault:
            await refusal(fault)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BodyBound:
    """ASGI middleware: a body beyond the bound is refused before it is held in memory."""

    def __init__(self, app: ASGIApp, max_bytes: int, spared: str) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.spared = spared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes as they come in."""
        if scope["type"] != "http" or scope["path"].startswith(self.spared):
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        too_large = TooLarge(f"body: larger than {self.max_bytes} bytes, which is the most this address takes")
        if declared.isdecimal() and int(declared) > self.max_bytes:
            await refusal(too_large)(scope, receive, send)
            return
        # Read whole before any route sees it: FastAPI turns an error while it reads into one of its own.
        body = bytearray()
        message: Message = {"more_body": True}
        while message.get("more_body", False):
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.max_bytes:
                await refusal(too_large)(scope, receive, send)
                return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replayed() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, replayed, send)


class AnyBodyIsJson:
    """ASGI middleware: a body for `/admin` is read as JSON, whatever type it states: curl's `-d` states a form's.

    Not one that states an origin: it comes from a page in a browser, which may use a key that the browser keeps. A form
    of another site is sent without asking us, JSON is not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """State JSON in place of what was stated."""
        if scope["type"] == "http" and _is_protected(scope["path"]) and "origin" not in Headers(scope=scope):
            others = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
            scope["headers"] = [*others, (b"content-type", b"application/json")]
        await self.app(scope, receive, send)


def _only_reads(scope: Scope) -> bool:
    return scope["method"] in READING_METHODS or (scope["method"] == "POST" and scope["path"] in READING_POSTS)


def _is_protected(path: str) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in PROTECTED)
