"""Telling people outside, with a webhook and a mail server that are really called."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from adplanning.core.settings import Settings
from adplanning.notifications.client import TRIES, Sent, send
from adplanning.notifications.message import Message
from tests.notifications.receivers import mailbox, webhook

MESSAGE = Message("Sync meta ads failed", "Meta has refused the token.", "run_failed", {"run_id": "run_1"})


def settings(**given: str) -> Settings:
    return Settings.model_validate({"home": Path("home"), "smtp_from": "", "notify_email": ""} | given)


def tell(known: Settings) -> tuple[Sent, list[float]]:
    waits: list[float] = []
    return send(known, MESSAGE, sleep=waits.append), waits


def test_who_is_not_named_is_not_told() -> None:
    sent, _ = tell(settings())
    assert (sent, sent.ok) == (Sent(), False)
    assert sent.words.startswith("nobody was told: neither ADPLANNING_NOTIFY_WEBHOOK_URL nor")


def test_a_webhook_is_told_once() -> None:
    with webhook() as hook:
        sent, waits = tell(settings(notify_webhook_url=hook.url))
    assert (sent, waits) == (Sent(("webhook",)), [])
    [body] = hook.bodies
    assert (body["kind"], body["facts"]) == ("run_failed", {"run_id": "run_1"})
    assert body["text"] == "Sync meta ads failed\nMeta has refused the token."


def test_a_passing_fault_is_tried_three_times_with_growing_waits() -> None:
    with webhook(503, 429) as hook:
        sent, waits = tell(settings(notify_webhook_url=hook.url))
    assert (sent.ways, len(hook.bodies)) == (("webhook",), 3)
    assert waits[0] < waits[1]
    with webhook(500, 500, 500, 500) as hook:
        sent, waits = tell(settings(notify_webhook_url=hook.url))
    assert (sent, len(hook.bodies)) == (Sent((), ("webhook: it answered with status 500, in 3 tries",)), TRIES)


def test_a_refusal_is_not_tried_again() -> None:
    with webhook(404) as hook:
        sent, waits = tell(settings(notify_webhook_url=hook.url))
    assert (sent.faults, waits) == (("webhook: it answered with status 404",), [])


def test_a_redirect_is_not_followed() -> None:
    with webhook() as elsewhere, webhook(307, headers={"Location": elsewhere.url}) as hook:
        sent, _ = tell(settings(notify_webhook_url=hook.url))
    assert sent.faults == ("webhook: it answered with status 307",)
    assert elsewhere.bodies == []


def test_neither_a_fault_nor_a_log_tells_the_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with webhook(500, 200) as hook:
        sent, _ = tell(settings(notify_webhook_url=hook.url))
    assert sent.ok
    closed, _ = tell(settings(notify_webhook_url=hook.url))  # nobody listens any more
    assert closed.faults == ("webhook: the connection failed (ConnectError), in 3 tries",)
    assert "secret-path" not in caplog.text


def test_an_email_reaches_every_address() -> None:
    known = {"notify_email": "ops@x.in, lead@x.in", "smtp_from": "reports@x.in"}
    with mailbox() as box:
        sent, _ = tell(settings(smtp_url=box.url, **known))
    assert (sent, box.recipients) == (Sent(("e-mail",)), ["ops@x.in", "lead@x.in"])
    [letter] = box.letters
    assert "Subject: [adplanning] Sync meta ads failed\r\n" in letter
    assert "From: reports@x.in\r\n" in letter
    assert "Meta has refused the token." in letter
    assert len(box.log_ins) == 1


def test_one_way_that_fails_leaves_the_other() -> None:
    known = {"notify_email": "ops@x.in", "smtp_from": "reports@x.in"}
    with webhook() as hook, mailbox(refuses="554 ops@x.in is unknown here") as box:
        sent, _ = tell(settings(smtp_url=box.url, notify_webhook_url=hook.url, **known))
    assert (sent.ok, sent.ways) == (True, ("webhook",))
    assert sent.words == "told by webhook; not by e-mail: the mail server answered 554"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "e-mail: there is no mail server; set ADPLANNING_SMTP_URL"),
        ({"smtp_url": "smtp://127.0.0.1:1"}, "e-mail: there is no sender; set ADPLANNING_SMTP_FROM"),
        (
            {"smtp_url": "smtp://127.0.0.1:1", "smtp_from": "a@x.in"},
            "e-mail: the connection failed (ConnectionRefusedError), in 3 tries",
        ),
        (
            {"smtp_url": "smtp://127.0.0.1:1", "smtp_from": "a@x.in\nBcc: b@x.in"},
            "e-mail: the mail server does not take it (ValueError)",
        ),
    ],
)
def test_what_is_missing_for_an_email_is_said(given: dict[str, str], fault: str) -> None:
    assert tell(settings(notify_email="ops@x.in", **given))[0].faults == (fault,)


def test_no_password_goes_to_a_server_that_speaks_no_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adplanning.notifications.client._LOOPBACK", ())
    with mailbox() as box:
        sent, _ = tell(settings(smtp_url=box.url, notify_email="ops@x.in", smtp_from="a@x.in"))
    assert sent.faults == ("e-mail: the mail server does not take it (SMTPNotSupportedError)",)
    assert (box.log_ins, box.letters) == ([], [])
