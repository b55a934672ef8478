"""A list that is read from one end to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import Conflict
from adplanning.ui.badges import Badge
from adplanning.ui.timeline import PAGE_SIZE, Happening, Timeline
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

KINDS = {"step": "Steps", "order": "Orders"}


class Diary:
    """A timeline over numbered things, every third of which is an order, and what it was asked for."""

    def __init__(self, new_visit: NewVisit, engine: Engine, n: int, **query: str) -> None:
        self.days = list(range(n))
        self.asked: list[tuple[str | None, bool, int, int]] = []
        self.fault: Exception | None = None
        self.timeline = Timeline(
            new_visit(engine, **query),
            title="What happened?",
            kinds=KINDS,
            fetch=self.fetch,
            empty="Nothing yet.",
            beside=lambda: {"view": "all"},
        )
        self.timeline.refresh()

    def fetch(
        self, kind: str | None, is_newest_first: bool, limit: int, offset: int
    ) -> tuple[Sequence[Happening], int]:
        self.asked.append((kind, is_newest_first, limit, offset))
        if self.fault:
            raise self.fault
        found = [day for day in self.days if kind is None or (day % 3 == 0) == (kind == "order")]
        badge = Badge("Step", "grey", "mdi-a").cell()
        shown = [
            Happening(f"Day {day}", "12:00", badge, f"Thing {day}") for day in sorted(found, reverse=is_newest_first)
        ]
        return shown[offset : offset + limit], len(found)


def words(diary: Diary) -> list[str]:
    return [item["words"] for item in diary.timeline.items]


def test_until_it_is_read_it_waits(engine: Engine, new_visit: NewVisit) -> None:
    timeline = Timeline(new_visit(engine), title="x", kinds=KINDS, fetch=lambda *_: ([], 0), empty="Nothing yet.")
    assert timeline.pending
    timeline.refresh()
    assert (timeline.pending, timeline.total, timeline.items) == (False, 0, [])


def test_the_newest_comes_first_a_page_at_a_time(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    diary = Diary(new_visit, engine, PAGE_SIZE + 2)
    assert (words(diary)[0], len(words(diary)), diary.timeline.total) == (
        f"Thing {PAGE_SIZE + 1}",
        PAGE_SIZE,
        PAGE_SIZE + 2,
    )
    send(diary.timeline, "leaf", {"page": 2})
    assert words(diary) == ["Thing 1", "Thing 0"]
    place = diary.timeline.place
    assert (place["first"], place["last"], place["page"], place["pages"]) == (PAGE_SIZE + 1, PAGE_SIZE + 2, 2, 2)
    assert frame.kept[-1] == {"view": "all", "page": "2"}


def test_turned_around_it_begins_at_the_other_end_with_its_first_page(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    diary = Diary(new_visit, engine, PAGE_SIZE + 2, page="2")
    send(diary.timeline, "turn_around")
    assert (words(diary)[0], diary.timeline.newest) == ("Thing 0", False)
    assert frame.kept[-1] == {"view": "all", "order": "oldest"}
    send(diary.timeline, "turn_around")
    assert frame.kept[-1] == {"view": "all"}


def test_one_kind_alone_can_be_read(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    diary = Diary(new_visit, engine, 7)
    send(diary.timeline, "choose", {"name": "order"})
    assert words(diary) == ["Thing 6", "Thing 3", "Thing 0"]
    assert frame.kept[-1] == {"view": "all", "kind": "order"}
    send(diary.timeline, "choose", {"name": ""})
    assert len(words(diary)) == 7


def test_the_address_says_where_one_was(engine: Engine, new_visit: NewVisit) -> None:
    diary = Diary(new_visit, engine, 3 * PAGE_SIZE, kind="step", order="oldest", page="2")
    assert diary.asked == [("step", False, PAGE_SIZE, PAGE_SIZE)]
    assert diary.timeline.state == {"kind": "step", "order": "oldest", "page": "2"}


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "9" * 30, "²"])
def test_an_address_that_names_no_page_means_the_first(engine: Engine, new_visit: NewVisit, page: str) -> None:
    assert Diary(new_visit, engine, 1, page=page, kind="letter").asked == [(None, True, PAGE_SIZE, 0)]


def test_a_page_that_is_there_no_longer_becomes_the_first(engine: Engine, new_visit: NewVisit) -> None:
    diary = Diary(new_visit, engine, 3, page="7")
    assert (len(words(diary)), diary.timeline.place["page"], diary.timeline.state) == (3, 1, {})


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("choose", {"name": "letter"}),
        ("choose", {"name": ["order"]}),
        ("leaf", {}),
        ("leaf", {"page": "2"}),
        ("leaf", {"page": 0}),
        ("leaf", {"page": 10**30}),
        ("leaf", {"page": 1.5}),
    ],
)
def test_what_a_browser_cannot_mean_is_refused(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, event: str, data: Any
) -> None:
    diary = Diary(new_visit, engine, 3)
    send(diary.timeline, event, data)
    assert (len(diary.asked), frame.kept) == (1, [])
    assert [kind for kind, _ in frame.toasts] == ["error"]


def test_a_fault_is_said_in_the_place_of_the_list(engine: Engine, new_visit: NewVisit) -> None:
    diary = Diary(new_visit, engine, 3)
    diary.fault = Conflict("the store is busy")
    diary.timeline.refresh()
    assert (diary.timeline.fault, diary.timeline.items) == ("the store is busy", [])
    diary.fault = None
    diary.timeline.refresh()
    assert (diary.timeline.fault, len(words(diary))) == ("", 3)
