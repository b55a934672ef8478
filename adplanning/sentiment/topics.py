"""What customers speak of, told by the words that name it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from adplanning.sentiment.words import listed

TOPICS: Final[Mapping[str, frozenset[str]]] = {
    topic: listed(words)
    for topic, words in {
        "delivery": "arrive arrived arrives courier delayed deliver delivered deliveries delivery dispatch dispatched "
        "late shipment shipped shipping tracking transit",
        "quality": "broke broken cheaply cotton craftsmanship damaged defect defective durable fabric faulty flimsy "
        "frayed material materials quality stitched stitching sturdy tear tore torn workmanship",
        "price": "affordable cheap cheaper cost costly costs discount discounts expensive money offer offers "
        "overpriced price priced prices pricey sale value worth",
        "size": "big fit fits fitted fitting large length long loose measurements narrow size sized sizes sizing small "
        "tight wide",
        "returns": "exchange exchanged refund refunded refunds replaced replacement return returned returning returns",
        "service": "agent answered call called complaint helpdesk helpful polite rep replied reply response responsive "
        "rude service staff support",
        "packaging": "box boxes crushed pack packaged packaging packed parcel wrapped wrapping",
        "look": "beautiful color colors colour colours design designs faded gorgeous look looked looks pattern "
        "patterns photo photos picture pictures pretty print prints shade shades style stylish ugly",
        "payment": "bank billing card charged checkout cod emi invoice paid payment payments paytm upi wallet",
        "website": "app browse cart crashed link login navigate page password search site slow website",
        "choice": "available availability choice choices collection range selection stock unavailable variety",
    }.items()
}
"""Words of each topic, in small letters; written for shops, and nobody's but ours."""

_TOPIC_OF: Final = {word: topic for topic, words in TOPICS.items() for word in words}


def topics(words: Iterable[str]) -> list[str]:
    """The topics that one of these words names, in the order of `TOPICS`.

    A word has one topic, so "slow" is the website's though a delivery may be slow too: topics tell what to read, they
    count nothing exactly.

    Parameters
    ----------
    words : of a text, in small letters; see `words_of`.

    >>> topics(["lovely", "fabric", "but", "late"])
    ['delivery', 'quality']
    """
    found = {_TOPIC_OF.get(word) for word in words}
    return [topic for topic in TOPICS if topic in found]
