"""The notebook that rebuilds segments, in a real kernel on a small shop."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, update

from adplanning.batch import RunRecord, run_notebook
from adplanning.core.settings import Settings
from adplanning.segments import service
from adplanning.segments.definition import SegmentFields
from adplanning.store import facts
from adplanning.store.session import reading, writing
from adplanning.store.tables.segments import Segment

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def run(engine: Engine, settings: Settings, **parameters: str) -> RunRecord:
    record = run_notebook(
        engine,
        "rebuild_segments",
        parameters,
        settings=settings,
        now=lambda: datetime.now(UTC),
        progress=lambda line, share: None,
    )
    assert record.status == "succeeded", record.message
    return record


def add(engine: Engine, name: str, *rules: tuple[str, str, object], auto_update: bool = True) -> str:
    criteria = {"rules": [{"field": field, "operator": operator, "value": value} for field, operator, value in rules]}
    with writing(engine) as session:
        given = SegmentFields(name=name, criteria=criteria, auto_update=auto_update)
        return service.create_segment(session, given, now=NOW).id


def size(engine: Engine, segment_id: str) -> int:
    with reading(engine) as session:
        return service.find_segment(session, segment_id).customer_count


def test_each_segment_that_updates_by_itself_is_rebuilt_and_a_second_run_changes_nothing(
    shop_engine: Engine, settings: Settings
) -> None:
    buyers, repeat = add(shop_engine, "buyers", ("total_orders", ">", 0)), add(shop_engine, "x2", ("frequency", ">", 1))
    static = add(shop_engine, "static", ("total_orders", ">", 0), auto_update=False)
    broken = add(shop_engine, "broken")
    with writing(shop_engine) as session:
        session.execute(update(Segment).where(Segment.id == broken).values(criteria={"rules": [{"field": "age"}]}))
    first = run(shop_engine, settings)
    n_persons = facts.scan(shop_engine, "persons", ["id"]).collect().height
    assert n_persons > size(shop_engine, buyers) > size(shop_engine, repeat) > 0 == size(shop_engine, static)
    assert first.summary["n_evaluated"] == n_persons
    assert first.summary["n_added"] == size(shop_engine, buyers) + size(shop_engine, repeat)
    assert (first.summary["n_segments"], first.summary["n_failed"]) == (2, 1)
    assert "1 were not built: broken" in first.message
    second = run(shop_engine, settings, segments="x2,static")
    assert (second.summary["n_segments"], second.summary["n_removed"]) == (2, 0)
    assert second.summary["n_added"] == size(shop_engine, static) == size(shop_engine, buyers)
