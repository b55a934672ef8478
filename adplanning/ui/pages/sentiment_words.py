"""How an analysed text is told to people: its label, what it says, who said it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adplanning.core import formats
from adplanning.core.vocabulary import SentimentLabel, TextSource
from adplanning.store.tables.opinions import Sentiment
from adplanning.ui import badges
from adplanning.ui.cells import Cell, text
from adplanning.ui.pages.person_words import customer_name, way_address

SLUG: Final = "ad-planning/sentiment"
SHOWN: Final = 140


def label_cell(row: Sentiment) -> Cell:
    """The label; of a text without one, why there is none."""
    if row.sentiment_label is None:
        return {**badges.NOT_ANALYSED.cell(), "hint": row.reason or ""}
    return badges.SENTIMENT_LABELS[SentimentLabel(row.sentiment_label)].cell()


def source_cell(row: Sentiment) -> Cell:
    """Where it was said."""
    return badges.TEXT_SOURCES[TextSource(row.source_type)].cell()


def person_cell(row: Sentiment, names: Mapping[str, str]) -> Cell:
    """Who said it, by name where that is known; the page leads to their way."""
    if row.person_id is None:
        return text(None)
    return text(customer_name(row.person_id, None, names), href=way_address(row.person_id), hint=row.person_id)


def score_words(score: float | None) -> str:
    """A score with its sign.

    >>> score_words(0.25), score_words(-1.0), score_words(None)
    ('+0.25', '−1.00', '–')
    """
    return formats.UNKNOWN if score is None else f"{score:+.2f}".replace("-", "−")


def beginning(said: str) -> str:
    r"""As much of a text as a row has room for, on one line.

    >>> beginning("Lovely\nquilt"), len(beginning("x" * 500))
    ('Lovely quilt', 140)
    """
    line = " ".join(said.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1].rstrip()}…"
