"""How soon the pages of lists are there with a million conversions and a million events, beside a hundred of each.

Run by hand: python -m tests.benchmarks.pages [1000000] [PAGE …]

Milliseconds of processor time of the page's kernel and of the process that reads SQLite for it, so that nothing else
on the machine counts; medians of three after one that warms up: the page with its table, the numbers and charts that
follow, then page 2, another order, and a search. What the browser draws is 25 rows in either store.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
import psutil
from sqlalchemy import Engine

from adplanning.core.ids import new_ids
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame
from adplanning.ui.catalogue import PAGES
from adplanning.ui.component import Component
from adplanning.ui.first_steps import first_step
from adplanning.ui.table import Table
from adplanning.ui.visit import Visit
from tests.ui.visiting import NotingFrame, send

FEW = 100
DAYS = 180
LISTS = (
    "ad-planning/conversions",
    "ad-planning/goals",
    "ad-planning/attribution",
    "ad-planning/attribution-report",
    "ad-planning/campaign-names",
    "ad-planning/journeys",
    "ad-planning/segments",
    "ad-planning/scores",
    "ad-planning/sentiment",
    "ad-planning/experiments",
    "ad-planning/forecasts",
    "meta-ads/campaigns",
    "meta-ads/leads",
    "social-posts",
    "ad-planning/import",
    "ad-planning/batch-runs",
)
STEPS = ("page", "later", "page 2", "order", "search")


def filled(path: Path, n: int) -> Engine:
    """A store with as many conversions, journey events and touchpoints each, and a tenth as many persons."""
    engine = open_store(f"sqlite:///{path}")
    random = np.random.default_rng(7)
    now = datetime.now(UTC).replace(microsecond=0)
    began = now - timedelta(days=DAYS)
    n_persons = max(1, n // 10)

    def moments() -> pl.Series:
        seconds = np.sort(random.integers(0, DAYS * 86_400, n))
        return (pl.Series(seconds).cast(pl.Duration("ms")) * 1000 + began).cast(pl.Datetime("us", "UTC"))

    def visitors() -> list[str]:
        return [f"vis_{number}" for number in random.integers(0, max(1, n // 3), n)]

    sources = random.choice(["facebook", "google", "newsletter", None], n).tolist()
    campaigns = random.choice(["summer_sale", "brand", "diwali", None], n).tolist()
    tags = {"utm_source": sources, "utm_medium": ["cpc"] * n, "utm_campaign": campaigns}
    known = pl.Series([f"person_{number}" for number in range(n_persons)])
    persons = pl.DataFrame({"id": known, "first_name": "Asha", "email": known + "@example.in"}).with_columns(
        email_key=pl.col("email"), created_at=pl.lit(began), updated_at=pl.lit(began)
    )
    whose = [f"person_{at}" if at < n_persons else None for at in random.integers(0, 3 * n_persons, n)]
    conversions = pl.DataFrame(
        {
            "id": new_ids("conv", n),
            "conversion_type": random.choice(["purchase", "add_to_cart", "lead_form_submission"], n),
            "platform": random.choice(["meta", "google", "direct", "generic"], n),
            "value_minor": random.integers(0, 500_000, n),
            "visitor_id": visitors(),
            "person_id": whose,
            "converted_at": moments(),
            **tags,
        }
    ).with_columns(
        received_at=pl.lit(now), currency=pl.lit("INR"), attribution_model=pl.lit("last_click"), attribution_weight=1.0,
        origin=pl.lit("import"), is_bot=pl.lit(value=False),
    )  # fmt: skip
    events = pl.DataFrame(
        {
            "id": new_ids("event", n),
            "event_type": random.choice(["page_view", "ad_click", "form_submit"], n),
            "stage": random.choice(["awareness", "interest", "consideration", "intent"], n),
            "visitor_id": visitors(),
            "person_id": whose,
            "occurred_at": moments(),
            **tags,
        }
    ).with_columns(received_at=pl.lit(now), origin=pl.lit("import"), is_bot=pl.lit(value=False))
    touchpoints = pl.DataFrame(
        {
            "id": new_ids("touch", n),
            "visitor_id": visitors(),
            "analytics_session_id": [f"session_{number}" for number in range(n)],
            "platform": random.choice(["meta", "google", "generic"], n),
            "session_started_at": moments(),
            **tags,
        }
    ).with_columns(
        attributed_at=pl.lit(now), is_resolved=pl.lit(value=False), resolution_method=pl.lit("unresolved"),
        session_pageviews=1, is_bot=pl.lit(value=False),
    )  # fmt: skip
    with write_transaction(engine) as connection:
        for name, frame in (
            ("persons", persons),
            ("conversions", conversions),
            ("journey_events", events),
            ("touchpoints", touchpoints),
        ):
            insert_frame(connection, TABLES[name], frame)
    return engine


def opened(engine: Engine, home: Path, slug: str) -> Iterator[tuple[str, float]]:
    """Seconds of each step at one page."""
    frame = NotingFrame()
    visit = Visit(engine, Settings(home=home, timezone="Asia/Kolkata", _env_file=None), Role.analyst, frame)
    module, name = PAGES[slug].function.split(":")
    page = getattr(import_module(f"adplanning.ui.pages.{module}"), name)
    shown: list[Component] = []
    yield "page", seconds(lambda: shown.extend([*first_step(visit, slug), *page(visit)]))

    def follow() -> None:
        while frame.jobs:
            frame.catch_up()

    yield "later", seconds(follow)
    tables = [one for one in shown if isinstance(one, Table)]
    if tables:
        [table, *_] = tables
        yield "page 2", seconds(lambda: send(table, "ask", {**table.asked, "page": 2}))
        others = [one["key"] for one in table.columns if one["sortable"] and one["key"] != table.asked["sort"]]
        if others:
            yield "order", seconds(lambda: send(table, "ask", {**table.asked, "sort": others[0], "page": 1}))
        if table.searchable:
            yield "search", seconds(lambda: send(table, "ask", {**table.asked, "search": "summer", "page": 1}))
    assert [one for one in frame.toasts if one[0] == "error"] == [], frame.toasts
    for widget in shown:
        widget.close()


def seconds(call: Callable[[], object]) -> float:
    """How much of a processor it took."""
    gc.collect()
    before = processor_seconds()
    call()
    return processor_seconds() - before


def processor_seconds() -> float:
    """What this process and its children have used so far."""
    this = psutil.Process()
    return sum(each.cpu_times().user + each.cpu_times().system for each in (this, *this.children(recursive=True)))


def measured(engine: Engine, home: Path, slug: str, *, times: int = 3) -> dict[str, float]:
    """Medians by step; the first round warms up."""
    rounds = [dict(opened(engine, home, slug)) for _ in range(times + 1)][1:]
    return {step: statistics.median(one[step] for one in rounds) for step in rounds[0]}


def line(slug: str, few: dict[str, float], many: dict[str, float]) -> str:
    """Milliseconds with few rows and with many, step by step."""
    cells = [f"{1000 * few[step]:>6,.0f} {1000 * many[step]:>7,.0f}" if step in few else " " * 14 for step in STEPS]
    return f"{slug:<30}" + " ".join(cells)


def main(n: int, slugs: Sequence[str]) -> None:
    """Fill both stores, measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        few, many = filled(home / "few.db", FEW), filled(home / "many.db", n)
        print(f"milliseconds with {FEW} and with {n:,} rows of each kind")
        print(" " * 30 + " ".join(f"{step:>14}" for step in STEPS))
        for slug in slugs:
            print(line(slug, measured(few, home, slug), measured(many, home, slug)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2:] or LISTS)
