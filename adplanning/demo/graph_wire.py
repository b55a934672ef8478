"""What is asked of the invented Graph API and what it answers: requests, answers, refusals, cursors and pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

DEFAULT_LIMIT = 25
MAX_LIMIT = 5000


@dataclass(frozen=True)
class Condition:
    """One condition that rows are filtered by."""

    field: str
    operator: str
    value: Any

    def not_supported(self) -> Refused:
        """The refusal of a condition that the place does not know."""
        return refused(f"(#100) Filtering field {self.field} with operation {self.operator} is not supported")


@dataclass(frozen=True)
class Request:
    """One call; `path` is without version and last slash, `params` without the token, `base_url` with the version."""

    method: str
    path: str
    params: Mapping[str, str]
    token: str
    base_url: str

    @property
    def parts(self) -> list[str]:
        """The components of the path.

        >>> Request("GET", "/act_1/campaigns", {}, "", "").parts
        ['act_1', 'campaigns']
        """
        return self.path.strip("/").split("/")

    @property
    def limit(self) -> int:
        """How many rows a page may have."""
        asked = self.params.get("limit", str(DEFAULT_LIMIT))
        if not asked.isdecimal() or not 0 < int(asked) <= MAX_LIMIT:
            raise refused(f"(#100) Param limit must be a number between 1 and {MAX_LIMIT}")
        return int(asked)

    @property
    def start(self) -> int:
        """How many rows come before this page."""
        return place_of(self.params["after"]) if "after" in self.params else 0

    @property
    def conditions(self) -> list[Condition]:
        """The conditions of the parameter `filtering`."""
        try:
            return [Condition(**condition) for condition in self.json_param("filtering") or ()]
        except TypeError:
            raise refused("(#100) Param filtering must be a list of {field, operator, value}") from None

    def seconds(self, name: str, unasked: float) -> float:
        """A parameter that holds an instant in seconds since 1970."""
        try:
            return float(self.params.get(name, unasked))
        except ValueError:
            raise refused(f"(#100) Param {name} must be an instant in seconds") from None

    def after(self, cursor: str) -> Request:
        """The same question from a cursor on."""
        return replace(self, params={**self.params, "after": cursor})

    def json_param(self, name: str) -> Any:
        """A parameter that holds JSON, or None where it is not given."""
        try:
            return json.loads(self.params[name]) if name in self.params else None
        except ValueError:
            raise refused(f"(#100) Param {name} must be valid JSON") from None


@dataclass(frozen=True)
class Answer:
    """What goes back, and how: `dropped` cuts the connection in the middle of the body, `delay_s` comes before it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=UTF-8"
    delivery: Literal["whole", "dropped"] = "whole"
    delay_s: float = 0

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Refused(Exception):
    """Graph answers with an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


def as_bytes(content: Any) -> bytes:
    """Write JSON as Graph does: without spaces, ASCII only."""
    return json.dumps(content, separators=(",", ":")).encode()


def error(
    message: str,
    code: int = 100,
    subcode: int | None = None,
    *,
    status: int = 400,
    is_transient: bool = False,
    headers: Mapping[str, str] | None = None,
    **more: str,
) -> Answer:
    """Graph's error answer; `more` holds fields such as error_user_title.

    >>> error("(#100) no", subcode=33).json()["error"]["error_subcode"]
    33
    """
    kind = "OAuthException" if status < 500 else "FacebookApiException"
    content: dict[str, Any] = {"message": message, "type": kind, "code": code, "is_transient": is_transient}
    if subcode is not None:
        content["error_subcode"] = subcode
    return Answer(status, as_bytes({"error": {**content, **more, "fbtrace_id": "AFakeTrace"}}), headers or {})


def refused(message: str, code: int = 100, subcode: int | None = None) -> Refused:
    """The exception that carries Graph's error answer."""
    return Refused(error(message, code, subcode))


def not_found(object_id: str) -> Refused:
    """Graph's answer about an id that is unknown, or is not shown to this token."""
    return refused(
        f"Unsupported get request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        100,
        33,
    )


def report_record(run_id: str, status: str, percent: int) -> dict[str, Any]:
    """What a poll of a report run answers; only the status tells whether it is complete."""
    return {"id": run_id, "async_status": status, "async_percent_completion": percent}


def cursor_at(place: int, word: Literal["at", "still"] = "at") -> str:
    """The opaque cursor of a place in a list; a place has two, as a page without rows must lead on.

    >>> place_of(cursor_at(500)), place_of(cursor_at(500, "still"))
    (500, 500)
    """
    return base64.urlsafe_b64encode(f"{word}:{place}".encode()).decode()


def place_of(cursor: str) -> int:
    """The place that a cursor stands for."""
    try:
        name, _, place = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if name in ("at", "still") and place.isdecimal():
            return int(place)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise refused("(#100) Invalid cursors values")


def page(request: Request, n_rows: int, written: Callable[[int, int], Sequence[str]]) -> Answer:
    """One page of a list; `after` stands on the last one too, only `next` is missing there.

    Parameters
    ----------
    n_rows : of the whole list.
    written : answers the rows from one place up to another, each as JSON.
    """
    start = request.start
    stop = min(start + request.limit, n_rows)
    rows = written(start, stop) if start < stop else ()
    content = f'"data":[{",".join(rows)}]'
    if rows:
        content += f',"paging":{_paging(request, start, stop, n_rows)}'
    if "summary" in request.params:
        content += f',"summary":{{"total_count":{n_rows}}}'
    return Answer(200, f"{{{content}}}".encode())


def _paging(request: Request, start: int, stop: int, n_rows: int) -> str:
    paging: dict[str, Any] = {"cursors": {"before": cursor_at(start), "after": cursor_at(stop)}}
    if stop < n_rows:
        # Graph writes the token into the address, which is one of the reasons not to follow it.
        query = urlencode({**request.params, "access_token": request.token, "after": cursor_at(stop)})
        paging["next"] = f"{request.base_url}{request.path}?{query}"
    return json.dumps(paging, separators=(",", ":"))
