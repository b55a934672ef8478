"""What the rows of one object and day come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.imports.conftest import Take

Rows = Callable[..., list[Any]]
TOLD = ("n_results", "n_leads", "n_purchases", "purchase_value_minor")


def test_persons_reached_are_kept_of_a_whole_and_never_added_up(take: Take, rows: Rows) -> None:
    header = "date,campaign,ad,spend,reach,age"
    take("spend", header, "2026-01-01,c,a,1,7,", "2026-01-01,c,b,1,7,", "2026-01-01,c,b,1,8,")
    assert sorted(rows("daily_spend", "n_reach"), key=str) == [(7,), (None,)]


def test_of_a_file_by_age_nobody_knows_how_many_persons_there_were(take: Take, rows: Rows) -> None:
    take("spend", "date,campaign,spend,reach,age", "2026-01-01,c,1,7,18-24")
    assert rows("daily_spend", "n_reach") == [(None,)]


def test_the_same_purchases_under_two_names_are_counted_once(take: Take, rows: Rows) -> None:
    header = "date,campaign,spend,Results,Result type,Purchases,Website purchases,Purchases conversion value,Leads"
    take("spend", header, "2026-01-01,c,1,3,Website purchases,3,3,150.5,2")
    assert rows("daily_spend", *TOLD) == [(3, 2, 3, 15050)]


@pytest.mark.parametrize(
    ("kind", "leads", "purchases"),
    [
        ("Leads", 4, None),
        ("Website leads", 4, None),
        ("On-Facebook leads", 4, None),
        ("actions:onsite_conversion.lead_grouped", 4, None),
        ("actions:leadgen.other", 4, None),
        ("Website purchases", None, 4),
        ("actions:offsite_conversion.fb_pixel_purchase", None, 4),
        ("actions:omni_purchase", None, 4),
        ("Qualified leads", None, None),
        ("Website purchases conversion value", None, None),
        ("actions:link_click", None, None),
        ("Misleading clicks", None, None),
    ],
)
def test_results_are_leads_or_purchases_where_their_type_says_so(
    take: Take, rows: Rows, kind: str, leads: float | None, purchases: float | None
) -> None:
    take("spend", "date,campaign,spend,results,result_indicator", f"2026-01-01,c,1,4,{kind}")
    assert rows("daily_spend", *TOLD) == [(4, leads, purchases, None)]


def test_a_column_of_leads_outranks_the_results(take: Take, rows: Rows) -> None:
    take(
        "spend", "date,campaign,spend,results,result_type,leads", "2026-01-01,c,1,4,Leads,", "2026-01-02,c,1,4,Leads,5"
    )
    assert rows("daily_spend", "on", "n_leads")[0][1] is None
    assert rows("daily_spend", "on", "n_leads")[1][1] == 5


def test_an_attribution_setting_is_kept_where_all_rows_have_the_same(take: Take, rows: Rows) -> None:
    header = "date,campaign,spend,attribution_setting"
    take(
        "spend",
        header,
        "2026-01-01,c,1,7-day click",
        "2026-01-01,c,1,7-day click",
        "2026-01-01,d,1,x",
        "2026-01-01,d,1,y",
    )
    assert sorted(rows("daily_spend", "attribution_setting"), key=str) == [("7-day click",), (None,)]


def test_a_column_that_a_file_lacks_leaves_what_is_known(take: Take, rows: Rows) -> None:
    take(
        "spend", "date,campaign,spend,leads,results,result_type", "2026-01-01,c,1,5,5,Leads", "2026-01-02,c,1,6,6,Leads"
    )
    take("spend", "date,campaign,spend", "2026-01-01,c,2")
    assert rows("daily_spend", "on", "spend_minor", "n_leads", "result_type")[0][1:] == (200, 5, "Leads")
    take("spend", "date,campaign,spend,leads", "2026-01-01,c,2,", "2026-01-02,c,1,7")
    assert [leads for _, leads in rows("daily_spend", "on", "n_leads")] == [None, 7]
