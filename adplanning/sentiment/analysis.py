"""All that is told of one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.emotions import emotions
from adplanning.sentiment.entities import entities
from adplanning.sentiment.keywords import keywords
from adplanning.sentiment.languages import ENGLISH, NAMES, language_of
from adplanning.sentiment.polarity import Polarity, lexicon, polarity
from adplanning.sentiment.topics import topics
from adplanning.sentiment.words import normal, words_of

BUILT_IN: Final = "vader"
"""The analyser that is always there."""

NO_WORDS: Final = "The text holds no words."
UNKNOWN: Final = "Its language cannot be told; only English is analysed."


@dataclass(frozen=True)
class Analysis:
    """What one text says.

    Without a score, `reason` is the sentence that says why, and nothing that needs the language is told.
    """

    language: str | None
    score: float | None
    label: SentimentLabel | None
    confidence: float | None
    keywords: Sequence[str] = ()
    entities: Sequence[str] = ()
    emotions: Mapping[str, float] = field(default_factory=dict)
    topics: Sequence[str] = ()
    summary: str | None = None
    reason: str | None = None
    analyser: str = BUILT_IN
    is_fallback: bool = False


def analysis(text: str, *, is_fallback: bool = False) -> Analysis:
    """Tell all that can be told of a text: its language, and of one in English the rest.

    A text without words but with smileys or emoji that VADER knows is scored too. One in another language is not: read
    as English it would come out neutral, whatever it says.

    Parameters
    ----------
    text : as it was written.
    is_fallback : whether this stands in for another analyser that has not answered.

    >>> analysis("The fabric is lovely.").label.value, analysis("Das Produkt ist sehr schlecht").reason
    ('positive', 'The text is in German; only English is analysed.')
    """
    read = normal(text)
    words = words_of(read)
    language = language_of(read, words, lexicon())
    if language == ENGLISH:
        return _told(read, words, language, polarity(read), is_fallback)
    if not words:
        found = polarity(read)
        if found.score:
            return _told(read, words, None, found, is_fallback)
    return Analysis(
        language, None, None, None, reason=_reason(words, language), entities=entities(read), is_fallback=is_fallback
    )


def _told(text: str, words: Sequence[str], language: str | None, found: Polarity, is_fallback: bool) -> Analysis:
    return Analysis(
        language=language,
        score=round(found.score, 4),
        label=found.label,
        confidence=found.confidence,
        keywords=keywords(text),
        entities=entities(text),
        emotions=emotions(words),
        topics=topics(words),
        summary=found.summary,
        is_fallback=is_fallback,
    )


def _reason(words: Sequence[str], language: str | None) -> str:
    if not words:
        return NO_WORDS
    if language is None:
        return UNKNOWN
    name = NAMES.get(language)
    return f"The text is in {name or f'another language ({language})'}; only English is analysed."
