from __future__ import annotations

from typing import Any

import pytest

from adplanning.meta_ads.graph_errors import Transient
from adplanning.meta_ads.paging import halved, next_cursor, rows_of

NEXT = "https://elsewhere.example/?access_token=x"


@pytest.mark.parametrize("page", [{}, {"data": None}, {"data": {"id": "1"}}, {"data": [{"id": "1"}, "2"]}])
def test_what_is_no_list_of_records_is_an_error_not_an_empty_page(page: dict[str, Any]) -> None:
    with pytest.raises(Transient, match="no list of records"):
        rows_of("act_1/ads", page)


@pytest.mark.parametrize("page", [{}, {"paging": None}, {"paging": {}}, {"paging": {"cursors": {"after": "b"}}}])
def test_a_list_ends_where_no_next_is(page: dict[str, Any]) -> None:
    assert next_cursor("act_1/ads", page) is None


@pytest.mark.parametrize("cursors", [None, {}, {"after": None}, {"after": 7}])
def test_a_list_that_goes_on_without_a_cursor_is_an_error(cursors: object) -> None:
    with pytest.raises(Transient, match="does not say where"):
        next_cursor("act_1/ads", {"paging": {"next": NEXT, "cursors": cursors}})


def test_pages_get_smaller_down_to_25_rows() -> None:
    limits = [500]
    while (smaller := halved(limits[-1])) is not None:
        limits.append(smaller)
    assert limits == [500, 250, 125, 62, 31, 25]
    assert halved(10) is None
