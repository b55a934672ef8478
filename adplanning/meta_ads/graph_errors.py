"""What an answer of the Graph API is: a record to use, or which kind of refusal, and what people can do about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from adplanning.core.errors import AdplanningError

# Limits of the app (4), the user or ad account (17, 613), the page (32), and of one business use case each.
THROTTLE_CODES = frozenset({4, 17, 32, 613, *range(80000, 80007), 80008, 80009, 80014})
_TOKEN_CODES = frozenset({102, 190})
_TOKEN_SUBCODES = {
    458: "the app was removed from the account",
    459: "the user has to pass a check of Facebook first",
    460: "the password was changed",
    463: "it has expired",
    467: "it is not valid any more",
}
_PASSING_CODES = frozenset({1, 2, 341})
_PASSING_SUBCODE = 99
_PERMISSION_CODES = frozenset({3, 10, *range(200, 300)})
# It has no code of its own: it comes with 1 or 100.
_REDUCE = re.compile(r"reduce the amount of data", re.IGNORECASE)

_LEADS = ("leads_retrieval", "pages_show_list", "pages_read_engagement", "pages_manage_ads", "ads_management")
_POSTS = ("pages_show_list", "pages_read_engagement")
_SCOPES_OF_EDGE = {
    "accounts": ("pages_show_list",),
    "leads": _LEADS,
    "leadgen_forms": _LEADS,
    "feed": _POSTS,
    "posts": _POSTS,
    "published_posts": _POSTS,
    "scheduled_posts": _POSTS,
}


class GraphError(AdplanningError):
    """Meta has not answered a call; `code` and `subcode` are Meta's own."""

    def __init__(self, message: str, *, code: int | None = None, subcode: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode


class Throttled(GraphError):
    """Meta's limit for this scope is reached; nothing is wrong, it goes on at `resume_at`."""

    def __init__(self, resume_at: datetime, scope: str) -> None:
        super().__init__(
            f"Meta's rate limit for {scope} is reached. Nothing is lost: the sync goes on after "
            f"{resume_at:%Y-%m-%d %H:%M} UTC."
        )
        self.resume_at = resume_at
        self.scope = scope


class Transient(GraphError):
    """A fault that passes by itself, but has not within all tries."""


class NeedsReauthorisation(GraphError):
    """The token is not accepted; no call with it can succeed."""


class PermissionMissing(GraphError):
    """The token is good, but does not allow this call; `scopes` are those that it needs."""

    def __init__(
        self, message: str, scopes: tuple[str, ...], *, code: int | None = None, subcode: int | None = None
    ) -> None:
        super().__init__(message, code=code, subcode=subcode)
        self.scopes = scopes


class BadRequest(GraphError):
    """Meta does not understand the call, or the object does not exist."""


class TooMuchData(GraphError):
    """More than Meta answers at once, on the smallest pages too; ask for fewer days."""


class ReportFailed(GraphError):
    """Meta has not finished a report, twice or in time; ask for fewer days."""


@dataclass(frozen=True)
class Refusal:
    """Why an answer is not one; `said` are Meta's own words, without secrets."""

    kind: type[GraphError]
    said: str
    code: int | None = None
    subcode: int | None = None

    def error(self, path: str, *, is_page: bool = False) -> GraphError:
        """The exception for people, of any kind but `Throttled`, which needs a clock.

        Parameters
        ----------
        path : what was asked for; tells which permissions it needs.
        is_page : whether it was asked with the token of a page.

        >>> Refusal(PermissionMissing, "no", 10).error("12/leads").scopes[0]
        'leads_retrieval'
        """
        if self.kind is PermissionMissing:
            scopes = scopes_of(path, is_page=is_page)
            return PermissionMissing(
                f"The token may not read {path}. Give the system user of the token access to the object, and the app "
                f"the permissions {', '.join(scopes)}; then make a new token. Meta says: {self.said}",
                scopes,
                code=self.code,
                subcode=self.subcode,
            )
        return self.kind(self._sentence(path), code=self.code, subcode=self.subcode)

    def _sentence(self, path: str) -> str:
        if self.kind is NeedsReauthorisation:
            why = _TOKEN_SUBCODES.get(self.subcode or 0, "it is not valid")
            return (
                f"Meta does not accept the access token: {why}. Make a new one in Meta's Business settings, set it "
                "as ADPLANNING_META_ACCESS_TOKEN, and restart. All that was read before is kept."
            )
        if self.kind is TooMuchData:
            return f"{path} holds more data than Meta answers at once. Ask for fewer days. Meta says: {self.said}"
        if self.kind is Transient:
            return f"Meta does not answer {path} at present. Try again later. The last answer: {self.said}"
        return (
            f"Meta refuses the call {path}. Check that the object still exists and is shared with the token, and that "
            f"the API's version is not out of date. Meta says: {self.said}"
        )


def answer(status: int, body: bytes, *, secrets: Collection[str] = ()) -> dict[str, Any] | Refusal:
    """Read an answer of the Graph API: its JSON object, or the one kind of refusal that it is.

    Parameters
    ----------
    status : of HTTP; Meta's errors mostly come as 400, limits too.
    body : what came; HTML, half a text or anything but an object count as a passing fault.
    secrets : texts that `said` must not hold.

    >>> answer(200, b'{"id": "act_1"}')
    {'id': 'act_1'}
    >>> answer(400, b'{"error": {"code": 80004, "message": "too many calls"}}').kind.__name__
    'Throttled'
    >>> answer(502, b"<html>")
    Refusal(kind=<class 'adplanning.meta_ads.graph_errors.Transient'>, said='HTTP 502 without JSON', code=None,
            subcode=None)

    Source: Meta, Graph API, Handle errors (developers.facebook.com/docs/graph-api/guides/error-handling); Marketing
    API, Rate limiting and Error codes.
    """
    if 300 <= status < 400:
        return Refusal(BadRequest, f"HTTP {status}, a redirect; it is not followed")
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        content = None
    if not isinstance(content, dict):
        return Refusal(Transient, f"HTTP {status} without JSON" if content is None else f"HTTP {status}, not a record")
    fault = content.get("error")
    if isinstance(fault, dict):
        code, subcode = _whole(fault.get("code")), _whole(fault.get("error_subcode"))
        said = str(fault.get("message") or fault.get("error_user_msg") or "")
        is_passing = fault.get("is_transient") is True or status >= 500
        return Refusal(_kind(code, subcode, said, is_passing), _without(secrets, said), code, subcode)
    if status >= 400:
        return Refusal(Transient if status >= 500 else BadRequest, f"HTTP {status} without a reason")
    return content


def scopes_of(path: str, *, is_page: bool = False) -> tuple[str, ...]:
    """The permissions that a path needs.

    >>> scopes_of("act_1/insights"), scopes_of("me/accounts"), scopes_of("77", is_page=True)[0]
    (('ads_read',), ('pages_show_list',), 'leads_retrieval')

    Source: Meta, Permissions reference, and Marketing API, Retrieving leads.
    """
    edge = path.rsplit("/", 1)[-1]
    # A single record asked for with a page's token is a lead.
    return _SCOPES_OF_EDGE.get(edge, _LEADS if is_page else ("ads_read",))


def _kind(code: int | None, subcode: int | None, said: str, is_passing: bool) -> type[GraphError]:
    # The order matters: limits say is_transient too, and too much data comes with a passing code.
    if code in THROTTLE_CODES:
        return Throttled
    if code in _TOKEN_CODES or subcode in _TOKEN_SUBCODES:
        return NeedsReauthorisation
    if _REDUCE.search(said):
        return TooMuchData
    if is_passing or code in _PASSING_CODES or subcode == _PASSING_SUBCODE:
        return Transient
    if code in _PERMISSION_CODES:
        return PermissionMissing
    return BadRequest


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _without(secrets: Collection[str], said: str) -> str:
    """Meta repeats a malformed token in its message, and addresses may hold one in their query."""
    for secret in secrets:
        said = said.replace(secret, "…")
    return re.sub(r"(https?://[^\s?]+)\?\S*", r"\1", " ".join(said.split()))[:300]
