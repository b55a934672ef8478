"""What can be done with social posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adplanning.core.errors import Conflict, NotFound
from adplanning.core.ids import new_id
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PostStatus
from adplanning.social import queries
from adplanning.social.fields import PostChange, PostFields, post_changes, post_columns, settled, whole_post
from adplanning.store import lists
from adplanning.store.tables.social import SocialPage, SocialPost


def list_posts(
    session: Session,
    filters: Mapping[str, str | None],
    period: Period,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[SocialPost], int]:
    """One page of posts, and how many match in all.

    Parameters
    ----------
    filters : of status, platform, page_id; all that are given must hold.
    period : in which the post's date lies: when it went out, else when it is planned for, else when it was made.
    limit, offset : which of the rows make the page.
    search : what its caption, its error or one of its ids must hold, in whatever case.
    sort, descending : an order of `queries.POST_ORDERS`; newest first when there is none.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    query = queries.matching_posts(filters, period, search=search)
    return lists.page(
        session,
        query,
        queries.POST_ORDERS,
        sort=sort,
        usual="date",
        ties=SocialPost.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def status_counts(session: Session) -> dict[PostStatus, int]:
    """How many posts stand where, over all posts; a status that none has is 0."""
    found = session.execute(select(SocialPost.status, func.count()).group_by(SocialPost.status))
    counted = {str(status): n for status, n in found}
    return {status: counted.get(status, 0) for status in PostStatus}


def posts_in(session: Session, period: Period, statuses: Sequence[PostStatus]) -> list[SocialPost]:
    """All posts of these statuses whose date lies in a period, earliest first."""
    query = queries.matching_posts({}, period).where(SocialPost.status.in_(statuses))
    return list(session.scalars(query.order_by(queries.date_of_post, SocialPost.id)))


def recent_posted(session: Session, *, limit: int) -> list[SocialPost]:
    """The posts that went out last, the latest first."""
    return list_posts(session, {"status": PostStatus.posted}, Period(), limit=limit, offset=0)[0]


def platforms(session: Session) -> list[str]:
    """The platforms that there are posts of."""
    return list(session.scalars(select(SocialPost.platform).distinct().order_by(SocialPost.platform)))


def page_name(session: Session, page_id: str | None) -> str | None:
    """What the page of a post is called; its id where no name is known."""
    page = session.get(SocialPage, page_id) if page_id else None
    return page.name if page else page_id


def is_platforms_own(post: SocialPost) -> bool:
    """Whether the platform has the say over a post: it came from there, and was still there when last looked for."""
    return post.platform_post_id is not None and post.status != PostStatus.failed


def find_post(session: Session, post_id: str) -> SocialPost:
    """The post of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(SocialPost, post_id)
    if found is None:
        raise NotFound(f"id: there is no social post {post_id!r}; GET /admin/social-posts lists them")
    return found


def create_post(session: Session, fields: PostFields, *, zone: ZoneInfo, now: datetime) -> SocialPost:
    """Write a post down; nothing is sent to a platform.

    Parameters
    ----------
    zone : in which an instant without an offset is meant.

    Raises
    ------
    InvalidData : an instant that does not exist, or times that do not fit the status.
    """
    post = SocialPost(id=new_id("post"), created_at=now, updated_at=now, **whole_post(fields, zone, now=now))
    session.add(post)
    return post


def change_post(session: Session, post_id: str, change: PostChange, *, zone: ZoneInfo, now: datetime) -> SocialPost:
    """Change the given fields of a post.

    Raises
    ------
    NotFound : there is no such post.
    Conflict : its platform has the say over it.
    InvalidData : a null for a field that must have a value, or times that do not fit the status.
    """
    post = _own_post(session, post_id)
    kept = {name: getattr(post, name) for name in PostFields.model_fields}
    columns = settled(kept | post_columns(post_changes(change), zone), now=now)
    for name, value in columns.items():
        setattr(post, name, value)
    # One that its platform has lost is the shop's own from here on.
    post.platform_post_id = None
    post.updated_at = now
    return post


def delete_post(session: Session, post_id: str) -> None:
    """Remove a post.

    Raises
    ------
    NotFound : there is no such post.
    Conflict : its platform has the say over it.
    """
    session.delete(_own_post(session, post_id))


def _own_post(session: Session, post_id: str) -> SocialPost:
    post = find_post(session, post_id)
    if is_platforms_own(post):
        raise Conflict(
            f"id: {post_id!r} is read from {post.platform} and would come back as it is there; change or delete it at "
            "the platform, the next sync brings the change here"
        )
    return post
