"""What Meta's webhook says."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import orjson
import pytest

from adplanning.core.errors import InvalidData, Unauthorized
from adplanning.leads.notifications import (
    MAX_CHANGES,
    Announcement,
    announcements,
    is_challenge_due,
    refuse_forged,
)


def signed(body: bytes, secret: str = "secret") -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def notification(*values: Any, field: str = "leadgen", name: str = "page") -> bytes:
    changes = [{"field": field, "value": value} for value in values]
    return orjson.dumps({"object": name, "entry": [{"id": "5", "time": 1, "changes": changes}]})


@pytest.mark.parametrize(
    ("mode", "token", "verify_token", "is_due"),
    [
        ("subscribe", "word", "word", True),
        ("subscribe", "other", "word", False),
        ("unsubscribe", "word", "word", False),
        (None, "word", "word", False),
        ("subscribe", None, "word", False),
        # Nothing is set: nothing equals it.
        ("subscribe", None, None, False),
        ("subscribe", "", "", False),
        ("subscribe", "wörd", "wörd", True),
    ],
)
def test_the_challenge_is_for_whoever_knows_the_word(
    mode: str | None, token: str | None, verify_token: str | None, is_due: bool
) -> None:
    assert is_challenge_due(mode, token, verify_token=verify_token) is is_due


def test_the_signature_of_rfc_4231_is_known() -> None:
    """Test case 2 of RFC 4231, section 4.3."""
    known = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    refuse_forged(b"what do ya want for nothing?", known, app_secret="Jefe")


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha256=00", signed(b"{}", "other"), signed(b"{} "), "é"])
def test_a_forged_notification_is_refused(signature: str | None) -> None:
    with pytest.raises(Unauthorized, match="X-Hub-Signature-256"):
        refuse_forged(b"{}", signature, app_secret="secret")


@pytest.mark.parametrize("secret", [None, ""])
def test_without_an_app_secret_no_signature_is_good(secret: str | None) -> None:
    with pytest.raises(Unauthorized, match="ADPLANNING_META_APP_SECRET"):
        refuse_forged(b"{}", signed(b"{}", ""), app_secret=secret)


def test_each_lead_is_announced_once_with_its_page_and_form() -> None:
    body = notification(
        {"leadgen_id": "71", "page_id": "50", "form_id": "6"},
        {"leadgen_id": 72, "form_id": 6},
        {"leadgen_id": "71", "page_id": "50", "form_id": "6"},
    )
    assert announcements(body) == [Announcement("71", "50", "6"), Announcement("72", "5", "6")]


@pytest.mark.parametrize(
    "body",
    [
        notification({"leadgen_id": "71"}, field="feed"),
        notification({"leadgen_id": "71"}, name="user"),
        notification("71"),
        notification({"leadgen_id": "../me"}, {"leadgen_id": None}, {"leadgen_id": True}, {"leadgen_id": [1]}, {}),
        b"{}",
        b'{"object": "page"}',
        b'{"object": "page", "entry": "x"}',
        b'{"object": "page", "entry": [1, {"changes": 2}, {"changes": [3]}]}',
    ],
)
def test_what_announces_no_lead_is_passed_over(body: bytes) -> None:
    assert announcements(body) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidData, match="body: is not"):
        announcements(body)


def test_a_thousand_changes_are_taken_and_one_more_is_refused() -> None:
    values = [{"leadgen_id": str(n)} for n in range(MAX_CHANGES)]
    assert len(announcements(notification(*values))) == MAX_CHANGES
    with pytest.raises(InvalidData, match="more than 1000 changes"):
        announcements(notification(*values, {"leadgen_id": "x"}))
