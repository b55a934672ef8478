"""Results told anew from what Meta has told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, update

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.sync.results import tell_results_anew
from tests.sync.synced import Synced, synced

COLUMNS = ("object_id", "on", "n_leads", "n_purchases", "purchase_value_minor", "n_results", "result_type")


@pytest.fixture
def meta(any_engine: Engine) -> Iterator[Synced]:
    with synced(any_engine) as made:
        made.sync()
        yield made


def test_told_anew_all_results_are_as_the_sync_has_told_them(meta: Synced) -> None:
    before = meta.rows("daily_spend", *COLUMNS)
    blank = dict.fromkeys(COLUMNS[2:])
    with write_transaction(meta.engine) as connection:
        connection.execute(update(TABLES["daily_spend"]).values(blank))
    assert tell_results_anew(meta.engine) == len(meta.rows("daily_actions", "on"))
    assert meta.rows("daily_spend", *COLUMNS) == before


def test_an_objective_that_came_to_be_known_gives_the_days_before_their_result(meta: Synced) -> None:
    with write_transaction(meta.engine) as connection:
        connection.execute(update(TABLES["campaigns"]).values(objective="OUTCOME_LEADS"))
    tell_results_anew(meta.engine)
    told = meta.rows("daily_spend", "result_type", "n_results", "n_leads")
    assert {kind for kind, _, _ in told} == {"leads"}
    assert all(n_results == n_leads for _, n_results, n_leads in told)


def test_without_any_actions_there_is_nothing_to_tell(engine: Engine) -> None:
    assert tell_results_anew(engine) == 0
