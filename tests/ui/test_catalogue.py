"""Addresses and the pages behind them."""

from __future__ import annotations

from importlib import import_module

import pytest

from adplanning.ui.catalogue import HOME, PAGES, ROOT, address_of, page_at


@pytest.mark.parametrize("slug", PAGES)
def test_every_page_has_a_function(slug: str) -> None:
    module, name = PAGES[slug].function.split(":")
    assert callable(getattr(import_module(f"adplanning.ui.pages.{module}"), name))


@pytest.mark.parametrize("slug", PAGES)
def test_every_address_leads_to_its_page(slug: str) -> None:
    found = page_at(address_of(slug).removeprefix(ROOT))
    assert found is not None
    assert (found.slug, found.page, found.record_id) == (slug, PAGES[slug], None)


def test_only_a_page_with_records_has_addresses_below_it() -> None:
    for slug, page in PAGES.items():
        found = page_at(address_of(slug, "id_1").removeprefix(ROOT))
        assert (found is not None and found.slug == slug and found.record_id == "id_1") == page.has_records


@pytest.mark.parametrize("path", ["", "/", "nowhere", "ad-planning/goals/a/b", "..", "ad-planning/goals/../goals"])
def test_nothing_else_is_a_page(path: str) -> None:
    assert page_at(path) is None


def test_the_first_page_is_one_of_them_and_every_page_says_what_it_is_for() -> None:
    assert HOME in PAGES
    assert all(page.title and page.help.endswith(".") and page.icon.startswith("mdi-") for page in PAGES.values())
    groups = [page.group for page in PAGES.values()]
    assert len(set(groups)) == sum(a != b for a, b in zip([None, *groups], groups, strict=False))
