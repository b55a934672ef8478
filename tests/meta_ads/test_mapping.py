"""Rows of insights: what they say, and why some cannot be read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.meta_ads.mapping import insight_rows

DAYS = (date(2026, 11, 20), date(2026, 11, 21))
ROW: dict[str, Any] = {
    "account_currency": "INR",
    "campaign_id": "17",
    "campaign_name": "Sale",
    "adset_id": "27",
    "adset_name": "Women",
    "ad_id": "37",
    "ad_name": "Video",
    "date_start": "2026-11-21",
    "date_stop": "2026-11-21",
    "spend": "120.35",
    "impressions": "1000",
    "clicks": "30",
    "inline_link_clicks": "20",
    "reach": "700",
    "attribution_setting": "7d_click_1d_view",
    "actions": [{"action_type": "purchase", "value": "3", "7d_click": "3"}],
    "action_values": [{"action_type": "purchase", "value": "99.9"}],
}


def reasons(*records: dict[str, Any], level: str = "ad") -> list[str]:
    return [reason for _, reason, _ in insight_rows(level, records, DAYS, "INR")[1]]


def test_a_row_says_all_that_it_has_under_our_names() -> None:
    rows, rejects = insight_rows("ad", [ROW], DAYS, "INR")
    assert rejects == []
    row = rows.row(0, named=True)
    assert (row["platform_id"], row["on"]) == ("37", date(2026, 11, 21))
    assert (row["spend_minor"], row["n_impressions"], row["n_clicks"]) == (12035, 1000, 30)
    assert (row["n_link_clicks"], row["n_reach"], row["n_leads"]) == (20, 700, None)
    assert (row["n_purchases"], row["purchase_value_minor"]) == (3.0, 9990)
    assert (row["meta_campaign_id"], row["meta_adset_name"]) == ("17", "Women")
    assert orjson.loads(row["actions"]) == ROW["actions"]


def test_at_the_level_of_campaigns_the_row_is_the_campaigns() -> None:
    assert insight_rows("campaign", [ROW], DAYS, "INR")[0]["platform_id"].to_list() == ["17"]


def test_a_count_that_is_left_out_never_happened_and_reach_is_unknown() -> None:
    bare = {name: ROW[name] for name in ("ad_id", "date_start", "date_stop", "spend")}
    row = insight_rows("ad", [bare], DAYS, "INR")[0].row(0, named=True)
    assert (row["n_impressions"], row["n_clicks"], row["n_link_clicks"], row["n_reach"]) == (0, 0, None, None)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("spend", "abc", "spend: 'abc' is not an amount"),
        ("spend", "NaN", "spend: 'NaN' is not an amount"),
        ("spend", "-1", "spend: '-1' is not an amount"),
        ("spend", None, "spend: nothing is not an amount"),
        ("spend", "1e30", "is beyond"),
        ("ad_id", None, "ad_id: is missing"),
        ("ad_id", " ", "ad_id: is missing"),
        ("date_start", "2026-02-30", "date_start: '2026-02-30' is not one single day"),
        ("date_start", None, "date_start: nothing is not one single day"),
        ("date_stop", "2026-11-22", "not one single day"),
        ("account_currency", "USD", "account_currency: USD is not that of the account, INR"),
        ("impressions", "1.5", "impressions: '1.5' is not a whole number"),
        ("clicks", "-3", "clicks: '-3' is not a whole number"),
        ("reach", "9" * 30, "reach: "),
        ("actions", "many", "actions: is not a list"),
        ("actions", [{"action_type": "lead", "value": "x"}], "the value of lead"),
        ("ad_name", "a\x00b", "ad_name: holds the character U+0000"),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside_with_the_reason_and_the_good_ones_are_kept(
    field: str, value: object, reason: str
) -> None:
    bad = {**ROW, field: value}
    rows, rejects = insight_rows("ad", [ROW, bad, ROW], DAYS, "INR")
    assert rows.height == 2
    assert [record for _, _, record in rejects] == [bad]
    assert reason in rejects[0][1]


def test_a_day_that_was_not_asked_for_is_not_taken_and_stands_under_the_first_that_was() -> None:
    other = {**ROW, "date_start": "2026-11-19", "date_stop": "2026-11-19"}
    rows, rejects = insight_rows("ad", [other], DAYS, "INR")
    assert rows.is_empty()
    assert rejects[0][0] == DAYS[0]
    assert "2026-11-20 to 2026-11-21" in rejects[0][1]


@given(st.decimals(0, 10**9, places=2), st.sampled_from([("INR", 2), ("JPY", 0), ("BHD", 3)]))
def test_spend_is_exact_to_the_minor_unit(spend: Decimal, currency: tuple[str, int]) -> None:
    code, digits = currency
    amount = spend.quantize(Decimal(1)) if digits == 0 else spend
    row = {**ROW, "spend": str(amount), "account_currency": code, "action_values": []}
    assert insight_rows("ad", [row], DAYS, code)[0]["spend_minor"].item() == int(amount.scaleb(digits))
