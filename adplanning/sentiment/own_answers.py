"""What an own analyser may answer, and how it becomes an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from adplanning.core.errors import AdplanningError
from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.analysis import Analysis
from adplanning.sentiment.polarity import label_of

OWN: Final = "own"
"""The analyser that a deployment has set."""


class AnalyserFailed(AdplanningError):
    """The own analyser has not answered, or not what was agreed."""


class OwnAnswer(BaseModel):
    """What it answers of one text: a score, and what else it can tell."""

    score: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False, strict=True)]
    label: SentimentLabel | None = None
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)] | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None


class _Answer(BaseModel):
    results: list[OwnAnswer]


def own_answers(content: Any, n_texts: int) -> list[OwnAnswer]:
    """The answers in a body, one for each text that was sent, in their order.

    Parameters
    ----------
    content : the body, as read from JSON.

    Raises
    ------
    AnalyserFailed : it is something else; the sentence names the place, never what stands there.

    >>> own_answers({"results": [{"score": -0.5}]}, 1)[0].score
    -0.5
    >>> own_answers({"results": []}, 1)
    Traceback (most recent call last):
    adplanning.sentiment.own_answers.AnalyserFailed: The own analyser answered 0 results to 1 texts
    """
    try:
        results = _Answer.model_validate(content).results
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the top"
        raise AnalyserFailed(
            f"The own analyser answered something else than agreed at {place}: {first['msg']}"
        ) from None
    if len(results) != n_texts:
        raise AnalyserFailed(f"The own analyser answered {len(results)} results to {n_texts} texts")
    return results


def with_own(found: Analysis, answer: OwnAnswer) -> Analysis:
    """An analysis with score, label, confidence and language of the own analyser; the rest is the built-in's.

    A label that it does not give is the one of its score.

    >>> from adplanning.sentiment.analysis import analysis
    >>> told = with_own(analysis("Das Produkt ist sehr schlecht"), OwnAnswer(score=-0.9))
    >>> told.label.value, told.language, told.reason, told.analyser
    ('very_negative', 'de', None, 'own')
    """
    return replace(
        found,
        score=answer.score,
        label=answer.label or label_of(answer.score),
        confidence=answer.confidence,
        language=answer.language or found.language,
        reason=None,
        analyser=OWN,
        is_fallback=False,
    )


def without_own(found: Sequence[Analysis]) -> list[Analysis]:
    """The built-in's analyses, marked as standing in for the own analyser."""
    return [replace(one, is_fallback=True) for one in found]
