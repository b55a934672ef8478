"""Daily spend from a file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.imports.conftest import Take

Rows = Callable[..., list[Any]]
Reasons = Callable[[], dict[int, str]]
FIGURES = ("on", "spend_minor", "n_impressions", "n_clicks", "n_link_clicks", "n_results", "result_type")


def figures(rows: Rows) -> list[tuple[Any, ...]]:
    return [(str(on), *others) for on, *others in rows("daily_spend", *FIGURES)]


def test_a_campaigns_day_makes_its_account_and_campaign(take: Take, rows: Rows) -> None:
    summary = take("spend", "day,campaign,spend,currency,platform", "2026-01-01,Summer Sale,12.5,USD,facebook")
    assert summary.totals["spend USD"] == 12.5
    assert rows("ad_accounts", "platform", "platform_account_id", "currency") == [("meta", "imported", "USD")]
    assert rows("campaigns", "name", "name_key") == [("Summer Sale", "summer-sale")]
    assert rows("daily_spend", "level", "spend_minor", "n_impressions", "n_link_clicks") == [
        ("campaign", 1250, 0, None)
    ]


def test_rows_of_one_object_and_day_are_added_up_before_they_are_rounded_once(take: Take, rows: Rows) -> None:
    """0.004 + 0.004 is a cent's worth more than two zeros; three of them are one cent."""
    header = "date,campaign,ad,spend,impressions,link_clicks,results,result_type,age"
    take("spend", header, *(f"2026-01-01,c,a,0.004,{n},{n},,,{n}" for n in (1, 2)), "2026-01-01,c,a,0.004,3,,2,Leads,3")
    assert figures(rows) == [("2026-01-01", 1, 6, 0, 3, 2.0, "Leads")]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(spent=st.lists(st.tuples(st.integers(0, 3), st.decimals(0, 1000, places=9)), min_size=1, max_size=20))
def test_the_days_of_all_objects_add_up_as_decimals_do(
    engine: Engine, take: Take, rows: Rows, spent: list[tuple[int, Decimal]]
) -> None:
    with write_transaction(engine) as connection:
        connection.execute(delete(TABLES["daily_spend"]))
        connection.execute(delete(TABLES["imports"]))
    take("spend", "date,campaign,spend", *(f"2026-01-01,c{which},{amount:f}" for which, amount in spent))
    expected = {}
    for which in sorted({which for which, _ in spent}):
        exact = sum(amount for its, amount in spent if its == which) * 100
        expected[f"c{which}"] = int(Decimal(exact).to_integral_value(ROUND_HALF_UP))
    names = dict(rows("campaigns", "id", "name"))
    assert {names[id_]: minor for id_, minor in rows("daily_spend", "campaign_id", "spend_minor")} == expected


def test_newer_figures_replace_the_days_and_equal_ones_are_duplicates(take: Take, rows: Rows) -> None:
    take("spend", "date,campaign,spend", "2026-01-01,c,1", "2026-01-02,c,2")
    ids = rows("campaigns", "id")
    summary = take(
        "spend", "date,campaign,spend", "2026-01-01,c,1", "2026-01-02,c,1", "2026-01-02,C,1.5", "2026-01-03,c,3"
    )
    assert (summary.stored, summary.duplicates) == (3, 1)
    assert [minor for _, minor, *_ in figures(rows)] == [100, 250, 300]
    assert rows("campaigns", "id") == ids


def test_objects_are_found_again_at_every_level(take: Take, rows: Rows) -> None:
    header = "date,account,campaign,ad_set,ad,spend"
    take("spend", header, "2026-01-01,acc,c,s,a,1", "2026-01-01,acc,c,s,b,1", "2026-01-01,acc,d,s,a,1")
    before = [rows(table, "id") for table in ("ad_accounts", "campaigns", "ad_sets", "ads")]
    assert list(map(len, before)) == [1, 2, 2, 3]
    take("spend", header, "2026-01-02,acc,c,s,a,1", "2026-01-02,acc,c,s,b,1", "2026-01-02,acc,d,s,a,1")
    assert [rows(table, "id") for table in ("ad_accounts", "campaigns", "ad_sets", "ads")] == before


def test_the_platforms_id_is_the_campaign_whatever_its_name_at_the_time(take: Take, rows: Rows) -> None:
    header = "date,campaign,campaign_id,spend"
    take("spend", header, "2026-01-01,old,17,1", "2026-01-02,new,17,1", "2026-01-02,old,18,1")
    assert rows("campaigns", "platform_campaign_id", "name") == [("17", "old"), ("18", "old")]


def test_a_campaign_known_by_name_takes_the_platforms_id_when_a_file_brings_it(take: Take, rows: Rows) -> None:
    take("spend", "date,campaign,spend", "2026-01-01,c,1")
    take("spend", "date,campaign,campaign_id,spend", "2026-01-02,C,17,1")
    take("spend", "date,campaign,spend", "2026-01-03,c,1")
    assert rows("campaigns", "platform_campaign_id", "name") == [("17", "c")]
    assert len(rows("daily_spend", "on")) == 3


def test_a_row_for_the_whole_beside_its_parts_is_refused(take: Take, reasons: Reasons) -> None:
    summary = take("spend", "date,campaign,ad,spend", "2026-01-01,c,a,1", "2026-01-01,c,,1")
    assert (summary.stored, summary.rejected) == (1, 1)
    assert reasons()[3].startswith("ad: is missing, while other rows name one")


def test_one_objects_day_has_one_currency(take: Take, reasons: Reasons) -> None:
    take("spend", "date,campaign,spend,currency", "2026-01-01,c,1,USD", "2026-01-01,c,1,EUR", "2026-01-02,c,1,EUR")
    assert list(reasons()) == [3]


def test_of_several_kinds_of_results_the_most_frequent_is_kept(take: Take, rows: Rows) -> None:
    header = "date,campaign,spend,results,result_type"
    take("spend", header, "2026-01-01,c,1,2,Leads", "2026-01-01,c,1,2,Leads", "2026-01-01,c,1,3,Likes")
    assert figures(rows)[0][5:] == (4.0, "Leads")


def test_counts_are_whole(take: Take, reasons: Reasons) -> None:
    take("spend", "date,campaign,spend,clicks", "2026-01-01,c,1,1.5", "2026-01-01,c,1,-1", "2026-01-01,c,1,1.0")
    assert reasons() == {
        2: "clicks: '1.5' is not a whole number; write it as 1234",
        3: "clicks: '-1' is negative; only 0 or more is allowed",
    }
