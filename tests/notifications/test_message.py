"""How a message is put."""

from __future__ import annotations

import json

import pytest

from adplanning.notifications.message import MAX_SUBJECT, MAX_TEXT, Message, email_of, webhook_body

MESSAGE = Message(
    "Meta is late", "Last read 30 hours ago.", "alert", {"hours": 30.0, "campaign": None}, "https://x.in/a"
)


def test_a_webhook_gets_one_text_for_chats_and_the_parts_for_programs() -> None:
    assert json.loads(json.dumps(webhook_body(MESSAGE))) == {
        "text": "Meta is late\nLast read 30 hours ago.\nhttps://x.in/a",
        "source": "adplanning",
        "kind": "alert",
        "subject": "Meta is late",
        "message": "Last read 30 hours ago.",
        "facts": {"hours": 30.0, "campaign": None},
        "link": "https://x.in/a",
    }


@pytest.mark.parametrize("name", ["<!channel>", "<@U1>", "@here", "<https://evil.example|Sign in>", "@channel"])
def test_the_name_of_a_campaign_calls_nobody_in_a_chat(name: str) -> None:
    body = webhook_body(Message(f"{name} spends", f"{name} has no conversions", "alert"))
    assert name not in body["text"]
    assert name in body["message"]


def test_a_long_message_is_cut_and_a_subject_is_one_line() -> None:
    body = webhook_body(Message("a\r\nb\x00" * 100, "x" * 10_000, "alert"))
    assert (len(body["subject"]), len(body["message"])) == (MAX_SUBJECT, MAX_TEXT)
    assert "\n" not in body["subject"]


def test_a_subject_cannot_add_a_header_to_an_email() -> None:
    letter = email_of(Message("Late\nBcc: all@x.in", "₹1,00,000", "alert"), sender="a@x.in", recipients=["b@x.in"])
    assert (letter["Bcc"], letter["To"], letter.get_content()) == (None, "b@x.in", "₹1,00,000\n")
    assert b"\nBcc" not in letter.as_bytes()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="Header values"):
        email_of(MESSAGE, sender="a@x.in\nBcc: all@x.in", recipients=["b@x.in"])
