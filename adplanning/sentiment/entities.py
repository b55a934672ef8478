"""Which names a text holds, told by how they are written."""

from __future__ import annotations

import re
from typing import Final

from adplanning.sentiment.words import FUNCTION_WORDS, sentences

MOST: Final = 10
_HANDLE = re.compile(r"(?<![\w@.])[@#]\w{2,64}")
_CAPITALS = re.compile(r"\b[A-Z][\w&'-]*(?:\s+[A-Z][\w&'-]*){0,3}", re.ASCII)
_SHOUTED_SHARE = 0.5
# "NYC" is a name, "LOVED" is none.
_LONGEST_INITIALS = 4


def entities(text: str) -> list[str]:
    """The names in a text: @handles and #tags, and capitalised words that do not begin a sentence.

    Up to four such words in a row are one name. In a sentence written mostly in capitals nothing tells a name. So "the
    Jaipur quilt" has one and "Jaipur is lovely" none: better none than every first word.

    Returns
    -------
    Each once, in the order of the text, at most ten.

    >>> entities("Thanks @loom! Ordered the Jaipur Block Print quilt from Meera. LOVED IT SO MUCH")
    ['@loom', 'Jaipur Block Print', 'Meera']
    """
    found = dict.fromkeys(_HANDLE.findall(text))
    for sentence in sentences(text):
        plain = _HANDLE.sub(" ", sentence)
        if not _is_shouted(plain):
            begin = re.search(r"\w", plain)
            for match in _CAPITALS.finditer(plain):
                name = _without_first(match[0]) if begin and match.start() == begin.start() else match[0]
                if len(name) > 1 and name.lower() not in FUNCTION_WORDS and not _is_a_shout(name):
                    found.setdefault(name)
    return list(found)[:MOST]


def _without_first(name: str) -> str:
    """A sentence begins with a capital, whatever its first word is."""
    return name.partition(" ")[2].strip()


def _is_a_shout(name: str) -> bool:
    return name.isupper() and len(name) > _LONGEST_INITIALS


def _is_shouted(sentence: str) -> bool:
    letters = [character for character in sentence if character.isalpha()]
    return sum(character.isupper() for character in letters) > _SHOUTED_SHARE * len(letters)
