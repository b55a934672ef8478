"""/web/ad-planning: what storefronts call without a key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, TypeAdapter
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adplanning.api.deps import Now, Reading
from adplanning.api.errors import refusal
from adplanning.api.intake import Intake, ReadBody, Sender
from adplanning.core.errors import AdplanningError, InvalidData, TooLarge
from adplanning.core.periods import isoformat
from adplanning.core.texts import storable_text
from adplanning.tracking import service
from adplanning.tracking.intent import Level
from adplanning.tracking.public_events import Kind, PublicConversion, PublicJourneyEvent

# Its indentation is for readers; every visitor of a shop loads the rest.
TRACKER = b"\n".join(map(bytes.strip, Path(service.__file__).with_name("tracker.js").read_bytes().splitlines()))
BODY_SECONDS = 10
PREFLIGHT_SECONDS = 600


class PublicRoute(APIRoute):
    """A route whose every answer, refusals too, the pages of known websites may read."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and name the origin as one that may read."""
        readable = await _readable_for(scope)

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *readable]
            await send(message)

        await super().handle(scope, receive, send_readable if readable else send)


class EventsFirst:
    """ASGI middleware, to be added last: answers events before all layers that they do not need.

    Routing, dependencies and the other middleware cost more than all the rest of taking an event. The routes below
    answer the same to whoever comes to them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an event; let everything else through."""
        endpoint = _EVENTS.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        readable: list[tuple[bytes, bytes]] = []
        try:
            readable = await _readable_for(scope)
            response = await endpoint(Request(scope, receive))
        except AdplanningError as fault:
            response = refusal(fault)
        response.raw_headers.extend(readable)
        await response(scope, receive, send)


async def _readable_for(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers by which a browser lets a page of a known website read the answer."""
    origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
    if origin is None:
        return []
    named = [(b"vary", b"Origin")]
    if await scope["app"].state.intake.websites.allows(origin.decode("latin-1")):
        named += [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", b"Retry-After")]
    return named


router = APIRouter(prefix="/web/ad-planning", tags=["tracking"], route_class=PublicRoute)


class IntentAnswer(BaseModel):
    """How ready to buy a visitor looks."""

    visitor_id: str
    score: float
    level: Level
    breakdown: dict[str, float]
    signals: dict[str, float]
    window_hours: int
    calculated_at: str | None


def _described(body: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """What OpenAPI says of an address that reads its own body; `text/plain` is what sendBeacon sends."""
    return {
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": body} for kind in ("application/json", "text/plain")},
        },
        "responses": {
            "200": {
                "description": "stored; committed before this answer",
                "content": {"application/json": {"schema": {"type": "object", "properties": answer}}},
            }
        },
    }


def _schema(kind: Any) -> dict[str, Any]:
    return TypeAdapter(kind).json_schema()


_CONVERSION, _JOURNEY_EVENT = _schema(PublicConversion), _schema(PublicJourneyEvent)
_BATCH = {
    "type": "object",
    "required": ["events"],
    "properties": {"events": {"type": "array", "minItems": 1, "items": {"oneOf": [_CONVERSION, _JOURNEY_EVENT]}}},
}
_ONE = {"success": {"type": "boolean"}, "message": {"type": "string"}, "duplicate": {"type": "boolean"}}
_MANY = {
    "success": {"type": "boolean"},
    "accepted": {"type": "integer"},
    "duplicates": {"type": "integer"},
    "rejected": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"index": {"type": "integer"}, "message": {"type": "string"}},
        },
    },
    "ids": {"type": "array", "items": {"type": "string"}},
}


@router.post(
    "/track-conversion",
    openapi_extra=_described(_CONVERSION, {**_ONE, "conversion_id": {"type": "string"}}),
)
async def track_conversion(request: Request) -> Response:
    """Store one conversion; the same event_id, or the same order_id of a purchase, again answers the first one's id."""
    return await _track_one(request, "conversion", "conversion_id")


@router.post(
    "/track-journey",
    openapi_extra=_described(_JOURNEY_EVENT, {**_ONE, "journey_id": {"type": "string"}}),
)
async def track_journey(request: Request) -> Response:
    """Store one journey event; the same event_id again answers the first one's id."""
    return await _track_one(request, "journey", "journey_id")


@router.post("/batch", openapi_extra=_described(_BATCH, _MANY))
async def track_batch(request: Request) -> Response:
    """Store up to 500 events; what is wrong with some is said by their index and does not keep the others out."""
    taken = await _intake(request).take_batch(_body(request), _sender(request))
    n_duplicates = sum(tracked.duplicate for tracked in taken.tracked)
    return _json(
        {
            "success": True,
            "accepted": len(taken.tracked) - n_duplicates,
            "duplicates": n_duplicates,
            "rejected": [{"index": index, "message": message} for index, message in taken.rejected],
            "ids": [tracked.id for tracked in taken.tracked],
        }
    )


@router.get("/intent")
def intent(
    request: Request,
    session: Reading,
    now: Now,
    visitor_id: Annotated[str, Query(min_length=1, max_length=256), AfterValidator(storable_text)],
    window_hours: Annotated[int, Query(ge=1, le=168)] = 24,
) -> IntentAnswer:
    """How ready to buy a visitor looks, by what they did in the last hours."""
    _intake(request).admit(_sender(request))
    found = service.intent_of(session, visitor_id, window_hours=window_hours, as_of=now)
    return IntentAnswer(
        visitor_id=visitor_id,
        score=found.score,
        level=found.level,
        breakdown=found.breakdown,
        signals=found.signals,
        window_hours=window_hours,
        calculated_at=isoformat(now),
    )


@router.get("/tracker.js", response_class=Response)
async def tracker() -> Response:
    """The script that a storefront's pages load."""
    return Response(TRACKER, media_type="text/javascript", headers={"Cache-Control": "public, max-age=3600"})


@router.options("/{_}", include_in_schema=False)
async def preflight() -> Response:
    """What a browser asks before it sends JSON from another origin."""
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        },
    )


_EVENTS: Mapping[str, Callable[[Request], Awaitable[Response]]] = {
    f"{router.prefix}/track-conversion": track_conversion,
    f"{router.prefix}/track-journey": track_journey,
    f"{router.prefix}/batch": track_batch,
}


async def _track_one(request: Request, kind: Kind, id_name: str) -> Response:
    tracked = await _intake(request).take(kind, _body(request), _sender(request))
    answer = {"success": True, "message": f"the {kind} is stored", id_name: tracked.id}
    if tracked.duplicate:
        answer |= {"message": f"the {kind} was stored before", "duplicate": True}
    return _json(answer)


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")


def _intake(request: Request) -> Intake:
    return request.app.state.intake  # type: ignore[no-any-return]


def _sender(request: Request) -> Sender:
    # Starlette's own headers search a list for every name.
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    return _intake(request).sender(request.client.host if request.client else "", headers)


def _body(request: Request) -> ReadBody:
    """What reads the body of a request within a bound, and within a time."""

    async def read(most: int) -> bytes:
        too_large = f"body: larger than {most} bytes, which is the most this address takes"
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            raise TooLarge(too_large)
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in request.stream():
                    body += part
                    if len(body) > most:
                        raise TooLarge(too_large)
        except (TimeoutError, ClientDisconnect):
            raise InvalidData.at("body", f"has not come in whole within {BODY_SECONDS} seconds") from None
        return bytes(body)

    return read
