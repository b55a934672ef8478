"""Segments of many customers, from a SQLite store: `python tests/benchmarks/segments.py [n_customers] [n_events]`.

One event in ten is a conversion, four of five page views name their session, one customer in five has two devices. The
goals are for 1,000,000 customers and 20,000,000 events: the feature table in 20 s, each further segment evaluated in
0.5 s, a change of 50,000 members stored in 3 s, and 200 times as fast as criteria held against one customer after the
other in Python, which is measured on 10,000 of them.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import numpy as np
import polars as pl
from sqlalchemy import Engine, Index

from adplanning.core.vocabulary import PublicRevenue
from adplanning.segments import queries, service
from adplanning.segments.building_service import build_segment
from adplanning.segments.criteria import Criteria, Rule, parse_criteria
from adplanning.segments.definition import SegmentFields
from adplanning.segments.feature_service import CustomerFeatures, customer_features
from adplanning.segments.fields import FIELDS
from adplanning.store import facts
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame
from tests.segments.by_hand import holds

AS_OF: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
N_DAYS: Final = 365
A_SLICE: Final = 500_000
CITIES: Final = ["Mumbai", "Pune", "Delhi", "Chennai", "Kolkata", None]
CRITERIA: Final[dict[str, dict[str, Any]]] = {
    "more than 5 orders and last order within 30 days": {
        "rules": [
            {"field": "total_orders", "operator": ">", "value": 5},
            {"field": "last_order_date", "operator": "within_last_days", "value": 30},
        ]
    },
    "best by RFM": {"rules": [{"field": "rfm_score", "operator": "in", "value": "555,554,545,455"}]},
    "in a city, by text": {"rules": [{"field": "city", "operator": "contains", "value": "MUM"}]},
    "with a tag": {"rules": [{"field": "tags", "operator": "contains", "value": "vip"}]},
    "by an attribute of their own": {"rules": [{"field": "size", "operator": ">=", "value": 42}]},
    "by address": {"rules": [{"field": "email", "operator": "contains", "value": "77@"}]},
    "nested groups": {
        "logic": "OR",
        "rules": [{"field": "clv", "operator": ">", "value": 900}],
        "groups": [
            {
                "rules": [{"field": "churn_risk", "operator": "between", "value": [50, 75]}],
                "groups": [{"logic": "NOT", "rules": [{"field": "visits_last_7_days", "operator": "==", "value": 0}]}],
            },
            {"rules": [{"field": "city", "operator": "not_in", "value": ["Pune", "Delhi"]}]},
        ],
    },
}


def persons(n: int) -> pl.DataFrame:
    number = pl.int_range(n)
    created = pl.lit(AS_OF) - pl.duration(days=number % 900)
    return pl.select(
        id=_id("person", number),
        first_name=pl.format("Name {}", number % 5000),
        email=pl.format("customer{}@example.com", number),
        email_key=pl.format("customer{}@example.com", number),
        date_of_birth=pl.lit(AS_OF).dt.date() - pl.duration(days=6_500 + number % 20_000),
        city=pl.lit(pl.Series(CITIES)).implode().list.get(number % len(CITIES)),
        tags=pl.when(number % 10 == 0).then(pl.lit('["vip", "newsletter"]')).when(number % 3 == 0).then(pl.lit("[]")),
        attributes=pl.when(number % 2 == 0).then(
            pl.lit('{"size": ') + (36 + number % 10).cast(pl.String) + ', "colour": "red"}'
        ),
        created_at=created,
        updated_at=created,
    )


def visitors(n: int) -> pl.DataFrame:
    """Each person's device, and of every fifth person a second one."""
    number = pl.int_range(n + n // 5)
    first_seen = pl.lit(AS_OF) - pl.duration(days=900)
    return pl.select(
        id=_id("visitor", number),
        person_id=_id("person", pl.when(number < n).then(number).otherwise((number - n) * 5)),
        linked_at=first_seen,
        first_seen_at=first_seen,
    )


def _id(prefix: str, number: pl.Expr) -> pl.Expr:
    return pl.format(prefix + "_{}", number.cast(pl.String).str.zfill(32))


def events(n_customers: int, n: int, *, seed: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """Slices of conversions and of page views, oldest first; a visitor's views come in sessions of four."""
    random = np.random.default_rng(seed)
    n_visitors = n_customers + n_customers // 5
    for table, prefix, total in (("conversions", "conv", n // 10), ("journey_events", "jour", n - n // 10)):
        for start in range(0, total, A_SLICE):
            size = min(A_SLICE, total - start)
            session = np.arange(start, start + size) // 4
            by_visit = random.integers(0, n_visitors, session[-1] - session[0] + 1)[session - session[0]]
            who = random.integers(0, n_visitors, size) if table == "conversions" else by_visit
            at = int(AS_OF.timestamp() * 1e6) - N_DAYS * 86_400 * 1_000_000
            at = at + (np.arange(start, start + size) * (N_DAYS * 86_400 * 1_000_000 / total)).astype(np.int64)
            frame = pl.DataFrame({"number": np.arange(start, start + size), "who": who, "session": session, "at": at})
            yield table, _columns(frame, table, prefix)


def _columns(frame: pl.DataFrame, table: str, prefix: str) -> pl.DataFrame:
    number = pl.col("number")
    at = pl.col("at").cast(pl.Datetime("us", "UTC"))
    shared = {
        "id": _id(prefix, number),
        "visitor_id": _id("visitor", pl.col("who")),
        "origin": pl.lit("web"),
        "is_bot": number % 50 == 7,
        "is_internal": pl.lit(value=False),
        "received_at": at,
    }
    if table == "journey_events":
        named = pl.when(pl.col("session") % 5 > 0).then(_id("session", pl.col("session")))
        return frame.select(
            **shared, session_id=named, event_type=pl.lit("page_view"), stage=pl.lit("awareness"), occurred_at=at
        )
    kind = pl.when(number % 4 > 0).then(pl.lit("purchase")).otherwise(pl.lit("add_to_cart"))
    return frame.select(
        **shared,
        conversion_type=kind,
        platform=pl.lit("direct"),
        attribution_model=pl.lit("last_click"),
        attribution_weight=pl.lit(1.0),
        value_minor=10_000 + number * 7919 % 500_000,
        currency=pl.lit("INR"),
        order_id=pl.when(number % 4 > 0).then(pl.format("order {}", number)),
        refunded_minor=pl.lit(0),
        converted_at=at,
    )


def scores(n: int) -> Iterator[pl.DataFrame]:
    number = pl.int_range(n)
    for kind, most in (("clv", 1000), ("churn_risk", 100), ("engagement", 100), ("nps", 10)):
        yield pl.select(
            id=pl.format("score_" + kind + "_{}", number),
            person_id=_id("person", number),
            score_type=pl.lit(kind),
            score_value=(number * 7919 % (most * 10) / 10).cast(pl.Float64),
            currency=pl.lit("INR" if kind == "clv" else None, pl.String),
            method=pl.lit("rules"),
            breakdown=pl.lit("{}"),
            details=pl.lit("{}"),
            history=pl.lit("[]"),
            calculated_at=pl.lit(AS_OF),
            created_at=pl.lit(AS_OF),
        )


def fill(engine: Engine, n_customers: int, n_events: int) -> None:
    """Write everything, and the indexes at the end."""
    filled = ("persons", "visitors", "customer_scores", "conversions", "journey_events")
    indexes: list[Index] = [index for name in filled for index in TABLES[name].indexes]
    with write_transaction(engine) as connection:
        for index in indexes:
            index.drop(connection)
    _write(engine, "persons", persons(n_customers))
    _write(engine, "visitors", visitors(n_customers))
    for kept in scores(n_customers):
        _write(engine, "customer_scores", kept)
    for name, part in events(n_customers, n_events, seed=7):
        _write(engine, name, part)
    with write_transaction(engine) as connection:
        for index in indexes:
            index.create(connection)


def _write(engine: Engine, name: str, frame: pl.DataFrame) -> None:
    for part in frame.iter_slices(A_SLICE):
        with write_transaction(engine) as connection:
            insert_frame(connection, TABLES[name], part)


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = call()
    return time.perf_counter() - started, answer


def peak_gb() -> str:
    own, readers = (resource.getrusage(who).ru_maxrss / 1e6 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return f"peak {own:.1f} GB here, {readers:.1f} GB in ended children"


def read_facts(engine: Engine) -> list[pl.DataFrame]:
    statements = queries.fact_statements(
        FIELDS.keys(), with_own=True, as_of=AS_OF, public_revenue=PublicRevenue.counted
    )
    return facts.read(engine, *statements.values())


def measure_table(engine: Engine, n_customers: int, n_events: int) -> CustomerFeatures:
    warm = timed(lambda: facts.scan(engine, "currency_rates", ["rate"]).collect())[0]
    reading, frames = timed(lambda: read_facts(engine))
    n_rows = sum(frame.height for frame in frames)
    del frames
    total, table = timed(
        lambda: customer_features(
            engine,
            as_of=AS_OF,
            currency="INR",
            zone=ZoneInfo("Asia/Kolkata"),
            public_revenue=PublicRevenue.counted,
            fields=[*FIELDS, "size"],
        )
    )
    print(f"{n_customers:,} customers, {n_events:,} events; {table.frame.width} columns, first call {warm:.1f} s more")
    print(f"feature table from the store: {total:6.2f} s (goal 20 s), of which reading {n_rows:,} rows {reading:.2f} s")
    print(f"feature table from frames:    {total - reading:6.2f} s; {peak_gb()}")
    cheap, _ = timed(
        lambda: customer_features(
            engine,
            as_of=AS_OF,
            currency="INR",
            zone=ZoneInfo("Asia/Kolkata"),
            public_revenue=PublicRevenue.counted,
            fields=["total_orders", "last_order_date"],
        )
    )
    print(f"only orders and last order:   {cheap:6.2f} s")
    return table


def measure_evaluation(table: CustomerFeatures) -> None:
    rows = table.frame.head(10_000).to_dicts()
    today = AS_OF.astimezone(table.zone).date()
    scale = table.frame.height / len(rows)
    for words, given in CRITERIA.items():
        criteria = parse_criteria(given)
        ours = statistics.median(timed(lambda: table.matching(criteria).height)[0] for _ in range(5))  # noqa: B023
        by_row, n = timed(lambda: sum(holds(criteria, row, today) for row in rows))  # noqa: B023
        same = replace(table, frame=table.frame.head(10_000)).matching(criteria).height
        assert same == n, (words, same, n)
        print(f"  {words:50} {ours:6.3f} s (goal 0.5 s), {by_row * scale / ours:7,.0f} × row by row (goal 200 ×)")


def measure_build(engine: Engine, table: CustomerFeatures) -> None:
    change = min(25_000, table.frame.height // 4)
    numbers = table.frame.sort("person_id").with_row_index("n").select("person_id", "n")
    criteria = Criteria(rules=(Rule("clv", ">", 500.0),))

    def with_window(start: int) -> CustomerFeatures:
        """All but some customers have a CLV that matches."""
        end = start + change
        is_in = (pl.col("n") < start) | (pl.col("n") >= end)
        frame = table.frame.join(numbers, on="person_id").with_columns(
            clv_minor=pl.when(is_in & (pl.col("n") % 2 == 0)).then(100_000).otherwise(0)
        )
        return replace(table, frame=frame)

    with writing(engine) as session:
        given = SegmentFields(name="large", criteria={"rules": [{"field": "clv", "operator": ">", "value": 500}]})
        segment_id = service.create_segment(session, given, now=AS_OF).id
    assert table.covers(criteria)
    for number, (start, words) in enumerate(((0, "first build"), (2 * change, "change"))):
        features = with_window(start)

        def build(features: CustomerFeatures = features, number: int = number) -> Any:
            with writing(engine) as session:
                segment = service.find_segment(session, segment_id)
                return build_segment(session, segment, features, now=AS_OF + timedelta(days=number))

        taken, done = timed(build)
        print(
            f"{words}: {done.members_added:,} added, {done.members_removed:,} removed of {done.matching_count:,} in "
            f"{taken:.2f} s (goal for 50,000: 3 s)"
        )
    print(peak_gb())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("n_customers", type=int, nargs="?", default=50_000)
    parser.add_argument("n_events", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the store is kept, to be used again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = (asked.folder or Path(temporary)) / f"segments-{asked.n_customers}-{asked.n_events}.db"
        is_new = not path.exists()
        engine = open_store(f"sqlite:///{path}")
        if is_new:
            taken, _ = timed(lambda: fill(engine, asked.n_customers, asked.n_events))
            print(f"written in {taken:.0f} s: {path.stat().st_size / 1e9:.1f} GB")
        table = measure_table(engine, asked.n_customers, asked.n_events)
        measure_evaluation(table)
        measure_build(engine, table)
        engine.dispose()


if __name__ == "__main__":
    main()
