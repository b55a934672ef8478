"""What many analysed texts say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.sentiment import queries
from adplanning.sentiment.figures import LabelCounts, label_counts, labels_by, most_named, scores_over_time
from adplanning.sentiment.keywords import top_keywords

N_RECENT = 5
_COLUMNS = (
    "id", "source_type", "source_id", "sentiment_label", "sentiment_score", "said_at", "text", "summary", "topics",
    "emotions", "entities",
)  # fmt: skip


@dataclass(frozen=True)
class Overview:
    """The figures of a list of texts, over all its pages.

    `unit` is that of `over_time` (see `figures.scores_over_time`); `keywords` as `keywords.top_keywords`; `topics`,
    `emotions` and `entities` as `figures.most_named`; `by_topic` and `by_source` as `figures.labels_by`; `recent` are
    the latest texts that were analysed.
    """

    counts: LabelCounts
    unit: str
    over_time: pl.DataFrame
    keywords: pl.DataFrame
    topics: pl.DataFrame
    emotions: pl.DataFrame
    entities: pl.DataFrame
    by_topic: pl.DataFrame
    by_source: pl.DataFrame
    recent: pl.DataFrame


def overview(
    engine: Engine,
    filters: Mapping[str, str | None],
    period: Period,
    *,
    zone: ZoneInfo,
    search: str | None = None,
) -> Overview:
    """Read the texts of a list once, and tell what they say together.

    Parameters
    ----------
    filters, period, search : as of `service.list_sentiments`.
    zone : the reporting time zone.
    """
    texts = queries.texts(engine, _COLUMNS, filters, period, search=search)
    analysed = texts.drop_nulls("sentiment_label")
    unit, over_time = scores_over_time(texts, zone)
    return Overview(
        counts=label_counts(texts),
        unit=unit,
        over_time=over_time,
        keywords=top_keywords(analysed["text"].to_list()),
        topics=most_named(texts, "topics"),
        emotions=most_named(texts, "emotions"),
        entities=most_named(texts, "entities"),
        by_topic=labels_by(texts, "topics"),
        by_source=labels_by(texts, "source_type"),
        recent=analysed.sort("said_at", "id", descending=True)
        .head(N_RECENT)
        .select("id", "source_type", "source_id", "sentiment_label", "summary", "said_at"),
    )


def counts(engine: Engine, filters: Mapping[str, str | None], period: Period) -> LabelCounts:
    """How many texts of a list there are by label."""
    return label_counts(queries.texts(engine, ["sentiment_label", "sentiment_score"], filters, period, search=None))
