"""The model of buying and spending as it is kept, with the check it passed."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.ids import new_id
from adplanning.core.money import minor_digits
from adplanning.scores.bgnbd import BgNbd, BgNbdFit
from adplanning.scores.calibration import CALIBRATION, ForecastFigures
from adplanning.scores.customer_model import FittedModel, Holdout, NotFitted
from adplanning.scores.gamma_gamma import GammaGamma, GammaGammaFit
from adplanning.store.tables.scores import CustomerModel

BG_NBD, RULES = "bg_nbd", "rules"
TIME_UNIT: Final = "day"


def keep_model(
    session: Session, outcome: FittedModel | NotFitted, *, as_of: datetime, now: datetime, currency: str
) -> CustomerModel:
    """Keep a fit, or the reason why there is none, as the latest one.

    The row has alpha in days and v in major units of the currency. `reason` of a model of buying alone says why there
    is none of spending.
    """
    row = CustomerModel(
        id=new_id("model"),
        fitted_at=now,
        as_of=as_of,
        n_customers=outcome.n_customers,
        n_repeat_customers=outcome.n_repeat_customers,
        time_unit=TIME_UNIT,
        currency=currency,
        **(_not_fitted(outcome) if isinstance(outcome, NotFitted) else _fitted(outcome, currency)),
    )
    session.add(row)
    session.flush()
    return row


def latest_model(session: Session) -> CustomerModel | None:
    """The model that counts, or the reason why there is none; None before the first fit."""
    newest = select(CustomerModel).order_by(CustomerModel.fitted_at.desc(), CustomerModel.id.desc())
    return session.scalar(newest.limit(1))


def model_of(row: CustomerModel | None) -> FittedModel | None:
    """The fitted model of a row, the same as was kept; None where scores follow the rules."""
    if row is None or row.model != BG_NBD or row.params is None or row.standard_errors is None:
        return None
    buying = BgNbdFit(BgNbd(**row.params), BgNbd(**row.standard_errors), row.log_likelihood or 0.0, row.n_customers)
    spend, holdout = row.spend, row.holdout or {}
    return FittedModel(
        buying=buying,
        spending=None if spend is None else _spending(spend, row.currency),
        spending_reason=row.reason,
        value_correlation=None if spend is None else spend["value_correlation"],
        holdout=None if "figures" not in holdout else _holdout(holdout, row.calibration or []),
        holdout_reason=holdout.get("reason"),
        n_repeat_customers=row.n_repeat_customers,
    )


def _not_fitted(outcome: NotFitted) -> dict[str, Any]:
    return {"model": RULES, "reason": outcome.reason}


def _fitted(model: FittedModel, currency: str) -> dict[str, Any]:
    check = model.holdout
    return {
        "model": BG_NBD,
        "params": asdict(model.buying.params),
        "standard_errors": asdict(model.buying.standard_errors),
        "log_likelihood": model.buying.log_likelihood,
        "spend": None if model.spending is None else _spend(model, model.spending, currency),
        "holdout": {"reason": model.holdout_reason}
        if check is None
        else {
            "seen_until": check.seen_until.isoformat(),
            "horizon_days": check.horizon_days,
            "figures": asdict(check.figures),
        },
        "calibration": None if check is None else check.calibration.to_dicts(),
        "reason": model.spending_reason,
    }


def _spend(model: FittedModel, spending: GammaGammaFit, currency: str) -> dict[str, Any]:
    unit = 10.0 ** minor_digits(currency)
    return {
        **asdict(_in_units(spending.params, 1 / unit)),
        "standard_errors": asdict(_in_units(spending.standard_errors, 1 / unit)),
        # The density of an amount is per unit.
        "log_likelihood": spending.log_likelihood + spending.n_customers * math.log(unit),
        "n_customers": spending.n_customers,
        "value_correlation": model.value_correlation,
        "warning": model.warning,
    }


def _spending(spend: dict[str, Any], currency: str) -> GammaGammaFit:
    unit = 10.0 ** minor_digits(currency)
    return GammaGammaFit(
        params=_in_units(GammaGamma(spend["p"], spend["q"], spend["v"]), unit),
        standard_errors=_in_units(GammaGamma(**spend["standard_errors"]), unit),
        log_likelihood=spend["log_likelihood"] - spend["n_customers"] * math.log(unit),
        n_customers=spend["n_customers"],
    )


def _in_units(spending: GammaGamma, unit: float) -> GammaGamma:
    return replace(spending, v=spending.v * unit)


def _holdout(kept: dict[str, Any], calibration: list[dict[str, Any]]) -> Holdout:
    return Holdout(
        seen_until=date.fromisoformat(kept["seen_until"]),
        horizon_days=kept["horizon_days"],
        figures=ForecastFigures(**kept["figures"]),
        calibration=pl.DataFrame(calibration, schema=CALIBRATION),
    )
