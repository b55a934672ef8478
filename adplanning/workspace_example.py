"""A small made-up shop to try the workspace on: what `adplanning.example()` opens."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.attribution.crediting_service import credit_changes, keep_credits
from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.core.periods import RESOLUTION, Period
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import PublicRevenue
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.scores.model_service import keep_model
from adplanning.scores.scoring_service import fitted_model, keep_scores, score_customers
from adplanning.segments.building_service import build_segment
from adplanning.segments.definition import SegmentFields
from adplanning.segments.feature_service import customer_features
from adplanning.segments.service import create_segment
from adplanning.sentiment.keeping_service import keep_analyses, pending_texts
from adplanning.store.session import write_transaction, writing
from adplanning.store.upgrading import open_store
from adplanning.workspace import Workspace

DAYS, SEED, SIZE = 21, 5, 0.1
LAST_ON = date(2026, 10, 31)
_SEGMENT = {"logic": "AND", "rules": [{"field": "total_orders", "operator": ">=", "value": 2}]}


@cache
def example_workspace() -> Workspace:
    """The made-up shop in a temporary store, the same at each call; it is gone with the process."""
    folder = Path(tempfile.mkdtemp(prefix="adplanning-example-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = Settings(
        home=folder,
        database_url=SecretStr(f"sqlite:///{folder / 'example.db'}"),
        currency="INR",
        timezone="Asia/Kolkata",
        public_revenue=PublicRevenue.counted,
        _env_file=None,
    )
    engine = open_store(settings.url)
    atexit.register(engine.dispose)
    fill(engine, shop(DAYS, SEED, until=LAST_ON, size=SIZE), lambda _table: None)
    last = Period.of(None, LAST_ON, settings.zone).end
    assert last is not None
    _run_the_nights(engine, settings, last - RESOLUTION)
    return Workspace(engine, settings)


def _run_the_nights(engine: Engine, settings: Settings, as_of: datetime) -> None:
    """What the batch notebooks would have done: link and credit, analyse texts, score customers, build a segment."""
    now = datetime.now(UTC)
    for links in campaign_links(engine, cutoff=settings.match_cutoff, margin=settings.match_margin, now=now).parts():
        with write_transaction(engine) as connection:
            store_links(connection, links)
    for part in credit_changes(engine, period=Period(), public_revenue=settings.public_revenue).parts():
        with write_transaction(engine) as connection:
            keep_credits(connection, part)
    for texts in pending_texts(engine, since=None, afresh=False, has_own_analyser=False).parts(None):
        with write_transaction(engine) as connection:
            keep_analyses(connection, texts, now=now)
    usual: dict[str, Any] = {
        "as_of": as_of,
        "currency": settings.currency,
        "zone": settings.zone,
        "public_revenue": settings.public_revenue,
    }
    with writing(engine) as session:
        keep_model(session, fitted_model(engine, **usual), as_of=as_of, now=now, currency=settings.currency)
    for scores in score_customers(engine, model=None, **usual).parts():
        with write_transaction(engine) as connection:
            keep_scores(connection, scores)
    features = customer_features(engine, **usual, fields=["total_orders"])
    with writing(engine) as session:
        given = SegmentFields(name="Bought twice or more", segment_type="behavioral", criteria=_SEGMENT)
        build_segment(session, create_segment(session, given, now=now), features, now=now)
