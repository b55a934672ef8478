"""Posts of a page as Meta's Graph API answers them, and the columns they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adplanning.core.periods import in_range
from adplanning.core.texts import storable_text
from adplanning.core.vocabulary import PostStatus
from adplanning.social.fields import is_web_address

PLATFORM = "facebook"
# Views, viewers and clicks. Meta withdrew the older post_impressions… in November 2025 and June 2026 for all versions.
METRICS = ("post_media_view", "post_total_media_view_unique", "post_clicks")
_COMMON = "id,message,permalink_url,full_picture"
SCHEDULED_FIELDS = f"{_COMMON},scheduled_publish_time"
POSTED_FIELDS = (
    f"{_COMMON},created_time,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0),shares"
)
POSTED_FIELDS_WITH_METRICS = f"{POSTED_FIELDS},insights.metric({','.join(METRICS)})"


@dataclass
class ReadPosts:
    """Columns of the posts that could be read, and the rows that could not, each with the reason."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def read_posts(rows: Iterable[dict[str, Any]], status: PostStatus) -> ReadPosts:
    """Read one page of a listing.

    Parameters
    ----------
    rows : records with the fields of `POSTED_FIELDS` or `SCHEDULED_FIELDS`; those that Meta leaves out are unknown.
    status : posted or scheduled, by which listing it is.

    Returns
    -------
    Columns of `social_posts`; None where the platform said nothing. Each row is in one of the two lists.

    >>> row = {"id": "7_1", "created_time": "2026-11-20T09:00:00+0000", "shares": {"count": 2}}
    >>> read = read_posts([row, {"message": "no id"}], PostStatus.posted)
    >>> read.posts[0]["posted_at"].isoformat(), read.posts[0]["insights"]["shares"], len(read.rejects)
    ('2026-11-20T09:00:00+00:00', 2, 1)

    Source: Meta, Graph API, Page Feed and Post reference; Page Insights metrics.
    """
    read = ReadPosts()
    for row in rows:
        try:
            read.posts.append(_columns(row, status))
        except ValueError as fault:
            read.rejects.append((str(fault), row))
    return read


def _columns(row: Mapping[str, Any], status: PostStatus) -> dict[str, Any]:
    post_id = row.get("id")
    if not isinstance(post_id, str) or not post_id.strip():
        raise ValueError("id is missing")
    is_out = status is PostStatus.posted
    return {
        "platform_post_id": storable_text(post_id),
        "status": status.value,
        "caption": _text(row, "message"),
        "media_url": _address(row, "full_picture"),
        "post_url": _address(row, "permalink_url"),
        "posted_at": _instant(row, "created_time") if is_out else None,
        "scheduled_at": None if is_out else _instant(row, "scheduled_publish_time"),
        "insights": _insights(row) if is_out else None,
    }


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return storable_text(value) if isinstance(value, str) and value.strip() else None


def _address(row: Mapping[str, Any], name: str) -> str | None:
    value = _text(row, name)
    return value if value and is_web_address(value) else None


def _instant(row: Mapping[str, Any], name: str) -> datetime:
    """An instant as Meta writes it: ISO 8601, or seconds since 1970."""
    value = row.get(name)
    try:
        if isinstance(value, str) and not value.isdecimal():
            return in_range(datetime.fromisoformat(value).astimezone(UTC))
        return in_range(datetime.fromtimestamp(int(value), UTC))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        raise ValueError(f"{name} {value!r} is not a time that exists") from None


def _insights(row: Mapping[str, Any]) -> dict[str, int]:
    """What was counted; without `shares` nobody has shared it, the other counts are unknown where they are left out."""
    counts = {
        "reactions": _within(row, "reactions", "summary", "total_count"),
        "comments": _within(row, "comments", "summary", "total_count"),
        "shares": _within(row, "shares", "count") or 0,
    }
    told = _within(row, "insights", "data")
    for metric in told if isinstance(told, list) else ():
        values = _within(metric, "values")
        if isinstance(values, list) and values:
            counts[str(_within(metric, "name"))] = _within(values[-1], "value")
    return {name: n for name, n in counts.items() if isinstance(n, int)}


def _within(record: object, *path: str) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, Mapping) else None
    return record
