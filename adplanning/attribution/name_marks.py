"""Which words of a campaign's name set it apart from one that is otherwise called alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final

from babel import Locale
from babel.core import get_global

from adplanning.core.names import name_key

# Each list by its reason: campaigns are split by these, so that one word of them is another campaign.
_WORDS: Final[Mapping[str, str]] = {
    "region": "emea apac latam anz mena gcc dach benelux nordics nordic cee sea row amer americas global worldwide "
    "world intl international domestic local national regional north south east west northeast northwest "
    "southeast southwest northern southern eastern western central metro urban rural tier overseas abroad",
    "date": "spring summer autumn fall winter monsoon season week weekday weekend month monthly weekly daily "
    "quarter year annual yearly morning noon evening night today tomorrow early late midyear eoy bfcm "
    "diwali deepavali dhanteras holi navratri dussehra rakhi onam pongal lohri eid ramadan ramzan "
    "christmas xmas easter halloween thanksgiving valentine valentines newyear cyber blackfriday republic "
    "independence mothers fathers",
    "audience": "men mens man male males women womens woman female females ladies gents unisex boy boys girl girls "
    "kid kids child children baby babies teen teens adult adults senior seniors parents parent student "
    "students family new newuser newusers returning existing current lapsed churned loyal vip repeat "
    "first prospect prospects prospecting acquisition retention reactivation winback upsell crosssell "
    "retarget retargeting remarketing rtg rmkt rlsa lookalike lookalikes lal lla similar broad narrow "
    "interest interests custom saved engaged warm cold hot tofu mofu bofu b2b b2c dtc buyers nonbuyers "
    "visitors abandoners cart members member nonmember nonmembers subscribers",
    "variant": "test testing control treatment variant variation version challenger champion baseline holdout "
    "original old alpha beta gamma phase wave round batch part one two three four five six seven eight "
    "nine ten second third fourth fifth last final primary secondary main backup iii vii viii relaunch "
    "rerun teaser",
    "kind of traffic": "brand branded nonbrand nonbranded unbranded generic competitor competitors conquest "
    "non not without excl exclude excluding exclusion incl include including only except search display shopping video "
    "videos image images static carousel collection reel reels story stories feed youtube discovery "
    "demand pmax dsa dynamic catalog catalogue dpa awareness reach traffic engagement consideration "
    "conversion conversions lead leads install installs app web ios android mobile desktop tablet organic "
    "paid email sms push whatsapp facebook instagram google bing tiktok linkedin pinterest snapchat "
    "twitter exact phrase online offline store wholesale retail",
}
# Languages in which months, weekdays and countries are looked for.
_LOCALES: Final = (
    "en de fr es it pt nl pl tr sv da nb fi cs sk hu ro hr el ru uk hi bn ta te mr gu id ms vi th ja ko zh ar he"
)
# Three-letter codes of countries that are words far more often.
_NO_COUNTRIES: Final = frozenset({"and", "are", "can", "per"})
FILLERS: Final = frozenset({"campaign", "campaigns", "ad", "ads"})
NUMBER, CODE = "number", "short code"
EXACT_KINDS: Final = (NUMBER, CODE)
KINDS: Final = (*EXACT_KINDS, "country", *_WORDS)
_SHORT: Final = 2
_YEAR_BEHIND: Final = re.compile(r"(\D{3,})((?:19|20)\d\d)")
# Signs between words that a name key keeps. Not all that is no letter: the vowel signs of many scripts are none.
_BETWEEN: Final = re.compile(r"[-()\[\]{}<>,:;'\"`&!?#*=@~^$%\\]+")
Marks = Mapping[str, tuple[str, ...]]


def words_of(key: str) -> tuple[str, ...]:
    """The words of a name key without accents and punctuation; a year written onto a word is one of its own.

    That a campaign is one says nothing of which: `FILLERS` are left out, unless there is nothing else.

    >>> words_of("captação2019-(q1)"), words_of("summer-sale-campaign")
    (('captacao', '2019', 'q1'), ('summer', 'sale'))
    """
    words = filter(None, _BETWEEN.split(without_accents(key)))
    parts = tuple(part for word in words for part in _year_apart(word))
    return tuple(part for part in parts if part not in FILLERS) or parts


def _year_apart(word: str) -> tuple[str, ...]:
    found = _YEAR_BEHIND.fullmatch(word)
    return (word,) if found is None else (found[1], found[2])


def marks(words: tuple[str, ...]) -> Marks:
    """The words of a name that set it apart, by kind, each kind in the order of the name.

    Formula: a word with a digit in it is a number as it stands (`q1`, `30off`); of one or two letters, a code (a
    country, a language, variant A or B); else it is looked up among the countries, regions, months, weekdays, seasons,
    feasts, audiences, variants and kinds of traffic. All others may be misspelt without meaning something else.

    Parameters
    ----------
    words : of a name, in order; see `words_of`.

    >>> marks(("brand", "emea", "q1", "shoes", "b"))
    {'kind of traffic': ('brand',), 'region': ('emea',), 'number': ('q1',), 'short code': ('b',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        if kind := _kind(word):
            found[kind] = (*found.get(kind, ()), word)
    return found


def without_accents(text: str) -> str:
    """The text with the accents of Latin, Greek and Cyrillic letters taken off; signs of other scripts are letters.

    >>> without_accents("captação"), without_accents("दिवाली")
    ('captacao', 'दिवाली')
    """
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFKC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f"))


@lru_cache(maxsize=100_000)
def _kind(word: str) -> str | None:
    if any(sign.isnumeric() for sign in word):
        return NUMBER
    if len(word) <= _SHORT:
        return CODE
    return _kinds_of_words().get(word)


@cache
def _kinds_of_words() -> Mapping[str, str]:
    kinds = dict.fromkeys(_country_words(), "country")
    kinds |= dict.fromkeys(_calendar_words(), "date")
    return kinds | {word: kind for kind, words in _WORDS.items() for word in words.split()}


def _country_words() -> set[str]:
    """Codes of three letters and the words of the countries' names; Source: Unicode CLDR, by babel."""
    names = {name for locale in _LOCALES.split() for name in Locale(locale).territories.values()}
    codes = {code.lower() for code in get_global("territory_aliases") if len(code) == 3 and code.isalpha()}
    return codes - _NO_COUNTRIES | {word for word in _words(names) if len(word) > 3}


def _calendar_words() -> set[str]:
    """The months and weekdays, in full and short; Source: Unicode CLDR, by babel."""
    calendars = [calendar for name in _LOCALES.split() for calendar in (Locale(name).months, Locale(name).days)]
    return _words(
        name
        for calendar in calendars
        for form in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for name in calendar[form][width].values()
    )


def _words(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in words_of(name_key(name))}
