"""Credits kept from run to run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update

from adplanning.attribution import crediting_service
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting_service import CreditChanges, credit_changes, keep_credits
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.attribution import AttributionCredit
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
Tell = Callable[..., None]


def found(engine: Engine, **options: Any) -> CreditChanges:
    asked: dict[str, Any] = {"period": Period(), "public_revenue": PublicRevenue.counted}
    return credit_changes(engine, **(asked | options))


def run(engine: Engine, run_id: str | None = None, **options: Any) -> CreditChanges:
    changes = found(engine, **options)
    for part in changes.parts():
        with write_transaction(engine) as connection:
            keep_credits(connection, part, run_id=run_id)
    return changes


def kept(engine: Engine) -> list[tuple[Any, ...]]:
    c = TABLES["attribution_credits"].c
    told = (c.model, c.conversion_id, c.touchpoint_id, c.credit, c.value_minor, c.lookback_days, c.half_life_days)
    with reading(engine) as session:
        return sorted((tuple(row) for row in session.execute(select(*told))), key=str)


def sale(name: str, visitor: str, at: datetime = NOON, value: int | None = 10_000, **more: Any) -> dict[str, Any]:
    return {"id": name, "visitor_id": visitor, "converted_at": at, "value_minor": value} | more


def touch(name: str, visitor: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"id": name, "visitor_id": visitor, "session_started_at": at} | more


@pytest.fixture
def shop(tell: Tell) -> None:
    tell("touchpoints", *(touch(f"t{n}", f"v{n % 3}", NOON - n * DAY) for n in range(9)))
    tell("conversions", *(sale(f"c{n}", f"v{n % 3}", NOON + n * DAY, 9_999 + 7 * n) for n in range(6)))
    tell("conversions", sale("c9", "stranger", value=123))


def test_credits_add_up_and_an_unattributed_conversion_has_a_row_of_its_own(engine: Engine, shop: None) -> None:
    changes = run(engine, run_id="run_1")
    assert (changes.conversions.height, changes.changed.height, changes.n_unattributed) == (7, 7, 1)
    with reading(engine) as session:
        rows = list(session.scalars(select(AttributionCredit)))
    for model in CREDIT_MODELS:
        for n in range(6):
            mine = [row for row in rows if row.model == model and row.conversion_id == f"c{n}"]
            assert sum(row.credit for row in mine) == pytest.approx(1, abs=1e-12)
            assert sum(row.value_minor or 0 for row in mine) == 9_999 + 7 * n
        alone = [row for row in rows if row.model == model and row.conversion_id == "c9"]
        assert [(row.touchpoint_id, row.credit, row.value_minor) for row in alone] == [(None, 1.0, 123)]
    assert {row.run_id for row in rows} == {"run_1"}


def test_without_news_nothing_is_worked_on(engine: Engine, shop: None) -> None:
    run(engine)
    before = kept(engine)
    again = run(engine)
    assert (again.changed.height, again.gone.len(), kept(engine)) == (0, 0, before)


def test_only_the_conversions_behind_a_new_touchpoint_are_credited_anew(engine: Engine, tell: Tell, shop: None) -> None:
    run(engine)
    tell("touchpoints", touch("late", "v1", NOON + 2 * DAY))
    assert run(engine).changed["conversion_id"].to_list() == ["c4"]


def test_a_refund_takes_credit_back_and_a_cancelled_order_all_of_it(engine: Engine, shop: None) -> None:
    run(engine)
    c = TABLES["conversions"]
    with write_transaction(engine) as connection:
        connection.execute(update(c).where(c.c.id == "c0").values(value_minor=1, refunded_minor=9_998))
        connection.execute(update(c).where(c.c.id == "c1").values(cancelled_at=NOON))
    changes = run(engine)
    assert (changes.changed["conversion_id"].to_list(), changes.gone.to_list()) == (["c0"], ["c1"])
    assert {row[1] for row in kept(engine)} == {"c0", "c2", "c3", "c4", "c5", "c9"}
    assert sum(row[4] for row in kept(engine) if row[:2] == ("linear", "c0")) == 1


def test_another_window_changes_every_conversion_and_other_models_are_dropped(engine: Engine, shop: None) -> None:
    run(engine)
    assert run(engine, options=CreditOptions(lookback_days=2), models=["linear"]).changed.height == 7
    assert {(row[0], row[5]) for row in kept(engine)} == {("linear", 2)}


def test_credits_of_another_time_stay(engine: Engine, shop: None) -> None:
    run(engine)
    later = run(engine, run_id="later", period=Period(NOON + 3 * DAY, None), models=["linear"])
    assert later.changed["conversion_id"].to_list() == ["c3", "c4", "c5"]
    assert {row[1] for row in kept(engine) if row[0] == "last_click"} == {"c0", "c1", "c2", "c9"}


def test_a_conversion_deleted_meanwhile_is_left_out(engine: Engine, shop: None) -> None:
    changes = found(engine)
    with write_transaction(engine) as connection:
        connection.execute(delete(TABLES["conversions"]).where(TABLES["conversions"].c.id == "c2"))
        connection.execute(delete(TABLES["touchpoints"]).where(TABLES["touchpoints"].c.id == "t0"))
    for part in changes.parts():
        with write_transaction(engine) as connection:
            keep_credits(connection, part)
    assert "c2" not in {row[1] for row in kept(engine)}
    assert "t0" not in {row[2] for row in kept(engine)}
    run(engine)
    right = kept(engine)
    run(engine, afresh=True)
    assert kept(engine) == right


def test_what_is_interrupted_is_done_by_the_next_run(
    engine: Engine, shop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crediting_service, "CONVERSIONS_A_PART", 2)
    parts = found(engine).parts()
    with write_transaction(engine) as connection:
        keep_credits(connection, next(parts))
    with engine.connect().execution_options(writes=True) as connection:
        keep_credits(connection, next(parts))
        connection.rollback()
    assert {row[1] for row in kept(engine)} == {"c0", "c1"}
    assert run(engine).changed.height == 5
    resumed = kept(engine)
    run(engine, afresh=True)
    assert kept(engine) == resumed


news = st.lists(
    st.one_of(
        st.tuples(st.just("touch"), st.integers(0, 4), st.integers(-40, 10)),
        st.tuples(st.just("sale"), st.integers(0, 4), st.integers(-5, 10)),
        st.tuples(st.just("value"), st.integers(0, 20), st.integers(0, 900)),
        st.tuples(st.just("cancel"), st.integers(0, 20), st.booleans()),
        st.tuples(st.just("bot"), st.integers(0, 20), st.booleans()),
        st.tuples(st.just("forget"), st.integers(0, 20), st.just(0)),
        st.tuples(st.just("sign in"), st.integers(0, 4), st.integers(0, 1)),
        st.tuples(st.just("run"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


@given(news)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_run_after_run_keeps_what_one_run_over_everything_would(
    engine: Engine, tell: Tell, happened: list[tuple[str, int, int]]
) -> None:
    conversions, touchpoints = TABLES["conversions"], TABLES["touchpoints"]
    with write_transaction(engine) as connection:
        for name in ("attribution_credits", "credited_paths", "conversions", "touchpoints", "visitors"):
            connection.execute(delete(TABLES[name]))
    for n, (what, one, other) in enumerate(happened):
        visitor, at = f"v{one}", NOON + other * DAY
        if what == "touch":
            tell("touchpoints", touch(f"t{n}", visitor, at))
        elif what == "sale":
            tell("conversions", sale(f"c{n}", visitor, at, 1_000 + n, person_id=f"p{other % 2}" if one else None))
        elif what == "run":
            run(engine)
        with write_transaction(engine) as connection:
            if what == "value":
                connection.execute(update(conversions).where(conversions.c.id == f"c{one}").values(value_minor=other))
            elif what == "cancel":
                at_all = NOON if other else None
                connection.execute(update(conversions).where(conversions.c.id == f"c{one}").values(cancelled_at=at_all))
            elif what == "bot":
                connection.execute(update(touchpoints).where(touchpoints.c.id == f"t{one}").values(is_bot=bool(other)))
            elif what == "forget":
                connection.execute(delete(touchpoints).where(touchpoints.c.id == f"t{one}"))
            elif what == "sign in":
                connection.execute(delete(TABLES["visitors"]).where(TABLES["visitors"].c.id == visitor))
                linked = {"id": visitor, "person_id": f"p{other}", "linked_at": NOON, "first_seen_at": NOON}
                connection.execute(TABLES["visitors"].insert().values(**linked))
    run(engine)
    step_by_step = kept(engine)
    run(engine, afresh=True)
    assert kept(engine) == step_by_step
