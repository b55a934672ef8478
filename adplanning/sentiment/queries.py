"""Texts as lists: those that were analysed, and those that wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, literal, or_, select

from adplanning.core.periods import Period
from adplanning.core.vocabulary import JourneyEventType, TextSource
from adplanning.sentiment.fields import NOT_ANALYSED
from adplanning.sentiment.words import MOST_CHARACTERS, written_text
from adplanning.store import facts
from adplanning.store.counted import counted_events
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.opinions import Sentiment

_SENTIMENTS, _FEEDBACK = TABLES["sentiments"].c, TABLES["feedback"].c
_EVENTS, _VISITORS = TABLES["journey_events"].c, TABLES["visitors"].c
SENTIMENT_ORDERS: Final[Orders] = {
    name: [_SENTIMENTS[name]] for name in ("said_at", "sentiment_score", "source_type", "confidence")
}
_SEARCHED = [_SENTIMENTS[name] for name in ("text", "person_id", "source_id", "id")]
# The events in which somebody writes, and what such a text counts as.
_SOURCE_OF_EVENT = {
    JourneyEventType.feedback: TextSource.feedback,
    JourneyEventType.form_submit: TextSource.form_response,
}
# A feedback stands in its own table; the step that shows it on the person's way holds no text.
_MIRROR = "feedback"
# Both databases bound how many values a statement may have.
_IDS_A_STATEMENT = 5_000


def conditions(filters: Mapping[str, str | None], *, search: str | None = None) -> list[ColumnElement[bool]]:
    """What each row must hold: the value of every filter, and with `search` a text, person or source that holds it."""
    return [
        *(
            _SENTIMENTS.sentiment_label.is_(None) if value == NOT_ANALYSED else _SENTIMENTS[name] == value
            for name, value in filters.items()
            if value is not None
        ),
        *containing(_SEARCHED, search),
    ]


def matching(filters: Mapping[str, str | None], period: Period, *, search: str | None = None) -> Select[Sentiment]:
    """The SELECT of a list of analysed texts that were said in the period."""
    query = select(Sentiment).where(*conditions(filters, search=search))
    if period.start is not None:
        query = query.where(Sentiment.said_at >= period.start)
    if period.end is not None:
        query = query.where(Sentiment.said_at < period.end)
    return query


def texts(
    engine: Engine, columns: Sequence[str], filters: Mapping[str, str | None], period: Period, *, search: str | None
) -> pl.DataFrame:
    """Columns of every text that a list has, on all its pages."""
    [frame] = facts.read(
        engine, facts.statement("sentiments", columns, period, where=conditions(filters, search=search))
    )
    return frame


def waiting_texts(engine: Engine, *, since: datetime | None, afresh: bool, where_stood_in: bool) -> pl.DataFrame:
    """The texts in the store that are to be analysed, read on one snapshot, oldest first.

    Parameters
    ----------
    since : only what was said then or later.
    afresh : also those that were analysed already.
    where_stood_in : also those that the built-in analyser has analysed in place of another.

    Returns
    -------
    source_type, source_id, person_id, website_id, text, said_at; blank texts are none.
    """
    again = [] if not where_stood_in else [_SENTIMENTS.is_fallback.is_(True)]
    given = _waits(
        select(
            literal(TextSource.feedback.value).label("source_type"),
            _FEEDBACK.id.label("source_id"),
            _FEEDBACK.person_id,
            _FEEDBACK.website_id,
            _FEEDBACK.content.label("text"),
            _FEEDBACK.given_at.label("said_at"),
        ).where(_FEEDBACK.content.is_not(None)),
        _FEEDBACK.id,
        TextSource.feedback,
        again,
        afresh=afresh,
    )
    written = [
        _waits(
            select(
                literal(source.value).label("source_type"),
                _EVENTS.id.label("source_id"),
                func.coalesce(_EVENTS.person_id, _VISITORS.person_id).label("person_id"),
                _EVENTS.website_id,
                _EVENTS.event_data.label("text"),
                _EVENTS.occurred_at.label("said_at"),
            )
            .outerjoin_from(TABLES["journey_events"], TABLES["visitors"], _VISITORS.id == _EVENTS.visitor_id)
            .where(
                _EVENTS.event_type == event_type,
                _EVENTS.event_data.is_not(None),
                or_(_EVENTS.source_type.is_(None), _EVENTS.source_type != _MIRROR),
                *counted_events("journey_events"),
            ),
            _EVENTS.id,
            source,
            again,
            afresh=afresh,
        )
        for event_type, source in _SOURCE_OF_EVENT.items()
    ]
    if since is not None:
        given = given.where(_FEEDBACK.given_at >= since)
        written = [query.where(_EVENTS.occurred_at >= since) for query in written]
    of_feedback, *of_events = facts.read(engine, given, *written)
    found = [
        of_feedback,
        *(frame.with_columns(text=pl.Series(map(written_text, frame["text"]), dtype=pl.String)) for frame in of_events),
    ]
    return (
        pl.concat(found)
        .with_columns(pl.col("text").str.slice(0, MOST_CHARACTERS).str.strip_chars())
        .filter(pl.col("text").str.len_chars() > 0)
        .sort("said_at", "source_type", "source_id")
    )


def known_ids(connection: Connection, source_type: str, source_ids: Sequence[str]) -> dict[str, str]:
    """Under which id each source stands that was analysed before."""
    found: dict[str, str] = {}
    for start in range(0, len(source_ids), _IDS_A_STATEMENT):
        query = select(_SENTIMENTS.source_id, _SENTIMENTS.id).where(
            _SENTIMENTS.source_type == source_type,
            _SENTIMENTS.source_id.in_(source_ids[start : start + _IDS_A_STATEMENT]),
        )
        found.update((row.source_id, row.id) for row in connection.execute(query))
    return found


def _waits(
    query: Select[Any],
    source_id: ColumnElement[str],
    source: TextSource,
    again: Sequence[ColumnElement[bool]],
    *,
    afresh: bool,
) -> Select[Any]:
    if afresh:
        return query
    same = and_(_SENTIMENTS.source_type == source.value, _SENTIMENTS.source_id == source_id)
    return query.outerjoin(TABLES["sentiments"], same).where(or_(_SENTIMENTS.id.is_(None), *again))
