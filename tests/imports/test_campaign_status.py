"""Whether campaigns run, as files say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, update

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.imports.conftest import Take

Rows = Callable[..., list[Any]]
HEADER = "Campaign name,Day,Amount spent (INR),Delivery status"


def test_the_latest_row_of_a_campaign_says_whether_it_runs(take: Take, rows: Rows) -> None:
    take("meta-export", HEADER, "c,2026-01-02,1,inactive", "c,2026-01-01,1,active", "d,2026-01-01,1,Archived")
    assert rows("campaigns", "name", "status") == [("c", "PAUSED"), ("d", "ARCHIVED")]


def test_why_a_campaign_does_not_deliver_is_not_what_was_set(take: Take, rows: Rows) -> None:
    take("meta-export", HEADER, "c,2026-01-01,1,active")
    take("meta-export", HEADER, "c,2026-01-02,1,not_delivering")
    assert rows("campaigns", "status") == [("ACTIVE",)]


def test_the_status_of_ads_says_nothing_of_their_campaign(take: Take, rows: Rows) -> None:
    header = "Campaign name,Ad name,Day,Amount spent (INR),Delivery status,Delivery level"
    take("meta-export", header, "c,a,2026-01-01,1,inactive,ad")
    take("meta-export", header.replace("Ad name,", ""), "d,2026-01-01,1,inactive,ad")
    assert rows("campaigns", "status") == [("UNKNOWN",), ("UNKNOWN",)]


def test_a_campaign_that_was_listed_by_its_platform_keeps_its_status(engine: Engine, take: Take, rows: Rows) -> None:
    take("meta-export", HEADER, "c,2026-01-01,1,active")
    with write_transaction(engine) as connection:
        connection.execute(update(TABLES["campaigns"]).values(remote_state="present"))
    take("meta-export", HEADER, "c,2026-01-02,1,inactive")
    assert rows("campaigns", "status") == [("ACTIVE",)]
