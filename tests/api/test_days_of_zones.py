"""Days of 23, 24 and 25 hours: what happened in their first and last hour counts on its own day everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.core.periods import day_start
from tests.rates.amounts import sell

# The day of each zone on which clocks are set: forward (23 hours), back (25), or never.
DAYS = [
    ("Europe/Berlin", date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2025, 10, 26), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Asia/Kolkata", date(2026, 3, 29), 24),
]


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_every_hour_counts_on_its_own_day(admin: TestClient, engine: Engine, zone: str, day: date, hours: int) -> None:
    start, end = (day_start(one, ZoneInfo(zone)) for one in (day, day + timedelta(days=1)))
    assert end - start == timedelta(hours=hours)
    for n in range(hours):
        sell(engine, "INR", start + timedelta(hours=n), 1)
    sell(engine, "INR", end - timedelta(microseconds=1), 1)
    sell(engine, "INR", start - timedelta(microseconds=1), 1)
    sell(engine, "INR", end, 1)
    admin.put("/admin/ad-planning/settings", json={"timezone": zone})

    around = {"from_date": str(day - timedelta(days=1)), "to_date": str(day + timedelta(days=1))}
    stats = admin.get("/admin/ad-planning/conversions/stats", params=around).json()
    expected = {str(day - timedelta(days=1)): 1, str(day): hours + 1, str(day + timedelta(days=1)): 1}
    assert {point["date"]: point["count"] for point in stats["time_series"]} == expected

    alone = {"from_date": str(day), "to_date": str(day)}
    assert admin.get("/admin/ad-planning/conversions/stats", params=alone).json()["total_conversions"] == hours + 1

    metrics = admin.get("/admin/ad-planning/metrics", params=around | {"daily": True}).json()
    assert {one["date"]: one["metrics"]["conversions"] for one in metrics["daily"]} == expected
    assert metrics["metrics"]["conversions"]["value"] == hours + 3


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_polars_and_the_calendar_agree_on_the_day_of_every_hour(zone: str, day: date, hours: int) -> None:
    start = day_start(day, ZoneInfo(zone))
    instants = [start + timedelta(minutes=30 * n) for n in range(-2, 2 * hours + 2)]
    days = pl.Series(instants, dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(zone).dt.date().to_list()
    assert days == [instant.astimezone(ZoneInfo(zone)).date() for instant in instants]
    assert days.count(day) == 2 * hours
