"""Announced leads that wait, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from adplanning.leads import inbox_service
from adplanning.leads.inbox_service import FIRST_WAIT, LONGEST_WAIT, wait_after
from adplanning.leads.notifications import Announcement
from adplanning.store.session import reading, writing
from adplanning.store.tables.leads import AnnouncedLead
from tests.leads.arrived import ASHA, NOON, one, received, rows


def announce(engine: Engine, *ids: str) -> None:
    with writing(engine) as session:
        inbox_service.announce(session, [Announcement(each, "5", "6") for each in ids], now=NOON)


def due(engine: Engine, limit: int = 10) -> list[str]:
    with reading(engine) as session:
        return [each.platform_lead_id for each in inbox_service.due(session, now=NOON, limit=limit)]


def test_what_is_announced_again_at_the_same_moment_waits_once(any_engine: Engine) -> None:
    ids = [str(n) for n in range(50)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: announce(any_engine, *(ids if n % 2 else reversed(ids))), range(8)))
    assert len(rows(any_engine, AnnouncedLead)) == 50


def test_nothing_announced_is_nothing_kept(engine: Engine) -> None:
    announce(engine)
    assert due(engine) == []


def test_the_longest_due_comes_first_and_what_is_put_off_or_fetched_is_not_due(any_engine: Engine) -> None:
    announce(any_engine, "1", "2", "3")
    assert due(any_engine, limit=2) == ["1", "2"]
    with writing(any_engine) as session:
        inbox_service.put_off(session, "1", "no answer", now=NOON)
        inbox_service.mark_fetched(session, "2", now=NOON)
    assert due(any_engine) == ["3"]
    announce(any_engine, "1", "2")
    assert due(any_engine) == ["3"]


def test_what_came_in_another_way_is_settled(any_engine: Engine) -> None:
    announce(any_engine, "71", "72")
    received(any_engine, ASHA)
    with writing(any_engine) as session:
        inbox_service.settle(session, now=NOON)
    assert due(any_engine) == ["72"]


def test_a_fault_is_kept_and_forgotten_once_the_lead_is_there(engine: Engine) -> None:
    announce(engine, "71")
    with writing(engine) as session:
        inbox_service.put_off(session, "71", "no answer", now=NOON, not_before=NOON + timedelta(hours=9))
    waiting = one(engine, AnnouncedLead)
    assert (waiting.fault, waiting.n_tries, waiting.next_try_at) == ("no answer", 1, NOON + timedelta(hours=9))
    with writing(engine) as session:
        inbox_service.mark_fetched(session, "71", now=NOON)
    assert (one(engine, AnnouncedLead).fault, one(engine, AnnouncedLead).n_tries) == (None, 2)


@given(st.integers(0, 10_000))
def test_each_wait_is_no_shorter_than_the_one_before_and_none_is_endless(n_tries: int) -> None:
    assert FIRST_WAIT <= wait_after(n_tries) <= wait_after(n_tries + 1) <= LONGEST_WAIT
