"""Which language a text is in, as far as that can be told."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from adplanning.sentiment.words import ENGLISH_MARKS, listed

ENGLISH: Final = "en"
ROMAN_HINDI: Final = "hi-Latn"

# The languages that customers may write in: among all 140 that the model knows, short sentences of English and Hindi
# are taken for small languages in which nobody writes to a shop.
_LATIN: Final = (
    *("cs", "da", "de", "en", "es", "fi", "fr", "hu", "id", "it", "ms"),
    *("nl", "no", "pl", "pt", "ro", "sv", "sw", "tl", "tr", "vi"),
)
_OTHER_LETTERS: Final = (
    *("ar", "bn", "el", "fa", "gu", "he", "hi", "ja", "kn", "ko"),
    *("ml", "mr", "pa", "ru", "ta", "te", "th", "uk", "ur", "zh"),
)
# Hindi and Urdu as they are typed with Latin letters; none of these is an English word.
_HINDI: Final = listed(
    """
    aap aapka aapko aapne abhi accha acche acchi acha achha achhe achhi apna apni aur badhiya badiya bahot bahut
    bakwas bana barbad bekaar bekar bhai bhaiya bhi bilkul bohot bohut chahiye chhota dhoka gaya gayi ghatiya hai
    hain hoga hua hui hum humko jaisa jaisi jaldi jyada kaafi kabhi kaisa kaisi karna karo kharaab kharab kharidna
    khush kiya kuch kya kyu kyun lekin liya mera meri mila milaa mili mujhe nahi nahin nai paisa paisay paise
    pasand pehle phir raha rahi sabse sahi sasta shandar shukriya sundar tha theek thi thik tum uska vala vale
    waala wala wali yaar yeh zabardast zyada
    """
)
# One in five: "bhai" alone makes no English sentence of ten words Hindi, a sentence half in Hindi cannot be judged.
_HINDI_SHARE: Final = 0.2
# Of the words of a text: below one in five, function words are chance or names.
_ENGLISH_SHARE: Final = 0.2
# Words of VADER's lexicon that are common words of German, French or Spanish.
_ALSO_ELSEWHERE: Final = listed("arm die fatal fin gross hell mal mort no pain rot super war")
_SURE: Final = 0.5
SHORT: Final = 4
"""No more words are too few for the model: they are English when a word of English is among them."""

NAMES: Final = {
    "ar": "Arabic", "bn": "Bengali", "de": "German", "es": "Spanish", "fr": "French", "gu": "Gujarati", "hi": "Hindi",
    "hi-Latn": "Hindi in Latin letters", "it": "Italian", "ja": "Japanese", "kn": "Kannada", "ml": "Malayalam",
    "mr": "Marathi", "nl": "Dutch", "pa": "Punjabi", "pt": "Portuguese", "ru": "Russian", "ta": "Tamil",
    "te": "Telugu", "ur": "Urdu", "zh": "Chinese",
}  # fmt: skip
"""Of those that are met most often."""


def language_of(text: str, words: Sequence[str], known: Collection[str]) -> str | None:
    """Tell the language of a text; None where nothing tells it.

    A text whose letters are mostly not Latin is in that of 20 languages which the model finds likest. In Latin letters
    it is Hindi when a fifth of its words are words of Hindi as people type them; English when a fifth are function
    words of English, or when it is short and holds a word that is known; else what the model finds among 21 languages,
    if it is surer of it than of all others together.

    Parameters
    ----------
    text : as it was written.
    words : its words in small letters, see `words_of`.
    known : words of English that mean something, such as those of VADER's lexicon.

    Returns
    -------
    An ISO 639-1 code, or "hi-Latn".

    >>> texts = ["the parcel came late", "good quality", "bahut accha", "बहुत अच्छा", "sehr schlecht", "qwx zrt"]
    >>> [language_of(text, text.split(), {"good"}) for text in texts]
    ['en', 'en', 'hi-Latn', 'hi', 'de', None]

    Source: Lui and Baldwin, langid.py, ACL 2012, as py3langid has it.
    """
    if not words:
        return None
    if _mostly_other_letters(text):
        return str(_model(_OTHER_LETTERS).classify(text)[0])
    if sum(word in _HINDI for word in words) >= _HINDI_SHARE * len(words):
        return ROMAN_HINDI
    is_ascii = text.isascii() or all(word.isascii() for word in words)
    if is_ascii and sum(word in ENGLISH_MARKS for word in words) >= _ENGLISH_SHARE * len(words):
        return ENGLISH
    if is_ascii and len(words) <= SHORT and any(word in known and word not in _ALSO_ELSEWHERE for word in words):
        return ENGLISH
    found, share = _model(_LATIN).classify(text)
    return str(found) if share >= _SURE else None


def _mostly_other_letters(text: str) -> bool:
    if text.isascii():
        return False
    letters = [character for character in text if character.isalpha()]
    return sum(not unicodedata.name(one, "").startswith("LATIN") for one in letters) > len(letters) / 2


@cache
def _model(languages: tuple[str, ...]) -> LanguageIdentifier:
    """Read once, and not before a text needs it: that takes most of a second."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(languages)
    return model
