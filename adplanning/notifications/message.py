"""What somebody outside is told, and how it is put for a webhook and for an e-mail."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Literal

MAX_SUBJECT = 200
MAX_TEXT = 4000
_CALLS_SOMEBODY = re.compile(r"@(?=\w)")


@dataclass(frozen=True)
class Message:
    """A failed run or an alert.

    `text` are the sentences below the `subject`; `facts` are the same for a program, money in major units; `link` is
    where to look, empty when no public address is set.
    """

    subject: str
    text: str
    kind: Literal["run_failed", "alert"]
    facts: Mapping[str, str | float | None] = field(default_factory=dict)
    link: str = ""


def webhook_body(message: Message) -> dict[str, Any]:
    r"""The JSON that a webhook takes: `text`, which chats show, and our own fields for programs.

    A name inside a message calls nobody: what chats read as a mention or a link of their own is written so that it is
    only shown.

    >>> told = webhook_body(Message("Meta is late", "Ask <!channel> or @all.", "alert", {"hours": 30.0}))
    >>> told["text"].encode("ascii", "backslashreplace").decode()
    'Meta is late\nAsk &lt;!channel&gt; or @\\u200ball.'
    >>> told["kind"], told["subject"], told["facts"], told["link"]
    ('alert', 'Meta is late', {'hours': 30.0}, '')

    Source: Slack, Formatting text for app surfaces, "Escaping text"; Mattermost, Incoming webhooks, which takes the
    same body.
    """
    subject, text = _one_line(message.subject), message.text[:MAX_TEXT]
    words = f"{subject}\n{text}".strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words = _CALLS_SOMEBODY.sub("@\u200b", words)
    return {
        "text": f"{words}\n{message.link}" if message.link else words,
        "source": "adplanning",
        "kind": message.kind,
        "subject": subject,
        "message": text,
        "facts": dict(message.facts),
        "link": message.link,
    }


def email_of(message: Message, *, sender: str, recipients: Collection[str]) -> EmailMessage:
    r"""The message as an e-mail in plain text.

    >>> letter = email_of(Message("Late\r\nBcc: all@x.in", "Ask.", "alert"), sender="a@x.in", recipients=["b@x.in"])
    >>> letter["Subject"], letter["Bcc"], letter.get_content()
    ('[adplanning] Late Bcc: all@x.in', None, 'Ask.\n')

    Raises
    ------
    ValueError : an address that is none.
    """
    letter = EmailMessage()
    letter["Subject"] = f"[adplanning] {_one_line(message.subject)}"
    letter["From"] = sender
    letter["To"] = ", ".join(recipients)
    letter["Auto-Submitted"] = "auto-generated"
    paragraphs = (message.text[:MAX_TEXT], message.link)
    letter.set_content("\n\n".join(paragraph for paragraph in paragraphs if paragraph))
    return letter


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:MAX_SUBJECT]
