"""Campaigns, ad sets and ads as Meta tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign

from adplanning.meta_ads.ad_objects import AD, AD_SET, CAMPAIGN, Kind, object_rows
from adplanning.meta_ads.mapping import FIELDS_OF_AD, WINDOWS


def words_of(holder: type[Any]) -> set[str]:
    return {value for name, value in vars(holder).items() if not name.startswith("_")}


@pytest.mark.parametrize(("kind", "sdk"), [(CAMPAIGN, Campaign), (AD_SET, AdSet), (AD, Ad)])
def test_only_fields_and_statuses_are_asked_for_that_meta_has_and_all_the_statuses(kind: Kind, sdk: Any) -> None:
    assert set(kind.asked.split(",")) <= words_of(sdk.Field)
    assert set(kind.statuses) == words_of(sdk.EffectiveStatus)


def test_the_fields_of_insights_are_metas_and_no_withdrawn_window_is_asked_for() -> None:
    assert set(FIELDS_OF_AD.split(",")) <= words_of(AdsInsights.Field)
    assert "7d_view" not in WINDOWS
    assert "28d_view" not in WINDOWS


def test_a_campaign_says_its_budget_times_and_key() -> None:
    told = {
        "id": "17",
        "name": "Summer Sale",
        "status": "PAUSED",
        "objective": "OUTCOME_SALES",
        "daily_budget": "5000",
        "lifetime_budget": "0",
        "start_time": "2026-11-21T09:30:00+0530",
    }
    row = object_rows(CAMPAIGN, [told], "INR")[0].row(0, named=True)
    assert (row["platform_id"], row["name_key"], row["status"]) == ("17", "summer-sale", "PAUSED")
    assert (row["daily_budget_minor"], row["lifetime_budget_minor"]) == (5000, 0)
    assert (row["starts_at"], row["stops_at"]) == (datetime(2026, 11, 21, 4, tzinfo=UTC), None)


def test_an_ad_says_its_ad_set_and_creative_and_what_is_left_out_is_unknown() -> None:
    told = {"id": "37", "adset_id": "27", "creative": {"id": "99", "name": "Video"}}
    row = object_rows(AD, [told], "INR")[0].row(0, named=True)
    assert (row["parent_platform_id"], row["creative_id"]) == ("27", "99")
    assert (row["name"], row["status"], row["effective_status"]) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "id: is missing"),
        ({"daily_budget": "many"}, "daily_budget: is not a whole number"),
        ({"start_time": "soon"}, "start_time: "),
        ({"start_time": "2026-11-21T09:30:00"}, "without a time zone"),
        ({"name": "\x00"}, "name: holds the character"),
    ],
)
def test_one_that_makes_no_sense_is_set_aside_and_the_others_are_kept(change: dict[str, Any], reason: str) -> None:
    rows, rejects = object_rows(CAMPAIGN, [{"id": "17", "name": "Sale", **change}, {"id": "18"}], "INR")
    assert rows["platform_id"].to_list() == ["18"]
    assert reason in rejects[0][0]


def test_of_two_records_of_one_object_the_last_counts() -> None:
    rows, _ = object_rows(CAMPAIGN, [{"id": "17", "name": "Old"}, {"id": "17", "name": "New"}], "INR")
    assert rows["name"].to_list() == ["New"]
