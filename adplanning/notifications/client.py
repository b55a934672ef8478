"""Sends a message by each way that is set: a webhook, e-mail; patient with passing faults, and silent about secrets."""

from __future__ import annotations

import logging
import random
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpx2
from pydantic import SecretStr

from adplanning.core.settings import Settings
from adplanning.notifications.message import Message, email_of, webhook_body

TRIES = 3
TIMEOUT_S = 5
_FIRST_WAIT_S = 0.5
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Sent:
    """Which ways took a message, and why others did not; neither when no way is set. No fault tells an address."""

    ways: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether somebody was told."""
        return bool(self.ways)

    @property
    def words(self) -> str:
        """One line on it.

        >>> Sent(("webhook",), ("e-mail: nothing came in time",)).words
        'told by webhook; not by e-mail: nothing came in time'
        """
        if not self.ways and not self.faults:
            return "nobody was told: neither ADPLANNING_NOTIFY_WEBHOOK_URL nor ADPLANNING_NOTIFY_EMAIL is set"
        told = [f"told by {' and '.join(self.ways)}"] if self.ways else ["nobody was told"]
        return "; ".join([*told, *(f"not by {fault}" for fault in self.faults)])


class _Passing(Exception):
    """A fault that may be over at the next try."""


class _Lasting(Exception):
    """A fault that another try meets again."""


def send(settings: Settings, message: Message, *, sleep: Callable[[float], None] = time.sleep) -> Sent:
    """Tell those whom the settings name; whatever goes wrong is answered, and nothing is raised.

    A webhook gets the message by POST, is followed nowhere else, and is asked up to three times, with growing waits
    between. A password is sent to a mail server only over TLS, unless the server is this computer.

    Parameters
    ----------
    settings : `notify_webhook_url`; `notify_email`, `smtp_url` and `smtp_from`.
    message : what to tell.
    sleep : how to wait between tries.
    """
    ways: list[tuple[str, Callable[[], None]]] = []
    if settings.notify_webhook_url is not None:
        webhook = settings.notify_webhook_url
        ways.append(("webhook", lambda: _post(webhook, message)))
    if settings.notify_email.strip():
        ways.append(("e-mail", lambda: _mail(settings, message)))
    faults = {way: _fault_after_tries(attempt, sleep) for way, attempt in ways}
    return Sent(
        tuple(way for way, fault in faults.items() if fault is None),
        tuple(f"{way}: {fault}" for way, fault in faults.items() if fault is not None),
    )


def _fault_after_tries(attempt: Callable[[], None], sleep: Callable[[float], None]) -> str | None:
    for n_tries in range(1, TRIES + 1):
        try:
            attempt()
        except _Lasting as fault:
            return str(fault)
        except _Passing as fault:
            if n_tries == TRIES:
                return f"{fault}, in {TRIES} tries"
            # Chance keeps those who wait from returning at once; nobody gains by guessing it.
            sleep(_FIRST_WAIT_S * 3 ** (n_tries - 1) * (1 + random.random() / 10))  # noqa: S311
        else:
            return None
    raise AssertionError("unreachable")


def _post(url: SecretStr, message: Message) -> None:
    address = url.get_secret_value()
    is_here = urlsplit(address).hostname in _LOOPBACK
    try:
        with (
            _unlogged(address),
            httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=not is_here) as http,
            # What it answers beyond the status is of no use, however long it is.
            http.stream("POST", address, json=webhook_body(message)) as response,
        ):
            status = response.status_code
    except httpx2.TimeoutException:
        raise _Passing("nothing came in time") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as fault:
        # Its text may hold the address.
        raise _Passing(f"the connection failed ({type(fault).__name__})") from None
    if status in _PASSING:
        raise _Passing(f"it answered with status {status}")
    if not httpx2.codes.is_success(status):
        raise _Lasting(f"it answered with status {status}")


@contextmanager
def _unlogged(address: str) -> Iterator[None]:
    """Keep the lines about calls of this address out of the log: who reads it there could call it too."""

    def tells_nothing(record: logging.LogRecord) -> bool:
        return address not in record.getMessage()

    log = logging.getLogger("httpx2")
    log.addFilter(tells_nothing)
    try:
        yield
    finally:
        log.removeFilter(tells_nothing)


def _mail(settings: Settings, message: Message) -> None:
    if settings.smtp_url is None:
        raise _Lasting("there is no mail server; set ADPLANNING_SMTP_URL")
    server = urlsplit(settings.smtp_url.get_secret_value())
    user, password = unquote(server.username or ""), unquote(server.password or "")
    recipients = [part.strip() for part in settings.notify_email.split(",") if part.strip()]
    sender = settings.smtp_from or user
    if not sender:
        raise _Lasting("there is no sender; set ADPLANNING_SMTP_FROM")
    try:
        letter = email_of(message, sender=sender, recipients=recipients)
        with _connected(server.scheme, server.hostname or "", server.port) as smtp:
            if user:
                smtp.login(user, password)
            smtp.send_message(letter, from_addr=sender, to_addrs=recipients)
    except smtplib.SMTPResponseException as fault:
        # What it says beside the number may repeat an address.
        words = f"the mail server answered {fault.smtp_code}"
        raise (_Passing if 400 <= fault.smtp_code < 500 else _Lasting)(words) from None
    except TimeoutError:
        raise _Passing("nothing came in time") from None
    except ssl.SSLError as fault:
        raise _Lasting(f"the mail server cannot be trusted ({type(fault).__name__})") from None
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPRecipientsRefused, ValueError) as fault:
        raise _Lasting(f"the mail server does not take it ({type(fault).__name__})") from None
    except (smtplib.SMTPException, OSError) as fault:
        raise _Passing(f"the connection failed ({type(fault).__name__})") from None


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context())
    smtp = smtplib.SMTP(host, port or 587, timeout=TIMEOUT_S)
    if host not in _LOOPBACK:
        try:
            smtp.starttls(context=ssl.create_default_context())
        except BaseException:
            smtp.close()
            raise
    return smtp
