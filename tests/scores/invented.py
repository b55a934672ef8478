"""A model as a fit could have given it, for whoever keeps or shows one."""

from __future__ import annotations

from datetime import date

import polars as pl

from adplanning.scores.bgnbd import BgNbd, BgNbdFit
from adplanning.scores.calibration import CALIBRATION, ForecastFigures
from adplanning.scores.customer_model import FittedModel, Holdout
from adplanning.scores.gamma_gamma import GammaGamma, GammaGammaFit

_BINS = [
    (401, 0.19, 0.23, 0.03),
    (394, 0.29, 0.31, 0.03),
    (404, 0.40, 0.36, 0.04),
    (385, 0.56, 0.58, 0.05),
    (398, 0.83, 0.9, 0.07),
    (374, 1.7, 1.85, 0.11),
    (1, 2.6, 2.0, None),
]
MODEL = FittedModel(
    buying=BgNbdFit(BgNbd(0.243, 30.9, 0.793, 2.426), BgNbd(0.013, 2.65, 0.186, 0.705), -9582.4, 2357),
    spending=GammaGammaFit(GammaGamma(6.25, 3.74, 154_400.0), GammaGamma(1.19, 0.29, 41_600.0), -8412.4, 946),
    spending_reason=None,
    value_correlation=0.45,
    holdout=Holdout(
        date(2026, 3, 1),
        121,
        ForecastFigures(2357, 1156, 1174.9, 1.0163, 0.52, 0.64, 0.426, 0.785, 0.791),
        pl.DataFrame(_BINS, schema=CALIBRATION, orient="row"),
    ),
    holdout_reason=None,
    n_repeat_customers=946,
)
