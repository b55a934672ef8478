"""Experiments that take their subjects from the store."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from sqlalchemy import Engine, update

from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.vocabulary import PublicRevenue
from adplanning.experiments.feeding_service import due_experiments, keep_count
from adplanning.store import facts
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.experiments import Experiment
from tests.experiments.shop import (
    campaigns,
    conversion,
    count,
    experiment,
    fill,
    hours,
    person_of,
    spend,
    sums,
    touchpoint,
    view,
)

TWO = {"control": ["camp_a"], "treatment": ["camp_b", "camp_c"]}
PAGES = {"control": ["/spring"], "treatment": ["/summer/*"]}


def test_a_customer_is_of_the_variant_whose_campaign_touched_them_over_all_devices(any_engine: Engine) -> None:
    fill(
        any_engine,
        {
            **campaigns("camp_a", "camp_b", "camp_c", "camp_d"),
            "persons": [{"id": "asha", "created_at": hours(-200), "updated_at": hours(-200)}],
            "visitors": [person_of("phone", "asha"), person_of("laptop", "asha")],
            "touchpoints": [
                touchpoint("t1", "phone", 1, "camp_a"),
                touchpoint("t2", "v_bought_before", 5, "camp_b"),
                touchpoint("t3", "v_bot", 1, "camp_b", is_bot=True),
                touchpoint("t4", "v_own", 1, "camp_b", is_internal=True),
                touchpoint("t5", "v_other", 1, "camp_d"),
                touchpoint("t6", "v_both", 1, "camp_a"),
                touchpoint("t7", "v_both", 2, "camp_c"),
                touchpoint("t8", "v_earlier", -3, "camp_c"),
                touchpoint("t9", "v_c", 30, "camp_c"),
            ],
            "conversions": [
                conversion("c1", "laptop", 3, person_id="asha"),
                conversion("c2", "laptop", 4, person_id="asha"),
                conversion("c3", "v_bought_before", 4),
                conversion("c4", "v_both", 4),
                conversion("c5", "v_c", 31, conversion_type="add_to_cart"),
            ],
        },
    )
    experiment(any_engine, "campaigns", "conversion_rate", TWO)
    counted = count(any_engine)
    found = sums(counted, "n_subjects", "n_converted", "value_sum", "value_squares", "n_with_pre", "n_with_denominator")
    assert found == {"control": (1, 1, 2.0, 4.0, 0, 0), "treatment": (2, 0, 0.0, 0.0, 0, 0)}
    assert counted.days.select("variant_id", "on").rows() == [
        ("control", date(2026, 11, 2)), ("treatment", date(2026, 11, 2)), ("treatment", date(2026, 11, 3)),
    ]  # fmt: skip
    assert (counted.n_contaminated, counted.feed["unit"]) == (1, "customer")
    assert counted.feed["words"][0].startswith("A subject is a customer, over all devices, with a touchpoint of")
    assert counted.feed["missing"] == []


def test_only_while_it_runs_is_counted_and_nothing_after_its_end(any_engine: Engine) -> None:
    fill(
        any_engine,
        {
            "journey_events": [
                view("j1", "v1", 1, "https://shop.example/spring?utm_source=meta"),
                view("j2", "v2", 12, "/spring"),
                view("j3", "v3", 21, "/spring"),
                view("j4", "v4", 41, "/summer/sale"),
                view("j5", "v5", 2, "/summer/sale"),
                view("j6", "v5", 3, "/springtime"),
                view("j7", "v6", 2, "/summer/sale", website_id="web_2"),
                view("j8", "v7", 2, "/spring", is_bot=True),
            ],
            "conversions": [
                conversion("c1", "v1", 11),
                conversion("c2", "v3", 22),
                conversion("c5", "v5", 41),
            ],
        },
    )
    changes = [(0, "started"), (10, "paused"), (20, "resumed"), (40, "completed")]
    experiment(
        any_engine, "landing_pages", "conversion_rate", PAGES, changes=changes, status="completed",
        ended_at=hours(40), website_id="web_1",
    )  # fmt: skip
    expected = {"control": (2, 1), "treatment": (1, 0)}
    assert sums(count(any_engine), "n_subjects", "n_converted") == expected
    assert sums(count(any_engine, as_of=9), "n_subjects") == {"control": (1,), "treatment": (1,)}


def test_revenue_is_what_is_left_after_refunds_and_what_has_no_rate_is_told_apart(any_engine: Engine) -> None:
    rate = {"currency": "USD", "in_currency": "INR", "on": date(2026, 11, 2), "rate": 90.0}
    fill(
        any_engine,
        {
            "currency_rates": [rate],
            "journey_events": [view("j1", "v1", 1, "/spring"), view("j2", "v2", 1, "/summer/a")],
            "conversions": [
                conversion("c1", "v1", 2, value_minor=100_00, refunded_minor=25_00),
                conversion("c2", "v1", 3, value_minor=2_00, currency="USD"),
                conversion("c3", "v2", 3, value_minor=7_77, currency="EUR"),
                conversion("c4", "v2", 3, value_minor=50_00, cancelled_at=hours(4)),
                conversion("c5", "v2", 3, value_minor=60_00, origin="web"),
                conversion("c6", "v1", -24 * 3, value_minor=40_00),
                conversion("c7", "v9", -24 * 40),
            ],
        },
    )
    experiment(any_engine, "landing_pages", "revenue", PAGES)
    counted = count(any_engine, public_revenue=PublicRevenue.confirmed_only)
    found = sums(counted, "value_sum", "value_squares", "n_converted", "n_with_pre", "pre_sum", "value_pre")
    assert found == {"control": (280.0, 280.0**2, 1, 1, 40.0, 280.0 * 40), "treatment": (0.0, 0.0, 1, 1, 0.0, 0.0)}
    assert counted.feed["without_rate"] == [{"currency": "EUR", "count": 1, "value": 7.77}]
    assert counted.feed["warnings"] == [
        {"code": "without_rate", "words": "Left out for want of a rate into INR: 7.77 EUR (1)."}
    ]


def test_leads_are_counted_for_leads_alone(any_engine: Engine) -> None:
    fill(
        any_engine,
        {
            "journey_events": [view("j1", "v1", 1, "/spring"), view("j2", "v2", 1, "/summer/a")],
            "conversions": [
                conversion("c1", "v1", 2, conversion_type="lead_form_submission", value_minor=None),
                conversion("c2", "v2", 2),
            ],
        },
    )
    experiment(any_engine, "landing_pages", "leads", PAGES)
    assert sums(count(any_engine), "n_converted", "value_sum") == {"control": (1, 1.0), "treatment": (0, 0.0)}


def test_of_clicks_and_costs_a_whole_day_of_the_account_is_one_subject(any_engine: Engine) -> None:
    fill(
        any_engine,
        {
            **campaigns("camp_a", "camp_b", "camp_c"),
            "daily_spend": [
                spend("camp_a", 1, 1, 1, 1),
                spend("camp_a", 2, 500_00, 1000, 10),
                spend("camp_a", 3, 600_00, 1000, 20),
                spend("camp_b", 2, 100_00, 400, 8),
                spend("camp_c", 2, 200_00, 600, 12),
                spend("ad_1", 2, 90_00, 500, 9, level="ad", campaign_id="camp_a"),
                spend("camp_b", 3, 3_00, 500, 1, currency="USD"),
                spend("camp_b", 11, 1, 1, 1),
                spend("camp_a", 12, 1, 1, 1),
            ],
        },
    )
    experiment(any_engine, "campaigns", "cpc", TWO)
    counted = count(any_engine, as_of=24 * 10 - 1)
    found = sums(counted, "n_subjects", "value_sum", "denominator_sum", "value_denominator", "n_converted")
    assert found == {
        "control": (2, 1100.0, 30.0, 500.0 * 10 + 600 * 20, 0),
        "treatment": (1, 300.0, 20.0, 300.0 * 20, 0),
    }
    assert counted.feed["unit"] == "day"
    assert counted.feed["without_rate"] == [{"currency": "USD", "count": 1, "value": 3.0}]
    experiment(any_engine, "campaigns", "ctr", TWO, id="exp_2")
    clicks = sums(count(any_engine, as_of=24 * 10 - 1, id="exp_2"), "n_subjects", "value_sum", "denominator_sum")
    assert clicks == {"control": (2, 30.0, 2000.0), "treatment": (2, 21.0, 1500.0)}


def test_revenue_of_campaigns_is_held_against_spend_by_the_accounts_own_days(any_engine: Engine) -> None:
    late = 24 + 21.5  # 21:30 of 3 November in India, 11:00 of that day in New York
    fill(
        any_engine,
        {
            **campaigns("camp_a", "camp_b", "camp_c", timezone="America/New_York"),
            "daily_spend": [spend("camp_a", 3, 200_00, 10, 1), spend("camp_b", 3, 100_00, 10, 1)],
            "conversions": [
                conversion("c1", "v1", late, ad_campaign_id="camp_a", value_minor=500_00),
                conversion("c2", "v1", 24 + 6, ad_campaign_id="camp_a", value_minor=70_00),
            ],
        },
    )
    experiment(any_engine, "campaigns", "roas", TWO)
    assert sums(count(any_engine), "value_sum", "denominator_sum") == {
        "control": (500.0, 200.0),
        "treatment": (0.0, 100.0),
    }


def test_ad_sets_are_told_by_their_own_figures_and_their_roas_is_not_guessed(any_engine: Engine) -> None:
    sets = [{"id": id_, "campaign_id": "camp_a", "name": id_, "created_at": hours(-9)} for id_ in ("set_a", "set_b")]
    fill(any_engine, campaigns("camp_a") | {"ad_sets": sets})
    fill(
        any_engine,
        {
            "daily_spend": [
                spend("set_a", 2, 100, 400, 8, level="ad_set", campaign_id="camp_a", ad_set_id="set_a"),
                spend("set_b", 2, 100, 100, 9, level="ad_set", campaign_id="camp_a", ad_set_id="set_b"),
                spend("camp_a", 2, 200, 500, 17),
            ],
            "touchpoints": [touchpoint("t1", "v1", 1, "camp_a", ad_set_id="set_b")],
        },
    )
    sources = {"control": ["set_a"], "treatment": ["set_b"]}
    experiment(any_engine, "ad_sets", "ctr", sources)
    counted = count(any_engine)
    assert sums(counted, "value_sum", "denominator_sum") == {"control": (8.0, 400.0), "treatment": (9.0, 100.0)}
    assert counted.feed["delivery"]["is_uneven"]
    assert "Control 80% (planned 50%)" in counted.feed["delivery"]["words"][0]
    assert [warning["code"] for warning in counted.feed["warnings"]] == ["uneven_delivery"]
    experiment(any_engine, "ad_sets", "roas", sources, id="exp_2")
    unknown = count(any_engine, id="exp_2")
    assert unknown.days.is_empty()
    assert unknown.feed["warnings"][0]["code"] == "revenue_unknown"
    experiment(any_engine, "ad_sets", "conversion_rate", sources, id="exp_3")
    assert sums(count(any_engine, id="exp_3"), "n_subjects") == {"treatment": (1,)}


def test_what_was_deleted_or_met_by_nobody_is_named(any_engine: Engine) -> None:
    fill(any_engine, campaigns("camp_a", "camp_b"))
    experiment(any_engine, "campaigns", "conversion_rate", TWO)
    feed = count(any_engine).feed
    assert feed["missing"] == ["camp_c"]
    assert [warning["words"] for warning in feed["warnings"]] == [
        "Nobody has met Control alone while the experiment ran; check its sources.",
        "Nobody has met Treatment alone while the experiment ran; check its sources.",
        "Not in the store, so nothing is counted for them: camp_c.",
    ]


def test_figures_of_several_days_together_are_left_out_and_said_so(engine: Engine) -> None:
    together = spend("camp_a", 2, 100, 400, 8) | {"first_on": date(2026, 11, 2), "last_on": date(2026, 11, 4)}
    del together["on"]
    fill(engine, campaigns("camp_a", "camp_b", "camp_c") | {"period_spend": [together]})
    experiment(engine, "campaigns", "ctr", TWO)
    counted = count(engine)
    assert counted.days.is_empty()
    assert counted.feed["words"][-1].startswith("1 figures of several days together are left out")


def test_what_is_told_or_was_never_started_or_cannot_be_is_not_counted(engine: Engine) -> None:
    experiment(engine, "observations", "conversion_rate", {"control": [], "treatment": []})
    experiment(engine, "landing_pages", "cpc", PAGES, id="exp_2")
    experiment(engine, "landing_pages", "leads", PAGES, id="exp_3", started_at=None, changes=())
    with pytest.raises(InvalidData, match="observations"):
        count(engine)
    with pytest.raises(InvalidData, match="of ads, not of pages"):
        count(engine, id="exp_2")
    with pytest.raises(Conflict, match="never started"):
        count(engine, id="exp_3")


def stored(engine: Engine) -> pl.DataFrame:
    days = TABLES["experiment_days"]
    return facts.scan(engine, "experiment_days", days.c.keys()).sort("variant_id", "on").collect()


def test_a_count_takes_the_place_of_the_one_before_and_the_same_again_changes_nothing(any_engine: Engine) -> None:
    views = [view(f"j{n}", f"v{n}", n, "/spring" if n % 2 else "/summer/a") for n in range(1, 41)]
    bought = [conversion(f"c{n}", f"v{n}", n + 1) for n in range(1, 41, 3)]
    fill(any_engine, {"journey_events": views, "conversions": bought})
    experiment(any_engine, "landing_pages", "conversion_rate", PAGES)
    counted = count(any_engine)
    with writing(any_engine) as session:
        keep_count(session, "exp_1", counted, now=hours(240))
    first = stored(any_engine)
    assert first["n_subjects"].sum() == 40
    with writing(any_engine) as session:
        row = keep_count(session, "exp_1", count(any_engine), now=hours(241)).experiment
        assert (row.counted_at, row.feed) == (hours(241), counted.feed)
        assert row.results is not None
    assert stored(any_engine).equals(first)
    with writing(any_engine) as session:
        keep_count(session, "exp_1", count(any_engine, as_of=9), now=hours(241))
    assert stored(any_engine).equals(first)
    with write_transaction(any_engine) as connection:
        connection.execute(update(TABLES["journey_events"]).values(is_bot=True))
    with writing(any_engine) as session:
        keep_count(session, "exp_1", count(any_engine), now=hours(242))
    assert stored(any_engine).is_empty()


def test_an_experiment_that_was_deleted_meanwhile_keeps_nothing(engine: Engine) -> None:
    experiment(engine, "landing_pages", "leads", PAGES)
    counted = count(engine)
    with writing(engine) as session:
        session.delete(session.get_one(Experiment, "exp_1"))
    with pytest.raises(NotFound, match="exp_1"), writing(engine) as session:
        keep_count(session, "exp_1", counted, now=datetime(2026, 12, 1, tzinfo=UTC))
    with reading(engine) as session:
        assert session.get(Experiment, "exp_1") is None


def test_the_running_ones_are_due_or_the_one_that_is_asked_for(engine: Engine) -> None:
    experiment(engine, "landing_pages", "leads", PAGES, started_at=hours(5))
    experiment(engine, "observations", "leads", PAGES, id="exp_2")
    experiment(engine, "landing_pages", "leads", PAGES, id="exp_3", status="paused")
    with reading(engine) as session:
        assert [row.id for row in due_experiments(session)] == ["exp_2", "exp_1"]
        assert [row.id for row in due_experiments(session, "exp_3")] == ["exp_3"]
        with pytest.raises(NotFound, match="exp_9"):
            due_experiments(session, "exp_9")
