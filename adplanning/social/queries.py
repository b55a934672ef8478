"""Social posts as rows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Select, func, select

from adplanning.core.periods import Period
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.social import SocialPost

_POSTS = TABLES["social_posts"].c
# A post's date: when it went out, else when it is planned for, else when it was written down. Every post has one.
date_of_post = func.coalesce(_POSTS.posted_at, _POSTS.scheduled_at, _POSTS.created_at)
POST_ORDERS: Orders = {
    "date": [date_of_post],
    **{name: [_POSTS[name]] for name in ("caption", "platform", "status")},
}
_TEXTS = [_POSTS[name] for name in ("caption", "platform_post_id", "error", "id")]


def matching_posts(
    filters: Mapping[str, str | None], period: Period, *, search: str | None = None
) -> Select[SocialPost]:
    """The SELECT of a list: every filter given must hold, the post's date lies in the period.

    With `search`, its caption, its error or one of its ids holds it; see `spellings`.
    """
    query = select(SocialPost).where(*containing(_TEXTS, search))
    for name, value in filters.items():
        if value is not None:
            query = query.where(_POSTS[name] == value)
    if period.start is not None:
        query = query.where(date_of_post >= period.start)
    if period.end is not None:
        query = query.where(date_of_post < period.end)
    return query
