"""What a campaign brings a day at each level of spend, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.forecasts.demand_following import demand_following
from adplanning.forecasts.response_likelihood import KNOTS, WEEKDAYS, Days, Top, knot_weights, likeliest, natural
from adplanning.forecasts.saturation import saturated, saturation_slope

Numbers = NDArray[np.float64]

LEAST_DAYS: Final = 28
"""Four of each weekday, and one month of demand."""
LEAST_DAYS_WITH_RESULTS: Final = 7
USUAL_DAYS: Final = 28
"""The last days of the history whose mean spend and demand count as today's."""
N_DRAWS: Final = 50


@dataclass(frozen=True)
class Curve:
    """baseline + ceiling · hill(spend; half_saturation, shape): results a day when so much is spent every day.

    Numbers, or arrays of one length. `ceiling` and `baseline` are in results a day, `half_saturation` in minor units.
    """

    ceiling: float | Numbers
    half_saturation: float | Numbers
    shape: float | Numbers
    baseline: float | Numbers

    def result(self, spend: ArrayLike) -> Numbers:
        """The results a day; where there are many curves, spend has the curves in its last axis."""
        return np.asarray(self.baseline + self.ceiling * saturated(spend, self.half_saturation, self.shape))

    def slope(self, spend: ArrayLike) -> Numbers:
        """What one more minor unit a day adds to the results a day."""
        return np.asarray(self.ceiling * saturation_slope(spend, self.half_saturation, self.shape))


@dataclass(frozen=True)
class ResponseFit:
    """How the results of one campaign answer to its spend, at the demand of the last `USUAL_DAYS`.

    Amounts are minor units a day, results conversions or revenue (minor units) a day of a mean weekday. `adstock` is
    the share of spend that works on later days; `weekday` the seven factors from Monday, of mean one; `dispersion`
    the variance of a day's result per unit of its mean; `draws` curves that are as likely, for what is unsure;
    `most_seen` the greatest spend of a day: beyond it the curve is a guess. `followed_because` tells why spend is
    taken to have followed demand.
    """

    adstock: float
    ceiling: float
    half_saturation: float
    shape: float
    baseline: float
    weekday: tuple[float, ...]
    usual_spend: float
    least_seen: float
    most_seen: float
    n_days: int
    dispersion: float
    own_variation: float
    followed_because: tuple[str, ...]
    draws: tuple[tuple[float, float, float, float], ...]

    @property
    def has_followed_demand(self) -> bool:
        """Whether spend only followed demand, so that the curve is not to be trusted without a test."""
        return bool(self.followed_because)

    @property
    def curve(self) -> Curve:
        """The likeliest one."""
        return Curve(self.ceiling, self.half_saturation, self.shape, self.baseline)

    @property
    def drawn_curves(self) -> Curve:
        """All draws as one, with an array for each parameter."""
        return Curve(*np.array(self.draws).T)


@dataclass(frozen=True)
class NotFitted:
    """Why a campaign has no curve."""

    reason: str


def expected_result(fit: ResponseFit, spend: ArrayLike) -> Numbers:
    """The results a day when so much is spent every day, by the likeliest curve.

    Formula: baseline + ceiling · hill(spend; half_saturation, shape), see `saturation.saturated`; spent every day, the
    adstocked spend is the spend itself.

    Parameters
    ----------
    spend : minor units a day, 0 or more; a number or many.

    Returns
    -------
    Results a day, as many as amounts; rising and concave in the spend.

    >>> made = ResponseFit(0.0, 20.0, 100.0, 1.0, 2.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.0, 0.3, (),
    ...     ((20.0, 100.0, 1.0, 2.0), (24.0, 120.0, 1.0, 2.0)))
    >>> expected_result(made, [0, 100, 300]).tolist()
    [2.0, 12.0, 17.0]
    """
    return fit.curve.result(spend)


def result_interval(fit: ResponseFit, spend: ArrayLike) -> tuple[Numbers, Numbers]:
    """Between which bounds the expected results lie, with 95 %.

    Formula: the 2.5 % and the 97.5 % quantile of `expected_result` over the draws. Of the expectation, not of a single
    day, which also has its own chance.

    >>> made = ResponseFit(0.0, 20.0, 100.0, 1.0, 2.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.0, 0.3, (),
    ...     ((20.0, 100.0, 1.0, 2.0), (24.0, 100.0, 1.0, 2.0)))
    >>> [bound.round(2).tolist() for bound in result_interval(made, [100])]
    [[12.05], [13.95]]
    """
    results = fit.drawn_curves.result(np.asarray(spend, dtype=float)[..., None])
    lower, upper = np.quantile(results, [0.025, 0.975], axis=-1)
    return lower, upper


def marginal_result(fit: ResponseFit, spend: ArrayLike) -> Numbers:
    """What the last minor unit of a day's spend brings: the slope of `expected_result`.

    With revenue in minor units it is the marginal ROAS; one over it is the marginal CPA in minor units.

    >>> made = ResponseFit(0.0, 20.0, 100.0, 1.0, 2.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.0, 0.3, (), ())
    >>> marginal_result(made, [100, 300]).round(6).tolist()
    [0.05, 0.0125]
    """
    return fit.curve.slope(spend)


def result_factor(fit: ResponseFit, spend: float) -> float:
    """How many times as many results as usual to expect when so much is spent every day.

    Formula: `expected_result` of the spend over that of `usual_spend`.

    >>> made = ResponseFit(0.0, 20.0, 100.0, 1.0, 2.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.0, 0.3, (), ())
    >>> round(result_factor(made, 300.0), 4)
    1.4167
    """
    return float(expected_result(fit, spend) / expected_result(fit, fit.usual_spend))


def fit_response(
    history: pl.DataFrame, *, seed: int = 0, n_draws: int = N_DRAWS, usual_days: int = USUAL_DAYS
) -> ResponseFit | NotFitted:
    """Fit how the results of one campaign answer to its spend.

    Formula: results of day t are quasi-Poisson with mean
    (β + c · hill(s_t; κ, α)) · weekday · exp(level_t) and variance φ · mean; s is the adstocked spend, the level a
    line that bends every 28 days, so that a season is not taken for a response. The likeliest point under weak priors,
    see `response_likelihood.likeliest`; φ is Pearson's χ² / (n − parameters) of a first fit, at least that of counts
    where the results are counts. Draws come from the normal of the same curvature (Laplace), two by two around the
    likeliest. c and β are given at the mean level of the last `usual_days` and a mean weekday.

    Parameters
    ----------
    history : one row per day: on, spend (minor units), result (conversions, or revenue in minor units); the last day
        is today's. Days that are missing or null are unknown: not fitted, and for what is carried over their spend is
        the one between its neighbours. Days of zero spend are as good as any.
    seed : of the draws.
    n_draws : even; default 50, which tell a 95 % interval to about a tenth of its width.
    usual_days : default 28, four of each weekday.

    Returns
    -------
    The fit; in another currency or in other units the same curve in these. Or, with the reason, none: fewer than
    `LEAST_DAYS` known days, nothing spent, always the same spent, or results on fewer than `LEAST_DAYS_WITH_RESULTS`.

    Raises
    ------
    InvalidData : a missing column, a day twice, or a spend below 0.

    >>> from datetime import date
    >>> days = pl.date_range(date(2026, 1, 1), date(2026, 4, 30), eager=True)
    >>> random = np.random.default_rng(0)
    >>> spend = 100 * random.lognormal(0, 0.4, 120)
    >>> sold = random.poisson(5 + 60 * spend / (100 + spend))
    >>> fit = fit_response(pl.DataFrame({"on": days, "spend": spend, "result": sold}))
    >>> expected_result(fit, [50, 100, 200]).round().tolist()
    [24.0, 35.0, 48.0]
    >>> fit_response(pl.DataFrame({"on": days, "spend": 100.0, "result": sold})).reason
    'spend never varied: the same amount every day tells nothing of another'

    Source: Jin, Wang, Sun, Chan and Koehler, Bayesian methods for media mix modeling with carryover and shape effects,
    Google (2017); Wedderburn, Quasi-likelihood functions, Biometrika 61 (1974), 439–447.
    """
    filled = _every_day(history)
    known = filled.filter(pl.col("is_known"))
    reason = _too_little(known)
    if reason:
        return NotFitted(reason)
    unit, scale = known["spend"].mean(), known["result"].mean()
    assert isinstance(unit, float)
    assert isinstance(scale, float)
    spend = filled["spend"].to_numpy()
    level = knot_weights(len(filled))
    weekday = filled["on"].dt.weekday().to_numpy().astype(np.int64) - 1
    is_known = filled["is_known"].to_numpy()
    result = filled["result"].fill_null(0.0).to_numpy() / scale
    first = Days(spend / unit, result, is_known, weekday, level, float(spend[:7].mean()) / unit, 0.05)
    least = 1 / scale if known.select((pl.col("result") == pl.col("result").round()).all()).item() else 1e-9
    days, top = _dispersed(first, least=least)
    drivers = np.column_stack([np.eye(7)[weekday], level[:, 1:]])
    places = np.arange(len(spend))
    followed = demand_following(spend, np.interp(places, places[is_known], result[is_known]), drivers)
    recent = slice(-usual_days, None)
    usual = float(spend[recent][is_known[recent]].mean()) if is_known[recent].any() else 0.0
    points = np.vstack([top.point, _draws(top, n_draws, seed)])
    ceiling, half, shape, carry_over, baseline = natural(points)
    today = scale * np.exp(points[:, KNOTS] @ level[recent].T).mean(axis=1) * np.exp(points[:, WEEKDAYS]).mean(axis=1)
    curves = np.column_stack([ceiling * today, half * unit, shape, baseline * today])
    factors = np.exp(top.point[WEEKDAYS])
    return ResponseFit(
        adstock=float(carry_over[0]),
        ceiling=float(curves[0, 0]),
        half_saturation=float(curves[0, 1]),
        shape=float(curves[0, 2]),
        baseline=float(curves[0, 3]),
        weekday=tuple(float(factor) for factor in factors / factors.mean()),
        usual_spend=usual,
        least_seen=float(known.select(pl.col("spend").min()).item()),
        most_seen=float(known.select(pl.col("spend").max()).item()),
        n_days=len(known),
        dispersion=days.dispersion * scale,
        own_variation=followed.own_variation,
        followed_because=followed.reasons,
        draws=tuple((c, k, a, b) for c, k, a, b in curves[1:].tolist()),
    )


def fit_json(fit: ResponseFit) -> dict[str, Any]:
    """The fit as plain numbers, to be kept; `fit_of` reads it.

    >>> made = ResponseFit(0.0, 20.0, 100.0, 1.0, 2.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.0, 0.3, (), ())
    >>> fit_of(fit_json(made)) == made
    True
    """
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(fit).items()}


def fit_of(kept: Mapping[str, Any]) -> ResponseFit:
    """The fit that `fit_json` wrote.

    Raises
    ------
    InvalidData : something is missing or no number.

    >>> fit_of({"adstock": 0.1})
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: curve: is no response curve of this release; fit it anew
    """
    try:
        return ResponseFit(
            **{
                **kept,
                "weekday": tuple(float(factor) for factor in kept["weekday"]),
                "followed_because": tuple(str(reason) for reason in kept["followed_because"]),
                "draws": tuple((float(c), float(k), float(a), float(b)) for c, k, a, b in kept["draws"]),
            }
        )
    except (KeyError, TypeError, ValueError):
        raise InvalidData.at("curve", "is no response curve of this release; fit it anew") from None


def _dispersed(days: Days, *, least: float) -> tuple[Days, Top]:
    top = likeliest(days)
    observed = days.result[days.is_known]
    freedom = max(len(observed) - len(top.point), 7)
    chi_square = float(((observed - top.expected) ** 2 / top.expected).sum())
    known_better = Days(**{**vars(days), "dispersion": max(chi_square / freedom, least)})
    return known_better, likeliest(known_better, top.point)


def _draws(top: Top, n: int, seed: int) -> Numbers:
    half = np.random.default_rng(seed).standard_normal((n // 2, len(top.point)))
    drawn: Numbers = top.point + np.vstack([half, -half]) @ np.linalg.cholesky(top.covariance).T
    return drawn


def _every_day(history: pl.DataFrame) -> pl.DataFrame:
    require_columns(history, ["on", "spend", "result"], what="history")
    rows = history.select("on", pl.col("spend").cast(pl.Float64), pl.col("result").cast(pl.Float64)).drop_nulls()
    rows = rows.filter(pl.col("spend").is_finite() & pl.col("result").is_finite()).sort("on")
    if rows["on"].is_duplicated().any():
        raise InvalidData.at(
            "history", f"{rows['on'].filter(rows['on'].is_duplicated())[0]} is there twice; give one row a day"
        )
    if rows.filter(pl.col("spend") < 0).height:
        raise InvalidData.at("history", "spend is below 0; give what was spent, 0 or more")
    if not len(rows):
        return rows.with_columns(pl.lit(value=True).alias("is_known"))
    whole = pl.select(pl.date_range(rows["on"][0], rows["on"][-1]).alias("on"))
    joined = whole.join(rows, on="on", how="left", maintain_order="left")
    return joined.with_columns(pl.col("result").is_not_null().alias("is_known"), pl.col("spend").interpolate())


def _too_little(known: pl.DataFrame) -> str | None:
    if len(known) < LEAST_DAYS:
        return f"{len(known)} days are known; it takes {LEAST_DAYS}"
    spend = known["spend"].to_numpy()
    if not spend.any():
        return "nothing was spent"
    if np.ptp(spend) < 0.01 * spend.mean():
        return "spend never varied: the same amount every day tells nothing of another"
    n_with = int((known["result"] > 0).sum())
    if n_with < LEAST_DAYS_WITH_RESULTS or known["result"].to_numpy().sum() <= 0:
        return f"there were results on {n_with} days; it takes {LEAST_DAYS_WITH_RESULTS}"
    return None
