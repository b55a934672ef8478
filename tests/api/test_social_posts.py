"""Social posts over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.social.fields import PostFields
from adplanning.store.session import write_transaction
from adplanning.store.tables.social import SocialPost

URL = "/admin/social-posts"


def make(admin: TestClient, **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"platform": "facebook", **fields})
    assert answer.status_code == 201, answer.text
    assert answer.json()["socialPost"] == answer.json()["social_post"]
    return answer.json()["social_post"]


def ids(admin: TestClient, **query: Any) -> list[str]:
    answer = admin.get(URL, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.json()["socialPosts"] == answer.json()["social_posts"]
    return [post["id"] for post in answer.json()["social_posts"]]


def test_a_post_is_answered_as_it_was_given(admin: TestClient) -> None:
    given = {
        "platform": "instagram", "caption": "Six quilts 🧵", "status": "posted", "error": None,
        "media_url": "https://shop.example/q.jpg", "post_url": "https://www.instagram.com/p/1",
        "insights": {"likes": 12, "reach": {"organic": 900}},
    }  # fmt: skip
    times = {"posted_at": "2026-11-20T14:30:00+05:30", "scheduled_at": "2026-11-20T09:00:00Z"}
    made = make(admin, **given, **times)
    assert given.items() <= made.items()
    assert (made["posted_at"], made["scheduled_at"]) == ("2026-11-20T09:00:00+00:00", "2026-11-20T09:00:00+00:00")
    assert (made["platform_post_id"], made["page_id"], made["created_at"]) == (None, None, made["updated_at"])
    read = admin.get(f"{URL}/{made['id']}").json()
    assert read == {"socialPost": made, "social_post": made}


def test_a_post_that_says_no_more_is_a_draft_and_one_that_is_posted_went_out_now(admin: TestClient) -> None:
    assert make(admin)["status"] == "draft"
    posted_at = datetime.fromisoformat(make(admin, status="posted")["posted_at"])
    assert timedelta() <= datetime.now(UTC) - posted_at < timedelta(minutes=1)


def test_an_instant_without_an_offset_is_in_the_reporting_zone(admin: TestClient) -> None:
    made = make(admin, status="scheduled", scheduled_at="2026-12-24T18:00")
    assert made["scheduled_at"] == "2026-12-24T12:30:00+00:00"


def test_lists_are_paged_and_count_all_that_match(admin: TestClient) -> None:
    posts = [make(admin, status="posted", posted_at=f"2026-11-{day:02}T12:00")["id"] for day in range(1, 6)]
    answer = admin.get(URL, params={"limit": 2, "offset": 1}).json()
    assert [post["id"] for post in answer["socialPosts"]] == [posts[3], posts[2]]
    assert (answer["count"], answer["limit"], answer["offset"]) == (5, 2, 1)
    assert admin.get(URL).json()["limit"] == 50
    assert admin.get(URL, params={"limit": 1001}).status_code == 400


def test_each_filter_narrows_the_list(admin: TestClient) -> None:
    out = make(admin, status="posted", posted_at="2026-11-20T23:30", caption="Indigo")["id"]
    planned = make(admin, status="scheduled", scheduled_at="2026-12-01T00:00", platform="instagram")["id"]
    assert ids(admin) == [planned, out]
    assert ids(admin, status="posted") == [out]
    assert ids(admin, platform="Instagram") == [planned]
    assert ids(admin, q="indigo") == [out]
    assert ids(admin, from_date="2026-11-20", to_date="2026-11-20") == [out]
    assert ids(admin, from_date="2026-11-21") == [planned]
    assert ids(admin, from_date="", status="failed") == []


def test_an_unknown_status_is_refused_with_those_there_are(admin: TestClient) -> None:
    for answer in (
        admin.get(URL, params={"status": "published"}),
        admin.post(URL, json={"platform": "facebook", "status": "published"}),
    ):
        assert answer.status_code == 400
        assert answer.json()["issues"][0]["path"] == "status"
        assert "'draft', 'scheduled', 'posted' or 'failed'" in answer.json()["message"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"platform": " "}, "platform"),
        ({"caption": "a" * 63_207}, "caption"),
        ({"caption": "a\0b"}, "caption"),
        ({"media_url": "javascript:alert(1)"}, "media_url"),
        ({"post_url": "//shop.example"}, "post_url"),
        ({"post_url": "https://shop.example/" + "a" * 2000}, "post_url"),
        ({"insights": [1]}, "insights"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_in_the_words_that_a_page_says(
    admin: TestClient, fields: dict[str, Any], named: str
) -> None:
    sent = {"platform": "facebook", **fields}
    answer = admin.post(URL, json=sent)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, named)
    with pytest.raises(InvalidData) as on_a_page:
        validated(PostFields, sent)
    assert answer.json()["message"] == on_a_page.value.message
    assert admin.get(URL).json()["count"] == 0


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"status": "scheduled"}, "scheduled_at"),
        ({"status": "scheduled", "scheduled_at": "2026-02-30T10:00"}, "scheduled_at"),
        ({"status": "draft", "posted_at": "2026-11-20T10:00"}, "posted_at"),
    ],
)
def test_times_fit_the_status_when_it_is_made_and_when_it_is_changed(
    admin: TestClient, fields: dict[str, Any], named: str
) -> None:
    post_id = make(admin)["id"]
    for answer in (admin.post(URL, json={"platform": "x", **fields}), admin.put(f"{URL}/{post_id}", json=fields)):
        assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, named)
    assert admin.get(f"{URL}/{post_id}").json()["social_post"]["status"] == "draft"


def test_a_change_keeps_what_it_does_not_name(admin: TestClient) -> None:
    made = make(admin, caption="Six quilts", insights={"likes": 1})
    change = {"status": "failed", "error": "the token has expired", "caption": None}
    changed = admin.put(f"{URL}/{made['id']}", json=change).json()
    assert changed["socialPost"] == changed["social_post"]
    assert changed["social_post"] == made | change | {"updated_at": changed["social_post"]["updated_at"]}
    assert admin.put(f"{URL}/{made['id']}", json={"status": None}).status_code == 400


def test_a_post_is_deleted_and_then_not_found(admin: TestClient) -> None:
    post_id = make(admin)["id"]
    assert admin.delete(f"{URL}/{post_id}").json() == {"id": post_id, "deleted": True}
    for answer in (
        admin.get(f"{URL}/{post_id}"),
        admin.put(f"{URL}/{post_id}", json={}),
        admin.delete(f"{URL}/{post_id}"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def test_a_post_that_was_read_from_a_platform_is_changed_there(admin: TestClient, engine: Engine) -> None:
    post_id = make(admin, status="posted")["id"]
    with write_transaction(engine) as connection:
        connection.execute(update(SocialPost).values(platform_post_id="7_1", page_id="7"))
    for answer in (admin.put(f"{URL}/{post_id}", json={"caption": "mine"}), admin.delete(f"{URL}/{post_id}")):
        assert (answer.status_code, answer.json()["type"]) == (409, "conflict")
    shown = admin.get(f"{URL}/{post_id}").json()["social_post"]
    assert (shown["platform_post_id"], shown["page_id"], shown["caption"]) == ("7_1", "7", None)


def test_nobody_without_a_key_reads_or_writes(public: TestClient) -> None:
    assert public.get(URL).status_code == 401
    assert public.post(URL, json={"platform": "facebook"}).status_code == 401
