from __future__ import annotations

import polars as pl
import pytest

from adplanning.core.names import name_key
from adplanning.core.vocabulary import platform_of_source
from adplanning.demo.shop import Shop


def keys_of(shop: Shop) -> pl.Series:
    return pl.Series([name_key(name) for name in shop.touchpoints["utm_campaign"].drop_nulls().unique()])


@pytest.mark.parametrize(
    "written", ["FB", "fb", "Facebook", "facebook", "ig", "instagram", "meta", "google", "adwords"]
)
def test_sources_are_written_in_many_ways(half_year: Shop, written: str) -> None:
    assert (half_year.touchpoints["utm_source"] == written).any()


@pytest.mark.parametrize("part", ["%20", "+", "_copy", "{{campaign.name}}", "120215550010", "DIWALI"])
def test_campaigns_are_written_in_many_ways(half_year: Shop, part: str) -> None:
    assert half_year.touchpoints["utm_campaign"].str.contains(part, literal=True).any()


def test_most_paid_sessions_can_be_resolved_and_some_cannot(half_year: Shop) -> None:
    paid = half_year.touchpoints.filter(pl.col("platform").is_in(["meta", "google"]), ~pl.col("is_bot"))
    names = paid["utm_campaign"].drop_nulls().unique()
    exact = [name for name in names if name_key(name) in set(half_year.campaigns["name_key"])]
    assert 0.6 < paid["utm_campaign"].is_in(exact).fill_null(value=False).mean() < 0.9


def test_two_campaigns_with_near_names_share_a_tag_that_is_neither(half_year: Shop) -> None:
    assert {"brand_in_q3", "brand_in_q4"} <= set(half_year.campaigns["name"])
    assert (half_year.touchpoints["utm_campaign"] == "brand_in").any()


def test_the_platform_is_that_of_the_source_and_without_one_of_the_click_id(half_year: Shop) -> None:
    for source, click_id, platform in (
        half_year.touchpoints.select("utm_source", "metadata", "platform").unique().rows()
    ):
        if source is not None:
            assert platform == platform_of_source(source)
        else:
            assert ("fbclid" in click_id) == (platform == "meta")
    bare = half_year.touchpoints.filter(pl.col("utm_source").is_null())
    assert set(bare["platform"]) == {"meta", "google"}


def test_a_touchpoint_says_the_same_as_the_events_of_its_session(half_year: Shop) -> None:
    tags = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"]
    people = half_year.touchpoints.filter(~pl.col("is_bot"))
    pages = (
        half_year.journey_events.filter(pl.col("event_type") == "page_view")
        .group_by("session_id")
        .agg(
            pl.len().cast(pl.Int64).alias("n_pages"),
            pl.col("visitor_id", *tags).unique().implode().list.explode().first(),
        )
    )
    joined = people.join(pages, left_on="analytics_session_id", right_on="session_id", how="left", suffix="_seen")
    assert (joined["session_pageviews"] == joined["n_pages"]).all()
    for column in ("visitor_id", *tags):
        assert joined[column].eq_missing(joined[f"{column}_seen"]).all()


def test_resolution_is_left_to_the_product(half_year: Shop) -> None:
    assert not half_year.touchpoints["is_resolved"].any()
    assert set(half_year.touchpoints["resolution_method"]) == {"unresolved"}
