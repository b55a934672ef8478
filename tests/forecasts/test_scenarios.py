"""Splits side by side."""

from __future__ import annotations

import pytest

from adplanning.core.errors import InvalidData
from adplanning.forecasts.budget import best_split
from adplanning.forecasts.scenarios import TOTALS, compared_scenarios
from tests.forecasts.accounts import a_fit

FITS = {"a": a_fit(10.0), "b": a_fit(40.0)}


def test_today_gains_nothing_and_the_best_of_the_same_total_no_less() -> None:
    totals = compared_scenarios(FITS).totals
    rows = {row["scenario"]: row for row in totals.iter_rows(named=True)}
    assert list(rows) == ["today", "best", "best -20 %", "best +20 %"]
    assert (rows["today"]["gain"], rows["today"]["spend"]) == (0, 200)
    # Half of either ceiling.
    assert rows["today"]["result"] == pytest.approx(25)
    assert rows["best"]["spend"] == pytest.approx(200)
    assert rows["best"]["gain"] > 0
    assert (rows["best -20 %"]["spend"], rows["best +20 %"]["spend"]) == (pytest.approx(160), pytest.approx(240))
    assert totals.schema == TOTALS


def test_each_scenario_is_the_split_that_it_names() -> None:
    found = compared_scenarios(FITS, shifts=[0.1], totals=[180.0], own={"mine": {"b": 300.0}}, currency="INR")
    assert found.totals["scenario"].to_list() == ["today", "best +10 %", "best of 1.80 INR", "mine"]
    assert found.allocations["best of 1.80 INR"].rows.equals(best_split(FITS, 180.0).rows)
    assert found.allocations["mine"].rows["spend"].to_list() == [100.0, 300.0]


def test_the_marginal_of_a_best_split_within_bounds_is_that_of_all_campaigns() -> None:
    wide = {"a": 1000.0, "b": 1000.0}
    found = compared_scenarios(FITS, totals=[400.0], shifts=[], most=wide)
    marginals = found.allocations["best of 400 minor units"].rows["marginal"]
    assert found.totals["marginal"][1] == pytest.approx(marginals[0])
    assert marginals[0] == pytest.approx(marginals[1])


def test_an_impossible_scenario_keeps_its_row_with_the_reason() -> None:
    found = compared_scenarios(FITS, shifts=[1.0])
    row = found.totals.row(1, named=True)
    assert (row["scenario"], row["result"]) == ("best +100 %", None)
    assert "total: 400 minor units a day is out of bounds" in row["reason"]
    assert "best +100 %" not in found.allocations


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(InvalidData, match="'today' is the name of another"):
        compared_scenarios(FITS, own={"today": {}})


def test_without_spend_there_is_no_return_of_it() -> None:
    row = compared_scenarios({"a": a_fit(usual_spend=0.0)}, shifts=[]).totals.row(0, named=True)
    assert (row["spend"], row["return_on_spend"], row["marginal"]) == (0, None, None)
