from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, insert, select

from adplanning.core.errors import Conflict
from adplanning.demo.filling import TABLES_IN_ORDER, fill
from adplanning.demo.shop import Shop
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(TABLES[name])) or 0 for name in TABLES_IN_ORDER
        }


def test_every_row_of_the_shop_is_written(any_engine: Engine, small: Shop) -> None:
    told: list[str] = []
    summary = fill(any_engine, small, told.append)
    assert counts(any_engine) == {name: getattr(small, name).height for name in TABLES_IN_ORDER} == dict(summary.n_rows)
    assert f"conversions: {small.conversions.height:,}" in told


def test_every_foreign_key_holds(engine: Engine, small: Shop) -> None:
    fill(engine, small, lambda _: None)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_filling_twice_changes_nothing_and_says_so(any_engine: Engine, small: Shop) -> None:
    fill(any_engine, small, lambda _: None)
    before = counts(any_engine)
    again = fill(any_engine, small, lambda _: None)
    assert counts(any_engine) == before
    assert again.n_rows == {}
    assert "already" in again.message


def test_a_store_with_other_data_is_refused_and_left_as_it_was(engine: Engine, small: Shop) -> None:
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES["visitors"]).values(id="vis_1", first_seen_at=func.abs(0)))
    with pytest.raises(Conflict, match=r"other data \(visitors\).*ADPLANNING_HOME"):
        fill(engine, small, lambda _: None)
    assert counts(engine)["websites"] == 0


def test_an_interrupted_filling_leaves_the_store_empty(engine: Engine, small: Shop) -> None:
    def interrupt(message: str) -> None:
        if message.startswith("conversions"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(engine, small, interrupt)
    assert set(counts(engine).values()) == {0}
    assert fill(engine, small, lambda _: None).n_rows
