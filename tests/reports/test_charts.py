"""Pictures of a weekly report."""

from __future__ import annotations

from datetime import date

import polars as pl

from adplanning.reports.charts import MOST_CAMPAIGNS, changes_chart, course_chart


def test_a_day_that_is_not_known_is_a_gap_and_no_zero() -> None:
    days = pl.DataFrame(
        {"on": [date(2026, 11, 2), date(2026, 11, 3)], "revenue": [900.0, 0.0], "ad_spend": [300.0, None]}
    )
    spec = course_chart(days, first_on=date(2026, 11, 3), currency="INR").to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows if "figure" in row]
    assert {(row["on"][:10], row["figure"]): row["amount"] for row in rows} == {
        ("2026-11-02", "Revenue"): 900.0,
        ("2026-11-03", "Revenue"): 0.0,
        ("2026-11-02", "Ad spend"): 300.0,
        ("2026-11-03", "Ad spend"): None,
    }


def test_of_many_campaigns_the_first_are_drawn() -> None:
    names = [f"Campaign {n}" for n in range(MOST_CAMPAIGNS + 5)]
    rows = pl.DataFrame({"campaign_name": names}).with_columns(attributed_revenue=1.0, attributed_revenue_before=2.0)
    spec = changes_chart(rows, currency="USD").to_dict()
    assert spec["encoding"]["y"]["sort"] == names[:MOST_CAMPAIGNS]
