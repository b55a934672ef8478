"""How the results of campaigns follow their spend, as it is fitted and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import polars as pl
from sqlalchemy import delete
from sqlalchemy.orm import Session

from adplanning.core.ids import new_ids
from adplanning.forecasts import queries
from adplanning.forecasts.campaign_days import OFF_DAYS
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.response import NotFitted, ResponseFit, fit_json, fit_of, fit_response
from adplanning.store.tables.forecasts import ResponseCurve

FRESH_DAYS: Final = 28
"""How old a kept curve may be to be used: as long as Meta goes on changing a day's figures."""


IS_OFF: Final = NotFitted(f"nothing was spent on the last {OFF_DAYS} known days: the campaign is off")
_COLUMN_OF = {Outcome.revenue: "revenue_minor", Outcome.conversions: "n_conversions"}


def fit_curves(
    histories: pl.DataFrame, outcome: Outcome = Outcome.revenue, *, seed: int = 0
) -> dict[str, ResponseFit | NotFitted]:
    """Fit the curve of each campaign; see `fit_response`.

    Parameters
    ----------
    histories : from `campaign_histories`.
    outcome : which results.
    seed : of the curves drawn for what is unsure.

    Returns
    -------
    By campaign its curve, or why it has none; one that is off now, see `campaign_days`, has none to share a budget by.
    """
    days = histories.select("campaign_id", "on", spend="spend_minor", result=_COLUMN_OF[outcome])
    parts = days.sort("campaign_id", "on").partition_by("campaign_id", as_dict=True, include_key=False)
    return {
        str(key[0]): IS_OFF if _is_off_now(part["spend"].drop_nulls()) else fit_response(part, seed=seed)
        for key, part in parts.items()
    }


def fit_days(days: pl.DataFrame, outcome: Outcome = Outcome.revenue) -> ResponseFit | NotFitted:
    """Fit one curve to days without a campaign_id, such as those of all campaigns together."""
    return fit_response(days.select("on", spend="spend_minor", result=_COLUMN_OF[outcome]))


def keep_curves(
    session: Session,
    fits: Mapping[str, ResponseFit | NotFitted],
    outcome: Outcome,
    *,
    as_of_on: date,
    currency: str,
    now: datetime,
) -> list[ResponseCurve]:
    """Keep curves, or the reasons why there are none, in place of those of the same day."""
    of_that_day = (
        ResponseCurve.as_of_on == as_of_on,
        ResponseCurve.outcome == outcome.value,
        ResponseCurve.currency == currency,
        ResponseCurve.campaign_id.in_(fits),
    )
    session.execute(delete(ResponseCurve).where(*of_that_day))
    rows = [
        ResponseCurve(
            id=id_,
            campaign_id=campaign_id,
            fitted_at=now,
            as_of_on=as_of_on,
            currency=currency,
            outcome=outcome.value,
            **_columns(fit),
        )
        for id_, (campaign_id, fit) in zip(new_ids("curve", len(fits)), sorted(fits.items()), strict=True)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def latest_curves(session: Session, currency: str, outcome: Outcome = Outcome.revenue) -> list[ResponseCurve]:
    """The latest curve of each campaign in a currency, or the reason why it has none, by campaign."""
    return list(session.scalars(queries.latest_curves(currency, outcome.value)))


def fits_of(rows: Iterable[ResponseCurve]) -> dict[str, ResponseFit]:
    """The curves themselves by campaign; a campaign without one is left out."""
    return {
        row.campaign_id: fit_of({**row.params, **(row.uncertainty or {})}) for row in rows if row.params is not None
    }


def curve_in_use(
    session: Session,
    ad_campaign_id: str | None,
    history: pl.DataFrame,
    outcome: Outcome,
    *,
    as_of_on: date,
    currency: str,
) -> ResponseFit | NotFitted:
    """The kept curve of a campaign, if it is not older than `FRESH_DAYS`; else one that is fitted now.

    Parameters
    ----------
    ad_campaign_id : None for the account, of which no curve is kept.
    history : its days, as in `campaign_histories`.
    """
    if ad_campaign_id is not None:
        rows = session.scalars(queries.latest_curves(currency, outcome.value, [ad_campaign_id])).all()
        fresh = [row for row in rows if 0 <= (as_of_on - row.as_of_on).days <= FRESH_DAYS]
        for row in fresh:
            return fits_of(fresh).get(ad_campaign_id) or NotFitted(row.reason or "")
    return fit_days(history, outcome)


def _is_off_now(known_spend: pl.Series) -> bool:
    return known_spend.len() >= OFF_DAYS and not known_spend.tail(OFF_DAYS).sum()


def _columns(fit: ResponseFit | NotFitted) -> dict[str, object]:
    if isinstance(fit, NotFitted):
        return {
            "n_days": 0,
            "spend_minor": 0,
            "params": None,
            "uncertainty": None,
            "has_followed_demand": None,
            "reason": fit.reason,
        }
    params = fit_json(fit)
    return {
        "n_days": fit.n_days,
        "spend_minor": round(fit.usual_spend),
        "uncertainty": {"draws": params.pop("draws")},
        "params": params,
        "has_followed_demand": fit.has_followed_demand,
        "reason": "; ".join(fit.followed_because) or None,
    }
