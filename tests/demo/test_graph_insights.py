"""Insights of the invented Meta: their rows are the truth, however they are asked for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adplanning.demo.graph_delivery import Totals
from adplanning.demo.graph_objects import Level
from adplanning.demo.graph_seeding import seeded
from tests.demo.graph_calls import UNTIL, Caller, calling, days

FIELDS = "campaign_id,campaign_name,adset_id,ad_id,spend,impressions,clicks,reach,frequency,actions,action_values"
SINCE = UNTIL - timedelta(days=4)


@pytest.fixture(scope="module")
def graph() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


def insights(graph: Caller, node: str = "act_100", **asked: str) -> list[dict[str, Any]]:
    given = {"time_range": days(SINCE, UNTIL), "time_increment": "1", "fields": FIELDS, "limit": "7"}
    return graph.rows(f"/{node}/insights", **{**given, **asked})


def counted(actions: list[dict[str, str]], kind: str) -> Decimal:
    """The first that exists: the omni type, the plain one, the sum of the channels."""
    of = {action["action_type"]: Decimal(action["value"]) for action in actions}
    for name in (f"omni_{kind}", kind):
        if name in of:
            return of[name]
    return sum((n for name, n in of.items() if name.endswith((f"_{kind}", f".{kind}", f"{kind}_grouped"))), Decimal())


def added(rows: list[dict[str, Any]]) -> Totals:
    return Totals(
        sum((Decimal(row["spend"]) for row in rows), Decimal()),
        sum(int(row["impressions"]) for row in rows),
        sum(int(row["clicks"]) for row in rows),
        int(sum(counted(row.get("actions", []), "lead") for row in rows)),
        int(sum(counted(row.get("actions", []), "purchase") for row in rows)),
        sum((counted(row.get("action_values", []), "purchase") for row in rows), Decimal()),
    )


@pytest.mark.parametrize("level", ["campaign", "adset", "ad"])
def test_the_rows_of_a_level_come_to_its_truth(graph: Caller, level: Level) -> None:
    assert added(insights(graph, level=level)) == graph.data.totals("act_100", level, SINCE, UNTIL)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(
    start=st.integers(-2, 4),
    n_days=st.integers(1, 7),
    increment=st.sampled_from(["1", "2", "7", "all_days"]),
    level=st.sampled_from(["ad", "campaign"]),
)
def test_whatever_the_period_and_the_increment_the_sums_are_the_truth(
    graph: Caller, start: int, n_days: int, increment: str, level: Level
) -> None:
    since = SINCE + timedelta(days=start)
    until = since + timedelta(days=n_days - 1)
    rows = insights(graph, level=level, time_range=days(since, until), time_increment=increment)
    assert added(rows) == graph.data.totals("act_100", level, since, until)
    assert all(since.isoformat() <= row["date_start"] <= row["date_stop"] <= until.isoformat() for row in rows)


def test_campaigns_get_a_little_that_no_ad_got(graph: Caller) -> None:
    ads, campaigns = (graph.data.totals("act_100", level, SINCE, UNTIL) for level in ("ad", "campaign"))
    assert campaigns.spend > ads.spend
    assert campaigns.impressions > ads.impressions
    assert campaigns.leads == ads.leads


def test_a_row_has_its_day_its_ids_and_numbers_as_text(graph: Caller) -> None:
    row = insights(graph, level="ad", fields="campaign_name,adset_id,ad_id,spend,impressions,account_currency")[0]
    assert row["date_start"] == row["date_stop"] == SINCE.isoformat()
    assert row["account_currency"] == "INR"
    assert all(isinstance(value, str) for value in row.values())
    assert "ad_id" not in insights(graph, level="campaign")[0]


def test_there_is_no_row_where_nothing_was_delivered(graph: Caller) -> None:
    rows = insights(graph, level="ad")
    assert 0 < len(rows) < 5 * 12
    assert all(int(row["impressions"]) > 0 for row in rows)


def test_a_conversion_stands_under_several_types_in_three_ways(graph: Caller) -> None:
    told: Counter[tuple[bool, bool]] = Counter()
    for row in insights(graph, level="campaign"):
        types = {action["action_type"] for action in row["actions"]}
        told["omni_purchase" in types, "purchase" in types] += 1
    assert set(told) == {(True, True), (False, True), (False, False)}


def test_the_asked_windows_split_a_conversion(graph: Caller) -> None:
    rows = insights(graph, level="campaign", action_attribution_windows='["7d_click","1d_view"]')
    actions = [action for row in rows for action in row["actions"]]
    assert all(
        int(action["value"]) == int(action.get("7d_click", 0)) + int(action.get("1d_view", 0)) for action in actions
    )
    assert "7d_click" not in insights(graph, level="campaign")[0]["actions"][0]


def test_withdrawn_windows_are_refused(graph: Caller) -> None:
    asked = {"time_range": days(SINCE, UNTIL), "action_attribution_windows": '["7d_view"]'}
    assert graph.error("/act_100/insights", **asked) == (100, None)


def test_who_was_reached_on_two_days_counts_once_in_their_period(graph: Caller) -> None:
    of_days = Counter[str]()
    for row in insights(graph, level="campaign"):
        of_days[row["campaign_id"]] += int(row["reach"])
    for row in insights(graph, level="campaign", time_increment="all_days"):
        assert int(row["reach"]) < of_days[row["campaign_id"]]
        assert float(row["frequency"]) == pytest.approx(int(row["impressions"]) / int(row["reach"]), abs=1e-6)


def test_the_insights_of_a_campaign_are_its_own(graph: Caller) -> None:
    of_campaign = insights(graph, "1001000001", level="ad")
    asked = json.dumps([{"field": "campaign.id", "operator": "IN", "value": ["1001000001"]}])
    assert {row["campaign_id"] for row in of_campaign} == {"1001000001"}
    assert of_campaign == insights(graph, level="ad", filtering=asked)
    assert len(insights(graph, "1001000001")) == 5


def test_an_account_is_the_sum_of_its_campaigns(graph: Caller) -> None:
    (row,) = insights(graph, level="account", time_increment="all_days", fields="spend,impressions")
    assert Decimal(row["spend"]) == graph.data.totals("act_100", "campaign", SINCE, UNTIL).spend


def test_figures_are_kept_for_37_months(graph: Caller) -> None:
    assert insights(graph, time_range=days(date(2023, 10, 1), date(2023, 10, 1))) == []
    too_old = days(date(2023, 9, 30), date(2023, 9, 30))
    assert graph.error("/act_100/insights", time_range=too_old) == (3018, None)


@pytest.mark.parametrize("time_range", ["", "{}", '{"since":"2026-02-30","until":"2026-03-01"}', days(UNTIL, SINCE)])
def test_a_period_that_is_none_is_refused(graph: Caller, time_range: str) -> None:
    assert graph.error("/act_100/insights", time_range=time_range) == (100, None)


def test_yen_and_forint_have_no_parts_and_all_others_hundredths() -> None:
    accounts = [(f"act_{n}", currency, "UTC") for n, currency in enumerate(("JPY", "HUF", "BHD", "USD"), 1)]
    with calling(seeded(until=UNTIL, days=5, n_campaigns=3, accounts=accounts)) as graph:
        for account, currency, _ in accounts:
            rows = insights(graph, account, level="ad")
            assert added(rows) == graph.data.totals(account, "ad", SINCE, UNTIL)
            assert any("." in row["spend"] for row in rows) == (currency in ("BHD", "USD"))
