"""/webhooks/meta: Meta says that a lead was left; it is written down before Meta is told so, and fetched afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, SecretStr

from adplanning.api.deps import AppSettings, Now, StoreEngine
from adplanning.core.errors import Forbidden
from adplanning.leads.inbox_service import announce
from adplanning.leads.notifications import announcements, is_challenge_due, refuse_forged
from adplanning.store.session import writing
from adplanning.sync.announced import fetch_now

router = APIRouter(prefix="/webhooks/meta", tags=["webhooks"])

_SIGNATURE = "X-Hub-Signature-256"


class ReceivedAnswer(BaseModel):
    """How many leads the notification has announced."""

    success: bool = True
    announced: int


async def _own_body(
    request: Request, settings: AppSettings, signature: Annotated[str | None, Header(alias=_SIGNATURE)] = None
) -> bytes:
    """The body as it came, once its signature is known to be Meta's: nothing reads it before."""
    body = await request.body()
    refuse_forged(body, signature, app_secret=_word(settings.meta_app_secret))
    return body


OwnBody = Annotated[bytes, Depends(_own_body)]


@router.get("", response_class=PlainTextResponse, responses={403: {"description": "the verify token is another one"}})
def shake_hands(
    settings: AppSettings,
    mode: Annotated[str | None, Query(alias="hub.mode")] = None,
    token: Annotated[str | None, Query(alias="hub.verify_token")] = None,
    challenge: Annotated[str, Query(alias="hub.challenge", max_length=2000)] = "",
) -> PlainTextResponse:
    """Give Meta's challenge back when it knows the verify token."""
    if not is_challenge_due(mode, token, verify_token=_word(settings.meta_verify_token)):
        raise Forbidden("hub.verify_token: is not the one in ADPLANNING_META_VERIFY_TOKEN, or none is set there")
    return PlainTextResponse(challenge)


@router.post("", responses={401: {"description": "the signature is not that of the app at Meta"}})
def receive(
    body: OwnBody, engine: StoreEngine, settings: AppSettings, now: Now, tasks: BackgroundTasks
) -> ReceivedAnswer:
    """Write down which leads are to be fetched; other notifications are acknowledged and passed over."""
    announced = announcements(body)
    with writing(engine) as session:
        announce(session, announced, now=now)
    if announced and settings.meta_access_token is not None:
        tasks.add_task(fetch_now, engine, settings, now=_clock)
    return ReceivedAnswer(announced=len(announced))


def _word(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _clock() -> datetime:
    return datetime.now(UTC)
