"""What may be given for a social post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.core.vocabulary import PostStatus
from adplanning.social.fields import (
    MAX_CAPTION,
    PostChange,
    PostFields,
    is_web_address,
    post_changes,
    post_columns,
    settled,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
KOLKATA = ZoneInfo("Asia/Kolkata")


def whole(**columns: Any) -> dict[str, Any]:
    return settled({"scheduled_at": None, "posted_at": None, **columns}, now=NOW)


@pytest.mark.parametrize("address", ["https://a.example/x?y=1#z", "http://a.example", "HTTPS://A.example/ü"])
def test_a_web_address_is_http_with_a_host(address: str) -> None:
    assert is_web_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "https://",
        "a.example",
        "https://a b",
        "https://a\n.b",
        "ftp://a.example",
        "https://[::1",
        "",
    ],
)
def test_nothing_else_is_one(text: str) -> None:
    assert not is_web_address(text)


@pytest.mark.parametrize("field", ["media_url", "post_url"])
def test_an_address_that_a_browser_would_run_is_refused_by_name(field: str) -> None:
    with pytest.raises(InvalidData, match=rf"^{field}: must be a web address"):
        validated(PostFields, {"platform": "facebook", field: "javascript:alert(1)"})


def test_a_post_needs_its_platform_alone_and_is_a_draft() -> None:
    fields = validated(PostFields, {"platform": " Facebook ", "caption": "  ", "unknown": 1})
    assert (fields.platform, fields.caption, fields.status) == ("facebook", None, PostStatus.draft)
    with pytest.raises(InvalidData, match=r"^platform"):
        validated(PostFields, {"caption": "Six quilts"})


def test_a_caption_is_as_long_as_the_longest_that_a_network_takes() -> None:
    assert validated(PostFields, {"platform": "facebook", "caption": "ü" * MAX_CAPTION}).caption
    with pytest.raises(InvalidData, match=r"^caption: "):
        validated(PostFields, {"platform": "facebook", "caption": "a" * (MAX_CAPTION + 1)})


def test_an_unknown_status_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidData, match=r"^status: .*'draft', 'scheduled', 'posted' or 'failed'"):
        validated(PostFields, {"platform": "facebook", "status": "published"})


def test_a_change_names_only_what_it_holds_and_needs_a_platform_and_a_status() -> None:
    assert post_changes(validated(PostChange, {"caption": None})) == {"caption": None}
    for name in ("platform", "status"):
        with pytest.raises(InvalidData, match=rf"^{name}: must not be null"):
            post_changes(validated(PostChange, {name: None}))


def test_a_time_without_an_offset_is_meant_in_the_zone_and_one_that_does_not_exist_is_refused() -> None:
    assert post_columns({"posted_at": "2026-11-22T14:30"}, KOLKATA) == {"posted_at": NOW}
    assert post_columns({"posted_at": "2026-11-22T09:00Z"}, KOLKATA) == {"posted_at": NOW}
    assert post_columns({"posted_at": None}, KOLKATA) == {"posted_at": None}
    with pytest.raises(InvalidData, match=r"^scheduled_at: "):
        post_columns({"scheduled_at": "2026-02-30T10:00"}, KOLKATA)


def test_a_posted_one_went_out_when_it_says_or_now() -> None:
    assert whole(status="posted")["posted_at"] == NOW
    before = NOW - timedelta(days=3)
    assert whole(status="posted", posted_at=before)["posted_at"] == before


def test_a_scheduled_one_needs_its_time() -> None:
    with pytest.raises(InvalidData, match=r"^scheduled_at: a scheduled post needs"):
        whole(status="scheduled")
    assert whole(status="scheduled", scheduled_at=NOW)["posted_at"] is None


@pytest.mark.parametrize("status", ["draft", "scheduled", "failed"])
def test_only_what_is_out_has_a_time_of_posting(status: str) -> None:
    with pytest.raises(InvalidData, match=rf"^posted_at: a post that is {status} is not out"):
        whole(status=status, scheduled_at=NOW, posted_at=NOW)
