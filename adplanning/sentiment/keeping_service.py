"""Texts that wait to be analysed, and what is told of texts, kept set-wise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import Connection, Engine

from adplanning.core.ids import new_ids
from adplanning.sentiment import queries
from adplanning.sentiment.analysing_service import analyses
from adplanning.sentiment.analysis import Analysis
from adplanning.sentiment.client import OwnAnalyser
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

# What is analysed and written at a time: some seconds of work that an interruption may cost.
TEXTS_A_PART: Final = 5_000
_SENTIMENTS = TABLES["sentiments"]
_SOURCE = ("source_type", "source_id")


@dataclass(frozen=True)
class PendingTexts:
    """The texts that wait, found on one snapshot of the store; one row each, see `queries.waiting_texts`."""

    texts: pl.DataFrame

    def parts(self, analyser: OwnAnalyser | None) -> Iterator[AnalysedPart]:
        """Analyse them some at a time, outside transactions; each part is to be written in one of its own."""
        for part in self.texts.iter_slices(TEXTS_A_PART):
            yield AnalysedPart(part, analyses(part["text"].to_list(), analyser))


@dataclass(frozen=True)
class AnalysedPart:
    """Some texts and what is told of each, in the same order."""

    texts: pl.DataFrame
    analyses: Sequence[Analysis]


def pending_texts(
    engine: Engine, *, since: datetime | None = None, afresh: bool = False, has_own_analyser: bool = False
) -> PendingTexts:
    """The texts in the store that were not analysed yet: feedback, and what is written in feedback and form events.

    Parameters
    ----------
    since : only what was said then or later.
    afresh : all of them, whether they were analysed or not.
    has_own_analyser : whether there is one; then those are asked of it that the built-in has analysed in its place.
    """
    return PendingTexts(queries.waiting_texts(engine, since=since, afresh=afresh, where_stood_in=has_own_analyser))


def keep_analyses(connection: Connection, part: AnalysedPart, *, now: datetime) -> int:
    """Write what is told of some texts; answer how many rows that are.

    Parameters
    ----------
    connection : inside a write transaction.
    now : when they were analysed.
    """
    return keep(connection, part.texts, part.analyses, now=now)


def keep(connection: Connection, texts: pl.DataFrame, found: Sequence[Analysis], *, now: datetime) -> int:
    """Write one row per text, in place of the row of the same source; such a row keeps its id.

    Parameters
    ----------
    texts : source_type, source_id, person_id, website_id, text, said_at, and metadata as JSON if there are any.
    found : what is told of each, in the same order.
    """
    known = {
        (source_type, source_id): sentiment_id
        for (source_type,), of_source in texts.group_by("source_type")
        for source_id, sentiment_id in queries.known_ids(
            connection, str(source_type), of_source["source_id"].to_list()
        ).items()
    }
    sources = texts.select(_SOURCE).rows()
    ids = [known.get(source, fresh) for source, fresh in zip(sources, new_ids("sent", len(sources)), strict=True)]
    told = pl.DataFrame(
        {
            "id": ids,
            "language": [one.language for one in found],
            "sentiment_score": [one.score for one in found],
            "sentiment_label": [one.label for one in found],
            "confidence": [one.confidence for one in found],
            "keywords": [_json(list(one.keywords)) for one in found],
            "entities": [_json(list(one.entities)) for one in found],
            "emotions": [_json(dict(one.emotions)) for one in found],
            "topics": [_json(list(one.topics)) for one in found],
            "summary": [one.summary for one in found],
            "reason": [one.reason for one in found],
            "analyser": [one.analyser for one in found],
            "is_fallback": [one.is_fallback for one in found],
        },
        schema={
            name: _DTYPES.get(name, pl.String)
            for name in (
                "id", "language", "sentiment_score", "sentiment_label", "confidence", "keywords", "entities",
                "emotions", "topics", "summary", "reason", "analyser", "is_fallback",
            )
        },
    )  # fmt: skip
    columns = [*_SOURCE, "person_id", "website_id", "text", "said_at", *(["metadata"] if "metadata" in texts else [])]
    rows = pl.concat([texts.select(columns), told], how="horizontal").with_columns(
        analysed_at=pl.lit(now, pl.Datetime("us", "UTC"))
    )
    return insert_frame(connection, _SENTIMENTS, rows, on_conflict="replace", key=_SOURCE)


_DTYPES = {"sentiment_score": pl.Float64, "confidence": pl.Float64, "is_fallback": pl.Boolean}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
