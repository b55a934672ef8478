"""What may be left of a person who was erased: hashes that know them again, and rows that tell nobody who they were."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

ANONYMOUS: Final = "erased_"
"""How the id begins under which all that an erased person did stays one path: drawn at random, no person's."""

ERASED: Final = "[erased]"
"""What stands where a text named somebody who was erased."""

BETWEEN_DIGITS: Final = " -()./"

# What numbers are computed with after an event was stored, and what tells its ad. All else may be anything at all.
_KEPT_DATA: Final = frozenset(
    {"depth", "seconds", "form_id", "platform_campaign_id", "platform_ad_set_id", "platform_ad_id"}
)


class ErasedKind(StrEnum):
    """What a hash of an erased person is of.

    An e-mail is hashed as `people.service.email_key` writes it, a phone as `leads.contacts.phone_key` does, a person by
    id, a lead by its platform's id or its fingerprint.
    """

    email = "email"
    phone = "phone"
    person = "person"
    lead = "lead"


def is_anonymous(person_id: str) -> bool:
    """Whether an id is that of nobody any longer.

    >>> is_anonymous("erased_018f"), is_anonymous("person_018f")
    (True, False)
    """
    return person_id.startswith(ANONYMOUS)


def contact_hash(kind: ErasedKind, value: str, salt: bytes) -> str:
    """What is kept of an e-mail, a phone or an id, to know it again.

    Formula: BLAKE2b of 256 bits, keyed with the store's salt, told apart by kind. Without the salt nobody can tell
    whose a hash is by hashing a list of addresses.

    Source: RFC 7693, section 2.5 (keyed hashing).

    >>> one = contact_hash(ErasedKind.email, "asha@example.in", b"salt")
    >>> one == contact_hash(ErasedKind.email, "asha@example.in", b"salt"), len(one)
    (True, 64)
    >>> one == contact_hash(ErasedKind.email, "asha@example.in", b"another")
    False
    """
    return blake2b(value.encode(), digest_size=32, key=salt, person=kind.encode()).hexdigest()


@dataclass(frozen=True)
class Marks:
    """What tells one person in a text: `texts` in small letters, and `digits` of phones whatever stands between them.

    >>> asha = Marks(frozenset({"asha@example.in"}), frozenset({"9876543210"}))
    >>> asha.are_in("To: Asha@Example.in"), asha.are_in("+91 98765-43210"), asha.are_in("ravi@example.in")
    (True, True, False)
    >>> asha.redacted({"to": ["Asha@Example.in", "b@c.in"], "n": 9876543210})
    {'to': ['[erased]', 'b@c.in'], 'n': '[erased]'}
    """

    texts: frozenset[str]
    digits: frozenset[str] = frozenset()

    @property
    def spellings(self) -> frozenset[str]:
        """The texts, also as JSON writes those beyond ASCII."""
        return self.texts | {json.dumps(text)[1:-1] for text in self.texts}

    def are_in(self, text: str) -> bool:
        """Whether one of them is in a text."""
        small = text.lower()
        if any(spelled in small for spelled in self.spellings):
            return True
        return bool(self.digits) and any(digits in without_marks(small) for digits in self.digits)

    def redacted(self, value: Any) -> Any:
        """A JSON value in which `ERASED` stands for each text and number that holds one of them."""
        match value:
            case Mapping():
                kept = {key: part for key, part in value.items() if not self.are_in(str(key))}
                return {key: self.redacted(part) for key, part in kept.items()}
            case list():
                return [self.redacted(part) for part in value]
            case bool() | None:
                return value
        return ERASED if self.are_in(str(value)) else value


def without_marks(text: str) -> str:
    """A text without what people write between the digits of a phone number.

    >>> without_marks("+91 (98765) 432-10")
    '+919876543210'
    """
    return text.translate({ord(mark): None for mark in BETWEEN_DIGITS})


def kept_data(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What stays of the free data of an erased person's event: what numbers need, and which ad it was.

    >>> kept_data({"depth": 80, "comment": "call me"}), kept_data({"comment": "call me"}), kept_data(None)
    ({'depth': 80}, None, None)
    """
    return {name: value for name, value in (data or {}).items() if name in _KEPT_DATA} or None


def kept_address(address: str | None) -> str | None:
    """What stays of the address of a page: all before its query, which may hold anything.

    >>> kept_address("https://shop.in/sale?email=asha@example.in#top"), kept_address(None)
    ('https://shop.in/sale', None)
    """
    return address and address.partition("?")[0].partition("#")[0]
