"""One social post, and the form that posts are written down with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adplanning.core import formats
from adplanning.core.validation import validated
from adplanning.core.vocabulary import PostStatus
from adplanning.social import service
from adplanning.social.fields import PostChange, PostFields, is_web_address, whole_post
from adplanning.store.tables.social import SocialPost
from adplanning.ui import badges
from adplanning.ui.actions import edit_and_delete
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.visit import Visit

SLUG = "social-posts"
FRESH: Values = {"platform": "facebook", "status": PostStatus.draft.value}
MAX_WORDS = 90
# What the platforms call their counts, in words.
COUNTS = {
    "reactions": "Reactions",
    "likes": "Likes",
    "comments": "Comments",
    "shares": "Shares",
    "post_media_view": "Views",
    "post_total_media_view_unique": "Viewers",
    "post_clicks": "Clicks",
}
_DATED = (PostStatus.scheduled, PostStatus.posted, PostStatus.failed)


def post_fields(platforms: Sequence[str]) -> tuple[Field, ...]:
    """The form of a post; `platforms` are offered beside those that are known."""
    networks = {name: badges.network_badge(name).words for name in (*badges.NETWORKS, *platforms)}
    statuses = {status.value: badges.POST_STATUSES[status].words for status in PostStatus}
    return (
        Field("caption", "Caption", "area", help="What the post says."),
        Field("platform", "Platform", "choice", required=True, options=networks),
        Field("status", "Status", "choice", required=True, options=statuses),
        Field(
            "scheduled_at",
            "Planned for",
            "moment",
            help="In the reporting time zone; a scheduled post needs it.",
            only_for={"status": _DATED},
        ),
        Field(
            "posted_at",
            "Posted",
            "moment",
            help="In the reporting time zone; now when left empty.",
            only_for={"status": (PostStatus.posted,)},
        ),
        Field("error", "Why it failed", only_for={"status": (PostStatus.failed,)}),
        Field("media_url", "Address of its picture or film", help="Begins with https://."),
        Field("post_url", "Address of the post", help="Where it can be seen at the platform."),
    )


def words_of(post: SocialPost) -> str:
    r"""What a post is called: how its caption begins.

    >>> words_of(SocialPost(caption=None)), words_of(SocialPost(caption=" Six  quilts,\none question "))
    ('Without words', 'Six quilts, one question')
    """
    words = " ".join((post.caption or "").split())
    return (words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 2]} …") or "Without words"


def date_of(post: SocialPost) -> datetime:
    """When a post went out, else is planned for, else was written down; lists sort by the same."""
    return post.posted_at or post.scheduled_at or post.created_at


def one_post(visit: Visit, post_id: str) -> Sequence[Component]:
    """All that is known of a post, and the form that changes it where the shop has the say."""
    with visit.reading() as session:
        post = service.find_post(session, post_id)
        groups, given = (
            _groups(visit, post, service.page_name(session, post.page_id)),
            _given(post, visit.settings.zone),
        )
        name, platform = words_of(post), post.platform
        is_platforms = service.is_platforms_own(post)
        notices = _notices(post)
    visit.frame.title(name)
    shown = Notices()
    shown.show(notices)
    if is_platforms:
        return [shown, Details(visit, groups)]

    def submit(values: Values) -> None:
        emptied = {one.key: None for one in fields if one.key not in FRESH}
        change = validated(PostChange, {**emptied, **values})
        with visit.writing() as session:
            service.change_post(session, post_id, change, zone=visit.settings.zone, now=visit.now())
        visit.frame.toast("Changes saved.")
        visit.frame.go(address_of(SLUG, post_id))

    fields = post_fields([platform])
    form = Form(
        visit,
        title="Change this post",
        button="Save changes",
        fields=fields,
        check=lambda values: whole_post(validated(PostFields, values), visit.settings.zone, now=visit.now()),
        submit=submit,
    )
    actions = edit_and_delete(
        visit,
        edit=lambda: form.ask(given),
        delete=lambda session: service.delete_post(session, post_id),
        name="this post",
        consequence="It goes from this list; nothing changes at the platform.",
        back_to=address_of(SLUG),
    )
    return [shown, Details(visit, groups, actions), form]


def _notices(post: SocialPost) -> list[Notice]:
    if post.status == PostStatus.failed:
        return [Notice(post.error or "It failed; nobody has written down why.", "bad")]
    if service.is_platforms_own(post):
        network = badges.network_badge(post.platform).words
        return [Notice(f"Read from {network}: change or delete it there, and the next sync brings it here.", "info")]
    return []


def _given(post: SocialPost, zone: ZoneInfo) -> dict[str, Any]:
    def moment(instant: datetime | None) -> str | None:
        return instant.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat() if instant else None

    kept = {name: getattr(post, name) for name in ("caption", "platform", "status", "error", "media_url", "post_url")}
    return {**kept, "scheduled_at": moment(post.scheduled_at), "posted_at": moment(post.posted_at)}


def _groups(visit: Visit, post: SocialPost, page: str | None) -> Mapping[str, Mapping[str, Cell]]:
    def when(instant: datetime | None) -> Cell:
        return text(formats.moment(instant, visit.settings.zone))

    return {
        "Post": {
            "Caption": text(post.caption),
            "Status": badges.POST_STATUSES[PostStatus(post.status)].cell(),
            "Platform": badges.network_badge(post.platform).cell(),
            "At the platform": _link(post.post_url),
            "Picture or film": _link(post.media_url),
        },
        "When": {
            "Planned for": when(post.scheduled_at),
            "Posted": when(post.posted_at),
            "Written down": when(post.created_at),
            "Changed": when(post.updated_at),
        },
        "Engagement": _counts(post.insights) or {"Counts": text("not known")},
        "Record": {
            "Page": text(page, hint=post.page_id or ""),
            "Id at the platform": text(post.platform_post_id),
            "Id": text(post.id),
        },
    }


def _counts(insights: Mapping[str, object] | None) -> Mapping[str, Cell]:
    given = insights or {}
    ordered = [*(name for name in COUNTS if name in given), *(name for name in given if name not in COUNTS)]
    return {COUNTS.get(name, name): text(_count(given[name])) for name in ordered}


def _count(value: object) -> object:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return formats.number(value, 0 if isinstance(value, int) else 2) if is_number else value  # type: ignore[arg-type]


def _link(address: str | None) -> Cell:
    return text(address, href=address if address and is_web_address(address) else "", new_tab=True)
