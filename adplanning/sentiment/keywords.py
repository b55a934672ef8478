"""Which words texts are about: those of one text, and those that many texts speak of most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import polars as pl

from adplanning.sentiment.words import FUNCTION_WORDS, listed, words_of

N_OF_A_TEXT: Final = 8
N_OF_MANY: Final = 20
SHORTEST: Final = 3
_PAUSES = re.compile(r"[^\w\s'&-]+|\n+")
# Together with the word behind it, "not" turns its meaning round.
_TURNS: Final = listed("not no never isn't wasn't don't didn't doesn't can't won't")


def terms(text: str) -> list[str]:
    """The terms of a text, as often as they are there: words that mean something, and pairs of neighbours.

    A pair has nothing between its words but space; one of "not" and a word counts, because it turns the word's meaning.

    >>> terms("The zip broke. Not good, poor zip")
    ['zip', 'broke', 'zip broke', 'good', 'not good', 'poor', 'zip', 'poor zip']
    """
    found: list[str] = []
    for phrase in _PAUSES.split(text):
        words = words_of(phrase)
        found += [word for word in words if _means(word)]
        found += [f"{a} {b}" for a, b in pairwise(words) if _means(b) and (_means(a) or a in _TURNS)]
    return found


def keywords(text: str, *, n: int = N_OF_A_TEXT) -> list[str]:
    """The terms of one text that come most often, pairs before their words, else in the order of the text.

    Nothing of other texts goes in, so that a text has the same keywords whenever it is read.

    Parameters
    ----------
    n : at most so many.

    >>> keywords("Slow delivery. The delivery was slow, and not cheap")
    ['slow', 'delivery', 'slow delivery', 'not cheap', 'cheap']
    """
    counted = Counter(terms(text))
    places = {term: place for place, term in enumerate(counted)}
    ranked = sorted(counted, key=lambda term: (-counted[term], " " not in term, places[term]))
    return ranked[:n]


def top_keywords(texts: Sequence[str], *, n: int = N_OF_MANY) -> pl.DataFrame:
    """The terms that tell most about many texts, by TF-IDF.

    Formula: weight(t) = Σ over texts of tf(t) · (ln((1 + N) / (1 + df(t))) + 1), each text's weights scaled to
    length 1: long texts do not outweigh short ones, and what nearly every text says weighs little. A term of one text
    alone is left out as soon as another is said twice.

    Parameters
    ----------
    texts : one each; see `normal`.
    n : at most so many.

    Returns
    -------
    keyword, n_texts (how many texts hold it), weight; the heaviest first. No row without a term.

    >>> top_keywords(["slow delivery", "slow delivery again", "lovely colour"], n=2).rows()
    [('delivery', 2, 1.154701), ('slow', 2, 1.154701)]

    Source: Salton and Buckley 1988; smoothed and scaled as scikit-learn's TfidfVectorizer.
    """
    # Imported where it is used: that takes two seconds, which the API's start need not wait for.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    schema = {"keyword": pl.String, "n_texts": pl.Int64, "weight": pl.Float64}
    listed = [terms(text) for text in texts]
    in_texts = Counter(term for one in listed for term in set(one))
    repeated = {term for term, n_texts in in_texts.items() if n_texts > 1}
    kept = [[term for term in one if term in repeated] for one in listed] if repeated else listed
    if not in_texts:
        return pl.DataFrame(schema=schema)
    weighed = TfidfVectorizer(analyzer=list)
    weights = weighed.fit_transform(kept).sum(axis=0).A1
    names = weighed.get_feature_names_out()
    return (
        pl.DataFrame(
            {"keyword": names, "n_texts": [in_texts[name] for name in names], "weight": weights}, schema=schema
        )
        .with_columns(pl.col("weight").round(6))
        .sort("weight", "keyword", descending=[True, False])
        .head(n)
    )


def _means(word: str) -> bool:
    return len(word) >= SHORTEST and word not in FUNCTION_WORDS
