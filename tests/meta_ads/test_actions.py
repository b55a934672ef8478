"""Leads and purchases, each counted once although Meta tells them under several types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.meta_ads.actions import LEADS, PURCHASES, ToldResults, told_results, with_results

PIXEL, IN_META = "offsite_conversion.fb_pixel_lead", "onsite_conversion.lead_grouped"


def actions(**values: str) -> list[dict[str, Any]]:
    return [{"action_type": name.replace("__", "."), "value": value} for name, value in values.items()]


def n_leads(*told: tuple[str, str]) -> float | None:
    return told_results([{"action_type": name, "value": value} for name, value in told], [], "INR").n_leads


def test_the_omni_type_is_all_of_them_and_nothing_is_added_to_it() -> None:
    assert n_leads(("omni_lead", "5"), ("lead", "5"), (PIXEL, "4"), (IN_META, "1")) == 5


def test_without_it_the_plain_type_is() -> None:
    assert n_leads(("lead", "5"), (PIXEL, "4"), (IN_META, "1")) == 5


def test_without_both_the_channels_are_added_up() -> None:
    assert n_leads((PIXEL, "4"), (IN_META, "1"), ("link_click", "90")) == 5
    assert n_leads((IN_META, "1")) == 1


def test_what_meta_does_not_tell_is_unknown_and_a_told_zero_is_zero() -> None:
    assert n_leads(("link_click", "90")) is None
    assert n_leads(("lead", "0"), (PIXEL, "4")) == 0


def test_the_value_of_purchases_is_exact_in_minor_units() -> None:
    told = actions(purchase="100.10", offsite_conversion__fb_pixel_purchase="100.10")
    assert told_results([], told, "INR") == ToldResults(None, None, 10010)
    assert told_results([], told, "BHD").purchase_value_minor == 100100


@pytest.mark.parametrize("value", ["abc", "NaN", "-1", None])
def test_a_value_that_is_no_number_is_refused(value: str | None) -> None:
    with pytest.raises(ValueError, match="the value of purchase"):
        told_results([{"action_type": "purchase", "value": value}], [], "INR")


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 2))
def test_however_meta_tells_them_they_are_as_many(site: int, in_meta: int, way: int) -> None:
    n = site + in_meta
    told = {PURCHASES[2][0]: site, PURCHASES[2][1]: in_meta}
    if way < 2:
        told |= {"purchase": n}
    if way < 1:
        told |= {"omni_purchase": n}
    rows = [{"action_type": name, "value": str(count)} for name, count in told.items()]
    assert told_results(rows, rows, "JPY") == ToldResults(None, float(n), n)
    assert LEADS[2] != PURCHASES[2]
    assert sum(Decimal(row["value"]) for row in rows) >= n


def test_a_result_is_what_the_campaign_is_for() -> None:
    rows = pl.DataFrame(
        {
            "objective": ["OUTCOME_LEADS", "OUTCOME_SALES", "OUTCOME_AWARENESS", None],
            "n_leads": [2.0, 2.0, 2.0, 2.0],
            "n_purchases": [None, None, 3.0, 3.0],
        },
        schema_overrides={"n_purchases": pl.Float64},
    )
    told = with_results(rows).select("result_type", "n_results").rows()
    assert told == [("leads", 2.0), ("purchases", None), (None, None), (None, None)]
