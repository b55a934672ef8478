"""Sums and ratios of what campaigns cost and brought."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.meta_ads.figures import (
    FIGURE_ORDERS,
    NO_FIGURES,
    CampaignTotals,
    Figures,
    Unconverted,
    as_figures,
    by_figure,
    campaign_totals,
    figures_by,
    in_one_currency,
)

SCHEMA = {
    "campaign_id": pl.String,
    "on": pl.Date,
    "currency": pl.String,
    "spend_minor": pl.Int64,
    "n_impressions": pl.Int64,
    "n_clicks": pl.Int64,
    "n_link_clicks": pl.Int64,
    "n_leads": pl.Float64,
    "n_purchases": pl.Float64,
    "purchase_value_minor": pl.Int64,
    "n_results": pl.Float64,
    "result_type": pl.String,
    "n_reach": pl.Int64,
}
DAY = date(2026, 3, 1)
RATES = pl.DataFrame({"currency": ["USD"], "in_currency": ["INR"], "on": [DAY], "rate": [90.0]})


def spend(*rows: dict[str, Any]) -> pl.LazyFrame:
    plain = {
        "campaign_id": "a",
        "on": DAY,
        "currency": "INR",
        "spend_minor": 0,
        "n_impressions": 0,
        "n_clicks": 0,
    }
    frame = pl.DataFrame([plain | row for row in rows], schema=SCHEMA)
    return in_one_currency(frame.lazy(), RATES, currency="INR")


def together(*rows: dict[str, Any]) -> Figures:
    return as_figures(figures_by(spend(*rows)).row(0, named=True))


def totals(*rows: dict[str, Any]) -> CampaignTotals:
    return campaign_totals(spend(*rows), n_campaigns=1)


def test_two_days_add_up_as_worked_by_hand() -> None:
    found = together(
        {"spend_minor": 60_000, "n_impressions": 3000, "n_clicks": 12, "n_leads": 3.0, "n_link_clicks": 9},
        {"spend_minor": 20_000, "n_impressions": 1000, "n_clicks": 8, "n_leads": 1.0, "n_link_clicks": 5},
    )
    assert (found.spend_minor, found.n_impressions, found.n_clicks) == (80_000, 4000, 20)
    assert (found.n_link_clicks, found.n_leads) == (14, 4.0)
    # 20 / 4000; 80000 / 20; 80000 / 4000 × 1000; 80000 / 4: of the sums, not the mean of the days' ratios.
    assert found.click_rate == 0.005
    assert found.cost_per_click_minor == 4000
    assert found.cost_per_mille_minor == 20_000
    assert found.cost_per_lead_minor == 20_000


def test_what_nobody_told_is_unknown_not_zero() -> None:
    found = together({"spend_minor": 500}, {"spend_minor": 500})
    assert (found.n_link_clicks, found.n_leads, found.n_purchases, found.purchase_value_minor) == (None,) * 4
    assert (found.cost_per_lead_minor, found.cost_per_purchase_minor, found.claimed_roas) == (None, None, None)


def test_a_day_without_leads_takes_nothing_from_the_other_days() -> None:
    assert together({"n_leads": 3.0}, {"n_leads": None}).n_leads == 3


def test_no_leads_are_zero_where_the_platform_told_so() -> None:
    found = together({"spend_minor": 500, "n_leads": 0.0})
    assert (found.n_leads, found.cost_per_lead_minor) == (0, None)


def test_each_amount_counts_at_its_own_rate() -> None:
    found = together(
        {"spend_minor": 1000, "currency": "USD", "n_purchases": 1.0, "purchase_value_minor": 3000},
        {"spend_minor": 10_000, "n_purchases": 1.0, "purchase_value_minor": 90_000},
    )
    assert (found.spend_minor, found.purchase_value_minor) == (100_000, 360_000)
    assert found.claimed_roas == 3.6
    assert found.cost_per_purchase_minor == 50_000


def test_spend_without_a_rate_leaves_no_ratio_that_flatters() -> None:
    found = totals(
        {"spend_minor": 500, "n_clicks": 1},
        {"spend_minor": 700, "n_clicks": 1, "currency": "EUR", "n_purchases": 1.0, "purchase_value_minor": 900},
    )
    assert found.spend_minor == 500
    assert found.unconverted == (Unconverted("EUR", 1, 700),)
    assert (found.figures.spend_minor, found.figures.cost_per_click_minor) == (None, None)
    assert found.figures.purchase_value_minor is None
    assert found.figures.n_clicks == 2, "what is not money needs no rate"


def test_purchases_without_a_value_do_not_hide_the_value_of_others() -> None:
    found = together({"n_purchases": 1.0, "purchase_value_minor": 900}, {"n_purchases": 1.0, "currency": "EUR"})
    assert (found.n_purchases, found.purchase_value_minor) == (2, 900)


def test_results_of_one_type_add_up_and_leads_and_purchases_do_not() -> None:
    leads, purchases = {"n_results": 2.0, "result_type": "leads"}, {"n_results": 3.0, "result_type": "purchases"}
    idle = {"n_results": None, "result_type": None}
    assert together(leads, leads, idle).n_results == 4
    assert together(leads, leads, idle).result_type == "leads"
    assert (together(leads, purchases).n_results, together(leads, purchases).result_type) == (None, None)


def test_reach_is_known_only_where_one_row_is_the_whole_answer() -> None:
    assert totals({"n_reach": 70}).n_reach == 70
    assert totals({"n_reach": 70}, {"n_reach": 0, "on": date(2026, 3, 2)}).n_reach is None
    assert totals().n_reach is None


def test_nothing_at_all_is_no_spend_and_nothing_told() -> None:
    assert together() == NO_FIGURES
    assert totals() == CampaignTotals(NO_FIGURES, 1, 0, (), None)
    assert figures_by(spend(), ["campaign_id"]).schema == figures_by(spend({}), ["campaign_id"]).schema


def test_a_frame_without_a_figure_is_refused() -> None:
    with pytest.raises(InvalidData, match="spend: column n_leads is missing"):
        figures_by(spend().drop("n_leads"))


def or_nothing(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


reports = st.lists(
    st.fixed_dictionaries(
        {
            "campaign_id": st.sampled_from("abc"),
            "currency": st.sampled_from(["INR", "USD", "EUR"]),
            "spend_minor": st.integers(0, 10**9),
            "n_impressions": st.integers(0, 10**6),
            "n_clicks": st.integers(0, 10**6),
            "n_leads": or_nothing(st.integers(0, 1000).map(float)),
            "purchase_value_minor": or_nothing(st.integers(0, 10**9)),
        }
    ),
    max_size=12,
)


@given(rows=reports)
def test_the_campaigns_add_up_to_the_total(rows: list[dict[str, Any]]) -> None:
    whole = together(*rows)
    parts = [as_figures(row) for row in figures_by(spend(*rows), ["campaign_id"]).iter_rows(named=True)]
    for name in ("n_impressions", "n_clicks"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    if all(part.spend_minor is not None for part in parts):
        assert whole.spend_minor == sum(part.spend_minor or 0 for part in parts)
    else:
        assert whole.spend_minor is None
    known = [part.n_leads for part in parts if part.n_leads is not None]
    assert whole.n_leads == (sum(known) if known else None)


@given(rows=reports)
def test_the_known_and_the_unconverted_spend_are_all_of_it(rows: list[dict[str, Any]]) -> None:
    found = totals(*rows)
    in_rupees = {"INR": 1, "USD": 90, "EUR": 0}
    assert found.spend_minor == sum(row["spend_minor"] * in_rupees[row["currency"]] for row in rows)
    assert sum(rest.value_minor for rest in found.unconverted) == sum(
        row["spend_minor"] for row in rows if row["currency"] == "EUR"
    )


def test_a_list_can_be_sorted_by_each_figure() -> None:
    found = Figures(800, 400, 20, 10, 4, 2, 1600, 5, "leads")
    assert {name: value(found) for name, value in FIGURE_ORDERS.items()} == {
        "spend": 800, "impressions": 400, "clicks": 20, "link_clicks": 10, "leads": 4, "conversions": 2,
        "conversion_value": 1600, "results": 5, "ctr": 0.05, "cpc": 40, "cpm": 2000, "cpl": 200, "cpa": 400,
        "cost_per_result": 160, "roas": 2,
    }  # fmt: skip


def test_equal_figures_keep_their_order_and_unknown_ones_come_last() -> None:
    spent = {"a": 2, "b": None, "c": 2}
    figures = {id_: Figures(minor, 0, 0, *[None] * 5) for id_, minor in spent.items()}
    assert by_figure("abcd", figures, "spend", descending=True) == ["a", "c", "d", "b"]
    assert by_figure("abcd", figures, "spend", descending=False) == ["d", "a", "c", "b"]
