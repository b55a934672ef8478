"""The days of campaigns that forecasts and response curves are made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.forecasts import queries
from adplanning.forecasts.daily_history import account_history, daily_history

HISTORY_DAYS: Final = 400
"""A year, so that the same season was seen once, and a month."""


def campaign_histories(
    engine: Engine,
    *,
    as_of_on: date,
    zone: ZoneInfo,
    currency: str,
    public_revenue: PublicRevenue,
    campaign_ids: Sequence[str] | None = None,
    days: int = HISTORY_DAYS,
) -> pl.DataFrame:
    """What each campaign spent and brought on each of the last days; see `daily_history`.

    Parameters
    ----------
    as_of_on : the last day, which must be over: a day that still passes would look like a bad one.
    zone, currency : of reports.
    public_revenue : whether purchases that only a browser has claimed count.
    campaign_ids : these campaigns only.
    days : how many days there are at most.
    """
    first_on = as_of_on - timedelta(days=days - 1)
    facts = queries.history_facts(
        engine, first_on, as_of_on, zone=zone, public_revenue=public_revenue, campaign_ids=campaign_ids
    )
    return daily_history(facts, as_of_on=as_of_on, zone=zone, currency=currency)


def history_of(
    engine: Engine,
    ad_campaign_id: str | None,
    *,
    as_of_on: date,
    zone: ZoneInfo,
    currency: str,
    public_revenue: PublicRevenue,
    days: int = HISTORY_DAYS,
) -> pl.DataFrame:
    """The days of one campaign, or of all together (None); see `daily_history` and `account_history`."""
    histories = campaign_histories(
        engine,
        as_of_on=as_of_on,
        zone=zone,
        currency=currency,
        public_revenue=public_revenue,
        campaign_ids=None if ad_campaign_id is None else [ad_campaign_id],
        days=days,
    )
    return account_history(histories, as_of_on=as_of_on) if ad_campaign_id is None else histories.drop("campaign_id")
