"""Who left a lead: name, e-mail and phone, told from the answers of a form in whichever words it asks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_BETWEEN_WORDS = re.compile(r"[\s_\-.:?*]+")
BETWEEN_DIGITS = " -()./"
COUNTRY_CODE: Final = "91"
"""The country of a phone number that names none: India's, ITU-T E.164."""
_NATIONAL_DIGITS = 10

_EMAILS = ("email", "emailaddress", "workemail", "businessemail", "mail", "emailid", "ईमेल")
_PHONES = (
    *("phone", "phonenumber", "workphonenumber", "workphone", "mobile", "mobilenumber", "mobilephone", "telephone"),
    *("tel", "contactnumber", "contactno", "cellphone", "whatsapp", "whatsappnumber", "फोननंबर", "मोबाइलनंबर"),
)
_FULL_NAMES = ("fullname", "name", "yourname", "customername", "contactname", "पूरानाम", "नाम")
_FIRST_NAMES = ("firstname", "givenname", "forename")
_LAST_NAMES = ("lastname", "surname", "familyname")


class Contact(NamedTuple):
    """How to reach somebody; what was not answered, or makes no sense, is None.

    `phone` is the number as `phone_key` writes it.
    """

    full_name: str | None
    email: str | None
    phone: str | None


def contact_of(answers: Mapping[str, Sequence[str]]) -> Contact:
    """Name, e-mail and phone among the answers of a form.

    Of several answers to one question the first that makes sense counts; a full name is answered or joined of first and
    last name.

    >>> contact_of({"Full Name": ["Asha Rao"], "E-mail": ["none", "asha@example.in"], "phone_number": ["098765 43210"]})
    Contact(full_name='Asha Rao', email='asha@example.in', phone='+919876543210')
    """
    by_key: dict[str, list[str]] = {}
    for question, values in answers.items():
        by_key.setdefault(_question_key(question), []).extend(value.strip() for value in values if value.strip())

    def answered(names: Sequence[str]) -> list[str]:
        return [value for name in names for value in by_key.get(name, ())]

    parts = [answered(names)[:1] for names in (_FIRST_NAMES, _LAST_NAMES)]
    full = next(iter(answered(_FULL_NAMES)), None) or " ".join(part for found in parts for part in found)
    emails = (value for value in answered(_EMAILS) if _EMAIL.fullmatch(value))
    phones = (key for value in answered(_PHONES) if (key := phone_key(value)) is not None)
    return Contact(full or None, next(emails, None), next(phones, None))


def phone_key(text: str) -> str | None:
    """The form in which two spellings of one phone number are equal, or None for what is no whole number.

    Formula: `+` and the digits after an international prefix (`+`, `00`); without one, ten digits (a 0 before them is
    the trunk prefix) are a number of India, and eleven to fifteen begin with the country's code.

    Source: ITU-T E.164 (at most 15 digits); National Numbering Plan 2003 of India (ten digits, trunk prefix 0).

    >>> [phone_key(text) for text in ("+91 98765-43210", "09876543210", "98765 43210", "+1 (415) 555-0123", "12345")]
    ['+919876543210', '+919876543210', '+919876543210', '+14155550123', None]
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter not in BETWEEN_DIGITS)
    is_international = bare.startswith(("+", "00"))
    rest = bare.removeprefix("+") if bare.startswith("+") else bare.removeprefix("00")
    if not rest.isdecimal():
        return None
    digits = "".join(str(unicodedata.decimal(digit)) for digit in rest)
    if not is_international and len(digits) == _NATIONAL_DIGITS + 1 and digits.startswith("0"):
        digits = digits[1:]
    if not is_international and len(digits) == _NATIONAL_DIGITS:
        digits = f"{COUNTRY_CODE}{digits}"
    shortest = 8 if is_international else _NATIONAL_DIGITS + 1
    return f"+{digits}" if shortest <= len(digits) <= 15 and not digits.startswith("0") else None


def phone_spellings(key: str) -> list[str]:
    """Every text whose `phone_key` is this key, once the marks between its digits are gone.

    >>> phone_spellings("+919876543210")
    ['+919876543210', '00919876543210', '919876543210', '9876543210', '09876543210']
    """
    digits = key.removeprefix("+")
    spelled = [key, f"00{digits}", digits]
    if digits.startswith(COUNTRY_CODE) and len(digits) == len(COUNTRY_CODE) + _NATIONAL_DIGITS:
        national = digits.removeprefix(COUNTRY_CODE)
        spelled += [national, f"0{national}"]
    return [text for text in spelled if phone_key(text) == key]


def name_parts(full_name: str | None) -> tuple[str | None, str | None]:
    """First and last name: the last word is the last name, unless it is the only one.

    >>> name_parts("Asha Devi Rao"), name_parts("Asha"), name_parts(None)
    (('Asha Devi', 'Rao'), ('Asha', None), (None, None))
    """
    first, _, last = " ".join((full_name or "").split()).rpartition(" ")
    return (first, last) if first else (last or None, None)


def _question_key(question: str) -> str:
    return _BETWEEN_WORDS.sub("", unicodedata.normalize("NFKC", question).casefold())
