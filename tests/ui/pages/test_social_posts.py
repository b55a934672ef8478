"""The page of social posts."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from adplanning.core.vocabulary import PostStatus, Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.social import SocialPost
from adplanning.ui.calendar import Calendar
from adplanning.ui.details import Details
from adplanning.ui.feed import Feed
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notices
from adplanning.ui.pages.social_posts import social_posts
from adplanning.ui.table import Table
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PLANNED: dict[str, Any] = {
    "platform": "instagram",
    "caption": "Six quilts, one question",
    "status": "scheduled",
    "scheduled_at": "2026-11-30T23:30",
    "media_url": "https://shop.example/q.jpg",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: NOW)


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(social_posts(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def add(engine: Engine, post_id: str, status: str, **columns: Any) -> str:
    times = {"created_at": NOW, "updated_at": NOW}
    row = {"id": post_id, "platform": "facebook", "status": status, **times, **columns}
    with write_transaction(engine) as connection:
        connection.execute(insert(SocialPost).values(**row))
    return post_id


@pytest.fixture
def posts(engine: Engine) -> Engine:
    """One post of every status; the one that is out and the planned one are the platform's."""
    out = {"posted_at": datetime(2026, 11, 20, 8, 35, tzinfo=UTC), "platform_post_id": "7_1", "page_id": "7"}
    counts = {"reactions": 60, "comments": 6, "shares": 2, "post_media_view": 2500, "mood": "good", "rate": 1.5}
    add(engine, "post_1", "posted", caption="Indigo", insights=counts, post_url="https://www.facebook.com/7_1", **out)
    planned = {"scheduled_at": datetime(2026, 11, 26, 9, tzinfo=UTC), "platform_post_id": "7_2", "page_id": "7"}
    add(engine, "post_2", "scheduled", caption="Winter", **planned)
    add(engine, "post_3", "draft", platform="mastodon")
    add(engine, "post_4", "failed", error="The token has expired", scheduled_at=datetime(2026, 11, 1, tzinfo=UTC))
    return engine


def entries(calendar: Calendar) -> dict[str, list[str]]:
    found = [day for week in calendar.weeks for day in week if day and day["entries"]]
    return {day["on"]: [f"{one['at']} {one['name']}" for one in day["entries"]] for day in found}


def test_cards_count_all_posts_and_lead_to_those_they_count(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    cards = the(Kpis, opened(new_visit, frame, posts, status="draft")).items
    assert {card["label"]: card["value"] for card in cards} == {
        "Scheduled": "1", "Posted": "1", "Draft": "1", "Failed": "1"
    }  # fmt: skip
    for status in PostStatus:
        [card] = [card for card in cards if card["href"] == f"/app/social-posts?status={status}"]
        table = the(Table, opened(new_visit, frame, posts, status=status.value))
        assert str(table.total) == card["value"]


def test_what_went_out_last_is_shown_with_how_people_answered(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    [item] = the(Feed, opened(new_visit, frame, posts)).items
    assert (item["words"], item["when"], item["badge"]["text"]) == ("Indigo", "20 Nov 2026, 14:05", "Facebook")
    assert [figure["value"] for figure in item["figures"]] == ["60", "6", "2"]


def test_the_list_says_what_stands_where_and_what_is_unknown(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    table = the(Table, opened(new_visit, frame, posts))
    rows = {row["id"]: {key: cell["text"] for key, cell in row["cells"].items()} for row in table.rows}
    assert list(rows) == ["post_2", "post_3", "post_1", "post_4"]
    assert list(rows["post_1"].values()) == ["Indigo", "Posted", "Facebook", "68", "20 Nov 2026, 14:05"]
    assert (rows["post_3"]["caption"], rows["post_3"]["platform"]) == ("Without words", "mastodon")
    assert rows["post_4"]["engagement"] is None
    assert {row["id"]: row["cells"]["status"]["hint"] for row in table.rows}["post_4"] == "The token has expired"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"status": "failed"}, ["post_4"]),
        ({"platform": "mastodon"}, ["post_3"]),
        ({"search": "wINTER"}, ["post_2"]),
        ({"from_date": "2026-11-23"}, ["post_2"]),
        ({"from_date": "2026-11-20", "to_date": "2026-11-20"}, ["post_1"]),
        ({"sort": "caption", "descending": "false"}, ["post_1", "post_2", "post_3", "post_4"]),
    ],
)
def test_filters_in_the_address_narrow_the_list(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame, query: dict[str, str], shown: list[str]
) -> None:
    assert [row["id"] for row in the(Table, opened(new_visit, frame, posts, **query)).rows] == shown


def test_every_order_and_the_csv_can_be_had(posts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    table = the(Table, opened(new_visit, frame, posts))
    for column in table.columns:
        if column["sortable"]:
            send(table, "ask", {"sort": column["key"], "descending": False})
            assert (table.total, table.fault) == (4, "")
    send(table, "export_rows", {"n": 0})
    lines = {line["id"]: line for line in csv.DictReader(io.StringIO(table.exporting["part"]))}
    assert (lines["post_1"]["reactions"], lines["post_4"]["reactions"]) == ("60", "")


def test_the_calendar_holds_what_has_a_date_of_its_own_at_its_local_day(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    calendar = the(Calendar, opened(new_visit, frame, posts))
    assert calendar.title == "November 2026"
    assert entries(calendar) == {
        "2026-11-01": ["05:30 Without words"], "2026-11-20": ["14:05 Indigo"], "2026-11-26": ["14:30 Winter"]
    }  # fmt: skip


def test_the_month_and_the_filters_share_the_address(posts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, posts, status="posted")
    send(the(Calendar, widgets), "turn", {"by": 1})
    send(the(Table, widgets), "ask", {"status": "failed"})
    assert frame.kept == [{"status": "posted", "month": "2026-12"}, {"status": "failed", "month": "2026-12"}]
    again = opened(new_visit, frame, posts, **frame.kept[1])
    assert (the(Calendar, again).title, the(Table, again).notice) == ("December 2026", "")


def test_a_day_leads_to_all_that_it_holds(posts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    [href] = {
        day["href"] for week in the(Calendar, opened(new_visit, frame, posts)).weeks for day in week
        if day and day["on"] == "2026-11-20"
    }  # fmt: skip
    assert href == "/app/social-posts?from_date=2026-11-20&to_date=2026-11-20&month=2026-11"


def test_a_post_is_added_and_stands_everywhere_at_once(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine)
    assert the(Table, widgets).empty_action["name"] == "add"
    form = the(Form, widgets)
    send(the(MainButton, widgets), "press")
    assert form.given["values"] == {"platform": "facebook", "status": "draft"}
    send(form, "submit", {"values": PLANNED})
    assert (form.issues["by_field"], form.shown) == ({}, False)
    assert "nothing was sent" in frame.toasts[0][1]
    assert the(Kpis, widgets).items[0]["value"] == "1"
    assert entries(the(Calendar, widgets)) == {"2026-11-30": ["23:30 Six quilts, one question"]}
    [row] = the(Table, widgets).rows
    assert row["cells"]["date"]["text"] == "30 Nov 2026, 23:30"
    with reading(engine) as session:
        made = session.scalars(select(SocialPost)).one()
        assert (made.platform, made.scheduled_at) == ("instagram", datetime(2026, 11, 30, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"platform": " "}, "platform"),
        ({"status": "published"}, "status"),
        ({"scheduled_at": ""}, "scheduled_at"),
        ({"scheduled_at": "2026-02-30T10:00"}, "scheduled_at"),
        ({"posted_at": "2026-11-20T10:00"}, "posted_at"),
        ({"media_url": "javascript:alert(1)"}, "media_url"),
        ({"caption": "a" * 63_207}, "caption"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field_while_it_is_filled_in_and_after(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, wrong: dict[str, Any], field: str
) -> None:
    form = the(Form, opened(new_visit, frame, engine))
    for event in ("check", "submit"):
        form.ask()
        send(form, event, {"values": PLANNED | wrong})
        assert (list(form.issues["by_field"]), form.shown) == ([field], True)
    with reading(engine) as session:
        assert session.scalars(select(SocialPost)).all() == []


def test_a_post_of_ones_own_is_changed_and_a_field_left_empty_is_emptied(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    send(the(Form, opened(new_visit, frame, engine)), "submit", {"values": PLANNED})
    with reading(engine) as session:
        post_id = session.scalars(select(SocialPost.id)).one()
    widgets = opened(new_visit, frame, engine, record_id=post_id)
    assert frame.titles == ["Six quilts, one question"]
    send(the(Details, widgets), "act", {"name": "edit"})
    form = the(Form, widgets)
    assert form.given["values"]["scheduled_at"] == "2026-11-30T23:30:00"
    send(form, "submit", {"values": form.given["values"] | {"status": "posted", "media_url": ""}})
    assert (form.issues["by_field"], frame.gone_to) == ({}, [f"/app/social-posts/{post_id}"])
    with reading(engine) as session:
        post = session.get_one(SocialPost, post_id)
        assert (post.status, post.posted_at, post.media_url, post.caption) == ("posted", NOW, None, PLANNED["caption"])


def test_a_post_of_the_platform_says_so_and_has_nothing_to_change_it_with(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    before = everything(posts)
    for post_id in ("post_1", "post_2"):
        widgets = opened(new_visit, frame, posts, record_id=post_id)
        assert the(Notices, widgets).items[0]["words"].startswith("Read from Facebook: change or delete it there")
        assert the(Details, widgets).actions == []
        assert not any(isinstance(widget, Form) for widget in widgets)
    assert everything(posts) == before


def test_a_post_in_full_has_its_counts_in_words_and_links_that_a_browser_may_open(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    groups = {
        group["title"]: {row["label"]: row["cell"] for row in group["rows"]}
        for group in the(Details, opened(new_visit, frame, posts, record_id="post_1")).groups
    }
    said = {label: cell["text"] for label, cell in groups["Engagement"].items()}
    assert said == {"Reactions": "60", "Comments": "6", "Shares": "2", "Views": "2,500", "mood": "good", "rate": "1.50"}
    link = groups["Post"]["At the platform"]
    assert (link["href"], link["new_tab"]) == ("https://www.facebook.com/7_1", True)
    add(posts, "post_9", "draft", post_url="javascript:alert(1)")
    [post, *_] = the(Details, opened(new_visit, frame, posts, record_id="post_9")).groups
    assert [row["cell"]["href"] for row in post["rows"] if row["label"] == "At the platform"] == [""]


def test_a_failed_post_says_why_and_is_deleted_after_a_yes_alone(
    posts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, posts, record_id="post_4")
    assert (the(Notices, widgets).items[0]["words"], the(Notices, widgets).items[0]["kind"]) == (
        "The token has expired",
        "bad",
    )
    send(the(Details, widgets), "act", {"name": "delete"})
    [(_, yes)] = frame.questions
    yes()
    with reading(posts) as session:
        assert session.get(SocialPost, "post_4") is None
    assert frame.gone_to == ["/app/social-posts"]


def test_a_viewer_looks_and_cannot_change_anything(posts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    before = everything(posts)
    of_list = opened(new_visit, frame, posts, role=Role.viewer)
    of_one = opened(new_visit, frame, posts, role=Role.viewer, record_id="post_3")
    for widget in (*of_list, *of_one):
        for event in ("check", "act", "press", "submit"):
            for name in ("add", "edit", "delete"):
                send(widget, event, {"values": PLANNED, "name": name, "id": "post_3"})
    assert everything(posts) == before
    assert (frame.questions, the(Details, of_one).actions) == ([], [])
    assert not any(isinstance(widget, MainButton) for widget in of_list)
    for widgets in (of_list, of_one):
        assert the(Form, widgets).issues["by_field"][""].startswith("you are signed in as a viewer")
