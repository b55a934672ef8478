"""What Meta's webhook says: whether a notification is Meta's own, and which leads it announces."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from adplanning.core.errors import InvalidData, Unauthorized

MAX_CHANGES: Final = 1000
"""The most changes in one notification. Source: Meta, Webhooks, Getting started ("up to 1000 updates")."""
_SCHEME = "sha256="


class Announcement(NamedTuple):
    """A lead of which only the numbers are known yet."""

    platform_lead_id: str
    page_id: str | None
    form_id: str | None


def is_challenge_due(mode: str | None, token: str | None, *, verify_token: str | None) -> bool:
    """Whether Meta may have the challenge of its handshake back; never while no verify token is set.

    >>> is_challenge_due("subscribe", "word", verify_token="word"), is_challenge_due("subscribe", "", verify_token=None)
    (True, False)
    """
    if not verify_token or token is None or mode != "subscribe":
        return False
    return hmac.compare_digest(_bytes(token), _bytes(verify_token))


def refuse_forged(body: bytes, signature: str | None, *, app_secret: str | None) -> None:
    """Let a notification through that bears Meta's signature, and no other.

    Formula: `sha256=` and the hexadecimal HMAC-SHA256 of the bytes of the body, with the app's secret as its key.

    Source: Meta, Webhooks, Getting started, "Validate payloads".

    Raises
    ------
    Unauthorized : no signature or another one, or no app secret to check it with.
    """
    if not app_secret:
        raise Unauthorized("notifications are taken only with an app secret; set ADPLANNING_META_APP_SECRET")
    expected = _SCHEME + hmac.new(_bytes(app_secret), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(_bytes(signature or ""), _bytes(expected)):
        raise Unauthorized("X-Hub-Signature-256: is not that of the app at Meta over the bytes of this body")


def announcements(body: bytes) -> list[Announcement]:
    """The leads that a notification announces, each once; what it says of other things is passed over.

    Raises
    ------
    InvalidData : not JSON, not an object, or more changes than Meta sends at once.

    >>> announcements(b'{"object": "page", "entry": [{"id": "5", "changes": [{"field": "leadgen", "value": '
    ...               b'{"leadgen_id": "71", "form_id": "6"}}]}]}')
    [Announcement(platform_lead_id='71', page_id='5', form_id='6')]
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidData.at("body", "is not JSON") from None
    if not isinstance(content, dict):
        raise InvalidData.at("body", "is not a JSON object")
    if content.get("object") != "page":
        return []
    found: dict[str, Announcement] = {}
    for n_changes, (page_id, change) in enumerate(_changes(content), 1):
        if n_changes > MAX_CHANGES:
            raise InvalidData.at("entry", f"holds more than {MAX_CHANGES} changes; send at most that many at once")
        value = change.get("value")
        if change.get("field") != "leadgen" or not isinstance(value, dict):
            continue
        lead_id = _id(value.get("leadgen_id"))
        if lead_id is not None:
            announced = Announcement(lead_id, _id(value.get("page_id")) or page_id, _id(value.get("form_id")))
            found.setdefault(lead_id, announced)
    return list(found.values())


def _changes(content: dict[str, Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    entries = content.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        changes = entry.get("changes") if isinstance(entry, dict) else None
        for change in changes if isinstance(changes, list) else ():
            if isinstance(change, dict):
                yield _id(entry.get("id")), change


def _id(value: object) -> str | None:
    """A number of Meta's, which it sends as text or as a number; nothing else becomes part of an address."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdecimal() and len(text) <= 64 else None


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
