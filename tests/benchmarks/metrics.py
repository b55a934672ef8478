"""All numbers of a period over a million conversions and 200 campaigns, against a query and a pandas frame for each.

Run by hand: python tests/benchmarks/metrics.py [--rows 1000000] [--days 400]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
from sqlalchemy import Engine, text

from adplanning.core.ids import new_ids
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.metrics.figures_service import campaign_figures, compared_figures, daily_figures, period_figures
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame

N_CAMPAIGNS = 200
LAST_ON = date(2026, 10, 31)
ZONE = ZoneInfo("UTC")
END = datetime(2026, 11, 1, tzinfo=UTC)
USUAL: dict[str, Any] = {"currency": "INR", "zone": ZONE, "public_revenue": PublicRevenue.counted}


def filled(folder: Path, n_rows: int, n_days: int) -> Engine:
    random = np.random.default_rng(7)
    campaigns = [f"camp_{n}" for n in range(N_CAMPAIGNS)]
    start = END - timedelta(days=n_days)

    def instants(n: int) -> pl.Series:
        seconds = pl.Series(np.sort(random.integers(0, n_days * 86_400, n)))
        return (seconds.cast(pl.Duration("ms")) * 1000 + start).cast(pl.Datetime("us", "UTC"))

    named = [campaigns[n] if n < N_CAMPAIGNS else None for n in random.integers(0, 2 * N_CAMPAIGNS, n_rows)]
    conversions = pl.DataFrame(
        {
            "id": new_ids("conv", n_rows),
            "conversion_type": random.choice(["purchase", "add_to_cart", "scroll_depth"], n_rows),
            "value_minor": random.integers(0, 500_000, n_rows),
            "visitor_id": [f"vis_{number}" for number in random.integers(0, n_rows // 3, n_rows)],
            "ad_campaign_id": named,
            "converted_at": instants(n_rows),
        }
    ).with_columns(
        platform=pl.lit("meta"),
        received_at=pl.lit(END),
        currency=pl.lit("INR"),
        attribution_model=pl.lit("last_click"),
        attribution_weight=1.0,
        origin=pl.lit("import"),
        is_bot=pl.lit(False),
    )
    n_visits = n_rows // 2
    visits = new_ids("attr", n_visits)
    touchpoints = pl.DataFrame(
        {
            "id": visits,
            "analytics_session_id": visits,
            "visitor_id": [f"vis_{number}" for number in random.integers(0, n_rows // 3, n_visits)],
            "ad_campaign_id": random.choice(campaigns, n_visits),
            "session_started_at": instants(n_visits),
        }
    ).with_columns(
        platform=pl.lit("meta"),
        is_resolved=pl.lit(True),
        resolution_method=pl.lit("exact_utm_match"),
        session_pageviews=1,
        is_bot=pl.lit(False),
        attributed_at=pl.lit(END),
    )
    days = pl.date_range(LAST_ON - timedelta(days=n_days - 1), LAST_ON, "1d", eager=True).alias("on").to_frame()
    spend = days.join(pl.DataFrame({"campaign_id": campaigns}), how="cross").with_columns(
        object_id="campaign_id",
        level=pl.lit("campaign"),
        currency=pl.lit("INR"),
        spend_minor=pl.lit(50_000),
        n_impressions=pl.lit(1000),
        n_clicks=pl.lit(20),
    )
    now = {"created_at": END, "updated_at": END}
    engine = open_store(f"sqlite:///{folder / 'store.db'}")
    with write_transaction(engine) as connection:
        account = {"id": "acc", "platform": "meta", "platform_account_id": "1", "name": "A", "currency": "INR"}
        connection.execute(TABLES["ad_accounts"].insert().values(**account, timezone="UTC", created_at=END))
        shop = [
            {"id": id_, "ad_account_id": "acc", "name": id_, "name_key": id_, "status": "ACTIVE"} for id_ in campaigns
        ]
        connection.execute(TABLES["campaigns"].insert(), [one | now for one in shop])
        for table, frame in (("conversions", conversions), ("touchpoints", touchpoints), ("daily_spend", spend)):
            insert_frame(connection, TABLES[table], frame)
    return engine


def with_pandas(engine: Engine, period: Period) -> dict[str, float]:
    """Some of the numbers as one would get them without this: a query for each, and a frame for each query."""
    assert period.start is not None
    since = {"micros": int(period.start.timestamp() * 1_000_000), "day": period.start.date().isoformat()}

    def frame(query: str) -> pd.DataFrame:
        with engine.connect() as connection:
            return pd.read_sql_query(text(query), connection, params=since)

    conversions = "SELECT {} FROM conversions WHERE is_bot = 0 AND cancelled_at IS NULL AND converted_at >= :micros"
    days = 'SELECT {} FROM daily_spend WHERE "on" >= :day'
    visits = "SELECT {} FROM touchpoints WHERE is_bot = 0 AND session_started_at >= :micros"
    revenue = float(frame(conversions.format("value_minor"))["value_minor"].sum())
    spend = float(frame(days.format("spend_minor"))["spend_minor"].sum())
    impressions = int(frame(days.format("n_impressions"))["n_impressions"].sum())
    clicks = int(frame(days.format("n_clicks"))["n_clicks"].sum())
    bought = frame(conversions.format("visitor_id, conversion_type"))
    purchases = int((bought["conversion_type"] == "purchase").sum())
    resolved = frame(visits.format("is_resolved"))["is_resolved"]
    return {
        "revenue": revenue,
        "ad_spend": spend,
        "roas": revenue / spend,
        "conversions": len(frame(conversions.format("id"))),
        "purchases": purchases,
        "conversion_rate": purchases / bought["visitor_id"].nunique(),
        "impressions": impressions,
        "ctr": clicks / impressions,
        "cpc": spend / clicks,
        "sessions": len(resolved),
        "resolution_rate": float(resolved.mean()),
    }


def seconds(call: Callable[[], object], times: int = 3) -> float:
    call()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = filled(Path(folder), asked.rows, asked.days)
        for n_days in (30, asked.days):
            period = Period(END - timedelta(days=n_days), END)
            before = period.before(ZONE)
            theirs = with_pandas(engine, period)
            ours = period_figures(engine, period, **USUAL)
            for name, value in theirs.items():
                assert abs((ours[name].value or 0) - value) < 1e-9 * value, name
            print(
                f"{n_days} days of {asked.rows:,} conversions: "
                f"period {seconds(lambda: period_figures(engine, period, **USUAL)):.2f} s, "  # noqa: B023
                f"compared {seconds(lambda: compared_figures(engine, period, before, **USUAL)):.2f} s, "  # noqa: B023
                f"daily {seconds(lambda: daily_figures(engine, period, **USUAL)):.2f} s, "  # noqa: B023
                f"campaigns {seconds(lambda: campaign_figures(engine, period, **USUAL)):.2f} s; "  # noqa: B023
                f"pandas, {len(theirs)} numbers of {len(ours)}, nothing by day: "
                f"{seconds(lambda: with_pandas(engine, period)):.2f} s"  # noqa: B023
            )
        print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
        engine.dispose()


if __name__ == "__main__":
    main()
