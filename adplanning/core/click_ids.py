"""The parameter that an ad platform adds to the address of a click, and what it tells."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

import polars as pl

from adplanning.core.vocabulary import Platform

Network = Literal["search", "social", "display"]


class ClickId(NamedTuple):
    """Whose parameter it is, and on what kind of network its ads are seen first of all."""

    platform: Platform
    network: Network


# Source: the platforms' own help on automatic tagging. Google's own say nothing of search or display; most are search.
CLICK_IDS: Final[dict[str, ClickId]] = {
    "gclid": ClickId(Platform.google, "search"),
    "gbraid": ClickId(Platform.google, "search"),
    "wbraid": ClickId(Platform.google, "search"),
    "dclid": ClickId(Platform.google, "display"),
    "msclkid": ClickId(Platform.generic, "search"),
    "yclid": ClickId(Platform.generic, "search"),
    "fbclid": ClickId(Platform.meta, "social"),
    "ttclid": ClickId(Platform.generic, "social"),
    "twclid": ClickId(Platform.generic, "social"),
    "li_fat_id": ClickId(Platform.generic, "social"),
    "rdt_cid": ClickId(Platform.generic, "social"),
    "epik": ClickId(Platform.generic, "social"),
    "ScCid": ClickId(Platform.generic, "social"),
}
# Meta, Pinterest and others add theirs to links in unpaid posts too.
ALSO_UNPAID: Final = frozenset({"fbclid", "epik"})

_ONE = rf"(?:{'|'.join(CLICK_IDS)})=[^&#]+"
_ALL = re.compile(rf"(?:^|&)({_ONE})")
_FIRST = rf"^[^?#]*\?(?:[^#]*?&)??({_ONE})"


def click_ids(page: str | None) -> dict[str, str]:
    """The click ids in the query of a page's address, as they are written there, in their order.

    >>> click_ids("https://shop.example/a?fbclid=IwAR0&x=1"), click_ids("/a?glide=1")
    ({'fbclid': 'IwAR0'}, {})
    """
    if page is None or "=" not in page:
        return {}
    query = page.partition("#")[0].partition("?")[2]
    found: dict[str, str] = {}
    for written in _ALL.findall(query):
        name, _, value = written.partition("=")
        found.setdefault(name, value)
    return found


def first_click(page: str) -> pl.Expr:
    """The first click id of each page in a column, written `name=value`; null where there is none.

    >>> seen = pl.DataFrame({"page": ["/a?x=1&gclid=Cj0&fbclid=Iw", "/gclid=no", None]})
    >>> seen.select(first_click("page")).to_series().to_list()
    ['gclid=Cj0', None, None]
    """
    return pl.col(page).str.extract(_FIRST)
