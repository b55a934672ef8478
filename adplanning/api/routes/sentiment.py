"""/admin/ad-planning/sentiment: how texts sound, and what they are about."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Id, Now, Page, Reading, StoreEngine
from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import SentimentLabel, TextSource
from adplanning.people.erasure_service import refuse_erased
from adplanning.sentiment import service
from adplanning.sentiment.analysing_service import analyse_text
from adplanning.sentiment.fields import SentimentFields
from adplanning.sentiment.figures import LabelCounts
from adplanning.sentiment.overview_service import Overview, overview
from adplanning.store.session import writing
from adplanning.store.tables.opinions import Sentiment

router = APIRouter(prefix="/admin/ad-planning/sentiment", tags=["sentiment"])


class SentimentOut(BaseModel):
    """An analysed text as the API shows one; without a score, `reason` says why."""

    id: str
    source_type: TextSource
    source_id: str
    person_id: str | None
    website_id: str | None
    text: str
    language: str | None
    sentiment_score: float | None
    sentiment_label: SentimentLabel | None
    confidence: float | None
    keywords: list[str]
    entities: list[str]
    emotions: dict[str, float]
    topics: list[str]
    summary: str | None
    reason: str | None
    analyser: str
    is_fallback: bool
    metadata: dict[str, Any]
    said_at: str | None
    analysed_at: str | None


class AnalysisOut(BaseModel):
    """What was told of the text."""

    language: str | None
    sentiment_score: float | None
    sentiment_label: SentimentLabel | None
    confidence: float | None
    keywords: list[str]
    entities: list[str]
    emotions: dict[str, float]
    topics: list[str]
    summary: str | None
    reason: str | None
    analyser: str
    is_fallback: bool


class AnalysedAnswer(BaseModel):
    """A text that was analysed just now."""

    sentiment: SentimentOut
    analysis: AnalysisOut


class SentimentAnswer(BaseModel):
    """One analysed text."""

    sentiment: SentimentOut


class StatsOut(BaseModel):
    """Texts by label; the very positive are positive too, and so on; `positive_rate` is percent of those analysed."""

    total: int
    positive: int
    negative: int
    neutral: int
    mixed: int
    not_analysed: int
    positive_rate: float | None
    average_score: float | None


class KeywordOut(BaseModel):
    """A keyword, in how many texts it stands, and how much it tells about them all."""

    keyword: str
    count: int
    weight: float


class TopicOut(BaseModel):
    """A topic and how many texts name it."""

    topic: str
    count: int


class EmotionOut(BaseModel):
    """A feeling and how many texts name it."""

    emotion: str
    count: int


class EntityOut(BaseModel):
    """A name and how many texts hold it."""

    entity: str
    count: int


class SummaryOut(BaseModel):
    """The sentence that carries most of one of the latest texts."""

    id: str
    source_type: TextSource
    source_id: str
    sentiment_label: SentimentLabel
    summary: str | None
    said_at: str | None


class SentimentsAnswer(BaseModel):
    """A page of analysed texts; the figures are over all that match."""

    sentiments: list[SentimentOut]
    stats: StatsOut
    top_keywords: list[KeywordOut]
    top_topics: list[TopicOut]
    top_emotions: list[EmotionOut]
    top_entities: list[EntityOut]
    recent_summaries: list[SummaryOut]
    count: int
    limit: int
    offset: int


def sentiment_json(row: Sentiment) -> SentimentOut:
    """An analysed text as the API shows one."""
    return SentimentOut(
        **_told(row),
        id=row.id,
        source_type=TextSource(row.source_type),
        source_id=row.source_id,
        person_id=row.person_id,
        website_id=row.website_id,
        text=row.text,
        metadata=row.extra or {},
        said_at=isoformat(row.said_at),
        analysed_at=isoformat(row.analysed_at),
    )


@router.post("", status_code=201)
def analyse(body: SentimentFields, engine: StoreEngine, settings: AppSettings, now: Now) -> AnalysedAnswer:
    """Analyse a text and keep what is told of it; the same source again replaces its row.

    A text that is not in English has no score and no label, and `reason` says so, unless an own analyser is set.
    """
    found = analyse_text(body.text, settings)
    with writing(engine) as session:
        refuse_erased(session, body.person_id)
        kept = service.keep_analysis(session, body, found, zone=settings.zone, now=now)
        return AnalysedAnswer(sentiment=sentiment_json(kept), analysis=AnalysisOut(**_told(kept)))


@router.get("")
def list_(
    session: Reading,
    engine: StoreEngine,
    settings: AppSettings,
    page: Page,
    period: GivenPeriod,
    source_type: TextSource | None = None,
    sentiment_label: SentimentLabel | None = None,
    person_id: Filter = None,
    website_id: Filter = None,
) -> SentimentsAnswer:
    """Analysed texts, newest first, and what all that match say together."""
    filters = {
        "source_type": source_type,
        "sentiment_label": sentiment_label,
        "person_id": person_id or None,
        "website_id": website_id or None,
    }
    rows, count = service.list_sentiments(session, filters, period, limit=page.limit, offset=page.offset)
    together = overview(engine, filters, period, zone=settings.zone)
    return SentimentsAnswer(
        sentiments=[sentiment_json(row) for row in rows],
        stats=_stats(together.counts),
        top_keywords=[
            KeywordOut(keyword=keyword, count=n, weight=weight) for keyword, n, weight in together.keywords.iter_rows()
        ],
        top_topics=[TopicOut(topic=name, count=n) for name, n in together.topics.iter_rows()],
        top_emotions=[EmotionOut(emotion=name, count=n) for name, n in together.emotions.iter_rows()],
        top_entities=[EntityOut(entity=name, count=n) for name, n in together.entities.iter_rows()],
        recent_summaries=_recent(together),
        count=count,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/{sentiment_id}")
def read(sentiment_id: Id, session: Reading) -> SentimentAnswer:
    """One analysed text."""
    return SentimentAnswer(sentiment=sentiment_json(service.find_sentiment(session, sentiment_id)))


def _told(row: Sentiment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AnalysisOut.model_fields}


def _stats(counts: LabelCounts) -> StatsOut:
    share = counts.positive_share
    return StatsOut(
        total=counts.total,
        positive=counts.n_positive,
        negative=counts.n_negative,
        neutral=counts.by_label[SentimentLabel.neutral],
        mixed=counts.by_label[SentimentLabel.mixed],
        not_analysed=counts.n_not_analysed,
        positive_rate=None if share is None else round(100 * share, 2),
        average_score=counts.mean_score,
    )


def _recent(together: Overview) -> list[SummaryOut]:
    return [
        SummaryOut(**{**row, "said_at": isoformat(row["said_at"])}) for row in together.recent.iter_rows(named=True)
    ]
