"""What can be done with analysed texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.core.fields import instant_or, json_text
from adplanning.core.periods import Period
from adplanning.sentiment import queries
from adplanning.sentiment.analysis import Analysis
from adplanning.sentiment.fields import SentimentFields
from adplanning.sentiment.keeping_service import keep
from adplanning.store import lists
from adplanning.store.tables.opinions import Sentiment


def find_sentiment(session: Session, sentiment_id: str) -> Sentiment:
    """The analysed text of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(Sentiment, sentiment_id)
    if found is None:
        raise NotFound(f"id: there is no analysed text {sentiment_id!r}; GET /admin/ad-planning/sentiment lists them")
    return found


def sentiment_of(session: Session, source_type: str, source_id: str) -> Sentiment | None:
    """What is told of one source; None while it was not analysed."""
    return session.scalar(
        select(Sentiment).where(Sentiment.source_type == source_type, Sentiment.source_id == source_id)
    )


def keep_analysis(
    session: Session, fields: SentimentFields, found: Analysis, *, zone: ZoneInfo, now: datetime
) -> Sentiment:
    """Keep what was told of a text, in place of what was told of the same source before.

    Parameters
    ----------
    found : what `analysing_service.analyse_text` told of it.
    zone : of a time without offset.
    now : when it was analysed; also when it was said, if nobody says so and it is new.

    Raises
    ------
    InvalidData : a time that does not exist.
    """
    before = sentiment_of(session, fields.source_type, fields.source_id)
    said_at = instant_or(fields.said_at, before.said_at if before else now, zone, field="said_at")
    text = pl.DataFrame(
        [{**fields.model_dump(mode="json"), "metadata": json_text(fields.metadata), "said_at": said_at}],
        schema_overrides={"person_id": pl.String, "website_id": pl.String, "metadata": pl.String},
    )
    keep(session.connection(), text, [found], now=now)
    session.expire_all()
    return session.scalars(
        select(Sentiment).where(Sentiment.source_type == fields.source_type, Sentiment.source_id == fields.source_id)
    ).one()


def list_sentiments(
    session: Session,
    filters: Mapping[str, str | None],
    period: Period,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = True,
) -> tuple[list[Sentiment], int]:
    """One page of analysed texts, newest first, and how many match in all.

    Parameters
    ----------
    filters : columns and the value that each must have; the label `fields.NOT_ANALYSED` asks for those without one.
    period : when they were said.
    search : what text, person or source must hold, in whatever case.
    sort, descending : an order of `queries.SENTIMENT_ORDERS`.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    return lists.page(
        session,
        queries.matching(filters, period, search=search),
        queries.SENTIMENT_ORDERS,
        sort=sort,
        usual="said_at",
        ties=Sentiment.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )
