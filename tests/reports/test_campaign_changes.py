"""Campaigns in two spans of time."""

from __future__ import annotations

import polars as pl

from adplanning.reports.campaign_changes import FIGURES, campaign_changes

SCHEMA = {
    "campaign_id": pl.String,
    "campaign_name": pl.String,
    "ad_spend": pl.Int64,
    "attributed_conversions": pl.Float64,
    "attributed_revenue": pl.Int64,
}
Row = tuple[str, str | None, int | None, float | None, int | None]


def told(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_sums_of_both_spans_are_kept_and_their_difference_is_that_of_the_changes() -> None:
    now, before = (
        told(("a", "A", 100, 1.0, 300), ("b", "B", 10, 0.0, 0)),
        told(("a", "A", 50, 2.0, 500), ("c", "C", 7, 1.0, 9)),
    )
    changed = campaign_changes(now, before)
    for figure in FIGURES:
        assert changed[figure].sum() == now[figure].sum()
        assert changed[f"{figure}_before"].sum() == before[figure].sum()
    assert changed["revenue_change"].sum() == 300 - 509
    assert changed["campaign_id"].to_list() == ["a", "b", "c"]


def test_a_campaign_of_one_span_had_nothing_in_the_other() -> None:
    [row] = campaign_changes(told(), told(("c", "C", 7, 1.0, 14))).iter_rows(named=True)
    assert (row["campaign_name"], row["ad_spend"], row["roas"], row["roas_before"]) == ("C", 0, None, 2.0)


def test_what_is_not_known_is_no_change_and_no_zero() -> None:
    [row] = campaign_changes(told(("a", "A", None, 1.0, None)), told(("a", "A", 5, 1.0, 5))).iter_rows(named=True)
    assert (row["ad_spend"], row["attributed_revenue"], row["revenue_change"], row["roas"]) == (None, None, None, None)
