"""The notebook that forecasts every night, on a small shop."""

from __future__ import annotations

from datetime import UTC, date, datetime

import nbformat
import polars as pl
from sqlalchemy import Engine

from adplanning.batch import RunRecord, run_notebook
from adplanning.core.settings import Settings
from adplanning.store import facts

FIGURES = ["on", "spend_minor", "n_conversions", "revenue_minor"]


def run(engine: Engine, settings: Settings, **parameters: str) -> RunRecord:
    return run_notebook(
        engine,
        "forecast_budget",
        parameters,
        settings=settings,
        now=lambda: datetime.now(UTC),
        progress=lambda line, share: None,
    )


def kept(engine: Engine) -> pl.DataFrame:
    forecasts = facts.scan(engine, "forecasts", ["id", "ad_campaign_id", "as_of_on", "last_on", "origin"])
    days = facts.scan(engine, "forecast_days", ["forecast_id", *FIGURES])
    return forecasts.join(days, left_on="id", right_on="forecast_id").sort("ad_campaign_id", "on").collect()


def test_each_campaign_that_spends_and_all_together_are_forecast_once_however_often_it_runs(
    shop_engine: Engine, settings: Settings
) -> None:
    first = run(shop_engine, settings, as_of="2026-10-31", horizon_days="7")
    assert first.status == "succeeded", first.message
    before = kept(shop_engine)
    campaigns = before["ad_campaign_id"].unique()
    assert campaigns.null_count() == 1
    assert first.summary["n_forecasts"] == len(campaigns) > 5
    assert before.group_by("id").len()["len"].to_list() == [7] * len(campaigns)
    assert set(before["origin"]) == {"nightly"}
    assert (before["on"].min(), before["on"].max()) == (date(2026, 11, 1), date(2026, 11, 7))
    again = run(shop_engine, settings, as_of="2026-10-31", horizon_days="7")
    assert again.status == "succeeded", again.message
    assert kept(shop_engine).drop("id").equals(before.drop("id"))


def test_one_campaign_alone_is_forecast_and_too_little_history_for_a_curve_is_told(
    shop_engine: Engine, settings: Settings
) -> None:
    campaign_id = facts.scan(shop_engine, "campaigns", ["id"]).collect()["id"].min()
    assert isinstance(campaign_id, str)
    record = run(shop_engine, settings, as_of="2026-10-31", horizon_days="3", campaign_id=campaign_id)
    assert record.status == "succeeded", record.message
    assert kept(shop_engine)["ad_campaign_id"].to_list() == [campaign_id] * 3
    assert (record.summary["n_curves"], record.summary["expected_gain"]) == (0, None)
    assert record.output_path is not None
    assert "it takes 28" in nbformat.writes(nbformat.read(record.output_path, as_version=4))


def test_a_day_that_is_not_over_is_refused(shop_engine: Engine, settings: Settings) -> None:
    record = run(shop_engine, settings, as_of=str(datetime.now(UTC).date()))
    assert record.status == "failed"
    assert "as_of" in record.message
    assert "is not over" in record.message
    assert kept(shop_engine).is_empty()


def test_a_campaign_that_nobody_knows_is_refused(shop_engine: Engine, settings: Settings) -> None:
    assert "no campaign" in run(shop_engine, settings, campaign_id="camp_x").message
    assert kept(shop_engine).is_empty()
