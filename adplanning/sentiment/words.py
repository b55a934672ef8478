"""What the words and sentences of a text are."""

from __future__ import annotations

import json
import re
from typing import Final

MOST_CHARACTERS: Final = 10_000
"""As much of a text is read; twice the longest that any form of ours lets through."""

TEXT_KEYS: Final = ("text", "content", "comment", "message")
"""Under which of these the data of an event may hold what somebody wrote; the first that holds a text counts."""

_ENDS = re.compile(r"(?<=[.!?…])\s+|\s*\n\s*")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# Phones write the typographic apostrophe, by which no word list knows "don't".
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'"})


def listed(words: str) -> frozenset[str]:
    """Words that are written with spaces between them.

    >>> sorted(listed("late slow"))
    ['late', 'slow']
    """
    return frozenset(words.split())


# Words that say how others belong together. The first are hardly any other language's, so they tell that a text is
# English; the others are words elsewhere too (was, on, me …) or parts of words.
ENGLISH_MARKS: Final = listed(
    """
    about after again also although always and another any anything are aren't around away back be because been
    before being below between both but by came could couldn't did didn't does doesn't doing don't done down during
    each either else enough ever every everything few for from further gave get gets getting given go goes going
    gone got hasn't have haven't having he here hers herself him himself his how however i'd i'll i'm i've if into
    isn't it it's its itself just know less let like make many might more most much must my myself never next
    nobody nothing of off often one only other our ours out own please quite rather really said same say see seem
    seems she should shouldn't since some something soon still such than that that's the their them themselves then
    there there's these they they're this those though through together too took under until up upon very wanted
    wasn't we're we've well went were weren't what when where which while whom whose why will with within without
    won't would wouldn't yet you you're your yours yourself
    """
)
FUNCTION_WORDS: Final = ENGLISH_MARKS | listed(
    """
    a all am an as at can can't cannot cant come didnt do doesnt dont even give had has her i i've im in is isnt
    ive made me no nor not now on once or over per so to us want was wasnt we who wont
    """
)


def normal(text: str) -> str:
    """A text as it is read: with straight apostrophes, and not beyond `MOST_CHARACTERS`.

    >>> normal("I don’t")
    "I don't"
    """
    return text[:MOST_CHARACTERS].translate(_APOSTROPHES).strip()


def sentences(text: str) -> list[str]:
    r"""The sentences of a text: parted after . ! ? … and at the ends of lines.

    >>> sentences("Lovely quilt! It came late,\nbut well packed.")
    ['Lovely quilt!', 'It came late,', 'but well packed.']
    """
    return [part for part in _ENDS.split(text) if part and not part.isspace()]


def words_of(text: str) -> list[str]:
    """The words of a text in small letters; numbers are none.

    >>> words_of("Didn't FIT: 2 sizes too small")
    ["didn't", 'fit', 'sizes', 'too', 'small']
    """
    return _WORD.findall(text.lower())


def written_text(event_data: str) -> str | None:
    """What somebody wrote in an event, as much of it as is read; None where its data hold no text.

    Parameters
    ----------
    event_data : JSON.

    >>> written_text('{"rating": 4, "comment": "Nice"}'), written_text('{"text": 5}')
    ('Nice', None)
    """
    data = json.loads(event_data)
    texts = (data.get(key) for key in TEXT_KEYS) if isinstance(data, dict) else ()
    return next((text.strip()[:MOST_CHARACTERS] for text in texts if isinstance(text, str) and text.strip()), None)
