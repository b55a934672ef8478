"""Campaigns that a file calls otherwise than before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from adplanning.core.vocabulary import AliasDecision
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.imports.conftest import NOW, Take

Rows = Callable[..., list[Any]]
HEADER = "date,campaign,campaign_id,spend"


def names(rows: Rows) -> list[tuple[str, str]]:
    return rows("campaigns", "platform_campaign_id", "name")


def former(rows: Rows) -> list[tuple[str, str, str]]:
    return rows("campaign_aliases", "name_key", "name", "decision")


def test_a_renamed_campaign_takes_the_new_name_and_keeps_the_former_one(take: Take, rows: Rows) -> None:
    take("spend", HEADER, "2026-01-01,Summer Sale,17,1")
    take("spend", HEADER, "2026-01-02,Monsoon Sale,17,1")
    assert rows("campaigns", "platform_campaign_id", "name", "name_key") == [("17", "Monsoon Sale", "monsoon-sale")]
    assert former(rows) == [("summer-sale", "Summer Sale", "former_name")]
    assert len(rows("daily_spend", "on")) == 2


def test_another_spelling_is_no_other_name(take: Take, rows: Rows) -> None:
    take("spend", HEADER, "2026-01-01,Summer Sale,17,1")
    take("spend", HEADER, "2026-01-02,summer_sale,17,1", "2026-01-03,SUMMER SALE,17,1")
    assert (names(rows), former(rows)) == ([("17", "Summer Sale")], [])


def test_an_older_file_does_not_rename_it_back(take: Take, rows: Rows) -> None:
    take("spend", HEADER, "2026-01-02,Summer Sale,17,1")
    take("spend", HEADER, "2026-01-03,Monsoon Sale,17,1")
    take("spend", HEADER, "2026-01-01,Summer Sale,17,1")
    assert (names(rows), len(former(rows))) == ([("17", "Monsoon Sale")], 1)


def test_of_several_names_in_one_file_none_is_surely_the_latest(take: Take, rows: Rows) -> None:
    take("spend", HEADER, "2026-01-01,Summer,17,1", "2026-01-02,Monsoon,17,1")
    assert (names(rows), former(rows)) == ([("17", "Summer")], [("monsoon", "Monsoon", "former_name")])
    take("spend", HEADER, "2026-01-03,Winter,17,1", "2026-01-04,Spring,17,1")
    assert names(rows) == [("17", "Summer")]
    assert [key for key, _, _ in former(rows)] == ["monsoon", "spring", "winter"]


def test_a_file_without_ids_still_finds_it_by_its_former_name(take: Take, rows: Rows) -> None:
    take("spend", HEADER, "2026-01-01,Summer,17,1")
    take("spend", HEADER, "2026-01-02,Monsoon,17,1")
    take("spend", "date,campaign,spend", "2026-01-03,Summer,1", "2026-01-04,Monsoon,1")
    assert names(rows) == [("17", "Monsoon")]
    assert len(rows("daily_spend", "on")) == 4


def test_a_new_campaign_may_bear_the_former_name_of_another(take: Take, rows: Rows) -> None:
    take("spend", HEADER, "2026-01-01,Summer,17,1")
    take("spend", HEADER, "2026-01-02,Monsoon,17,1", "2026-01-02,Summer,18,1")
    assert names(rows) == [("17", "Monsoon"), ("18", "Summer")]


def test_what_people_said_about_a_name_stays(take: Take, rows: Rows, engine: Engine) -> None:
    take("spend", HEADER, "2026-01-01,Summer,17,1")
    [(campaign_id,)] = rows("campaigns", "id")
    said = {"name_key": "summer", "campaign_id": campaign_id, "decision": AliasDecision.refused, "name": "Summer"}
    with write_transaction(engine) as connection:
        connection.execute(TABLES["campaign_aliases"].insert().values(**said, decided_at=NOW))
    take("spend", HEADER, "2026-01-02,Monsoon,17,1")
    assert (names(rows), former(rows)) == ([("17", "Monsoon")], [("summer", "Summer", "refused")])
