from __future__ import annotations

import polars as pl
import pytest

from adplanning.demo.shop import Shop


def test_within_a_session_carts_come_before_checkouts_and_those_before_orders(half_year: Shop) -> None:
    steps = half_year.conversions.pivot(
        "conversion_type", index="session_id", values="converted_at", aggregate_function="first"
    )
    bought = steps.drop_nulls("purchase")
    assert bought["add_to_cart"].null_count() == bought["begin_checkout"].null_count() == 0
    assert (bought["add_to_cart"] <= bought["begin_checkout"]).all()
    assert (bought["begin_checkout"] <= bought["purchase"]).all()


def test_an_ad_is_clicked_before_the_first_page_is_seen(half_year: Shop) -> None:
    steps = half_year.journey_events.filter(~pl.col("is_bot")).drop_nulls("session_id")
    first = steps.group_by("session_id", "event_type").agg(pl.col("occurred_at").min())
    by_session = first.pivot("event_type", index="session_id", values="occurred_at").drop_nulls("ad_click")
    assert by_session["page_view"].null_count() == 0
    assert (by_session["ad_click"] <= by_session["page_view"]).all()


def test_every_conversion_has_a_page_view_in_its_session_before_it(half_year: Shop) -> None:
    pages = half_year.journey_events.filter(pl.col("event_type") == "page_view")
    first = pages.group_by("session_id", "visitor_id").agg(pl.col("occurred_at").min())
    seen = half_year.conversions.join(first, on=["session_id", "visitor_id"], how="left")
    assert (seen["occurred_at"] <= seen["converted_at"]).all()
    assert seen["occurred_at"].null_count() == 0


def test_a_session_is_one_visitors(half_year: Shop) -> None:
    both = pl.concat(
        frame.select("session_id", "visitor_id").drop_nulls()
        for frame in (half_year.journey_events, half_year.conversions)
    )
    assert both.unique()["session_id"].is_unique().all()


def test_a_person_is_named_from_the_sign_in_on_that_browser_on_and_not_before(half_year: Shop) -> None:
    steps = half_year.journey_events.drop_nulls("visitor_id").join(
        half_year.visitors, left_on="visitor_id", right_on="id", suffix="_of_visitor"
    )
    known = pl.col("linked_at").is_not_null() & (pl.col("occurred_at") >= pl.col("linked_at"))
    assert steps.filter(known)["person_id"].eq_missing(steps.filter(known)["person_id_of_visitor"]).all()
    assert steps.filter(~known)["person_id"].null_count() == steps.filter(~known).height


def test_every_order_is_its_buyers_and_confirmed(half_year: Shop) -> None:
    purchases = half_year.conversions.filter(pl.col("conversion_type") == "purchase")
    assert purchases["person_id"].null_count() == purchases["confirmed_at"].null_count() == 0
    assert purchases["order_id"].is_unique().all()
    steps = half_year.journey_events.filter(pl.col("event_type") == "purchase")
    assert set(steps["source_id"]) == set(purchases["order_id"])
    assert half_year.conversions.filter(pl.col("conversion_type") != "purchase")["order_id"].null_count() == (
        half_year.conversions.height - purchases.height
    )


@pytest.mark.parametrize(
    ("less", "more"),
    [("purchase", "begin_checkout"), ("begin_checkout", "add_to_cart"), ("add_to_cart", "scroll_depth")],
)
def test_the_funnel_narrows(half_year: Shop, less: str, more: str) -> None:
    n = dict(half_year.conversions["conversion_type"].value_counts().iter_rows())
    assert n[less] < n[more]
