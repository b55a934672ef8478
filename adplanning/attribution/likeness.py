"""How alike two names are, and what forbids to take one for the other however alike they are."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from adplanning.attribution.name_marks import EXACT_KINDS, KINDS, Marks, marks, words_of

# Names that are equal but for the order of words or for accents: alike, yet not the same.
MOST_ALIKE: Final = 0.99
# Words of fewer letters are too near to one another (coat, coast); so are longer ones with another letter in six.
TYPO_LETTERS: Final = 5
TYPO_CUTOFF: Final = 0.85
# Of these only letters swapped and one more at the end, a plural or a word cut off, are surely slips.
SHORT_TYPO_LETTERS: Final = 4
# Pairs compared at once: 16 MB of likenesses.
_PAIRS_AT_ONCE: Final = 4_000_000


class Name(NamedTuple):
    """A name as it is compared."""

    words: tuple[str, ...]
    marks: Marks


def name_of(key: str) -> Name:
    """What is compared of a name; see `core.names.name_key`."""
    words = words_of(key)
    return Name(words, marks(words))


def difference(tag: Name, name: Name, known_words: Collection[str] = ()) -> str | None:
    """Why a tag does not mean a name, however alike the two are; null when nothing speaks against it.

    Formula: take the words away that both have. What remains is the same letters run together; or pairs up as typos
    (`is_typo`), not both of them marks, and words without a partner stand on one side only. With typos put right, both
    have the same marks (`name_marks.marks`); numbers and codes have no typos. The order of words is free, unless one
    kind of mark occurs twice. A word of the tag that the name does not have is none that the shop's names use.

    Parameters
    ----------
    tag, name : see `name_of`.
    known_words : the words of all names that the shop uses.

    >>> def told(tag, name): return difference(name_of(tag), name_of(name), {"towels"})
    >>> told("brand-us-q1", "brand-us-q2"), told("brand-us-q1", "brand-uk-q1")
    ('the number differs: q1 against q2', 'the short code differs: us against uk')
    >>> told("cotton-bedsheats", "bedsheets-cotton"), told("cotton-bedsheets", "cotton-towels")
    (None, 'the words differ: bedsheets against towels')
    """
    if not (tag.words and name.words):
        return "one of them has no word"
    if forbidden := _other_marks(tag.marks, name.marks, EXACT_KINDS):
        return forbidden
    rest, others = _rest(tag.words, name.words), _rest(name.words, tag.words)
    partners: dict[str, str] = {}
    if "".join(rest) != "".join(others):
        partners = _partners(rest, others, beside_others=len(rest) < len(tag.words))
        if forbidden := _unlike(tag, name, rest, others, partners):
            return forbidden
        if used := next((word for word in rest if word in known_words), None):
            return f"{used} is a word of other campaigns"
    if any(len(words) > 1 for words in name.marks.values()) and not _in_order(tag.words, name.words, partners):
        return "the words stand in another order"
    return None


def is_typo(word: str, other: str, *, beside_others: bool = False) -> bool:
    """Whether one word is the other with a slip.

    Formula: both of at least `TYPO_LETTERS` letters, with one letter missing, too many, swapped or another (optimal
    string alignment distance 1), and an Indel similarity of at least `TYPO_CUTOFF`. Beside other words that both names
    have, both of `SHORT_TYPO_LETTERS` suffice where two letters are swapped or one stands at the end of one alone.
    Where one sign may be a word, as in Chinese, no sign is a slip.

    Source: OSA distance, https://rapidfuzz.github.io/RapidFuzz/Usage/distance/OSA.html

    >>> is_typo("bedsheats", "bedsheets"), is_typo("shirts", "skirts"), is_typo("sale", "sales")
    (True, False, False)
    >>> [is_typo("sale", other, beside_others=True) for other in ("sales", "slae", "tale")]
    [True, True, False]
    """
    n_letters = min(len(word), len(other))
    is_long = n_letters >= TYPO_LETTERS and fuzz.ratio(word, other) >= 100 * TYPO_CUTOFF
    is_swapped_or_cut = sorted(word) == sorted(other) or word.startswith(other) or other.startswith(word)
    return (
        OSA.distance(word, other, score_cutoff=1) <= 1
        and (is_long or (beside_others and n_letters >= SHORT_TYPO_LETTERS and is_swapped_or_cut))
        and not any(unicodedata.east_asian_width(sign) in "WF" for sign in word + other)
    )


def alike(tags: Collection[str], names: Collection[str], *, at_least: float, forbidden: bool = True) -> pl.DataFrame:
    """The pairs of a tag and a name that are alike, with what forbids each.

    Formula: likeness = the greater of the Indel similarities 1 − d / (n + m) of the two keys without accents, with
    their words as they stand and with their words sorted, at most `MOST_ALIKE` unless the keys are equal; d counts
    inserted and deleted letters, n and m are the lengths. `difference` says what forbids a pair.

    Parameters
    ----------
    tags, names : name keys, each once; the words of `names` are those that the shop uses.
    at_least : less alike pairs are left out.
    forbidden : whether pairs of other numbers or codes are answered too; without them many tags are quick.

    Returns
    -------
    tag, name, likeness (four decimals), difference (null when nothing forbids the pair); in no order.

    Source: rapidfuzz `fuzz.ratio`, https://rapidfuzz.github.io/RapidFuzz/Usage/fuzz.html

    >>> found = alike(["cotton-bedsheats"], ["cotton-bedsheets", "cotton-towels"], at_least=0.8)
    >>> found.select("name", "likeness", "difference").rows()
    [('cotton-bedsheets', 0.9375, None)]
    """
    named = {key: name_of(key) for key in names}
    tagged = {key: named.get(key) or name_of(key) for key in tags}
    known_words = {word for name in named.values() for word in name.words}
    groups = [(list(tagged), list(named))] if forbidden else _with_same_numbers(tagged, named)
    rows = [
        (
            tag,
            name,
            1.0 if tag == name else min(likeness, MOST_ALIKE),
            difference(tagged[tag], named[name], known_words),
        )
        for some_tags, some_names in groups
        for tag, name, likeness in _likenesses(
            {key: tagged[key].words for key in some_tags}, {key: named[key].words for key in some_names}, at_least
        )
    ]
    schema = {"tag": pl.String, "name": pl.String, "likeness": pl.Float64, "difference": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _with_same_numbers(tags: Mapping[str, Name], names: Mapping[str, Name]) -> Iterator[tuple[list[str], list[str]]]:
    """Tags and names with equal marks of `EXACT_KINDS`: all others are forbidden pairs."""
    by_marks: dict[object, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, keyed in enumerate((tags, names)):
        for key, name in keyed.items():
            by_marks[tuple(tuple(sorted(name.marks.get(kind, ()))) for kind in EXACT_KINDS)][side].append(key)
    yield from by_marks.values()


def _likenesses(
    tags: Mapping[str, tuple[str, ...]], names: Mapping[str, tuple[str, ...]], at_least: float
) -> Iterator[tuple[str, str, float]]:
    if not tags or not names:
        return
    tag_keys, name_keys = list(tags), list(names)
    straight, ordered = (["-".join(form(words)) for words in names.values()] for form in (tuple, sorted))
    step = max(1, _PAIRS_AT_ONCE // len(names))
    for start in range(0, len(tags), step):
        part = [tags[key] for key in tag_keys[start : start + step]]
        best = np.maximum(
            _ratios(["-".join(words) for words in part], straight, at_least),
            _ratios(["-".join(sorted(words)) for words in part], ordered, at_least),
        )
        for row, column in zip(*np.nonzero(best), strict=True):
            yield tag_keys[start + int(row)], name_keys[column], round(float(best[row, column]) / 100, 4)


def _ratios(tags: list[str], names: list[str], at_least: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    # What is below the cutoff is answered as 0. Single precision rounds likenesses, so the cutoff gives way a little.
    cutoff = max(0.0, 100 * at_least - 1e-4)
    return process.cdist(tags, names, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32, workers=-1)


def _unlike(
    tag: Name, name: Name, rest: Sequence[str], others: Sequence[str], partners: Mapping[str, str]
) -> str | None:
    corrected = marks(tuple(partners.get(word, word) for word in tag.words)) if partners else tag.marks
    if forbidden := _other_marks(corrected, name.marks, KINDS):
        return forbidden
    unlike = [word for word in rest if word not in partners]
    unpaired = [word for word in others if word not in partners.values()]
    return f"the words differ: {' '.join(unlike)} against {' '.join(unpaired)}" if unlike and unpaired else None


def _other_marks(its: Marks, others: Marks, kinds: Iterable[str]) -> str | None:
    for kind in kinds:
        words, other = its.get(kind, ()), others.get(kind, ())
        if words != other and sorted(words) != sorted(other):
            one, two = (" ".join(rest) or "none" for rest in (_rest(words, other), _rest(other, words)))
            return f"the {kind} differs: {one} against {two}"
    return None


def _rest(words: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    rest = list(words)
    for word in others:
        if word in rest:
            rest.remove(word)
    return rest


def _partners(words: Sequence[str], others: Sequence[str], *, beside_others: bool) -> dict[str, str]:
    """Each word with the first of the others of which it is a typo; each of these once."""
    partners: dict[str, str] = {}
    for word in words:
        for other in others:
            is_one = is_typo(word, other, beside_others=beside_others)
            if is_one and other not in partners.values() and not (marks((word,)) and marks((other,))):
                partners[word] = other
                break
    return partners


def _in_order(words: tuple[str, ...], others: tuple[str, ...], partners: Mapping[str, str]) -> bool:
    mine = [partners.get(word, word) for word in words]
    return [word for word in mine if word in others] == [word for word in others if word in mine]
