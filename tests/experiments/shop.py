"""A shop whose campaigns, pages and customers are put into a store by hand, and experiments on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.experiments.feed import Counted
from adplanning.experiments.feeding_service import count_experiment
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.experiments import Experiment, ExperimentChange
from adplanning.store.writing import insert_frame

INDIA = ZoneInfo("Asia/Kolkata")
# Midnight in India.
START = datetime(2026, 11, 1, 18, 30, tzinfo=UTC)
Rows = Sequence[dict[str, Any]]


def hours(n: float) -> datetime:
    return START + timedelta(hours=n)


def conversion(id_: str, visitor: str, at: float, **told: Any) -> dict[str, Any]:
    usual = {
        "id": id_, "conversion_type": "purchase", "ad_campaign_id": None, "platform": "meta", "visitor_id": visitor,
        "person_id": None, "attribution_model": "last_click", "attribution_weight": 1.0, "value_minor": 900_00,
        "currency": "INR", "origin": "admin", "is_bot": False, "converted_at": hours(at), "received_at": hours(at),
    }  # fmt: skip
    return usual | told


def touchpoint(id_: str, visitor: str, at: float, campaign: str | None, **told: Any) -> dict[str, Any]:
    return {
        "id": id_, "analytics_session_id": id_, "visitor_id": visitor, "ad_campaign_id": campaign, "platform": "meta",
        "is_resolved": True, "resolution_method": "exact_utm_match", "session_pageviews": 1, "is_bot": False,
        "session_started_at": hours(at), "attributed_at": hours(at),
    } | told  # fmt: skip


def view(id_: str, visitor: str, at: float, page: str, **told: Any) -> dict[str, Any]:
    return {
        "id": id_, "visitor_id": visitor, "event_type": "page_view", "stage": "awareness", "page_url": page,
        "origin": "web", "is_bot": False, "occurred_at": hours(at), "received_at": hours(at), "website_id": "web_1",
    } | told  # fmt: skip


def spend(object_id: str, day: int, minor: int, impressions: int, clicks: int, **told: Any) -> dict[str, Any]:
    return {
        "object_id": object_id, "on": date(2026, 11, day), "level": "campaign", "campaign_id": object_id,
        "spend_minor": minor, "currency": "INR", "n_impressions": impressions, "n_clicks": clicks,
    } | told  # fmt: skip


def person_of(visitor: str, person: str) -> dict[str, Any]:
    return {"id": visitor, "person_id": person, "linked_at": hours(-100), "first_seen_at": hours(-100)}


def campaigns(*ids: str, timezone: str = "Asia/Kolkata", number: str = "act_7") -> dict[str, Rows]:
    named = {"created_at": hours(-900), "name": "Shop"}
    account = {"id": "acc_1", "platform": "meta", "platform_account_id": number, "currency": "INR"}
    return {
        "ad_accounts": [account | named | {"timezone": timezone}],
        "campaigns": [
            {"id": id_, "ad_account_id": "acc_1", "name_key": id_, "status": "active", "updated_at": hours(-900)}
            | named
            for id_ in ids
        ],
    }


def fill(engine: Engine, rows: Mapping[str, Rows]) -> None:
    with write_transaction(engine) as connection:
        for table, of_table in rows.items():
            # Rows may name different columns.
            for _, alike in groupby(of_table, key=tuple):
                insert_frame(connection, TABLES[table], pl.DataFrame(list(alike), infer_schema_length=None))


def experiment(
    engine: Engine,
    source: str,
    metric: str,
    sources: Mapping[str, Sequence[str]],
    *,
    changes: Sequence[tuple[float, str]] = ((0, "started"),),
    **columns: Any,
) -> str:
    """Put a running experiment into the store whose variants have these sources; answer its id."""
    usual = {
        "id": "exp_1", "name": "Spring", "experiment_type": "landing_page", "confidence_level": 0.95,
        "auto_stop": False, "currency": "INR", "status": "running", "n_contaminated": 0, "started_at": START,
        "created_at": START, "updated_at": START,
    }  # fmt: skip
    variants = [
        {"id": id_, "name": id_.title(), "weight": 100 / len(sources), "config": None, "source_ids": list(ids)}
        for id_, ids in sources.items()
    ]
    row = Experiment(**usual | columns, source=source, primary_metric=metric, variants=variants)
    with writing(engine) as session:
        session.add(row)
        session.flush()
        session.add_all(ExperimentChange(experiment_id=row.id, at=hours(at), what=what) for at, what in changes)
        return row.id


def count(engine: Engine, as_of: float = 240, **options: Any) -> Counted:
    with reading(engine) as session:
        row = session.get_one(Experiment, options.pop("id", "exp_1"))
        session.expunge(row)
    usual = {"zone": INDIA, "public_revenue": PublicRevenue.counted}
    return count_experiment(engine, row, as_of=hours(as_of), **usual | options)


def sums(counted: Counted, *columns: str) -> dict[str, tuple[Any, ...]]:
    """The sums of each variant over its days."""
    added = counted.days.group_by("variant_id").agg(pl.col(columns).sum()).sort("variant_id")
    return {row[0]: row[1:] for row in added.rows()}
