"""Which budget a day to give one campaign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq

from adplanning.forecasts.budget import LEAST_SHARE, MOST_SHARE
from adplanning.forecasts.response import ResponseFit, expected_result, marginal_result, result_interval

HIGH_WIDTH, MEDIUM_WIDTH = 0.3, 0.8
"""How wide, against the revenue itself, its interval may be for high and for medium confidence: the product's own."""


@dataclass(frozen=True)
class BudgetAdvice:
    """A budget a day, what it is expected to bring a day with its 95 % interval, and how sure that is in a word.

    Amounts in minor units. `marginal_roas` is what the last unit of the budget brings; `words` say why this much.
    """

    spend: float
    revenue: float
    revenue_lower: float
    revenue_upper: float
    roas: float
    marginal_roas: float
    confidence: str
    words: str


@dataclass(frozen=True)
class NoAdvice:
    """Why no budget can be advised."""

    reason: str


def budget_advice(fit: ResponseFit, *, target_roas: float | None = None) -> BudgetAdvice | NoAdvice:
    """Advise a budget a day from how revenue follows spend.

    Formula: the greatest spend within the usual bounds of `budget.best_split` at which revenue / spend is still
    `target_roas`; without a target, at which one more unit of spend still brings one of revenue, else the lower bound.
    Both fall as spend grows, since the curve is concave.

    Parameters
    ----------
    fit : of revenue, in minor units.
    target_roas : the least return on the whole spend.

    Returns
    -------
    The advice; confidence is low where spend only followed demand, otherwise high, medium or low by the width of the
    interval. Or the reason why there is none: nothing was spent lately, or no budget within bounds reaches the target.

    >>> made = ResponseFit(0.0, 2000.0, 100.0, 1.0, 0.0, (1.0,) * 7, 300.0, 0.0, 600.0, 90, 1.0, 0.3, (),
    ...     ((2000.0, 100.0, 1.0, 0.0), (2100.0, 100.0, 1.0, 0.0)))
    >>> round(budget_advice(made).spend), round(budget_advice(made, target_roas=5).spend)
    (347, 300)
    >>> budget_advice(made, target_roas=9)
    NoAdvice(reason='a ROAS of 9 is not reached: with the least budget within bounds it is 8')

    Source: the first-order condition of profit, as in Jin, Wang, Sun, Chan and Koehler (2017), section 3.3.
    """
    if fit.usual_spend <= 0:
        return NoAdvice("nothing was spent in the last four weeks")
    least, most = LEAST_SHARE * fit.usual_spend, MOST_SHARE * fit.usual_spend

    def roas(spend: float) -> float:
        return float(expected_result(fit, spend)) / spend

    if target_roas is not None:
        if roas(least) < target_roas:
            best = f"{roas(least):.3g}"
            return NoAdvice(
                f"a ROAS of {target_roas:g} is not reached: with the least budget within bounds it is {best}"
            )
        spend = _last_at_least(target_roas, roas, least, most)
        words = f"the most that still returns {target_roas:g} for each unit spent"
    else:
        spend = _last_at_least(1.0, lambda x: float(marginal_result(fit, x)), least, most)
        words = "up to where one more unit of spend brings one of revenue"
    if spend in (least, most):
        bound = "least" if spend == least else "most"
        words = f"the {bound} within {LEAST_SHARE:g} to {MOST_SHARE:g} times the usual spend"
    if fit.has_followed_demand:
        words += "; as spend only followed demand, test it first"
    revenue = float(expected_result(fit, spend))
    lower, upper = (float(bound) for bound in result_interval(fit, spend))
    width = (upper - lower) / revenue if revenue > 0 else float("inf")
    sure = "high" if width <= HIGH_WIDTH else "medium" if width <= MEDIUM_WIDTH else "low"
    return BudgetAdvice(
        spend=spend,
        revenue=revenue,
        revenue_lower=lower,
        revenue_upper=upper,
        roas=roas(spend),
        marginal_roas=float(marginal_result(fit, spend)),
        confidence="low" if fit.has_followed_demand else sure,
        words=words,
    )


def _last_at_least(value: float, falling: Callable[[float], float], least: float, most: float) -> float:
    if falling(most) >= value:
        return most
    if falling(least) <= value:
        return least
    # scipy has no types.
    return float(brentq(lambda spend: falling(spend) - value, least, most))  # type: ignore[no-untyped-call]
