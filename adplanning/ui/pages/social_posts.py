"""Social posts: what went out and how people answered, and what is planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from adplanning.core import formats
from adplanning.core.periods import Period
from adplanning.core.validation import validated
from adplanning.core.vocabulary import PostStatus
from adplanning.social import service
from adplanning.social.engagement import engagement
from adplanning.social.fields import PostFields, whole_post
from adplanning.store.tables.social import SocialPost
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.calendar import Calendar, Entry
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.feed import Feed, Figure, Item
from adplanning.ui.form import Form, Values
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.social_post import FRESH, SLUG, date_of, one_post, post_fields, words_of
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

STATUSES = {status.value: badges.POST_STATUSES[status].words for status in PostStatus}
N_RECENT = 4
MEANINGS = {
    PostStatus.scheduled: "Planned for a time that is set.",
    PostStatus.posted: "Out at their platforms.",
    PostStatus.draft: "Written down, without a time.",
    PostStatus.failed: "Not published, or no longer planned at the platform; each says why.",
}


def social_posts(visit: Visit) -> Sequence[Component]:
    """The calendar and the list, or one post."""
    return one_post(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_posts(
                session,
                query.filters,
                query.period,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, post) for post in found], total

    def submit(values: Values) -> None:
        fields = validated(PostFields, values)
        with visit.writing() as session:
            service.create_post(session, fields, zone=visit.settings.zone, now=visit.now())
        visit.frame.toast("Post added. It is written down here only; nothing was sent to a platform.")
        table.refresh()
        calendar.refresh()
        show()

    def show() -> None:
        kpis.show(_counts(visit), "All posts, whatever the list below is narrowed to.")
        recent.show(_recent(visit))

    with visit.reading() as session:
        platforms = service.platforms(session)
    form = Form(
        visit,
        title="Add a post",
        button="Add post",
        fields=post_fields(platforms),
        check=lambda values: whole_post(validated(PostFields, values), visit.settings.zone, now=visit.now()),
        submit=submit,
    )
    add = Action("add", "Add post", "mdi-plus", lambda _: form.ask(FRESH))
    kpis, recent = Kpis(), Feed(title="Posted last")
    calendar = Calendar(
        visit,
        label="Posts by day",
        fetch=lambda period: _entries(visit, period),
        href_of_day=_list_of_day,
        empty="Nothing was posted or is planned",
        turned=lambda: visit.frame.keep({**table.state, **calendar.state}),
    )
    table = Table(
        visit,
        label="Social posts",
        title="All posts",
        columns=[
            Column("caption", "Post", sortable=True, on_phone=True),
            Column("status", "Status", sortable=True),
            Column("platform", "Platform", sortable=True),
            Column("engagement", "Engagement", numeric=True, help="Reactions, comments and shares"),
            Column(
                "date", "Date", sortable=True, on_phone=True, help="When it went out, is planned for, or was written"
            ),
        ],
        filters=[
            Filter("status", "Status", STATUSES),
            Filter("platform", "Platform", {name: badges.network_badge(name).words for name in platforms}),
        ],
        dated=True,
        searchable="Search captions",
        sort="date",
        fetch=fetch,
        export_name="social-posts",
        empty="No post yet. Those of your pages come with the synchronisation with Meta; others you can add by hand.",
        empty_action=add if visit.may_write else None,
        beside=lambda: calendar.state,
    )
    show()
    return [*([MainButton(visit, add)] if visit.may_write else []), kpis, calendar, recent, table, form]


def _list_of_day(day: date) -> str:
    return f"{address_of(SLUG)}?{urlencode({'from_date': day, 'to_date': day, 'month': f'{day:%Y-%m}'})}"


def _row(visit: Visit, post: SocialPost) -> Row:
    status, counted = PostStatus(post.status), engagement(post.insights)
    when, words = formats.moment(date_of(post), visit.settings.zone), words_of(post)
    known = {"Reactions": counted.reactions, "Comments": counted.comments, "Shares": counted.shares}
    hint = ", ".join(f"{label}: {formats.number(n)}" for label, n in known.items())
    return Row(
        post.id,
        words,
        address_of(SLUG, post.id),
        {
            "caption": text(words, hint=words),
            "status": {**badges.POST_STATUSES[status].cell(), "hint": post.error or ""},
            "platform": badges.network_badge(post.platform).cell(),
            "engagement": text(formats.number(counted.total) if counted.total is not None else None, hint=hint),
            "date": text(when),
        },
        {
            "id": post.id,
            "platform": post.platform,
            "status": post.status,
            "caption": post.caption,
            "scheduled_at": post.scheduled_at and post.scheduled_at.isoformat(),
            "posted_at": post.posted_at and post.posted_at.isoformat(),
            **{label.lower(): n for label, n in known.items()},
            "post_url": post.post_url,
            "error": post.error,
        },
    )


def _counts(visit: Visit) -> list[Kpi]:
    with visit.reading() as session:
        counts = service.status_counts(session)
    return [
        Kpi(
            badges.POST_STATUSES[status].words,
            formats.number(counts[status]),
            meaning,
            href=f"{address_of(SLUG)}?{urlencode({'status': status.value})}",
        )
        for status, meaning in MEANINGS.items()
    ]


def _recent(visit: Visit) -> list[Item]:
    with visit.reading() as session:
        return [_item(visit, post) for post in service.recent_posted(session, limit=N_RECENT)]


def _item(visit: Visit, post: SocialPost) -> Item:
    counted = engagement(post.insights)
    return Item(
        words_of(post),
        address_of(SLUG, post.id),
        formats.moment(post.posted_at, visit.settings.zone),
        badges.network_badge(post.platform).cell(),
        [
            Figure("reactions", formats.number(counted.reactions), "mdi-heart-outline"),
            Figure("comments", formats.number(counted.comments), "mdi-comment-outline"),
            Figure("shares", formats.number(counted.shares), "mdi-share-variant-outline"),
        ],
    )


def _entries(visit: Visit, period: Period) -> list[Entry]:
    zone = visit.settings.zone
    dated = (PostStatus.posted, PostStatus.scheduled, PostStatus.failed)
    with visit.reading() as session:
        return [
            Entry(
                on=date_of(post).astimezone(zone).date(),
                at=date_of(post).astimezone(zone).strftime("%H:%M"),
                name=words_of(post),
                badge=badges.POST_STATUSES[PostStatus(post.status)].cell(),
                href=address_of(SLUG, post.id),
            )
            for post in service.posts_in(session, period, dated)
        ]
