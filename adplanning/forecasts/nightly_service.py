"""What is forecast every night: each campaign that spent lately, and all together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import polars as pl
from sqlalchemy.orm import Session

from adplanning.forecasts.curve_service import fit_days
from adplanning.forecasts.daily_history import account_history
from adplanning.forecasts.demand import demand_forecasts
from adplanning.forecasts.event_service import all_events
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.response import NotFitted, ResponseFit
from adplanning.forecasts.service import MadeForecast, Question, as_series, response_of, with_advice

LATELY_DAYS: Final = 28
ACCOUNT: Final = ""
NOT_KNOWN: Final = NotFitted("no day is known")

Curves = Mapping[Outcome, Mapping[str, ResponseFit | NotFitted]]


def spending_campaigns(histories: pl.DataFrame, *, as_of_on: date) -> list[str]:
    """The campaigns that spent something in the last `LATELY_DAYS`, by id.

    Parameters
    ----------
    histories : from `campaign_histories`.
    as_of_on : the last day that is over.
    """
    lately = histories.filter(pl.col("on") > as_of_on - timedelta(days=LATELY_DAYS), pl.col("spend_minor") > 0)
    return lately["campaign_id"].unique().sort().to_list()


def forecast_campaigns(
    session: Session,
    histories: pl.DataFrame,
    campaign_ids: Sequence[str],
    curves: Curves,
    question: Question,
    *,
    as_of_on: date,
    currency: str,
    with_account: bool = True,
) -> Iterator[MadeForecast]:
    """Forecast many campaigns at once, each as `forecast_campaign` would, and the account with all its campaigns.

    Parameters
    ----------
    histories : from `campaign_histories`, of all campaigns.
    campaign_ids : which of them.
    curves : by outcome and campaign, from `fit_curves`.
    question : what is asked of each; the planned events of the store go with it.
    with_account : whether all campaigns together are forecast too, first.
    """
    events = all_events(session)
    chosen = histories.filter(pl.col("campaign_id").is_in(list(campaign_ids)))
    series = [as_series(chosen, as_of_on=as_of_on).drop_nulls("campaign_id")]
    fits: dict[str, dict[Outcome, ResponseFit | NotFitted]] = {
        campaign_id: {outcome: curves[outcome].get(campaign_id, NOT_KNOWN) for outcome in Outcome}
        for campaign_id in campaign_ids
    }
    if with_account:
        account = account_history(histories, as_of_on=as_of_on)
        series.append(as_series(account, as_of_on=as_of_on).with_columns(campaign_id=pl.lit(ACCOUNT)))
        fits[ACCOUNT] = {outcome: fit_days(account, outcome) for outcome in Outcome}
    responses = {name: response for name, of_it in fits.items() if (response := response_of(of_it))}
    found = demand_forecasts(
        pl.concat(series, how="diagonal"),
        as_of_on=as_of_on,
        horizon_days=question.horizon_days,
        planned_spend={} if question.planned_minor is None else dict.fromkeys(fits, question.planned_minor),
        responses=responses,
        events=events,
    )
    for name, demand in found:
        own = events.filter(pl.col("campaign_id").is_null() | (pl.col("campaign_id") == name)).drop("campaign_id")
        asked = replace(question, events=own)
        yield with_advice(demand, name or None, asked, fits[name], as_of_on=as_of_on, currency=currency)
