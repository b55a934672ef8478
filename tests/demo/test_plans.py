"""The planned events of the demo."""

from __future__ import annotations

from datetime import date

import pytest

from adplanning.demo.plans import event_rows
from adplanning.demo.season import Season


@pytest.mark.parametrize("days", [14, 60, 180])
def test_the_festival_holds_the_busiest_day_and_a_sale_is_to_come(days: int) -> None:
    until = date(2026, 11, 21)
    season = Season.of(days, until)
    festival, sale = event_rows(season).rows(named=True)
    busiest = season.first.toordinal() + int((season.demand).argmax())
    assert festival["first_on"].toordinal() - 1 <= busiest <= festival["last_on"].toordinal() + 1
    assert festival["last_on"] < until < sale["first_on"] < sale["last_on"]
    assert (festival["effect"], sale["effect"]) == (None, 0.3)
