"""All four scores of everybody set-wise, against one person after the other in Python; and one person's refresh.

Run by hand: python tests/benchmarks/scores.py [--customers 1000000] [--events 20000000] [--by-hand 10000] [--keep]
[--database URL]. The goals are for 1,000,000 customers and 20,000,000 events: all scores in 60 s, a refresh in 50 ms.

The facts are frames as the store answers them: a tenth of the events are conversions, half of these purchases; each
customer has a browser of their own, and one in ten a second one. Set-wise is all from these frames to the rows that are
kept, histories and JSON included; with --keep those are also put into an embedded store. By hand is the contract's
formulas over the lists of events of some customers, found beforehand; both must agree on them. A refresh
is one person's three scores, read, computed and kept in a store with 100,000 events: an embedded one, or the empty one
at --database.
"""

from __future__ import annotations

import argparse
import math
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from adplanning.core.vocabulary import PublicRevenue
from adplanning.scores.churn import ADVICE
from adplanning.scores.engagement import OTHER, WEIGHTS
from adplanning.scores.queries import stored_scores
from adplanning.scores.scoring import ScoreFacts, customers, score_rows
from adplanning.scores.scoring_service import PERSONS_A_PART, ScoreRun, keep_scores, refresh_scores
from adplanning.store.engine import is_sqlite
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY_US = 86_400_000_000
INSTANTS = pl.Datetime("us", "UTC")
STEPS = ["page_view", "page_view", "page_view", "product_view", "email_open", "email_click", "feedback", "custom"]
CONVERSIONS = ["purchase", "purchase", "purchase", "add_to_cart", "begin_checkout", "lead_form_submission"]
LABELS = ["very_negative", "negative", "neutral", "positive"]
USUAL: dict[str, Any] = {"as_of": NOW, "currency": "INR"}
NO_SCORES = {
    "person_id": pl.String,
    "score_type": pl.String,
    "id": pl.String,
    "currency": pl.String,
    "created_at": INSTANTS,
    "calculated_at": INSTANTS,
    "history": pl.String,
}


def invented_facts(n_customers: int, n_events: int, *, seed: int) -> ScoreFacts:
    """Equal seeds give equal facts."""
    random = np.random.default_rng(seed)
    persons = pl.Series([f"person_{number:07d}" for number in range(n_customers)])

    def events(n: int) -> tuple[pl.Series, pl.Series, pl.Series]:
        # Few do most: the square of an even number.
        who = (random.random(n) ** 2 * n_customers).astype(np.int64)
        second = (random.random(n) < 0.5) & (who % 10 == 0)
        visitor = pl.Series(who).cast(pl.String) + pl.Series(np.where(second, "b", "a"))
        ages = random.integers(1, 400 * DAY_US, n)
        at = pl.Series(int(NOW.timestamp() * 1e6) - ages).cast(INSTANTS)
        return persons.gather(who), visitor, at

    def some(words: list[str], n: int) -> pl.Series:
        return pl.Series(words).gather(random.integers(0, len(words), n))

    n_conversions = n_events // 10
    n_steps, n_said = n_events - n_conversions, n_customers // 10
    _, visitor, at = events(n_steps)
    nobody = pl.lit(None, pl.String)
    name = some(STEPS, n_steps)
    steps = pl.DataFrame({"visitor_id": visitor, "occurred_at": at, "event_type": name, "event_name": name})
    buyer, visitor, at = events(n_conversions)
    conversions = pl.DataFrame(
        {
            "visitor_id": visitor,
            "person_id": buyer,
            "converted_at": at,
            "conversion_type": some(CONVERSIONS, n_conversions),
            "value_minor": pl.Series(random.integers(10_000, 1_000_000, n_conversions)),
        }
    ).with_columns(currency=pl.lit("INR"))
    speaker, _, at = events(n_said)
    numbers = pl.Series(np.arange(n_customers)).cast(pl.String)
    every_tenth = pl.Series(np.arange(0, n_customers, 10))
    sightings = pl.DataFrame(
        {
            "visitor_id": pl.concat([numbers + "a", every_tenth.cast(pl.String) + "b"]),
            "person_id": pl.concat([persons, persons.gather(every_tenth)]),
        }
    ).with_columns(seen_at=pl.lit(NOW - timedelta(days=400), INSTANTS))
    values = pl.Series(random.integers(0, 11, n_said)).cast(pl.Float64)
    category = pl.when(pl.col("nps_value") >= 9).then(pl.lit("promoter")).otherwise(pl.lit("detractor"))
    return ScoreFacts(
        conversions=conversions,
        steps=steps.with_columns(person_id=nobody),
        sightings=sightings,
        rates=pl.DataFrame(schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64}),
        sentiments=pl.DataFrame({"person_id": speaker, "sentiment_label": some(LABELS, n_said)}),
        ratings=pl.DataFrame(
            {"id": at.cast(pl.String), "person_id": speaker, "nps_value": values, "rated_at": at}
        ).with_columns(category=category),
    )


class Watch:
    """Seconds by the clock and of the processors since it was made."""

    def __init__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        clock, cpu = time.perf_counter() - self._clock, time.process_time() - self._cpu
        return f"{clock:.1f} s by the clock, {cpu:.1f} s of processors"


def set_wise(facts: ScoreFacts, sample: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is known of everybody, and the scores of so many of them, from all over."""
    watch = Watch()
    nobody = pl.Series([], dtype=pl.String)
    options: dict[str, Any] = {**USUAL, "zone": ZoneInfo("UTC"), "model": None, "horizon_days": 730}
    known = customers(facts, nobody, everybody=True, **options)
    print(f"what is known of {known.height:,} customers: {watch}")
    chosen = known["person_id"].gather_every(max(1, known.height // sample))
    before = pl.DataFrame(schema=NO_SCORES)
    n_rows, some = 0, []
    for part in known.iter_slices(PERSONS_A_PART):
        rows = score_rows(part, before, **USUAL)
        n_rows += rows.height
        some.append(
            rows.select("person_id", "score_type", "score_value").filter(pl.col("person_id").is_in(chosen.implode()))
        )
    print(f"with all {n_rows:,} rows as they are kept: {watch}")
    return known, pl.concat(some)


def by_hand(facts: ScoreFacts, person_ids: list[str]) -> dict[str, tuple[float, float, float]]:
    """Engagement, CLV and churn risk of some customers, one after the other."""
    number = {person_id: str(int(person_id.removeprefix("person_"))) for person_id in person_ids}
    owner = {f"{its}{browser}": person_id for person_id, its in number.items() for browser in "ab"}
    theirs = pl.col("visitor_id").is_in(list(owner))
    done: dict[str, list[tuple[str, datetime, int | None]]] = defaultdict(list)
    for visitor, name, at in facts.steps.filter(theirs).select("visitor_id", "event_name", "occurred_at").iter_rows():
        done[owner[visitor]].append((name, at, None))
    bought = facts.conversions.filter(theirs).select("visitor_id", "conversion_type", "converted_at", "value_minor")
    for visitor, name, at, value in bought.iter_rows():
        done[owner[visitor]].append((name, at, value))
    said: dict[str, list[str]] = defaultdict(list)
    for person_id, label in facts.sentiments.filter(pl.col("person_id").is_in(person_ids)).iter_rows():
        said[person_id].append(label)
    watch = Watch()
    scored = {person_id: one_by_hand(done[person_id], said[person_id]) for person_id in person_ids}
    print(f"{len(scored):,} customers by hand, their events found beforehand: {watch}")
    return scored


def one_by_hand(done: list[tuple[str, datetime, int | None]], said: list[str]) -> tuple[float, float, float]:
    total, purchases, last = 0.0, [], None
    for name, at, value in done:
        activity = "form_submit" if name == "lead_form_submission" else name
        points = WEIGHTS.get(activity, OTHER)
        if activity == "purchase":
            points += 2 * math.log10((value or 0) / 100 + 1)
            purchases.append((at, (value or 0) / 100))
        age = (NOW - at).total_seconds() / 86400
        total += points * (1 if age <= 30 else 0.5 if age <= 90 else 0.25)
        last = at if last is None or at > last else last
    engagement = min(100, math.floor(total / 5 + 0.5))
    n = len(purchases)
    clv = 0.0
    if purchases:
        average = sum(value for _, value in purchases) / n
        first, latest = min(at for at, _ in purchases), max(at for at, _ in purchases)
        apart = (latest - first).total_seconds() / 86400 / (n - 1) if n > 1 else 0
        months = 12 if n == 1 else 36 if apart < 90 else 12 if apart > 180 else 24
        since_first = (NOW - first).total_seconds() / 86400 / 30
        clv = average * (1 / 3 if n == 1 else n / max(1, since_first)) * months
    active = 365 if last is None else (NOW - last).total_seconds() / 86400
    since = min(((NOW - at).total_seconds() / 86400 for at, _ in purchases), default=365)
    share = sum({"negative": 1, "very_negative": 1.5}.get(label, 0) for label in said) / len(said) if said else 0
    risk = 0.35 * min(1, active / 90) + 0.30 * min(1, since / 180) + 0.15 * min(1, share)
    risk += -0.05 if n > 5 else 0.10 if n == 0 else 0
    # What a customer is told is part of the work.
    _ = [ADVICE["activity_risk"]] if active >= 45 else []
    return engagement, round(clv, 2), round(100 * min(1, max(0, risk)), 2)


def agree(rows: pl.DataFrame, by_person: dict[str, tuple[float, float, float]]) -> None:
    for at, score_type in enumerate(("engagement", "clv", "churn_risk")):
        mine = rows.filter(pl.col("score_type") == score_type).select("person_id", "score_value").rows()
        assert len(mine) == len(by_person)
        for person_id, value in mine:
            assert abs(value - by_person[person_id][at]) < 0.02, (
                score_type,
                person_id,
                value,
                by_person[person_id],
            )


def kept_s(known: pl.DataFrame, folder: Path) -> tuple[float, float]:
    """Seconds to put everybody's scores into an empty store, and the longest transaction among them."""
    store = open_store(f"sqlite:///{folder / 'kept.db'}")
    started, longest = time.perf_counter(), 0.0
    for part in ScoreRun(known, **USUAL).parts():
        began = time.perf_counter()
        with write_transaction(store) as connection:
            keep_scores(connection, part)
        longest = max(longest, time.perf_counter() - began)
    store.dispose()
    return time.perf_counter() - started, longest


def refresh_ms(url: str, n_events: int = 100_000, n_customers: int = 5_000) -> tuple[float, float]:
    """The median milliseconds of one person's refresh, by the clock and of the processor."""
    facts = invented_facts(n_customers, n_events, seed=3)
    store = open_store(url)
    common = {"origin": "admin", "is_bot": False, "is_internal": False}
    steps = facts.steps.with_columns(
        id=pl.int_range(pl.len()).cast(pl.String), received_at="occurred_at", stage=pl.lit("awareness")
    )
    conversions = facts.conversions.with_columns(
        id=pl.int_range(pl.len()).cast(pl.String),
        received_at="converted_at",
        platform=pl.lit("direct"),
        attribution_model=pl.lit("last_click"),
        attribution_weight=pl.lit(1.0),
        refunded_minor=pl.lit(0),
    )
    visitors = facts.sightings.select(
        id="visitor_id", person_id="person_id", linked_at="seen_at", first_seen_at="seen_at"
    )
    with write_transaction(store) as connection:
        for table, frame in (("journey_events", steps), ("conversions", conversions)):
            insert_frame(connection, TABLES[table], frame.with_columns(**{k: pl.lit(v) for k, v in common.items()}))
        insert_frame(connection, TABLES["visitors"], visitors)
        if not is_sqlite(connection):
            # As the server does by itself, some minutes later.
            connection.exec_driver_sql("ANALYZE")
    walls, cpus = [], []
    for number in range(30):
        with writing(store) as session:
            began, cpu = time.perf_counter(), time.process_time()
            refresh_scores(
                session,
                [f"person_{number * 7:07d}"],
                **USUAL,
                zone=ZoneInfo("UTC"),
                public_revenue=PublicRevenue.counted,
            )
            walls.append(1000 * (time.perf_counter() - began))
            cpus.append(1000 * (time.process_time() - cpu))
        with writing(store) as session:
            assert stored_scores(session.connection(), [f"person_{number * 7:07d}"]).height == 3
    store.dispose()
    return statistics.median(walls), statistics.median(cpus)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--by-hand", type=int, default=10_000)
    parser.add_argument("--database", help="the URL of an empty store, in which refreshing is measured")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = refresh_ms(given.database or f"sqlite:///{folder}/refreshed.db")
        print(f"one person's refresh: {wall:.0f} ms by the clock, {cpu:.0f} ms of processors")
        facts = invented_facts(given.customers, given.events, seed=7)
        known, some = set_wise(facts, given.by_hand)
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB at most")
        agree(some, by_hand(facts, some["person_id"].unique().to_list()))
        if given.keep:
            all_s, longest = kept_s(known, Path(folder))
            print(f"kept in an embedded store: {all_s:.0f} s in all, {longest:.1f} s the longest transaction")


if __name__ == "__main__":
    main()
