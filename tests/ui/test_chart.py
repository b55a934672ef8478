"""The card around a chart."""

from __future__ import annotations

from typing import Any

import altair as alt
import pytest

from adplanning.ui import chart as chart_module
from adplanning.ui.chart import ChartCard
from adplanning.ui.vega import library_address

BARS = alt.Chart(alt.Data(values=[{"a": 1}]), title="above").mark_bar().encode(x="a:Q")


def card(**options: Any) -> ChartCard:
    return ChartCard(**{"served": True, "title": "Spend", "file_name": "spend"} | options)


def test_a_chart_is_as_wide_as_its_card_and_brings_its_numbers() -> None:
    drawn = card()
    drawn.draw(BARS, [{"campaign": "=1+1", "spend": 3}])
    assert (drawn.spec["width"], drawn.spec["title"], drawn.empty) == ("container", None, "")
    assert drawn.rows_csv == "campaign,spend\r\n'=1+1,3\r\n"


def test_a_chart_that_is_not_there_says_why() -> None:
    drawn = card()
    drawn.draw(BARS, [{"a": 1}])
    drawn.draw(None, [], empty="No spend yet.")
    assert (drawn.spec, drawn.empty, drawn.rows_csv) == (None, "No spend yet.", "")


def test_behind_our_server_the_library_has_an_address_and_else_it_comes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_module, "library", lambda: "the library")
    assert (card().address, card().source) == (library_address(), "")
    assert (card(served=False).address, card(served=False).source) == ("", "the library")
