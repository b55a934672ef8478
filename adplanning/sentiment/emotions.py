"""Which feelings a text names, told by a short list of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from adplanning.sentiment.words import listed

EMOTIONS: Final[Mapping[str, frozenset[str]]] = {
    emotion: listed(words)
    for emotion, words in {
        "joy": "cheerful delight delighted enjoy enjoyed enjoying glad happy joy joyful love loved lovely loves loving "
        "pleased smile smiling thrilled wonderful",
        "gratitude": "appreciate appreciated appreciative grateful gratitude thank thankful thanks thanx thx",
        "trust": "dependable genuine honest recommend recommended recommending reliable trust trusted trustworthy",
        "surprise": "amazed astonished shocked speechless surprise surprised surprisingly unexpected unexpectedly",
        "disappointment": "disappoint disappointed disappointing disappointment dissatisfied letdown regret regretted "
        "sad sadly underwhelmed underwhelming unhappy unimpressed upset",
        "anger": "anger angry annoyed annoying appalled disgrace disgraceful frustrated frustrating furious "
        "infuriating outraged outrageous pathetic ridiculous rude unacceptable",
        "disgust": "disgust disgusted disgusting filthy gross nasty repulsive revolting sickening vile",
        "fear": "afraid anxious concerned fake fear feared fraud nervous scam scammed scared suspicious unsafe worried "
        "worry",
    }.items()
}
"""Words that name each feeling, in small letters; ours, and short: a text that shows one without its name has none."""

_EMOTION_OF: Final = {word: emotion for emotion, words in EMOTIONS.items() for word in words}
_TURNS: Final = listed("not no never isn't wasn't don't didn't doesn't can't won't aren't cannot without")
_REACH: Final = 3


def emotions(words: Sequence[str]) -> dict[str, float]:
    """The feelings that a text names, each with its share of the words that name one.

    A word with a negation among the three before it counts for none: "not happy" is no joy, and nobody says which
    feeling it is instead.

    Parameters
    ----------
    words : of a text, in their order and in small letters; see `words_of`.

    Returns
    -------
    Shares that add up to 1, the largest first; {} when no feeling is named.

    >>> emotions("i love it love it thanks".split()), emotions("not happy at all".split())
    ({'joy': 0.667, 'gratitude': 0.333}, {})
    """
    named = Counter(
        _EMOTION_OF[word]
        for place, word in enumerate(words)
        if word in _EMOTION_OF and _TURNS.isdisjoint(words[max(0, place - _REACH) : place])
    )
    return {emotion: round(n / named.total(), 3) for emotion, n in named.most_common()}
