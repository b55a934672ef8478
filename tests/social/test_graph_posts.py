"""Posts as the Graph API answers them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adplanning.core.vocabulary import PostStatus
from adplanning.social.graph_posts import read_posts

# As in the reference of Post, with the counts that its fields ask for.
OUT: dict[str, Any] = {
    "id": "77_1",
    "message": "Indigo takes eleven dips.",
    "created_time": "2026-11-20T14:30:00+0530",
    "permalink_url": "https://www.facebook.com/77/posts/1",
    "full_picture": "https://scontent.example/1.jpg",
    "reactions": {"data": [], "summary": {"total_count": 60}},
    "comments": {"data": [], "summary": {"total_count": 6}},
    "shares": {"count": 2},
    "insights": {
        "data": [
            {"name": "post_media_view", "period": "lifetime", "values": [{"value": 2500}]},
            {"name": "post_clicks", "period": "lifetime", "values": [{"value": 120}]},
        ]
    },
}


def test_a_post_that_is_out_has_its_time_its_links_and_its_counts() -> None:
    [post] = read_posts([OUT], PostStatus.posted).posts
    assert post == {
        "platform_post_id": "77_1",
        "status": "posted",
        "caption": "Indigo takes eleven dips.",
        "media_url": "https://scontent.example/1.jpg",
        "post_url": "https://www.facebook.com/77/posts/1",
        "posted_at": datetime(2026, 11, 20, 9, tzinfo=UTC),
        "scheduled_at": None,
        "insights": {"reactions": 60, "comments": 6, "shares": 2, "post_media_view": 2500, "post_clicks": 120},
    }


@pytest.mark.parametrize("written", [1_795_683_600, "1795683600", "2026-11-26T09:00:00+0000"])
def test_a_planned_one_has_the_time_it_is_planned_for(written: object) -> None:
    [post] = read_posts([{"id": "77_2", "scheduled_publish_time": written}], PostStatus.scheduled).posts
    assert (post["status"], post["scheduled_at"]) == ("scheduled", datetime(2026, 11, 26, 9, tzinfo=UTC))
    assert (post["posted_at"], post["caption"], post["insights"]) == (None, None, None)


def test_what_meta_leaves_out_is_unknown_but_without_shares_there_are_none() -> None:
    bare = {"id": "77_3", "created_time": "2026-11-20T09:00:00+0000"}
    [post] = read_posts([bare], PostStatus.posted).posts
    assert (post["insights"], post["caption"], post["post_url"]) == ({"shares": 0}, None, None)


@pytest.mark.parametrize("address", ["javascript:alert(1)", 7, ""])
def test_an_address_that_is_none_is_not_taken_for_one(address: object) -> None:
    [post] = read_posts([OUT | {"permalink_url": address}], PostStatus.posted).posts
    assert post["post_url"] is None


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"id": None}, "id is missing"),
        ({"id": 7}, "id is missing"),
        ({"created_time": "2026-02-30"}, "created_time '2026-02-30' is not a time"),
        ({"created_time": None}, "created_time None is not a time"),
        ({"created_time": 10**20}, "is not a time that exists"),
        ({"created_time": "0001-01-01T00:00:00+0000"}, "is not a time that exists"),
        ({"message": "a\x00b"}, "U\\+0000"),
    ],
)
def test_a_row_that_cannot_be_read_is_put_aside_with_the_reason(wrong: dict[str, Any], reason: str) -> None:
    read = read_posts([OUT | wrong, OUT], PostStatus.posted)
    assert len(read.posts) == 1
    [(said, row)] = read.rejects
    assert row == OUT | wrong
    with pytest.raises(ValueError, match=reason):
        raise ValueError(said)
