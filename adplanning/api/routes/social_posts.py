"""/admin/social-posts: what was posted at social networks, and what is planned."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Id, Now, Page, Reading, Writing
from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import PostStatus
from adplanning.social import service
from adplanning.social.fields import PostChange, PostFields
from adplanning.store.tables.social import SocialPost

router = APIRouter(prefix="/admin/social-posts", tags=["social posts"])


class PostOut(BaseModel):
    """A social post as the API shows one; `insights` is what was counted of it, null if unknown."""

    id: str
    platform: str
    platform_post_id: str | None
    page_id: str | None
    caption: str | None
    status: PostStatus
    scheduled_at: str | None
    posted_at: str | None
    media_url: str | None
    post_url: str | None
    insights: dict[str, Any] | None
    error: str | None
    created_at: str | None
    updated_at: str | None


class PostAnswer(BaseModel):
    """One post, under both names that clients read."""

    social_post: PostOut
    same: Annotated[PostOut, Field(serialization_alias="socialPost")]


class PostsAnswer(BaseModel):
    """A page of posts, under both names that clients read."""

    social_posts: list[PostOut]
    same: Annotated[list[PostOut], Field(serialization_alias="socialPosts")]
    count: int
    limit: int
    offset: int


def post_json(post: SocialPost) -> PostOut:
    """A post as the API shows one."""
    return PostOut(
        id=post.id,
        platform=post.platform,
        platform_post_id=post.platform_post_id,
        page_id=post.page_id,
        caption=post.caption,
        status=PostStatus(post.status),
        scheduled_at=isoformat(post.scheduled_at),
        posted_at=isoformat(post.posted_at),
        media_url=post.media_url,
        post_url=post.post_url,
        insights=post.insights,
        error=post.error,
        created_at=isoformat(post.created_at),
        updated_at=isoformat(post.updated_at),
    )


@router.post("", status_code=201)
def create(body: PostFields, session: Writing, settings: AppSettings, now: Now) -> PostAnswer:
    """Write a post down; nothing is sent to a platform."""
    return _answer(service.create_post(session, body, zone=settings.zone, now=now))


@router.get("")
def list_(
    session: Reading,
    page: Page,
    period: GivenPeriod,
    status: PostStatus | None = None,
    platform: Filter = None,
    q: Filter = None,
) -> PostsAnswer:
    """Posts, newest first, by when each went out, else is planned for, else was written down."""
    filters = {"status": status, "platform": platform.strip().lower() if platform else None}
    found, count = service.list_posts(session, filters, period, limit=page.limit, offset=page.offset, search=q)
    posts = [post_json(post) for post in found]
    return PostsAnswer(social_posts=posts, same=posts, count=count, limit=page.limit, offset=page.offset)


@router.get("/{post_id}")
def read(post_id: Id, session: Reading) -> PostAnswer:
    """One post."""
    return _answer(service.find_post(session, post_id))


@router.put("/{post_id}")
def change(post_id: Id, body: PostChange, session: Writing, settings: AppSettings, now: Now) -> PostAnswer:
    """Change the fields that are sent; a post that was read from a platform is changed there (409)."""
    return _answer(service.change_post(session, post_id, body, zone=settings.zone, now=now))


@router.delete("/{post_id}")
def delete(post_id: Id, session: Writing) -> Deleted:
    """Remove a post; one that was read from a platform is deleted there (409)."""
    service.delete_post(session, post_id)
    return Deleted(id=post_id)


def _answer(post: SocialPost) -> PostAnswer:
    shown = post_json(post)
    return PostAnswer(social_post=shown, same=shown)
