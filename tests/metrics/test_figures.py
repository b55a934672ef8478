"""What holds of sums and ratios, whatever happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.metrics.definitions import METRICS
from adplanning.metrics.figures import (
    SUMS,
    MetricFacts,
    amounts_without_rate,
    campaign_sums,
    daily_sums,
    metric_columns,
    period_sums,
    sources_of,
)

ZONE = ZoneInfo("America/New_York")
USUAL: dict[str, Any] = {"currency": "INR", "zone": ZONE}
# The night in which the clocks of New York are put back lies in between: a day of 25 hours.
START = datetime(2026, 10, 30, 4, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 30), date(2026, 11, 4)
RATES = pl.DataFrame(schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64})
CAMPAIGNS = pl.DataFrame({"campaign_id": ["a", "b"], "campaign_name": ["A", "B"]})

instants = st.integers(0, 5 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
ids = st.sampled_from(["a", "b", None])
amounts = st.none() | st.integers(0, 10**9)
conversions = st.lists(st.tuples(st.sampled_from(["purchase", "add_to_cart"]), st.just("INR"), amounts, instants))
results = st.lists(
    st.tuples(st.sampled_from(["a", "b", "gone"]), st.just("c"), instants, st.floats(0, 1), amounts, st.just("INR"))
)
touchpoints = st.lists(st.tuples(instants, st.booleans(), ids))
leads = st.lists(st.tuples(instants, ids))


def frame(rows: list[tuple[Any, ...]], **schema: Any) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def facts_of(
    sold: list[tuple[Any, ...]],
    brought: list[tuple[Any, ...]],
    touched: list[tuple[Any, ...]],
    left: list[tuple[Any, ...]],
) -> MetricFacts:
    at, text, minor = pl.Datetime("us", "UTC"), pl.String, pl.Int64
    return MetricFacts(
        sources={
            "conversions": frame(sold, conversion_type=text, currency=text, value_minor=minor, converted_at=at),
            "results": frame(
                brought, campaign_id=text, conversion_id=text, converted_at=at, share=pl.Float64, value_minor=minor,
                currency=text,
            ),
            "touchpoints": frame(touched, session_started_at=at, is_resolved=pl.Boolean, ad_campaign_id=text),
            "leads": frame(left, submitted_at=at, ad_campaign_id=text),
        },
        campaigns=CAMPAIGNS,
        rates=RATES,
        spend_until_on=None,
    )  # fmt: skip


@settings(max_examples=30)
@given(conversions, results, touchpoints, leads)
def test_days_and_campaigns_add_up_to_the_period(
    sold: list[tuple[Any, ...]],
    brought: list[tuple[Any, ...]],
    touched: list[tuple[Any, ...]],
    left: list[tuple[Any, ...]],
) -> None:
    facts = facts_of(sold, brought, touched, left)
    whole = period_sums(facts, **USUAL).row(0, named=True)
    days = daily_sums(facts, FIRST, LAST, **USUAL)
    assert days["on"].to_list() == [FIRST + timedelta(days=n) for n in range(6)]
    assert days.drop("on").sum().row(0, named=True) == pytest.approx(whole)
    campaigns = campaign_sums(facts, **USUAL)
    assert campaigns["attributed_revenue"].sum() == whole["attributed_revenue"]
    assert campaigns["attributed_conversions"].sum() == pytest.approx(whole["attributed_conversions"])
    assert campaigns["leads"].sum() + sum(id_ is None for _, id_ in left) == whole["leads"]
    assert campaigns["sessions"].sum() + sum(id_ is None for *_, id_ in touched) == whole["sessions"]


def test_a_cost_of_a_thousand_is_a_thousand_times_that_of_one() -> None:
    sums = pl.DataFrame({"ad_spend": [500, 500, None], "impressions": [2000, 0, 10]})
    assert sums.select(metric_columns(["cpm"]))["cpm"].to_list() == [250.0, None, None]


def test_only_what_is_needed_is_read() -> None:
    assert sources_of(["social_posts"]) == ["posts"]
    assert sources_of(["attributed_roas"]) == ["spend", "results"]
    assert sources_of(METRICS) == list(SUMS)


def test_amounts_without_a_rate_are_told_by_currency() -> None:
    usd = [("purchase", code, 100, START) for code in ("USD", "EUR", "USD", "INR")]
    facts = facts_of([*usd, ("purchase", "USD", None, START)], [], [], [])
    assert amounts_without_rate("revenue", facts, **USUAL) == {"EUR": 100, "USD": 200}
    assert amounts_without_rate("conversions", facts, **USUAL) == {}
    assert amounts_without_rate("attributed_revenue", facts, **USUAL) == {}
