"""What may be given for a social post, and the columns it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, InstantText, Optional, changes
from adplanning.core.periods import parse_instant
from adplanning.core.texts import JsonObject, Text, none_if_blank, storable_text
from adplanning.core.vocabulary import PostStatus

# What Facebook takes; of all networks it takes the longest texts.
MAX_CAPTION = 63_206


def is_web_address(text: str) -> bool:
    """Whether a text is an address that a browser may open: http or https, with a host, without white space.

    >>> is_web_address("https://www.facebook.com/1_2"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and text.isprintable() and " " not in text


def _web_address(text: str | None) -> str | None:
    address = none_if_blank(text)
    if address is not None and not is_web_address(address):
        raise ValueError("must be a web address that begins with https:// or http://")
    return address


WebAddress = Annotated[Text | None, AfterValidator(_web_address)]
Caption = Annotated[
    Annotated[str, StringConstraints(max_length=MAX_CAPTION), AfterValidator(storable_text)] | None,
    AfterValidator(none_if_blank),
]
# Networks come and go, so it is no closed list; small letters, so that "Facebook" is not another one.
PlatformName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=64),
    AfterValidator(storable_text),
]


class _Content(Fields):
    """What both a new post and a change may hold."""

    caption: Caption = None
    scheduled_at: Annotated[InstantText | None, Field(description="needed for a scheduled post")] = None
    posted_at: Annotated[InstantText | None, Field(description="of a posted one only; now when left out")] = None
    media_url: WebAddress = None
    post_url: WebAddress = None
    insights: JsonObject | None = None
    error: Annotated[Optional, Field(description="why it has failed")] = None


class PostFields(_Content):
    """A social post."""

    platform: Annotated[PlatformName, Field(examples=["facebook", "instagram"])]
    status: PostStatus = PostStatus.draft


class PostChange(_Content):
    """What may be changed of a social post."""

    platform: PlatformName | None = None
    status: PostStatus | None = None


def post_changes(change: PostChange) -> dict[str, Any]:
    """The fields that are to change, by name.

    Raises
    ------
    InvalidData : a null for one that must have a value.
    """
    return changes(change, required=("platform", "status"))


def post_columns(fields: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Fields as columns: instants read, those without an offset in `zone`; the status as its word.

    Raises
    ------
    InvalidData : an instant that does not exist.

    >>> post_columns({"status": PostStatus.draft, "scheduled_at": "2026-11-22T14:05"}, ZoneInfo("Asia/Kolkata"))
    {'status': 'draft', 'scheduled_at': datetime.datetime(2026, 11, 22, 8, 35, tzinfo=datetime.timezone.utc)}
    """
    columns = dict(fields)
    for name in ("scheduled_at", "posted_at"):
        if columns.get(name) is not None:
            columns[name] = parse_instant(columns[name], zone, field=name)
    if "status" in columns:
        columns["status"] = PostStatus(columns["status"]).value
    return columns


def whole_post(fields: PostFields, zone: ZoneInfo, *, now: datetime) -> dict[str, Any]:
    """All columns of a new post; see `post_columns` and `settled`."""
    return settled(post_columns({name: getattr(fields, name) for name in PostFields.model_fields}, zone), now=now)


def settled(columns: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """A whole post whose times fit its status: one that is posted without saying when is posted now.

    Raises
    ------
    InvalidData : a scheduled post without its time, or a time of posting for one that is not out.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 22, tzinfo=UTC)
    >>> settled({"status": "posted", "posted_at": None, "scheduled_at": None}, now=now)["posted_at"] == now
    True
    """
    status, posted_at = columns["status"], columns["posted_at"]
    if status == PostStatus.scheduled and columns["scheduled_at"] is None:
        raise InvalidData.at("scheduled_at", "a scheduled post needs the time it is planned for, or make it a draft")
    if status != PostStatus.posted and posted_at is not None:
        raise InvalidData.at("posted_at", f"a post that is {status} is not out; leave it empty, or make it posted")
    return {**columns, "posted_at": posted_at or now} if status == PostStatus.posted else dict(columns)
