"""The pages that are shown around the dashboards: the sign-in, and a sentence where no dashboard can be shown."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from adplanning.core import errors
from adplanning.core.errors import AdplanningError
from adplanning.server.addresses import HOME
from adplanning.server.headers import FORM_POLICY, guarded

RESTART_S = 3
_STORE_S = 5
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_NOT_FOUND = "There is no page at this address. It may have been mistyped, or what it showed has been removed."
_BUSY = (
    "All places for dashboards are taken at the moment, or the next one is still being made ready. "
    "This page opens by itself as soon as one is free."
)
_RESTARTING = "The dashboards are starting. This takes a few seconds."
_SLOW = "This page took too long to open. Load it again; when that does not help, look into the server's log."
_FAILED = "Something went wrong here. The server's log says what, under this reference."


def sign_in(*, name: str, next_page: str, wrong: str = "", status: int = 200, retry_after_s: int = 0) -> Response:
    """The form for name and password; `wrong` says what was wrong with the last try."""
    values = {"title": "Sign in", "name": name, "next": next_page, "wrong": wrong, "reload_s": 0}
    return _page("sign_in.html", values, status, retry_after_s)


def not_found(*, as_page: bool) -> Response:
    """There is nothing at this address."""
    return _message("Nothing here", _NOT_FOUND, 404, as_page=as_page, way_out=HOME, words="Go to the first page")


def busy(retry_after_s: int, *, as_page: bool) -> Response:
    """As many dashboards are open as may be; the page tries again by itself."""
    return _message("One moment, please", _BUSY, 503, as_page=as_page, retry_after_s=retry_after_s)


def restarting(*, as_page: bool) -> Response:
    """The dashboards' process is not there yet, or not there just now; the page tries again by itself."""
    return _message("One moment, please", _RESTARTING, 503, as_page=as_page, retry_after_s=RESTART_S)


def too_slow(*, as_page: bool) -> Response:
    """No answer in time."""
    return _message("This takes too long", _SLOW, 504, as_page=as_page, way_out=HOME, words="Go to the first page")


def failed(reference: str, *, as_page: bool) -> Response:
    """An error of ours, under the reference that the log has it under."""
    return _message("Something went wrong", _FAILED, 500, as_page=as_page, reference=reference)


def refused(fault: AdplanningError, *, as_page: bool) -> Response:
    """A refusal in its own words."""
    sentence = fault.message[:1].upper() + fault.message[1:] + ("" if fault.message.endswith(".") else ".")
    match fault:
        case errors.NotFound():
            return not_found(as_page=as_page)
        case errors.Unauthorized():
            return _message("Sign in first", sentence, 401, as_page=as_page)
        case errors.Forbidden():
            return _message("Not from here", sentence, 403, as_page=as_page)
        case errors.TooLarge():
            return _message("Too large", sentence, 413, as_page=as_page)
        case errors.StoreUnavailable():
            return _message("One moment, please", sentence, 503, as_page=as_page, retry_after_s=_STORE_S)
    return _message("This is not possible", sentence, 400, as_page=as_page)


def new_reference() -> str:
    """A short mark that is shown to the visitor and written to the log.

    >>> len(new_reference())
    8
    """
    return secrets.token_hex(4)


def _message(
    title: str,
    message: str,
    status: int,
    *,
    as_page: bool,
    retry_after_s: int = 0,
    reference: str = "",
    way_out: str = "",
    words: str = "",
) -> Response:
    if not as_page:
        return PlainTextResponse(message, status, _headers(retry_after_s))
    values = {
        "title": title,
        "message": message,
        "reload_s": retry_after_s,
        "reference": reference,
        "way_out": way_out,
        "way_out_words": words,
    }
    return _page("message.html", values, status, retry_after_s)


def _page(template: str, values: Mapping[str, object], status: int, retry_after_s: int) -> Response:
    return HTMLResponse(_templates.get_template(template).render(values), status, _headers(retry_after_s))


def _headers(retry_after_s: int) -> dict[str, str]:
    headers = {**guarded(FORM_POLICY), "Cache-Control": "no-store"}
    return headers | ({"Retry-After": str(retry_after_s)} if retry_after_s else {})
