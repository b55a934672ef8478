"""One text: what was said, how it sounds, and what told so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adplanning.core import formats
from adplanning.sentiment import service
from adplanning.sentiment.analysis import BUILT_IN
from adplanning.store.tables.opinions import Sentiment
from adplanning.ui import badges
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.person_words import names_of
from adplanning.ui.pages.sentiment_words import beginning, label_cell, person_cell, score_words, source_cell
from adplanning.ui.visit import Visit

ANALYSERS = {BUILT_IN: "Built-in (VADER)"}


def text_page(visit: Visit, sentiment_id: str) -> Sequence[Component]:
    """The record of one analysed text."""
    with visit.reading() as session:
        row = service.find_sentiment(session, sentiment_id)
        names = names_of(session, {row.person_id} if row.person_id else set())
        visit.frame.title(beginning(row.text))
        return [_notices(row), Details(visit, _groups(visit, row, names))]


def _notices(row: Sentiment) -> Notices:
    notices = Notices()
    said = []
    if row.sentiment_label is None:
        said.append(Notice(f"Not analysed: {row.reason or 'nobody has written down why.'}", "info"))
    if row.is_fallback:
        said.append(Notice("The own analyser has not answered; the built-in one has stood in for it.", "info"))
    notices.show(said)
    return notices


def _groups(visit: Visit, row: Sentiment, names: Mapping[str, str]) -> Mapping[str, Mapping[str, Cell]]:
    def when(name: str) -> Cell:
        return text(formats.moment(getattr(row, name), visit.settings.zone))

    return {
        "What was said": {
            "Text": text(row.text),
            "Source": source_cell(row),
            "Person": person_cell(row, names),
            "Said": when("said_at"),
        },
        "How it sounds": {
            "Label": label_cell(row),
            "Score": text(score_words(row.sentiment_score), hint="From −1, as bad as can be, to +1"),
            "Confidence": text(formats.percent(row.confidence, 0)),
            "Feelings": text(_shares(row.emotions)),
            "In short": text(row.summary),
        },
        "What it is about": {
            "Topics": text(_listed(row.topics)),
            "Keywords": text(_listed(row.keywords)),
            "Names": text(_listed(row.entities)),
        },
        "Record": {
            "Language": text(row.language),
            "Told by": text(ANALYSERS.get(row.analyser, "Own analyser")),
            "Stood in": (badges.YES if row.is_fallback else badges.NO).cell(),
            "Analysed": when("analysed_at"),
            "Website": text(row.website_id),
            "Id of the source": text(row.source_id),
            "Id": text(row.id),
        },
    }


def _listed(names: Sequence[str]) -> str | None:
    return ", ".join(names) or None


def _shares(emotions: Mapping[str, float]) -> str | None:
    return ", ".join(f"{name} {formats.percent(share, 0)}" for name, share in emotions.items()) or None
