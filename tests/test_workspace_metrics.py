"""The numbers of a period as an analyst gets them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.metrics.definitions import BY_CAMPAIGN, BY_DAY, METRICS
from adplanning.workspace import Workspace
from tests.metrics.conftest import shop, tell

__all__ = ["shop", "tell"]

MARCH = ("2026-03-01", "2026-03-03")


@pytest.fixture
def ws(shop: Engine) -> Workspace:
    return Workspace(shop, Settings(timezone="Asia/Kolkata", _env_file=None))


def test_each_number_is_a_row_in_units_that_people_read(ws: Workspace) -> None:
    found = ws.metrics(MARCH)
    assert found["metric"].to_list() == list(METRICS)
    told = {row["metric"]: row for row in found.iter_rows(named=True)}
    revenue = told["revenue"]
    assert (revenue["value"], revenue["previous"], revenue["change"]) == (2100.0, 700.0, pytest.approx(200))
    assert (told["ctr"]["value"], told["ctr"]["unit"]) == (2.0, "percent")
    assert (told["roas"]["value"], told["roas"]["unit"], told["roas"]["formula"]) == (
        2.1, "times", "Total revenue ÷ Ad spend",
    )  # fmt: skip
    assert ws.metrics(None).filter(metric="revenue").select("value", "previous").row(0) == (2800.0, None)


def test_days_and_campaigns_have_the_same_units(ws: Workspace) -> None:
    days = ws.metric_days(MARCH)
    assert days.columns == ["on", *BY_DAY]
    assert days.select("revenue", "ad_spend", "ctr").row(0) == (500.0, 700.0, 2.0)
    campaigns = ws.campaign_metrics(MARCH)
    assert campaigns.columns == ["campaign_id", "campaign_name", *BY_CAMPAIGN]
    assert campaigns.select("campaign_name", "ad_spend", "attributed_roas").rows() == [
        ("Bed", 200.0, 0.0), ("Diwali", 800.0, 2.25),
    ]  # fmt: skip
