"""How refusals reach a client: `{"type", "message", "error"}` with the right status, never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException

from adplanning.core import errors
from adplanning.core.errors import AdplanningError, Conflict
from adplanning.core.validation import invalid_data

log = logging.getLogger(__name__)

STATUS: Mapping[type[AdplanningError], int] = {
    errors.InvalidData: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.RateLimited: 429,
    errors.StoreUnavailable: 503,
}
_TYPE_OF_STATUS = {400: "invalid_data", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "invalid_data"}
_WORDS_OF_STATUS = {
    404: "there is nothing at this address; see /openapi.json for those that exist",
    405: "this address does not take this method; see /openapi.json for those it takes",
}
RETRY_AFTER_SECONDS = 2
UNIQUE_VIOLATION = "23505"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
MEANING: Mapping[int, str] = {
    400: "a value is not allowed; the message names it",
    401: "no key, or an unknown one",
    403: "the key's role does not allow this",
    404: "no record under that id",
    409: "the same thing is there already",
    413: "larger than the stated bound",
    429: "faster than allowed; see Retry-After",
    500: "an error of this server; its log says more",
    503: "the database cannot be used now; nothing was stored; see Retry-After",
}
REFUSAL_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "message", "error"],
    "properties": {
        "type": {
            "enum": [
                "invalid_data",
                "unauthorized",
                "forbidden",
                "not_found",
                "conflict",
                "too_large",
                "rate_limited",
                "unexpected",
            ]
        },
        "message": {"type": "string"},
        "error": {"type": "string"},
        "issues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def error_body(kind: str, message: str, issues: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """The body of every refusal; `error` repeats the message for older clients.

    >>> error_body("not_found", "goal_1 is not a goal")
    {'type': 'not_found', 'message': 'goal_1 is not a goal', 'error': 'goal_1 is not a goal'}
    """
    body: dict[str, Any] = {"type": kind, "message": message, "error": message}
    if issues:
        body["issues"] = [{"path": path, "message": text} for path, text in issues]
    return body


def refusal(fault: AdplanningError) -> JSONResponse:
    """The answer to one of our own errors."""
    headers = {}
    if isinstance(fault, errors.RateLimited):
        headers["Retry-After"] = str(fault.retry_after_seconds)
    elif isinstance(fault, errors.StoreUnavailable):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    elif isinstance(fault, errors.Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="adplanning", Basic realm="adplanning"'
    issues = fault.issues if isinstance(fault, errors.InvalidData) else ()
    status = next((code for kind, code in STATUS.items() if isinstance(fault, kind)), 500)
    return JSONResponse(error_body(fault.type, fault.message, issues), status, headers)


def install(app: FastAPI) -> None:
    """Answer every error of the application in one form."""

    @app.exception_handler(AdplanningError)
    async def refuse(_: Request, fault: AdplanningError) -> JSONResponse:
        return refusal(fault)

    @app.exception_handler(RequestValidationError)
    async def refuse_input(_: Request, fault: RequestValidationError) -> JSONResponse:
        return refusal(invalid_data(fault.errors()))

    @app.exception_handler(HTTPException)
    async def refuse_request(_: Request, fault: HTTPException) -> JSONResponse:
        kind = _TYPE_OF_STATUS.get(fault.status_code, "unexpected")
        message = _WORDS_OF_STATUS.get(fault.status_code, str(fault.detail))
        return JSONResponse(error_body(kind, message), fault.status_code, dict(fault.headers or {}))

    @app.exception_handler(IntegrityError)
    async def refuse_second(request: Request, fault: IntegrityError) -> JSONResponse:
        # A service looks before it writes; in PostgreSQL somebody else may write in between.
        if getattr(fault.orig, "sqlstate", None) != UNIQUE_VIOLATION:
            return await apologise(request, fault)
        return refusal(Conflict("somebody has stored the same at this moment; look it up, then change that one"))

    @app.exception_handler(DBAPIError)
    @app.exception_handler(Exception)
    async def apologise(request: Request, fault: Exception) -> JSONResponse:
        # The traceback is for the log alone: it may hold values of the request.
        log.error("unexpected error at %s %s", request.method, request.url.path, exc_info=fault)
        return JSONResponse(
            error_body("unexpected", "something went wrong here; nothing was stored; the server's log says what"), 500
        )
