"""How well or badly a text speaks: VADER by sentence, averaged, with a label and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.words import sentences

CLEAR: Final = 0.2
VERY: Final = 0.6
BALANCE: Final = 0.5
SUMMARY_CHARACTERS: Final = 200
# The shares of labelled sentences that were right at `CLEAR` and beyond `VERY`.
_SURE_AT_CLEAR, _SURE_AT_VERY = 0.75, 0.95
UNMEASURED: Final = 0.5
_BUT = re.compile(r"[,;]?\s+but\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Polarity:
    """The score from −1 to 1, its label, the confidence in it from 0 to 1, and the sentence that carries most of it."""

    score: float
    label: SentimentLabel
    confidence: float
    summary: str


def lexicon() -> frozenset[str]:
    """The words and smileys that VADER knows."""
    return _known()


def polarity(text: str) -> Polarity:
    """Score a text in English.

    Formula: score = mean over sentences of VADER's compound score. The compound of a whole text is
    x / √(x² + 15) with x the sum over all its words, which runs to ±1 in long texts, whatever they say.
    label: |score| ≥ 0.6 very positive or negative, ≥ 0.2 positive or negative, else neutral; mixed when P, the sum of
    the scores ≥ 0.2, and N, the sum of those ≤ −0.2 taken positive, are both there and min(P, N) ≥ max(P, N) / 2; a
    sentence with "but" is two for this.
    confidence, of positive and negative: a · (0.75 + 0.20 · min(1, (|score| − 0.2) / 0.4)) with a = |P − N| / (P + N);
    of neutral and mixed: 0.5, because nothing measured it.

    Parameters
    ----------
    text : in English, as `normal` makes it.

    The thresholds are measured on 700 labelled sentences (Kotzias et al. 2015, Yelp): of those with |score| ≥ 0.6 96 %
    have the sign of their label, from 0.2 to 0.6 85 %; from VADER's own 0.05 to 0.2 only half have. The confidence runs
    between the shares that were right. Whether a text without opinion is found to be one was not measured.

    >>> found = polarity("The quilt is lovely. It came on Monday.")
    >>> round(found.score, 3), found.label.value, found.confidence, found.summary
    (0.293, 'positive', 0.8, 'The quilt is lovely.')

    Source: Hutto and Gilbert, VADER, ICWSM 2014; averaging as its README advises for long texts.
    """
    parts = sentences(text)
    scores = [_compound(part) for part in parts]
    score = sum(scores) / len(scores) if scores else 0.0
    clear = [value for value in _by_clause(parts, scores) if abs(value) >= CLEAR]
    good, bad = sum(value for value in clear if value > 0), -sum(value for value in clear if value < 0)
    label = _label(score, good, bad)
    return Polarity(
        score=score,
        label=label,
        confidence=round(_confidence(score, label, good, bad), 2),
        summary=_summary(parts, scores, score),
    )


def label_of(score: float) -> SentimentLabel:
    """The label of a score alone, of which no sentences are known.

    >>> [label_of(score).value for score in (-0.6, -0.2, 0.19, 0.2, 0.6)]
    ['very_negative', 'negative', 'neutral', 'positive', 'very_positive']
    """
    if abs(score) < CLEAR:
        return SentimentLabel.neutral
    if score > 0:
        return SentimentLabel.very_positive if score >= VERY else SentimentLabel.positive
    return SentimentLabel.very_negative if score <= -VERY else SentimentLabel.negative


def _label(score: float, good: float, bad: float) -> SentimentLabel:
    if min(good, bad) > 0 and min(good, bad) >= BALANCE * max(good, bad):
        return SentimentLabel.mixed
    return label_of(score)


def _confidence(score: float, label: SentimentLabel, good: float, bad: float) -> float:
    if label in (SentimentLabel.neutral, SentimentLabel.mixed):
        return UNMEASURED
    strength = min(1.0, (abs(score) - CLEAR) / (VERY - CLEAR))
    agreement = abs(good - bad) / (good + bad)
    return agreement * (_SURE_AT_CLEAR + (_SURE_AT_VERY - _SURE_AT_CLEAR) * strength)


def _by_clause(parts: Sequence[str], scores: Sequence[float]) -> list[float]:
    """The scores of clauses, where "but" sets one against another."""
    found = []
    for part, score in zip(parts, scores, strict=True):
        clauses = _BUT.split(part)
        found += [score] if len(clauses) == 1 else [_compound(clause) for clause in clauses]
    return found


def _summary(parts: Sequence[str], scores: Sequence[float], score: float) -> str:
    """The sentence that goes furthest the way of the whole, the first of equals; its beginning where it is long."""
    if not parts:
        return ""
    way = 1 if score >= 0 else -1
    chosen = parts[max(range(len(parts)), key=lambda n: way * scores[n])].strip()
    return chosen if len(chosen) <= SUMMARY_CHARACTERS else f"{chosen[: SUMMARY_CHARACTERS - 1].rstrip()}…"


def _compound(sentence: str) -> float:
    return float(_vader().polarity_scores(sentence)["compound"])


@cache
def _vader() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@cache
def _known() -> frozenset[str]:
    return frozenset(_vader().lexicon)
