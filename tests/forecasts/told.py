"""A store in which a campaign has spent and brought something on each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

KOLKATA = ZoneInfo("Asia/Kolkata")
AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
USUAL: Mapping[str, Any] = {
    "as_of_on": AS_OF,
    "zone": KOLKATA,
    "currency": "INR",
    "public_revenue": PublicRevenue.counted,
}
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def told(engine: Engine, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Put rows into the tables of these names."""
    with write_transaction(engine) as connection:
        for table, of_table in rows.items():
            insert_frame(connection, TABLES[table], pl.DataFrame(list(of_table), infer_schema_length=None))


def advertised(engine: Engine, *campaign_ids: str) -> None:
    """Campaigns of one account."""
    account = {
        "id": "act_1", "platform": "meta", "platform_account_id": "1", "name": "Shop", "currency": "INR",
        "timezone": "Asia/Kolkata", "created_at": MADE,
    }  # fmt: skip
    campaigns = [
        {
            "id": id_, "ad_account_id": "act_1", "name": f"The {id_}", "name_key": id_, "status": "ACTIVE",
            "created_at": MADE, "updated_at": MADE,
        }
        for id_ in campaign_ids
    ]  # fmt: skip
    told(engine, {"ad_accounts": [account], "campaigns": campaigns})


def spend_row(object_id: str, on: date, minor: int, **other: Any) -> dict[str, Any]:
    return {
        "object_id": object_id, "level": "campaign", "campaign_id": object_id, "on": on, "spend_minor": minor,
        "currency": "INR", "n_impressions": 100, "n_clicks": 5,
    } | other  # fmt: skip


def conversion_row(id_: str, campaign_id: str | None, at: datetime, minor: int | None, **other: Any) -> dict[str, Any]:
    return {
        "id": id_, "conversion_type": "purchase", "ad_campaign_id": campaign_id, "platform": "meta", "visitor_id": "v",
        "attribution_model": "last_click", "attribution_weight": 1.0, "value_minor": minor, "currency": "INR",
        "origin": "admin", "is_bot": False, "is_internal": False, "converted_at": at, "received_at": at,
    } | other  # fmt: skip


def lived(engine: Engine, campaign_id: str = "camp_a", *, days: int = 90, until: date = AS_OF, seed: int = 1) -> None:
    """Let a campaign spend by itself, week by week at another level, and bring orders of 500.00 by a concave curve."""
    random = np.random.default_rng([seed, len(campaign_id)])
    levels = np.repeat(random.choice([0.5, 0.8, 1.0, 1.4], days // 7 + 1), 7)[:days]
    spends = np.rint(100_000 * levels * random.lognormal(0, 0.1, days)).astype(int)
    orders = random.poisson(1 + 12 * spends / (spends + 100_000))
    dates = [until - timedelta(days=days - 1 - day) for day in range(days)]
    noons = [datetime(on.year, on.month, on.day, 7, tzinfo=UTC) for on in dates]
    told(
        engine,
        {
            "daily_spend": [
                spend_row(campaign_id, on, int(minor)) for on, minor in zip(dates, spends.tolist(), strict=True)
            ],
            "conversions": [
                conversion_row(f"conv_{campaign_id}_{day}_{n}", campaign_id, noons[day], 50_000)
                for day in range(days)
                for n in range(orders[day])
            ],
        },
    )
