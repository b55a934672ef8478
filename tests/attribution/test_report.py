from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution.credit import credited_paths
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.report import BREAKDOWNS, AttributionReport, attribution_report
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANT = pl.Datetime("us", "UTC")
TOUCH = {
    "touchpoint_id": pl.String,
    "path_key": pl.String,
    "touched_at": INSTANT,
    "utm_source": pl.String,
    "utm_medium": pl.String,
    "channel": pl.String,
    "ad_campaign_id": pl.String,
    "ad_set_id": pl.String,
    "ad_id": pl.String,
}
SALE = {
    "conversion_id": pl.String,
    "path_key": pl.String,
    "converted_at": INSTANT,
    "currency": pl.String,
    "value_minor": pl.Int64,
    "reported_minor": pl.Int64,
    "on": pl.Date,
    "is_new": pl.Boolean,
}
SPEND = {
    "level": pl.String,
    "object_id": pl.String,
    "campaign_id": pl.String,
    "ad_set_id": pl.String,
    "on": pl.Date,
    "currency": pl.String,
    "spend_minor": pl.Int64,
    "reported_minor": pl.Int64,
    "n_results": pl.Float64,
}


def touch(n: int, key: str, days: float, **known: Any) -> dict[str, Any]:
    return {"touchpoint_id": f"t{n:02}", "path_key": key, "touched_at": NOON - days * DAY, "channel": "social"} | known


def sale(n: int, key: str, days: float, minor: int | None, *, is_new: bool = True) -> dict[str, Any]:
    at = NOON - days * DAY
    return {"conversion_id": f"c{n}", "path_key": key, "converted_at": at, "on": at.date(), "currency": "INR",
            "value_minor": minor, "reported_minor": minor, "is_new": is_new}  # fmt: skip


def told(
    touches: list[dict[str, Any]],
    sales: list[dict[str, Any]],
    spend: list[dict[str, Any]] | None = None,
    names: dict[str, str] | None = None,
    *,
    by: str = "campaign",
    models: tuple[str, ...] = ("linear",),
) -> AttributionReport:
    sold = pl.LazyFrame(sales, schema=SALE)
    return attribution_report(
        credited_paths(sold, pl.LazyFrame(touches, schema=TOUCH), models, value="reported_minor"),
        sold,
        pl.LazyFrame(spend or [], schema=SPEND).with_columns(day=pl.col("on").cast(pl.String)),
        pl.DataFrame(list((names or {}).items()), schema={"key": pl.String, "name": pl.String}, orient="row"),
        models=models,
        by=by,
        period=Period(),
        currency="INR",
        options=CreditOptions(),
    )


def test_rows_are_those_of_most_value_first_and_days_in_their_order() -> None:
    touches = [touch(0, "p", 3, ad_campaign_id="a"), touch(1, "q", 2, ad_campaign_id="b")]
    sales = [sale(0, "p", 1, 100), sale(1, "q", 0, 900)]
    assert told(touches, sales).rows["key"].to_list() == ["b", "a"]
    assert told(touches, sales, by="day").rows["key"].to_list() == ["2026-03-30", "2026-03-31"]


def test_a_campaign_that_is_gone_is_called_by_its_id() -> None:
    found = told([touch(0, "p", 1, ad_campaign_id="gone")], [sale(0, "p", 0, 1)], names={"kept": "Kept"})
    assert found.rows["name"].to_list() == ["gone"]


def test_sources_are_one_whatever_their_case_and_those_without_are_named_so() -> None:
    touches = [touch(0, "p", 3, utm_source="FB"), touch(1, "p", 2, utm_source=" fb"), touch(2, "p", 1)]
    found = told(touches, [sale(0, "p", 0, 90)], by="source")
    assert dict(found.rows.select("key", "credited_value_minor").iter_rows()) == {"fb": 60, "(none)": 30}


def test_a_conversion_without_value_counts_and_earns_nothing() -> None:
    found = told([touch(0, "p", 1, ad_campaign_id="a")], [sale(0, "p", 0, None), sale(1, "r", 0, None)])
    assert found.rows.select("credited_conversions", "credited_value_minor").rows() == [(1.0, 0)]
    assert (found.n_conversions, found.n_unattributed, found.value_minor, found.unconverted) == (2, 1, 0, ())


def test_amounts_are_shown_in_major_units_and_ratios_without_denominator_are_null() -> None:
    spent = {"level": "campaign", "object_id": "a", "campaign_id": "a", "on": date(2026, 3, 1), "currency": "INR",
             "spend_minor": 1050, "reported_minor": 1050, "n_results": 7.0}  # fmt: skip
    found = told([], [sale(0, "p", 0, 250)], [spent]).to_json()
    assert found["models"][0]["rows"] == [
        {
            "key": "a",
            "name": "a",
            "credited_conversions": 0.0,
            "credited_value": 0.0,
            "spend": 10.5,
            "cost_per_conversion": None,
            "roas": 0.0,
            "share": 0.0,
            "new_conversions": 0.0,
            "claimed_conversions": 7.0,
        }
    ]
    assert found["models"][0]["unattributed"] == {"conversions": 1, "value": 2.5}


def test_what_a_platform_claims_stands_beside_ours_and_is_added_to_nothing() -> None:
    spent = {"level": "campaign", "object_id": "a", "campaign_id": "a", "on": date(2026, 3, 1), "currency": "INR",
             "spend_minor": 1050, "reported_minor": 1050}  # fmt: skip
    touches, sales = [touch(0, "p", 1, ad_campaign_id="a")], [sale(0, "p", 0, 100)]
    modest, boastful = (told(touches, sales, [spent | {"n_results": n}]) for n in (1.0, 99.0))
    assert boastful.rows["claimed_conversions"].to_list() == [99.0]
    assert modest.rows.drop("claimed_conversions").equals(boastful.rows.drop("claimed_conversions"))


def test_roas_is_unknown_while_part_of_the_credited_value_has_no_rate() -> None:
    spent = {"level": "campaign", "on": date(2026, 3, 1), "currency": "INR", "spend_minor": 50, "reported_minor": 50}
    spend = [spent | {"object_id": key, "campaign_id": key} for key in "ab"]
    touches = [touch(0, "p", 2, ad_campaign_id="a"), touch(1, "q", 2, ad_campaign_id="b")]
    sales = [
        sale(0, "p", 1, 100),
        sale(1, "p", 1, 700) | {"currency": "USD", "reported_minor": None},
        sale(2, "q", 1, 80),
    ]
    found = told(touches, sales, spend)
    assert dict(found.rows.select("key", "roas").iter_rows()) == {"a": None, "b": 1.6}
    assert found.campaign_roas("linear") is None
    assert told(touches, sales[2:], spend).campaign_roas("linear") == 0.8
    with pytest.raises(InvalidData, match="by: must be campaign, not source"):
        told(touches, sales, by="source").campaign_roas("linear")


def test_credit_for_new_buyers_is_told_apart() -> None:
    touches = [touch(0, "p", 3, ad_campaign_id="a"), touch(1, "p", 2, ad_campaign_id="b")]
    found = told(touches, [sale(0, "p", 1, 100), sale(1, "p", 0, 100, is_new=False)])
    assert found.rows.select("credited_conversions", "new_conversions").rows() == [(1.0, 0.5), (1.0, 0.5)]


sources = st.sampled_from([None, "google", "Facebook", "mail"])
mediums = st.sampled_from([None, "cpc", "email"])
ids = st.sampled_from([None, "a", "b"])
touches_drawn = st.lists(st.tuples(st.sampled_from("pq"), st.integers(0, 40), sources, mediums, ids), max_size=15)
sales_drawn = st.lists(
    st.tuples(st.sampled_from("pqr"), st.integers(0, 20), st.none() | st.integers(-(10**6), 10**9)), max_size=6
)


@pytest.mark.parametrize("by", BREAKDOWNS)
@settings(max_examples=30, deadline=None)
@given(touches=touches_drawn, sales=sales_drawn)
def test_credited_and_unattributed_add_up_to_all_conversions_and_to_their_value_exactly(
    by: str, touches: list[tuple[Any, ...]], sales: list[tuple[Any, ...]]
) -> None:
    found = told(
        [
            touch(n, key, days, utm_source=source, utm_medium=medium, ad_campaign_id=ad, ad_set_id=ad, ad_id=ad)
            for n, (key, days, source, medium, ad) in enumerate(touches)
        ],
        [sale(n, key, days, minor) for n, (key, days, minor) in enumerate(sales)],
        by=by,
        models=tuple(CREDIT_MODELS),
    )
    assert (found.n_conversions, found.value_minor) == (len(sales), sum(minor or 0 for _, _, minor in sales))
    without = [
        (key, days, minor)
        for key, days, minor in sales
        if not any(key == its and days <= before <= days + 30 for its, before, *_ in touches)
    ]
    assert (found.n_unattributed, found.unattributed_minor) == (len(without), sum(minor or 0 for *_, minor in without))
    for model in CREDIT_MODELS:
        mine = found.rows.filter(pl.col("model") == model)
        assert mine["credited_conversions"].sum() == pytest.approx(len(sales) - len(without), abs=1e-7)
        assert mine["credited_value_minor"].sum() == found.value_minor - found.unattributed_minor
