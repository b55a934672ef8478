"""Which headers pass between a browser and the dashboards' process, and which are set here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers

# A browser's headers that mean something to the process behind; credentials and names of users are set here alone.
_PASSED_ON = frozenset({
    "accept", "accept-encoding", "accept-language", "content-type", "if-modified-since", "if-none-match", "range",
    "user-agent", "x-xsrftoken",
})  # fmt: skip
_PASSED_BACK = frozenset({
    b"accept-ranges", b"cache-control", b"content-encoding", b"content-language", b"content-length", b"content-range",
    b"content-type", b"etag", b"expires", b"last-modified", b"retry-after", b"vary",
})  # fmt: skip
_XSRF = "_xsrf"
_XSRF_COOKIE = re.compile(rf"(?:^|;)\s*{_XSRF}=(?P<value>[\w|:.-]{{1,200}})\s*(?:;|$)", re.ASCII)
_HASHED_NAME = re.compile(r"[0-9a-f]{16,}[^/]*\.[a-z0-9]+$")
_HASHED_QUERY = re.compile(r"(?:^|&)v=[0-9a-f]{16,}(?:&|$)")
FOR_EVER = "private, max-age=31536000, immutable"
_STRICT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
# Nothing but words and a form; the form leads nowhere but here.
FORM_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# An executed notebook holds whatever it printed: no script of it runs, nothing is sent anywhere.
NOTEBOOK_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"


def dashboard_policy(host: str) -> str:
    """The Content-Security-Policy of a dashboard: nothing from another host; Vue compiles its templates with eval."""
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; "
        f"connect-src 'self' blob: data: ws://{host} wss://{host}; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
    )


def guarded(policy: str) -> dict[str, str]:
    """The headers of every answer below `/app`, `/sign-in` and `/sign-out`."""
    return {"Content-Security-Policy": policy, **_STRICT}


def for_child(given: Headers, origin: str, token: str) -> dict[str, str]:
    """What a request is passed on with: in the child's own name, with its token, without our cookies."""
    passed = {name: value for name, value in given.items() if name in _PASSED_ON}
    if xsrf := _xsrf_of(given.getlist("cookie")):
        passed["cookie"] = f"{_XSRF}={xsrf}"
    # Without this the client library would ask for an encoding that the browser cannot read.
    passed.setdefault("accept-encoding", "identity")
    return {**passed, "host": origin.removeprefix("http://"), "origin": origin, "authorization": f"token {token}"}


def for_browser(given: Iterable[tuple[bytes, bytes]], policy: str) -> list[tuple[bytes, bytes]]:
    """What an answer is passed back with."""
    passed = [
        (name.lower(), value)
        for name, value in given
        if name.lower() in _PASSED_BACK or (name.lower() == b"set-cookie" and value.startswith(f"{_XSRF}=".encode()))
    ]
    return [*passed, *((name.lower().encode(), value.encode()) for name, value in guarded(policy).items())]


def caching(path: str, query: str) -> str:
    """How long a browser may keep a file: for ever when its name or its version is a hash of its content.

    >>> caching("/app/voila/static/voila.js", ""), caching("/app/x/187.0123456789abcdef.js", "")
    ('private, no-cache', 'private, max-age=31536000, immutable')
    """
    is_hashed = _HASHED_NAME.search(path) or _HASHED_QUERY.search(query)
    return FOR_EVER if is_hashed else "private, no-cache"


def _xsrf_of(cookies: Iterable[str]) -> str | None:
    found = (_XSRF_COOKIE.search(text) for text in cookies)
    return next((match["value"] for match in found if match), None)
