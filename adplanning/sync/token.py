"""The access token: how long it lasts, and that a refused one is not tried again and again."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.core.vocabulary import Stream, StreamFault
from adplanning.meta_ads.client import MetaClient
from adplanning.meta_ads.connection_service import EVERYTHING
from adplanning.meta_ads.graph_errors import BadRequest, NeedsReauthorisation, PermissionMissing
from adplanning.store.session import reading
from adplanning.store.tables.syncing import SyncStream
from adplanning.sync.streams import stream

REFUSED_FOR = timedelta(hours=1)
WARNED_BEFORE = timedelta(days=7)
_NEW_ONE = (
    "open Meta Business Suite → Settings → Users → System users, make a new one, set ADPLANNING_META_ACCESS_TOKEN and "
    "restart. All that was read is kept."
)
_MARK, _EXPIRES = "token", "expires_at"


def is_refused(engine: Engine, token: SecretStr, now: datetime) -> bool:
    """Whether Meta has refused this very token within the last hour."""
    with reading(engine) as session:
        row = session.get(SyncStream, (EVERYTHING, Stream.token.value))
    if row is None or row.fault != StreamFault.needs_reauthorisation or row.finished_at is None:
        return False
    return (row.details or {}).get(_MARK) == _mark(token) and row.finished_at > now - REFUSED_FOR


def check_token(engine: Engine, client: MetaClient, token: SecretStr, *, now: Callable[[], datetime]) -> None:
    """Ask when the token expires, where Meta tells it; one that does within a week is told as missing.

    Raises
    ------
    NeedsReauthorisation : Meta refuses it.
    """
    with stream(engine, EVERYTHING, Stream.token, now=now) as run:
        if not run.is_due:
            return
        run.details = {_MARK: _mark(token)}
        try:
            told = client.get("debug_token", input_token=token.get_secret_value()).get("data")
        except (BadRequest, PermissionMissing):
            return
        expires = told.get("expires_at") if isinstance(told, dict) else None
        if not isinstance(expires, int) or expires <= 0:
            return
        at = datetime.fromtimestamp(expires, UTC)
        run.details[_EXPIRES] = at.isoformat()
        if at - now() <= WARNED_BEFORE:
            run.missing.append(f"the access token expires on {at:%Y-%m-%d}; before that, {_NEW_ONE}")


def keep_refusal(
    engine: Engine, token: SecretStr, refused: NeedsReauthorisation, *, now: Callable[[], datetime]
) -> None:
    """Say that the token is refused, with what to do."""
    with contextlib.suppress(NeedsReauthorisation), stream(engine, EVERYTHING, Stream.token, now=now) as run:
        expired = run.details.get(_EXPIRES)
        run.details |= {_MARK: _mark(token)}
        what = "Meta refuses the access token"
        if expired is not None and datetime.fromisoformat(expired) <= now():
            what = f"The access token expired on {expired[:10]}"
        raise NeedsReauthorisation(f"{what}: {_NEW_ONE}", code=refused.code, subcode=refused.subcode)


def _mark(token: SecretStr) -> str:
    """Tells one token from another, and nothing about it."""
    return hashlib.sha256(token.get_secret_value().encode()).hexdigest()[:12]
