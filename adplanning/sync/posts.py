"""Reads what pages have posted and planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.orm import Session

from adplanning.core.ids import new_ids
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import PostStatus, Stream
from adplanning.meta_ads.client import MetaClient
from adplanning.meta_ads.graph_errors import BadRequest, NeedsReauthorisation, PermissionMissing, TooMuchData
from adplanning.social.graph_posts import (
    PLATFORM,
    POSTED_FIELDS,
    POSTED_FIELDS_WITH_METRICS,
    SCHEDULED_FIELDS,
    ReadPosts,
    read_posts,
)
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.social import SocialPost
from adplanning.sync.streams import StreamRun, quarantine, stream

# The most that Graph answers of posts.
PAGE_ROWS = 100
NO_LONGER_PLANNED = "No longer planned at the platform: it was deleted there, or could not be published."
Told = Callable[[str, float], None]


def sync_posts(
    engine: Engine,
    client: MetaClient,
    settings: Settings,  # noqa: ARG001 - the streams of pages are called alike
    pages: Mapping[str, SecretStr],
    *,
    now: Callable[[], datetime],
    told: Told,
) -> None:
    """Bring the posts of some pages up to what the platform shows now, each page a stream of its own.

    A post is known by the platform's id. A planned one that is out becomes posted. A planned one that is in neither
    listing, both read to their ends, becomes failed with the reason; one that was posted stays, as it did go out.

    Parameters
    ----------
    pages : the token of each page by its id.
    told : told which page is read, and the share that is done.

    Raises
    ------
    NeedsReauthorisation : the token of a page is refused; kept in its stream too. The other pages have been read.
    """
    refused: NeedsReauthorisation | None = None
    for n, (page_id, token) in enumerate(pages.items()):
        told(f"posts of page {page_id}", n / len(pages))
        try:
            with stream(engine, page_id, Stream.posts, now=now) as run:
                if run.is_due:
                    _sync_page(engine, client.as_page(token), page_id, run, now)
        except NeedsReauthorisation as fault:
            refused = fault
    if refused is not None:
        raise refused


def _sync_page(engine: Engine, client: MetaClient, page_id: str, run: StreamRun, now: Callable[[], datetime]) -> None:
    rejects: list[tuple[None, str, dict[str, Any]]] = []
    listed: set[str] = set()

    def keep(read: ReadPosts) -> None:
        with writing(engine) as session:
            _store(session, page_id, read.posts, now())
        rejects.extend((None, reason, row) for reason, row in read.rejects)
        listed.update(post["platform_post_id"] for post in read.posts)
        listed.update(str(row.get("id")) for _, row in read.rejects)
        run.n_read += len(read.posts) + len(read.rejects)
        run.n_stored += len(read.posts)
        run.n_quarantined = len(rejects)

    # The planned ones first: what is published meanwhile is then in both listings, never in neither.
    for rows in client.pages(f"{page_id}/scheduled_posts", limit=PAGE_ROWS, fields=SCHEDULED_FIELDS):
        keep(read_posts(rows, PostStatus.scheduled))
    for rows in _published(client, page_id, run):
        keep(read_posts(rows, PostStatus.posted))
    with write_transaction(engine) as connection:
        _end_plans(connection, page_id, listed, now())
        quarantine(connection, page_id, Stream.posts, rejects, now=now(), replacing=[None])


def _published(client: MetaClient, page_id: str, run: StreamRun) -> Iterator[list[dict[str, Any]]]:
    path = f"{page_id}/published_posts"
    try:
        yield from client.pages(path, limit=PAGE_ROWS, fields=POSTED_FIELDS_WITH_METRICS)
    except (BadRequest, PermissionMissing, TooMuchData) as refused:
        # One metric that is withdrawn, or not allowed, has Meta refuse the posts with it.
        yield from client.pages(path, limit=PAGE_ROWS, fields=POSTED_FIELDS)
        run.missing.append(f"the views and clicks of posts: {refused.message}")


def _store(session: Session, page_id: str, read: Sequence[Mapping[str, Any]], now: datetime) -> None:
    ids = [columns["platform_post_id"] for columns in read]
    found = session.scalars(select(SocialPost).where(SocialPost.platform_post_id.in_(ids)))
    known = {post.platform_post_id: post for post in found}
    for new_id, columns in zip(new_ids("post", len(read)), read, strict=True):
        post_id = columns["platform_post_id"]
        if post_id in known:
            _renew(known[post_id], columns, now)
        else:
            origin = {"platform": PLATFORM, "page_id": page_id, "created_at": now, "updated_at": now}
            known[post_id] = SocialPost(id=new_id, **origin, **columns)
            session.add(known[post_id])


def _renew(post: SocialPost, columns: Mapping[str, Any], now: datetime) -> None:
    """Change what the platform has changed; what it leaves out stays as it was known."""
    told = {name: value for name, value in columns.items() if value is not None}
    if "insights" in told:
        told["insights"] = {**(post.insights or {}), **told["insights"]}
    changed = {name: value for name, value in {**told, "error": None}.items() if getattr(post, name) != value}
    for name, value in changed.items():
        setattr(post, name, value)
    if changed:
        post.updated_at = now


def _end_plans(connection: Connection, page_id: str, listed: Set[str], now: datetime) -> None:
    is_planned = (SocialPost.page_id == page_id) & (SocialPost.status == PostStatus.scheduled)
    planned = connection.scalars(select(SocialPost.platform_post_id).where(is_planned))
    lost = {post_id for post_id in planned if post_id is not None} - listed
    ended = {"status": PostStatus.failed.value, "error": NO_LONGER_PLANNED, "updated_at": now}
    connection.execute(update(SocialPost).where(SocialPost.platform_post_id.in_(lost)).values(**ended))
