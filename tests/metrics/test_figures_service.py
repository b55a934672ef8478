"""Each metric on a shop that was added up by hand, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.metrics.definitions import BY_DAY, METRICS, summed_metrics
from adplanning.metrics.figures_service import Figure, campaign_figures, compared_figures, daily_figures, period_figures
from tests.metrics.conftest import FIRST, LATER, MARCH, SECOND, THIRD, USUAL
from tests.telling import ZONE, Tell, on, spent

BY_HAND = {
    "ad_spend": 100_000,
    "revenue": 210_000,
    "conversions": 3,
    "purchases": 2,
    "purchase_revenue": 200_000,
    "leads": 2,
    "social_posts": 1,
    "roas": 2.1,
    "purchase_roas": 2.0,
    "attributed_conversions": 1.6,
    "attributed_revenue": 180_000,
    "attributed_roas": 1.8,
    "impressions": 2000,
    "clicks": 40,
    "link_clicks": 15,
    "claimed_leads": 4,
    "claimed_purchases": 2,
    "claimed_revenue": 120_000,
    "claimed_roas": 1.2,
    "ctr": 0.02,
    "cpc": 2500,
    "cpm": 50_000,
    "cpl": 25_000,
    "cpa": 50_000,
    "visitors": 4,
    "conversion_rate": 0.5,
    "sessions": 4,
    "resolved_sessions": 2,
    "resolution_rate": 0.5,
}


def values(engine: Engine, period: Period = MARCH, **options: Any) -> dict[str, float | None]:
    return {name: one.value for name, one in period_figures(engine, period, **USUAL | options).items()}


def unknown(engine: Engine, name: str, period: Period = MARCH, **options: Any) -> str:
    figure = period_figures(engine, period, **USUAL | options, names=[name])[name]
    assert figure.value is None
    return figure.unknown_because or ""


def test_every_metric_is_what_it_is_by_hand(shop: Engine) -> None:
    assert values(shop) == pytest.approx(BY_HAND)
    assert list(values(shop)) == list(METRICS)


def test_what_is_asked_for_alone_is_what_it_is_among_all(shop: Engine) -> None:
    for name in ("roas", "cpl", "conversion_rate", "attributed_revenue", "social_posts", "resolution_rate"):
        assert values(shop, names=[name]) == pytest.approx({name: BY_HAND[name]})


def test_a_day_is_one_of_the_reporting_zone(shop: Engine) -> None:
    days = daily_figures(shop, MARCH, **USUAL, names=["revenue", "ad_spend", "roas", "leads", "sessions", "ctr"])
    assert days.rows() == [
        (FIRST, 50_000, 70_000, pytest.approx(5 / 7), 1, 3, 0.02),
        (SECOND, 150_000, 30_000, 5.0, 1, 0, 0.02),
        (THIRD, 10_000, 0, None, 0, 1, None),
    ]


def test_the_days_of_a_sum_add_up_to_that_of_the_period(shop: Engine) -> None:
    sums = sorted(summed_metrics(BY_DAY))
    days = daily_figures(shop, MARCH, **USUAL, names=sums)
    assert days.select(pl.col(sums).sum()).row(0, named=True) == pytest.approx({name: BY_HAND[name] for name in sums})


def test_campaigns_and_what_no_campaign_brought_are_all(shop: Engine) -> None:
    names = ["ad_spend", "attributed_conversions", "attributed_revenue", "attributed_roas", "leads", "sessions", "cpc"]
    campaigns = campaign_figures(shop, MARCH, **USUAL, names=names)
    assert campaigns.rows() == [
        ("b", "Bed", 20_000, 0.0, 0, 0.0, 0, 1, 2000.0),
        ("a", "Diwali", 80_000, 1.6, 180_000, 2.25, 1, 1, pytest.approx(80_000 / 30)),
    ]
    for name in ("ad_spend", "attributed_conversions", "attributed_revenue"):
        assert campaigns[name].sum() == pytest.approx(BY_HAND[name])
    without_campaign = {"leads": 1, "sessions": 2}
    for name, n in without_campaign.items():
        assert campaigns[name].sum() + n == BY_HAND[name]


def test_a_campaign_that_only_brought_something_has_spent_nothing(shop: Engine, tell: Tell) -> None:
    tell("campaigns", {"id": "c", "name": "Old", "name_key": "old"})
    tell("conversions", {"id": "c9", "converted_at": on(FIRST), "value_minor": 900, "ad_campaign_id": "c"})
    names = ["ad_spend", "link_clicks", "attributed_revenue", "attributed_roas"]
    old = campaign_figures(shop, MARCH, **USUAL, names=names).filter(campaign_id="c")
    assert old.rows() == [("c", "Old", 0, None, 900, None)]


def test_what_names_a_campaign_that_is_gone_is_of_none(shop: Engine, tell: Tell) -> None:
    tell("conversions", {"id": "c9", "converted_at": on(FIRST), "value_minor": 900, "ad_campaign_id": "gone"})
    assert values(shop, names=["attributed_revenue", "revenue"]) == {"attributed_revenue": 180_000, "revenue": 210_900}
    assert campaign_figures(shop, MARCH, **USUAL)["campaign_id"].to_list() == ["b", "a"]


def test_money_of_campaigns_and_their_ads_is_counted_once(shop: Engine, tell: Tell) -> None:
    tell("ad_sets", {"id": "as", "campaign_id": "a", "name": "Set", "created_at": on(FIRST)})
    tell("daily_spend", spent("a", FIRST, 48_000, level="ad_set", object_id="as", ad_set_id="as"))
    assert values(shop, names=["ad_spend"]) == {"ad_spend": 100_000}


def test_a_ratio_is_one_of_sums_and_no_mean_of_ratios(shop: Engine) -> None:
    days = daily_figures(shop, MARCH, **USUAL, names=["roas"])["roas"]
    assert values(shop, names=["roas"])["roas"] != pytest.approx(days.mean())


def test_without_spend_the_return_on_it_is_unknown_and_says_why(shop: Engine) -> None:
    quiet = Period.of("2026-02-27", "2026-02-28", ZONE)
    assert values(shop, quiet, names=["ad_spend", "revenue", "roas"]) == {
        "ad_spend": 0, "revenue": 70_000, "roas": None,
    }  # fmt: skip
    assert unknown(shop, "roas", quiet) == "No ad spend in this period, so there is nothing to divide by."
    assert unknown(shop, "claimed_leads", quiet) == "Leads claimed: the ad platform has told none in this period."
    assert unknown(shop, "cpl", quiet) == unknown(shop, "claimed_leads", quiet)


def test_an_amount_without_a_rate_makes_its_sum_unknown_and_no_smaller(shop: Engine, tell: Tell) -> None:
    tell("conversions", {"id": "usd", "converted_at": on(THIRD), "value_minor": 1234, "currency": "USD"})
    reason = (
        "A part of it (USD 12.34) has no exchange rate to INR, and a sum without it would be too small; import or "
        "enter the rate of those days."
    )
    assert unknown(shop, "revenue") == unknown(shop, "roas") == reason
    assert values(shop, names=["conversions", "ad_spend", "attributed_revenue"]) == {
        "conversions": 4, "ad_spend": 100_000, "attributed_revenue": 180_000,
    }  # fmt: skip
    days = daily_figures(shop, MARCH, **USUAL, names=["revenue"])
    assert days["revenue"].to_list() == [50_000, 150_000, None]

    tell("currency_rates", {"currency": "USD", "on": THIRD, "rate": 90.0})
    assert values(shop, names=["revenue"]) == {"revenue": 210_000 + 1234 * 90}


def test_spend_without_a_rate_makes_what_is_divided_by_it_unknown(shop: Engine, tell: Tell) -> None:
    tell("daily_spend", spent("b", THIRD, 500, currency="USD", purchase_value_minor=70))
    for name, amount in {"ad_spend": "5.00", "cpc": "5.00", "roas": "5.00", "claimed_revenue": "0.70"}.items():
        assert f"(USD {amount})" in unknown(shop, name)
    campaigns = campaign_figures(shop, MARCH, **USUAL, names=["ad_spend"])
    assert campaigns["ad_spend"].to_list() == [None, 80_000]


def test_in_another_currency_every_amount_is_at_its_own_days_rate(shop: Engine, tell: Tell) -> None:
    tell(
        "currency_rates",
        {"currency": "USD", "on": FIRST, "rate": 100.0},
        {"currency": "USD", "on": SECOND, "rate": 50.0},
    )
    assert values(shop, currency="USD", names=["ad_spend", "revenue", "roas"]) == pytest.approx(
        {"ad_spend": 700 + 600, "revenue": 500 + 3000 + 200, "roas": 3700 / 1300}
    )


def test_what_is_only_known_of_several_days_is_of_the_period_and_of_no_day(shop: Engine, tell: Tell) -> None:
    tell("campaigns", {"id": "c", "name": "File", "name_key": "file"})
    tell(
        "period_spend",
        {"object_id": "c", "campaign_id": "c", "first_on": SECOND, "last_on": THIRD, "spend_minor": 8000},
    )
    assert values(shop, names=["ad_spend"]) == {"ad_spend": 108_000}
    days = daily_figures(shop, MARCH, **USUAL, names=["ad_spend", "roas", "revenue"])
    assert days["ad_spend"].to_list() == [70_000, None, None]
    assert days["roas"].to_list() == [pytest.approx(5 / 7), None, None]
    assert None not in days["revenue"]
    # A period that holds only some of the days knows nothing of it.
    assert values(shop, Period.of(FIRST, SECOND, ZONE), names=["ad_spend"]) == {"ad_spend": 100_000}


def test_days_of_which_no_spend_was_told_yet_are_unknown_and_not_zero(shop: Engine, tell: Tell) -> None:
    period = Period.of(LATER - timedelta(days=1), LATER + timedelta(days=1), ZONE)
    names = ["ad_spend", "impressions", "leads"]
    days = daily_figures(shop, period, **USUAL, names=names)
    assert days.drop("on").rows() == [(0, 0, 0), (99_999, 0, 1), (None, None, 0)]

    tell("sync_streams", {"watermark_on": LATER + timedelta(days=1)})
    days = daily_figures(shop, period, **USUAL, names=names)
    assert days["ad_spend"].to_list() == [0, 99_999, 0]


def test_a_part_of_a_day_counts_what_happened_in_it_and_the_whole_day_of_ads(shop: Engine) -> None:
    afternoon = Period.of("2026-03-01T13:00:00+05:30", "2026-03-02T00:30:00+05:30", ZONE)
    assert values(shop, afternoon, names=["conversions", "leads", "ad_spend"]) == {
        "conversions": 0, "leads": 0, "ad_spend": 100_000,
    }  # fmt: skip


def test_an_open_period_goes_from_the_first_day_to_the_last_on_which_anything_happened(shop: Engine) -> None:
    days = daily_figures(shop, Period(), **USUAL)
    assert (days["on"][0], days["on"][-1], days.height) == (date(2026, 2, 28), LATER, 11)
    assert values(shop, Period(), names=["revenue", "ad_spend"]) == {"revenue": 280_000, "ad_spend": 199_999}


def test_purchases_that_only_a_browser_claims_count_as_the_shop_has_chosen(shop: Engine, tell: Tell) -> None:
    tell("conversions", {"id": "web", "converted_at": on(FIRST), "value_minor": 5, "origin": "web"})
    assert values(shop, names=["purchases", "revenue"]) == {"purchases": 3, "revenue": 210_005}
    confirmed = values(shop, names=["purchases", "revenue"], public_revenue=PublicRevenue.confirmed_only)
    assert confirmed == {"purchases": 2, "revenue": 210_000}


def test_an_empty_store_has_zeros_and_reasons_and_no_days(any_engine: Engine) -> None:
    found = period_figures(any_engine, MARCH, **USUAL)
    assert {name for name, one in found.items() if one.value == 0} == {
        *("ad_spend", "revenue", "conversions", "purchases", "leads", "social_posts", "attributed_conversions"),
        *("attributed_revenue", "impressions", "clicks", "visitors", "sessions", "resolved_sessions"),
        "purchase_revenue",
    }
    assert all((one.value is None) == bool(one.unknown_because) for one in found.values())
    assert daily_figures(any_engine, Period(), **USUAL).height == 0
    assert daily_figures(any_engine, MARCH, **USUAL)["ad_spend"].to_list() == [0, 0, 0]
    assert campaign_figures(any_engine, MARCH, **USUAL).height == 0


def test_a_period_is_held_against_another(shop: Engine) -> None:
    found = compared_figures(shop, MARCH, MARCH.before(ZONE), **USUAL, names=["revenue", "roas", "visitors", "leads"])
    assert found["revenue"].now.value == 210_000
    assert found["revenue"].before == Figure(70_000)
    assert found["revenue"].change == pytest.approx(2.0)
    assert found["revenue"].days == (50_000, 150_000, 10_000)
    # Nothing was spent then, and no lead came: neither has a growth.
    assert (found["roas"].change, found["leads"].change) == (None, None)
    assert found["visitors"].days == ()
    alone = compared_figures(shop, MARCH, None, **USUAL, names=["revenue"])["revenue"]
    assert (alone.now.value, alone.before, alone.change) == (210_000, None, None)


def test_a_name_that_is_none_is_refused_with_what_there_is(any_engine: Engine) -> None:
    with pytest.raises(InvalidData, match="unknown value 'ROI'"):
        period_figures(any_engine, MARCH, **USUAL, names=["ROI"])
    with pytest.raises(InvalidData, match="unknown value 'visitors'"):
        daily_figures(any_engine, MARCH, **USUAL, names=["visitors"])
    with pytest.raises(InvalidData, match="unknown value 'revenue'"):
        campaign_figures(any_engine, MARCH, **USUAL, names=["revenue"])


def test_what_campaigns_brought_is_unknown_until_conversions_have_been_credited_once(
    tell: Tell, any_engine: Engine
) -> None:
    tell("conversions", {"id": "c1", "converted_at": on(FIRST), "value_minor": 50_000})
    names = ["attributed_conversions", "attributed_revenue"]
    assert {unknown(any_engine, name) for name in names} == {
        "No conversion has been credited to what brought it yet; run the notebook attribute_conversions."
    }
    days = daily_figures(any_engine, MARCH, **USUAL, names=[*names, "conversions"])
    assert days["attributed_conversions"].null_count() == days.height == 3
    assert days["conversions"].sum() == 1
    tell("attribution_credits", {"conversion_id": "c1", "touchpoint_id": None, "credit": 1.0, "value_minor": 50_000})
    assert values(any_engine)["attributed_conversions"] == 0
