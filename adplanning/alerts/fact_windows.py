"""The part of what was read that lies in some days, so that many windows are told from one reading."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.alerts.windows import Window
from adplanning.metrics.figures import MetricFacts


def facts_within(facts: MetricFacts, window: Window, *, zone: ZoneInfo) -> MetricFacts:
    """The rows of a window: spend whose days all lie in it, and what happened on its days in the reporting zone.

    >>> from datetime import UTC, date, datetime
    >>> posts = pl.DataFrame({"posted_at": [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 2)]})
    >>> facts = MetricFacts({"posts": posts}, pl.DataFrame(), pl.DataFrame(), None)
    >>> window = Window(date(2026, 11, 2), date(2026, 11, 8))
    >>> facts_within(facts, window, zone=ZoneInfo("UTC")).sources["posts"].height
    1
    """
    return replace(facts, sources={name: _within(rows, window, zone) for name, rows in facts.sources.items()})


def _within(rows: pl.DataFrame, window: Window, zone: ZoneInfo) -> pl.DataFrame:
    if "first_on" in rows.columns:
        return rows.filter(pl.col("first_on") >= window.first_on, pl.col("on") <= window.last_on)
    period = window.period(zone)
    happened_at = next(name for name, kind in rows.schema.items() if isinstance(kind, pl.Datetime))
    return rows.filter(pl.col(happened_at) >= period.start, pl.col(happened_at) < period.end)
