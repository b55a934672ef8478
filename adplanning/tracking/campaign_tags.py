"""Did an advertisement bring this event? UTM tags and click ids say so."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from adplanning.core.vocabulary import PLATFORM_OF_CLICK_ID, Platform, platform_of_source
from adplanning.tracking.events import NewEvent


def bears_campaign(event: NewEvent) -> bool:
    """Whether an event carries a UTM tag or a click id."""
    return bool(
        event.utm_source
        or event.utm_campaign
        or event.utm_medium
        or event.utm_term
        or event.utm_content
        or click_ids(event.page)
    )


def click_ids(page: str | None) -> dict[str, str]:
    """The click ids in the query of a page's address.

    >>> click_ids("https://shop.example/a?fbclid=IwAR0&x=1"), click_ids("/a?glide=1")
    ({'fbclid': 'IwAR0'}, {})
    """
    # Almost no page has one: look before parsing.
    if page is None or not ("clid=" in page or "clkid=" in page):
        return {}
    query = page.partition("?")[2].partition("#")[0]
    return {name: value for name, value in parse_qsl(query, max_num_fields=None) if name in PLATFORM_OF_CLICK_ID}


def platform_of_touch(utm_source: str | None, ids: Mapping[str, str]) -> Platform:
    """Where a campaign's traffic came from: the UTM source says, else the click id.

    >>> platform_of_touch(None, {"gclid": "Cj0"}).value, platform_of_touch("facebook", {"gclid": "Cj0"}).value
    ('google', 'meta')
    """
    if utm_source:
        return platform_of_source(utm_source)
    return next((PLATFORM_OF_CLICK_ID[name] for name in ids), Platform.direct)
