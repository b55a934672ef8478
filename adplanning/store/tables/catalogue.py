"""Every table, gathered once: what migrations compare with and what facts are read from."""

from __future__ import annotations

from adplanning.store.tables import (
    ads,
    alerts,
    attribution,
    events,
    experiments,
    forecasts,
    leads,
    operations,
    opinions,
    people,
    privacy,
    scores,
    segments,
    social,
    syncing,
)
from adplanning.store.tables.base import Base

MODULES = (
    ads,
    alerts,
    attribution,
    events,
    experiments,
    forecasts,
    leads,
    operations,
    opinions,
    people,
    privacy,
    scores,
    segments,
    social,
    syncing,
)
METADATA = Base.metadata
TABLES = METADATA.tables
