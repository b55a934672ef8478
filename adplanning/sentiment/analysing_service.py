"""Who analyses texts: the own analyser of the settings if there is one, else the built-in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adplanning.core.settings import Settings
from adplanning.sentiment.analysis import Analysis, analysis
from adplanning.sentiment.client import OwnAnalyser
from adplanning.sentiment.own_answers import AnalyserFailed, with_own, without_own


@contextmanager
def own_analyser(settings: Settings) -> Iterator[OwnAnalyser | None]:
    """The own analyser of the settings, None when there is none; its connections last as long as the block."""
    if not settings.sentiment_url:
        yield None
        return
    with OwnAnalyser(
        settings.sentiment_url, token=settings.sentiment_token, timeout_s=settings.sentiment_timeout_s
    ) as analyser:
        yield analyser


def analyses(texts: Sequence[str], analyser: OwnAnalyser | None) -> list[Analysis]:
    """Analyse texts, in their order.

    To be called outside transactions: the own analyser may take its time. When it fails, the built-in answers for all
    of these texts, and each analysis says so.
    """
    found = [analysis(text) for text in texts]
    if analyser is None:
        return found
    try:
        answers = analyser.ask(texts)
    except AnalyserFailed:
        return without_own(found)
    return [with_own(one, answer) for one, answer in zip(found, answers, strict=True)]


def analyse_text(text: str, settings: Settings) -> Analysis:
    """Analyse one text as the settings have it; to be called outside transactions."""
    with own_analyser(settings) as analyser:
        [found] = analyses([text], analyser)
    return found
