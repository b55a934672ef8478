"""Which click ids a page's address holds."""

from __future__ import annotations

from urllib.parse import urlencode

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.click_ids import ALSO_UNPAID, CLICK_IDS, click_ids, first_click


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("https://shop.example/a?fbclid=X&b=1", {"fbclid": "X"}),
        ("/a?gclid=1&msclkid=2&ttclid=3", {"gclid": "1", "msclkid": "2", "ttclid": "3"}),
        ("/a?b=1#gclid=1", {}),
        ("/a?xfbclid=1", {}),
        ("/fbclid=1", {}),
        ("/a?fbclid=", {}),
        (None, {}),
    ],
)
def test_click_ids_are_read_from_the_query_alone(page: str | None, ids: dict[str, str]) -> None:
    assert click_ids(page) == ids


def test_the_first_of_two_of_one_name_counts_and_a_value_stays_as_it_is_written() -> None:
    assert click_ids("/a?gclid=A%2B&gclid=B") == {"gclid": "A%2B"}


def test_what_unpaid_links_carry_too_is_a_click_id() -> None:
    assert CLICK_IDS.keys() >= ALSO_UNPAID


names = st.sampled_from([*CLICK_IDS, "xgclid", "q", "utm_source"])
queries = st.lists(st.tuples(names, st.text(max_size=4)), max_size=5).map(urlencode)


@given(path=st.sampled_from(["/a", "", "https://shop.example/?", "/a?", "/a#?", "/a?b=1&"]), query=queries)
def test_a_column_of_pages_is_read_as_each_page_is(path: str, query: str) -> None:
    page = path + query
    first = next(("=".join(found) for found in click_ids(page).items()), None)
    assert pl.DataFrame({"page": [page]}).select(first_click("page")).item() == first
