"""What is held on a person, on both databases: all of it, and nothing of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import NotFound
from adplanning.people.mention_service import PERSONAL
from adplanning.store.session import reading
from adplanning.workflows.person_exported import export_person
from tests.people.held import EMAIL, NOON, TRACES, fill


def exported(engine: Engine, person_id: str, runs: Path) -> dict[str, Any]:
    with reading(engine) as session:
        return export_person(session, person_id, runs_folder=runs, now=NOON)


def test_each_table_that_holds_persons_is_in_the_export(any_engine: Engine, tmp_path: Path) -> None:
    asha, ravi = fill(any_engine, tmp_path / "runs")
    held = exported(any_engine, asha, tmp_path / "runs")
    assert held.keys() == (PERSONAL - {"persons"}) | {"exported_at", "person", "shared_visitors", "files"}
    assert all(held.values()), [name for name, rows in held.items() if not rows]
    text = json.dumps(held).lower()
    assert all(trace in text for trace in TRACES)
    assert ravi not in text
    assert "ravi@example.in" not in text
    assert held["person"]["email"] == EMAIL
    assert held["files"] == ["run_1.ipynb"]


def test_on_a_shared_tablet_only_what_happened_while_it_was_hers_is_exported(
    any_engine: Engine, tmp_path: Path
) -> None:
    asha, ravi = fill(any_engine, tmp_path)
    hers, his = exported(any_engine, asha, tmp_path), exported(any_engine, ravi, tmp_path)
    assert hers["shared_visitors"] == his["shared_visitors"] == ["tablet"]

    def on_tablet(held: dict[str, Any]) -> list[str]:
        return [row["id"] for row in held["journey_events"] if row["visitor_id"] == "tablet"]

    assert on_tablet(hers) == ["jour_10", "jour_4", "jour_9"]
    assert on_tablet(his) == ["jour_6"]
    assert [row["order_id"] for row in his["conversions"]] == ["order_7"]


def test_instants_amounts_and_answers_are_written_for_people(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path)
    held = exported(any_engine, asha, tmp_path)
    [order] = [row for row in held["conversions"] if row["order_id"] == "order_3"]
    assert (order["value"], order["currency"], order["converted_at"]) == (500.0, "INR", "2026-11-20T15:00:00+00:00")
    [lead] = held["leads"]
    assert lead["answers"]["size?"] == ["call me at home"]


def test_nothing_can_be_told_of_a_person_who_is_not_known(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        exported(engine, "person_1", tmp_path)
