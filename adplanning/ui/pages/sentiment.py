"""Sentiment: how what customers say sounds, how that has changed, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adplanning.core import formats
from adplanning.sentiment import service
from adplanning.sentiment.charts import heaviest_keywords, labels_by_topic, score_over_time, texts_by_label
from adplanning.sentiment.fields import NOT_ANALYSED
from adplanning.sentiment.overview_service import Overview, overview
from adplanning.store.tables.opinions import Sentiment
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis, course
from adplanning.ui.pages.person_words import names_of
from adplanning.ui.pages.run_button import run_button
from adplanning.ui.pages.sentiment_text import text_page
from adplanning.ui.pages.sentiment_words import (
    SLUG,
    beginning,
    label_cell,
    person_cell,
    score_words,
    source_cell,
)
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

LABELS = {label.value: badge.words for label, badge in badges.SENTIMENT_LABELS.items()}
SOURCES = {source.value: badge.words for source, badge in badges.TEXT_SOURCES.items()}
EMPTY = (
    "No text was analysed yet. Feedback that comes over the API is analysed at once; what customers wrote in forms and "
    "feedback events waits for the button Analyse texts, or the nightly run analyze_sentiment."
)
NOTHING = "No text that was analysed is in this selection."


def sentiment_page(visit: Visit) -> Sequence[Component]:
    """The figures with the list, or one text."""
    return text_page(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    currency = visit.settings.currency

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_sentiments(
                session,
                _filters(query),
                query.period,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            names = names_of(session, {one.person_id for one in found if one.person_id})
            return [_row(visit, one, names) for one in found], total

    def draw() -> None:
        query = table.query
        found = overview(visit.engine, _filters(query), query.period, zone=visit.settings.zone, search=query.search)
        kpis.show(_headlines(found, currency), "Over all texts that the list below is narrowed to.")
        by_label = found.counts.by_label
        any_there = found.counts.n_analysed > 0
        scores.draw(
            score_over_time(found.over_time, unit=found.unit) if any_there else None,
            found.over_time.to_dicts(),
            empty=NOTHING,
        )
        labels.draw(
            texts_by_label(by_label) if any_there else None,
            [{"label": label.value, "texts": n} for label, n in by_label.items()],
            empty=NOTHING,
        )
        topics.draw(
            labels_by_topic(found.by_topic) if found.by_topic.height else None,
            found.by_topic.to_dicts(),
            empty="No text in this selection names a topic.",
        )
        words.draw(
            heaviest_keywords(found.keywords) if found.keywords.height else None,
            found.keywords.to_dicts(),
            empty=NOTHING,
        )

    def show() -> None:
        table.refresh()
        visit.frame.later(draw)

    def chart(title: str, file_name: str, explained: str) -> ChartCard:
        return ChartCard(served=visit.served, title=title, file_name=file_name, words=explained)

    kpis = Kpis()
    scores = chart(
        "How does what customers say sound?",
        "sentiment-over-time",
        "The mean score, from −1 to +1; larger points stand for more texts.",
    )
    labels = chart(
        "How many texts sound how?", "sentiment-labels", "Texts that could not be analysed are not among them."
    )
    topics = chart(
        "What do customers speak of, and how?",
        "sentiment-topics",
        "A text counts at each topic that one of its words names.",
    )
    words = chart(
        "Which words tell most?",
        "sentiment-keywords",
        "The heaviest by TF-IDF, with the number of texts that hold them.",
    )
    table = Table(
        visit,
        label="Texts",
        title="What was said",
        columns=[
            Column("text", "Text", on_phone=True),
            Column("sentiment_label", "Label", on_phone=True),
            Column(
                "sentiment_score",
                "Score",
                numeric=True,
                sortable=True,
                help="Mean of its sentences, from −1 to +1; a dash where the text could not be analysed",
            ),
            Column("source_type", "Source", sortable=True),
            Column("person_id", "Person"),
            Column("said_at", "Said", sortable=True),
        ],
        filters=[
            Filter("source_type", "Source", SOURCES),
            Filter("sentiment_label", "Label", {**LABELS, NOT_ANALYSED: badges.NOT_ANALYSED.words}),
        ],
        dated=True,
        searchable="Search texts and persons",
        sort="said_at",
        fetch=fetch,
        export_name="sentiment",
        empty=EMPTY,
        changed=lambda _: visit.frame.later(draw),
    )
    visit.frame.later(draw)
    button = run_button(
        visit,
        "analyze_sentiment",
        button="Analyse texts",
        icon="mdi-text-search",
        goes_on="Texts that wait are being analysed.",
        ended="All texts are analysed.",
        then=show,
    )
    return [*button, kpis, scores, labels, topics, words, table]


def _filters(query: Query) -> Mapping[str, str | None]:
    return dict(query.filters)


def _headlines(found: Overview, currency: str) -> Sequence[Kpi]:
    counts = found.counts

    def number(n: int) -> str:
        return formats.number(n, currency=currency)

    return [
        Kpi("Texts", number(counts.total), "All that were said, whether they could be analysed or not.", good=0),
        Kpi(
            "Positive",
            formats.percent(counts.positive_share),
            "Positive and very positive texts, of those that were analysed.",
            full=f"{number(counts.n_positive)} of {number(counts.n_analysed)} texts",
        ),
        Kpi(
            "Negative",
            formats.percent(counts.negative_share),
            "Negative and very negative texts, of those that were analysed.",
            full=f"{number(counts.n_negative)} of {number(counts.n_analysed)} texts",
            good=-1,
        ),
        Kpi(
            "Mean score",
            score_words(counts.mean_score),
            "Of the texts that were analysed, from −1 to +1.",
            spark=course(found.over_time["mean_score"].to_list()),
        ),
        Kpi(
            "Not analysed",
            number(counts.n_not_analysed),
            "Texts in a language that is not known here. They are in no other figure, rather than neutral.",
            good=0,
        ),
    ]


def _row(visit: Visit, one: Sentiment, names: Mapping[str, str]) -> Row:
    said = beginning(one.text)
    address = address_of(SLUG, one.id)
    return Row(
        one.id,
        said,
        address,
        {
            "text": text(said, hint=one.text),
            "sentiment_label": label_cell(one),
            "sentiment_score": text(score_words(one.sentiment_score)),
            "source_type": source_cell(one),
            "person_id": person_cell(one, names),
            "said_at": text(formats.moment(one.said_at, visit.settings.zone)),
        },
        {
            "id": one.id,
            "text": one.text,
            "sentiment_label": one.sentiment_label,
            "sentiment_score": one.sentiment_score,
            "confidence": one.confidence,
            "language": one.language,
            "reason": one.reason,
            "source_type": one.source_type,
            "source_id": one.source_id,
            "person_id": one.person_id,
            "said_at": one.said_at.isoformat(),
        },
    )
