"""Every link that a page shows leads to a page, and every record that it names is there."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from sqlalchemy import Engine

from adplanning.ui.catalogue import PAGES, ROOT, PageMatch, address_of, page_at
from adplanning.ui.component import Component
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame

# Of each page, of its records, and of each of its views, so many are opened; all others must only be addresses.
AS_EXAMPLES = 1
# Answered by the server itself.
NO_PAGES = ("/app/static/", "/docs")


def hrefs(value: Any) -> Iterator[str]:
    """The addresses in what a browser is sent."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("href", "empty_href", "more_href") and one:
                yield one
            else:
                yield from hrefs(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from hrefs(one)
    elif isinstance(value, Component):
        yield from links_of(value)


def links_of(widget: Component) -> Iterator[str]:
    """The addresses that a widget, and those within it, lead to."""
    for name in widget.keys:
        held = getattr(widget, name)
        if name == "href" and held:
            yield held
        elif name not in ("template", "layout", "components"):
            yield from hrefs(held)


def match_of(address: str) -> PageMatch:
    """The page at the address."""
    assert address.startswith(ROOT), f"{address!r} leads elsewhere"
    found = page_at(unquote(urlsplit(address).path).removeprefix(ROOT))
    assert found is not None, f"there is no page at {address}"
    return found


@pytest.fixture
def open_at(new_visit: NewVisit, shop_engine: Engine, frame: NotingFrame) -> Any:
    """Opens the page at an address and answers where it leads to."""

    def links(address: str) -> list[str]:
        match = match_of(address)
        module, name = match.page.function.split(":")
        visit = new_visit(shop_engine, record_id=match.record_id, **dict(parse_qsl(urlsplit(address).query)))
        shown = getattr(import_module(f"adplanning.ui.pages.{module}"), name)(visit)
        while frame.jobs:
            frame.catch_up()
        found = [href for widget in shown for href in links_of(widget)]
        for widget in shown:
            widget.close()
        return found

    return links


def test_no_link_is_dead(open_at: Any) -> None:
    seen: set[str] = set()
    opened: Counter[tuple[str, bool, str]] = Counter()
    waiting = deque(map(address_of, PAGES))
    while waiting:
        address = waiting.popleft()
        if address in seen or address.startswith(NO_PAGES) or address.endswith("/notebook"):
            continue
        seen.add(address)
        match = match_of(address)
        kind = (match.slug, match.record_id is not None, dict(parse_qsl(urlsplit(address).query)).get("view", ""))
        if opened[kind] < AS_EXAMPLES:
            opened[kind] += 1
            waiting.extend(open_at(address))
    assert len(seen) > 100
    assert {slug for slug, is_record, _ in opened if not is_record} == set(PAGES)
