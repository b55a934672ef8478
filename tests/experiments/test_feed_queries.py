"""What the store knows of an experiment's variants."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.core.vocabulary import ConversionType, ExperimentSource, PublicRevenue
from adplanning.experiments.feed_queries import FeedFacts, feed_facts
from tests.experiments.shop import INDIA, campaigns, conversion, experiment, fill, hours, spend, touchpoint, view


def found(engine: Engine, source: ExperimentSource, *source_ids: str, **options: Any) -> FeedFacts:
    usual = {
        "website_id": None, "outcome": ConversionType.purchase, "with_revenue": False, "zone": INDIA,
        "period": Period(hours(0), hours(48)), "public_revenue": PublicRevenue.counted,
    }  # fmt: skip
    return feed_facts(engine, "exp_1", source=source, source_ids=source_ids, **usual | options)


def test_pages_are_looked_for_by_the_longest_part_of_their_pattern_and_no_letter_is_a_wildcard(
    any_engine: Engine,
) -> None:
    pages = {"j1": "/sale_50%/a", "j2": "https://shop.example/sale_50%/b?x=1", "j3": "/saleX50Y/a", "j4": "/"}
    fill(any_engine, {"journey_events": [view(id_, "v1", 1, page) for id_, page in pages.items()]})
    seen = found(any_engine, ExperimentSource.landing_pages, "/sale_50%/*").exposures
    assert set(seen["page_url"]) == {pages["j1"], pages["j2"]}
    assert set(found(any_engine, ExperimentSource.landing_pages, "/").exposures["page_url"]) == set(pages.values())


def test_what_was_seen_counts_while_it_ran_and_what_was_done_four_weeks_before_as_well(any_engine: Engine) -> None:
    fill(
        any_engine,
        {
            "journey_events": [view(f"j{at}", "v1", at, "/spring") for at in (-1, 0, 47, 48)],
            "conversions": [
                conversion("too_old", "v1", -24 * 28 - 1), conversion("before", "v1", -24 * 28),
                conversion("within", "v1", 47), conversion("after", "v1", 48),
                conversion("cart", "v1", 3, conversion_type="add_to_cart"),
                conversion("bot", "v1", 3, is_bot=True),
            ],
        },
    )  # fmt: skip
    experiment(any_engine, "landing_pages", "leads", {"a": ["/spring"], "b": ["/x"]}, changes=[(0, "started")])
    facts = found(any_engine, ExperimentSource.landing_pages, "/spring")
    assert sorted(facts.exposures["at"]) == [hours(0), hours(47)]
    assert sorted(facts.outcomes["at"]) == [hours(-24 * 28), hours(47)]
    assert facts.first_outcome_at["at"].item() == hours(-24 * 28 - 1)
    assert facts.changes.rows() == [(hours(0), "started")]
    assert (facts.spend.width, facts.objects.width, facts.revenue.width) == (0, 0, 0)


def test_of_campaigns_their_spend_account_and_revenue_are_read_a_day_further_on_both_sides(any_engine: Engine) -> None:
    stream = {"scope": "7", "status": "ok", "n_read": 1, "n_stored": 1, "n_quarantined": 0, "started_at": hours(1)}
    fill(
        any_engine,
        {
            **campaigns("camp_a", "camp_b"),
            "touchpoints": [touchpoint("t1", "v1", 1, "camp_a"), touchpoint("t2", "v1", 1, None)],
            "daily_spend": [spend("camp_a", day, 100, 10, 1) for day in (1, 2, 4)] + [spend("camp_b", 2, 1, 1, 1)],
            "conversions": [conversion("c1", "v1", -3, ad_campaign_id="camp_a")],
            "sync_streams": [
                stream | {"stream": "campaign_insights", "watermark_on": date(2026, 11, 3), "succeeded_at": hours(40)},
                stream | {"stream": "ad_insights", "watermark_on": date(2026, 11, 2), "succeeded_at": hours(50)},
                stream | {"stream": "leads", "watermark_on": date(2026, 10, 1), "succeeded_at": hours(-99)},
            ],
        },
    )
    facts = found(any_engine, ExperimentSource.campaigns, "camp_a", "camp_gone", with_revenue=True)
    assert facts.exposures.rows() == [("v1", hours(1), "camp_a")]
    assert sorted(facts.spend["on"]) == [date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 4)]
    assert facts.objects.rows() == [("camp_a", "act_7", "Asia/Kolkata")]
    assert facts.synced.rows() == [("7", date(2026, 11, 2), hours(40))]
    assert facts.revenue.select("campaign_id", "value_minor").rows() == [("camp_a", 900_00)]
