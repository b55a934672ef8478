"""What can be done with social posts, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PostStatus
from adplanning.social import service
from adplanning.social.fields import PostChange, PostFields
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.social import SocialPage, SocialPost

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def make(engine: Engine, *, now: datetime = NOW, **fields: Any) -> str:
    with writing(engine) as session:
        given = PostFields(**{"platform": "facebook", **fields})
        return service.create_post(session, given, zone=UTC_ZONE, now=now).id


def change(engine: Engine, post_id: str, **fields: Any) -> None:
    with writing(engine) as session:
        later = NOW + timedelta(hours=1)
        service.change_post(session, post_id, PostChange(**fields), zone=UTC_ZONE, now=later)


def found(engine: Engine, post_id: str) -> SocialPost:
    with reading(engine) as session:
        post = service.find_post(session, post_id)
        session.expunge(post)
        return post


def listed(engine: Engine, *filters: Any, **options: Any) -> list[str]:
    given, period = filters if len(filters) == 2 else (filters[0] if filters else {}, Period())
    with reading(engine) as session:
        posts, n = service.list_posts(session, given, period, **{"limit": 50, "offset": 0, **options})
        assert n >= len(posts)
        return [post.id for post in posts]


def as_read_from_platform(engine: Engine, post_id: str, status: str = "scheduled") -> None:
    with write_transaction(engine) as connection:
        its = {"platform_post_id": "7_1", "page_id": "7", "status": status}
        connection.execute(update(SocialPost).where(SocialPost.id == post_id).values(**its))


def test_a_post_is_made_found_changed_and_gone(any_engine: Engine) -> None:
    post_id = make(any_engine, caption="Six quilts", insights={"likes": 3})
    assert post_id.startswith("post_")
    change(any_engine, post_id, status="scheduled", scheduled_at="2026-11-25T10:00")
    post = found(any_engine, post_id)
    assert (post.status, post.caption, post.insights) == ("scheduled", "Six quilts", {"likes": 3})
    assert (post.scheduled_at, post.updated_at - post.created_at) == (
        datetime(2026, 11, 25, 10, tzinfo=UTC),
        timedelta(hours=1),
    )
    with writing(any_engine) as session:
        service.delete_post(session, post_id)
    with pytest.raises(NotFound, match=post_id):
        found(any_engine, post_id)


def test_a_change_that_does_not_fit_what_is_kept_changes_nothing(any_engine: Engine) -> None:
    post_id = make(any_engine, status="posted")
    with pytest.raises(InvalidData, match="posted_at"):
        change(any_engine, post_id, status="draft", caption="new")
    assert (found(any_engine, post_id).status, found(any_engine, post_id).caption) == ("posted", None)
    change(any_engine, post_id, status="draft", posted_at=None)
    assert found(any_engine, post_id).posted_at is None


def test_the_newest_come_first_by_the_date_that_each_has(any_engine: Engine) -> None:
    draft = make(any_engine, now=NOW)
    planned = make(any_engine, status="scheduled", scheduled_at="2026-12-01T09:00")
    out = make(any_engine, status="posted", posted_at="2026-11-20T09:00", scheduled_at="2026-12-24T09:00")
    assert listed(any_engine) == [planned, draft, out]
    assert listed(any_engine, sort="date", descending=False) == [out, draft, planned]
    assert listed(any_engine, limit=1, offset=1) == [draft]
    with pytest.raises(InvalidData, match="sort"):
        listed(any_engine, sort="caption; DROP TABLE")


def test_filters_dates_and_search_each_narrow_the_list(any_engine: Engine) -> None:
    blue = make(any_engine, caption="Blue 100% cotton", status="posted", posted_at="2026-11-20T09:00")
    red = make(any_engine, caption="Red", platform="instagram")
    assert listed(any_engine, {"status": PostStatus.posted}) == [blue]
    assert listed(any_engine, {"platform": "instagram", "status": None}) == [red]
    assert listed(any_engine, search="100%") == [blue]
    assert listed(any_engine, search="bLUE") == [blue]
    on_the_day = Period.of("2026-11-20", "2026-11-20", UTC_ZONE)
    assert listed(any_engine, {}, on_the_day) == [blue]
    assert listed(any_engine, {}, Period.of("2026-11-21", None, UTC_ZONE)) == [red]


def test_counts_are_over_all_posts_and_know_every_status(any_engine: Engine) -> None:
    for status in ("draft", "draft", "posted"):
        make(any_engine, status=status)
    with reading(any_engine) as session:
        counts = service.status_counts(session)
    assert counts == {PostStatus.draft: 2, PostStatus.scheduled: 0, PostStatus.posted: 1, PostStatus.failed: 0}
    assert sum(counts.values()) == len(listed(any_engine))


def test_the_last_posted_come_first_and_a_month_has_its_posts_in_order(any_engine: Engine) -> None:
    old, new = (make(any_engine, status="posted", posted_at=f"2026-11-{day}T09:00") for day in (10, 20))
    planned = make(any_engine, status="scheduled", scheduled_at="2026-11-30T23:59:59.999999", platform="x")
    make(any_engine, status="scheduled", scheduled_at="2026-12-01T00:00")
    make(any_engine)
    november = Period.of("2026-11-01", "2026-11-30", UTC_ZONE)
    with reading(any_engine) as session:
        assert [post.id for post in service.recent_posted(session, limit=1)] == [new]
        in_month = service.posts_in(session, november, [PostStatus.posted, PostStatus.scheduled])
        assert [post.id for post in in_month] == [old, new, planned]
        assert service.platforms(session) == ["facebook", "x"]


def test_what_was_read_from_a_platform_is_changed_there(any_engine: Engine) -> None:
    post_id = make(any_engine, status="scheduled", scheduled_at="2026-11-25T10:00")
    as_read_from_platform(any_engine, post_id)
    with pytest.raises(Conflict, match="at the platform"):
        change(any_engine, post_id, caption="mine")
    with pytest.raises(Conflict, match="at the platform"), writing(any_engine) as session:
        service.delete_post(session, post_id)
    assert found(any_engine, post_id).caption is None


def test_what_the_platform_has_lost_is_the_shops_own_again(any_engine: Engine) -> None:
    post_id = make(any_engine, status="scheduled", scheduled_at="2026-11-25T10:00")
    as_read_from_platform(any_engine, post_id, "failed")
    change(any_engine, post_id, status="draft")
    assert (found(any_engine, post_id).platform_post_id, found(any_engine, post_id).status) == (None, "draft")
    with writing(any_engine) as session:
        service.delete_post(session, post_id)


def test_a_page_goes_by_its_name_or_by_its_id(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add(SocialPage(id="7", name="Bagru Prints", updated_at=NOW))
    with reading(any_engine) as session:
        assert [service.page_name(session, page_id) for page_id in ("7", "8", None)] == ["Bagru Prints", "8", None]
