"""Posts of pages, read from the invented Graph API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from adplanning.core.settings import Settings
from adplanning.core.vocabulary import PostStatus, Stream, StreamFault, StreamStatus
from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_faults import PermissionMissing, Throttled, TokenExpired
from adplanning.demo.graph_pages import Post
from adplanning.demo.graph_seeding import seeded
from adplanning.meta_ads.client import Credentials, MetaClient
from adplanning.meta_ads.graph_errors import NeedsReauthorisation
from adplanning.social.fields import PostFields
from adplanning.social.graph_posts import METRICS
from adplanning.social.service import create_post
from adplanning.store.session import reading, writing
from adplanning.store.tables.social import SocialPost
from adplanning.store.tables.syncing import QuarantinedRow, SyncStream
from adplanning.sync.posts import NO_LONGER_PLANNED, sync_posts

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PAGE = "10050"


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    """One page with 6 posts that are out and a planned one, the seventh."""
    with graph_server(seeded(until=date(2026, 11, 21)), today=lambda: date(2026, 11, 22)) as server:
        assert list(server.data.pages) == [PAGE]
        yield server


def sync(graph: GraphServer, engine: Engine, *, at: datetime = NOW, pages: dict[str, str] | None = None) -> list[str]:
    told: list[str] = []
    tokens = pages or {held.id: held.access_token for held in graph.data.pages.values()}
    credentials = Credentials(SecretStr(graph.access_token), SecretStr(graph.app_secret))
    with MetaClient(credentials, base_url=graph.url, now=lambda: at, sleep=lambda _: None, patience_s=0) as client:
        sync_posts(
            engine,
            client,
            Settings(_env_file=None),
            {page_id: SecretStr(token) for page_id, token in tokens.items()},
            now=lambda: at,
            told=lambda words, _: told.append(words),
        )
    return told


def kept(engine: Engine) -> dict[str, SocialPost]:
    """Posts by the number that the platform's id ends in."""
    with reading(engine) as session:
        found = session.scalars(select(SocialPost)).all()
        session.expunge_all()
        return {str(post.platform_post_id).removeprefix(f"{PAGE}_"): post for post in found}


def ended(engine: Engine, page_id: str = PAGE) -> SyncStream:
    with reading(engine) as session:
        row = session.get_one(SyncStream, (page_id, Stream.posts.value))
        session.expunge(row)
        return row


def put(graph: GraphServer, n: int, **changes: Any) -> None:
    """Make, or change, the post of that number at the platform."""
    post_id = f"{PAGE}_{n}"
    known = graph.data.post(post_id) or Post(post_id, PAGE, "New", NOW)
    graph.data._posts[post_id] = replace(known, **changes)


def test_all_that_is_out_and_all_that_is_planned_is_there_once(any_engine: Engine, graph: GraphServer) -> None:
    told = sync(graph, any_engine)
    posts = kept(any_engine)
    truth = {post.id.removeprefix(f"{PAGE}_"): post for post in graph.data.posts()}
    assert set(posts) == set(truth)
    for n, post in posts.items():
        true = truth[n]
        assert (post.platform, post.page_id, post.caption) == ("facebook", PAGE, true.message)
        assert post.scheduled_at == true.scheduled_at
        if true.scheduled_at is None:
            assert (post.status, post.posted_at) == ("posted", true.created_at.replace(microsecond=0))
            counts = {"reactions": true.n_likes, "comments": true.n_comments, "shares": true.n_shares}
            assert post.insights == {**counts, **(true.metrics or {})}
            assert set(METRICS) <= post.insights.keys()
        else:
            assert (post.status, post.posted_at, post.insights) == ("scheduled", None, None)
    row = ended(any_engine)
    assert (row.status, row.n_read, row.n_stored, row.succeeded_at) == ("ok", 7, 7, NOW)
    assert told == [f"posts of page {PAGE}"]


def test_every_page_of_a_long_listing_is_read(any_engine: Engine, graph: GraphServer) -> None:
    for n in range(8, 258):
        put(graph, n, created_at=NOW - timedelta(minutes=n))
    sync(graph, any_engine)
    assert len(kept(any_engine)) == 257
    assert ended(any_engine).n_read == 257


def test_a_second_sync_changes_nothing_but_what_has_changed(any_engine: Engine, graph: GraphServer) -> None:
    sync(graph, any_engine)
    before = kept(any_engine)
    put(graph, 1, message="Corrected", n_likes=1000)
    later = NOW + timedelta(days=1)
    sync(graph, any_engine, at=later)
    after = kept(any_engine)
    assert {n: post.id for n, post in before.items()} == {n: post.id for n, post in after.items()}
    assert [n for n, post in after.items() if post.updated_at == later] == ["1"]
    assert (after["1"].caption, (after["1"].insights or {})["reactions"]) == ("Corrected", 1000)
    assert after["1"].created_at == NOW


def test_what_meta_leaves_out_keeps_what_is_known(any_engine: Engine, graph: GraphServer) -> None:
    put(graph, 1, metrics={"post_clicks": 120})
    sync(graph, any_engine)
    put(graph, 1, message=None, metrics=None)
    sync(graph, any_engine)
    post = kept(any_engine)["1"]
    assert post.caption == "Block printed by hand in Bagru: the new bedsheets are here."
    assert (post.insights or {})["post_clicks"] == 120


def test_a_planned_post_that_is_out_becomes_posted(any_engine: Engine, graph: GraphServer) -> None:
    sync(graph, any_engine)
    planned_for = kept(any_engine)["7"].scheduled_at
    put(graph, 7, scheduled_at=None, created_at=NOW)
    sync(graph, any_engine)
    post = kept(any_engine)["7"]
    assert (post.status, post.posted_at, post.scheduled_at) == ("posted", NOW, planned_for)


def test_a_planned_post_that_is_gone_has_failed_with_the_reason_and_may_come_back(
    any_engine: Engine, graph: GraphServer
) -> None:
    sync(graph, any_engine)
    gone = graph.data._posts.pop(f"{PAGE}_7")
    sync(graph, any_engine)
    post = kept(any_engine)["7"]
    assert (post.status, post.error, post.posted_at) == ("failed", NO_LONGER_PLANNED, None)
    graph.data._posts[gone.id] = gone
    sync(graph, any_engine)
    assert (kept(any_engine)["7"].status, kept(any_engine)["7"].error) == ("scheduled", None)


@pytest.mark.parametrize("where", ["scheduled_posts", "posts"])
def test_nothing_is_taken_for_gone_after_a_listing_that_broke_off(
    any_engine: Engine, graph: GraphServer, where: str
) -> None:
    sync(graph, any_engine)
    graph.data._posts.pop(f"{PAGE}_7")
    graph.arm(Throttled(where=where, code=32, times=None))
    sync(graph, any_engine)
    assert ended(any_engine).status == StreamStatus.throttled
    assert kept(any_engine)["7"].status == PostStatus.scheduled


def test_a_post_that_went_out_stays_when_it_is_deleted_there(any_engine: Engine, graph: GraphServer) -> None:
    sync(graph, any_engine)
    graph.data._posts.pop(f"{PAGE}_1")
    sync(graph, any_engine)
    assert kept(any_engine)["1"].status == PostStatus.posted


def test_posts_written_down_by_hand_are_left_alone(any_engine: Engine, graph: GraphServer) -> None:
    with writing(any_engine) as session:
        fields = PostFields(platform="facebook", status=PostStatus.scheduled, scheduled_at="2026-11-25T10:00")
        create_post(session, fields, zone=Settings(_env_file=None).zone, now=NOW)
    sync(graph, any_engine)
    assert kept(any_engine)["None"].status == PostStatus.scheduled


def test_without_leave_for_metrics_the_posts_are_read_and_that_is_said(any_engine: Engine, graph: GraphServer) -> None:
    graph.arm(PermissionMissing(where="posts", times=1))
    sync(graph, any_engine)
    row, posts = ended(any_engine), kept(any_engine)
    assert (row.status, row.fault, len(posts)) == (StreamStatus.partial, StreamFault.rows, 7)
    assert (row.message or "").startswith("the views and clicks of posts: ")
    assert (posts["1"].insights or {}).keys() == {"reactions", "comments", "shares"}


def test_without_leave_for_posts_the_stream_has_failed(any_engine: Engine, graph: GraphServer) -> None:
    graph.arm(PermissionMissing(where="posts"))
    sync(graph, any_engine)
    # The planned ones are stored before.
    assert (ended(any_engine).status, ended(any_engine).fault) == ("partial", StreamFault.permission)
    assert list(kept(any_engine)) == ["7"]


def test_a_post_that_cannot_be_read_is_put_aside_and_the_rest_is_stored(any_engine: Engine, graph: GraphServer) -> None:
    put(graph, 1, message="a\0b")
    for _ in range(2):
        sync(graph, any_engine)
    assert (ended(any_engine).status, ended(any_engine).n_quarantined) == (StreamStatus.partial, 1)
    assert len(kept(any_engine)) == 6
    with reading(any_engine) as session:
        [row] = session.scalars(select(QuarantinedRow)).all()
        assert (row.scope, row.stream, row.row["id"]) == (PAGE, "posts", f"{PAGE}_1")
        assert "U+0000" in row.reason


def test_a_planned_post_that_is_listed_but_cannot_be_read_is_not_taken_for_gone(
    any_engine: Engine, graph: GraphServer
) -> None:
    sync(graph, any_engine)
    put(graph, 7, message="a\0b")
    sync(graph, any_engine)
    put(graph, 7, message="a\0b", scheduled_at=None, created_at=NOW)
    sync(graph, any_engine)
    assert (kept(any_engine)["7"].status, ended(any_engine).n_quarantined) == (PostStatus.scheduled, 1)


def test_a_page_whose_token_is_refused_is_raised_after_the_others_were_read(
    any_engine: Engine, graph: GraphServer
) -> None:
    with pytest.raises(NeedsReauthorisation):
        sync(graph, any_engine, pages={"9": "no token", PAGE: graph.data.pages[PAGE].access_token})
    assert ended(any_engine, "9").fault == StreamFault.needs_reauthorisation
    assert (ended(any_engine).status, len(kept(any_engine))) == (StreamStatus.ok, 7)


def test_a_token_that_ends_between_two_listings_keeps_what_was_read(any_engine: Engine, graph: GraphServer) -> None:
    graph.arm(TokenExpired(where="posts"))
    with pytest.raises(NeedsReauthorisation):
        sync(graph, any_engine)
    assert (ended(any_engine).fault, list(kept(any_engine))) == (StreamFault.needs_reauthorisation, ["7"])


def test_one_page_that_fails_keeps_no_other_from_being_read(any_engine: Engine, graph: GraphServer) -> None:
    token = graph.data.pages[PAGE].access_token
    assert sync(graph, any_engine, pages={"404": token, PAGE: token}) == ["posts of page 404", f"posts of page {PAGE}"]
    assert ended(any_engine, "404").status == StreamStatus.failed
    assert ended(any_engine).status == StreamStatus.ok
