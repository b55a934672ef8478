"""How a budget is best split over campaigns, and what the last unit of money brings in each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import brentq

from adplanning.core.errors import InvalidData
from adplanning.core.money import minor_digits, to_major
from adplanning.core.vocabulary import BudgetTarget
from adplanning.forecasts.response import Curve, ResponseFit, expected_result, marginal_result, result_interval
from adplanning.forecasts.saturation import VERTICAL_BELOW, saturated

Numbers = NDArray[np.float64]

LEAST_SHARE: Final = 0.5
MOST_SHARE: Final = 1.6
"""Of the usual spend, the default bounds: so far about spend has been seen to vary, and so much can be changed at
once without the delivery of a platform learning anew."""
_HALVINGS: Final = 60
_NEWTON_STEPS: Final = 40
_ROUNDING: Final = 1e-9
_CLOSE: Final = 1e-9


class Target(NamedTuple):
    """What money must bring at least: a ROAS of `value`, or a CPA of `value` minor units at most.

    The split as a whole must hold it, or with `of_each` every campaign.
    """

    kind: BudgetTarget
    value: float
    of_each: bool = False

    @property
    def least_return(self) -> float:
        """Results per minor unit of spend."""
        return self.value if self.kind == BudgetTarget.roas else 1 / self.value


@dataclass(frozen=True)
class Allocation:
    """A split: a row for each campaign, and what all bring together, a day.

    `rows` has campaign_id, usual_spend, least, most, spend (minor units a day), result, result_lower, result_upper
    (a day), marginal (of the last minor unit), return_on_spend (result / spend, null without spend). `expected` is the
    sum of the results, `usual_expected` what the usual spend brings, `gain` the difference; each with its 95 % bounds.
    `warnings` say what is doubtful.
    """

    rows: pl.DataFrame
    total: float
    expected: float
    expected_lower: float
    expected_upper: float
    usual_expected: float
    gain: float
    gain_lower: float
    gain_upper: float
    warnings: tuple[str, ...]


def best_split(
    fits: Mapping[str, ResponseFit],
    total: float,
    *,
    least: Mapping[str, float] | None = None,
    most: Mapping[str, float] | None = None,
    target: Target | None = None,
    currency: str | None = None,
) -> Allocation:
    """Split a total a day so that the expected results are greatest.

    Formula: maximise Σ f_i(x_i) with Σ x_i = total and least_i ≤ x_i ≤ most_i. As each f is concave, the best is
    where all campaigns within their bounds have one marginal result λ, and those at a bound lie on its side of it:
    x_i(λ) = the spend at which f_i′ = λ, kept within the bounds. It falls with λ, for which Brent's method searches
    until the spends add up to the total.

    Parameters
    ----------
    fits : of each campaign; all with results of one kind (conversions, or revenue in minor units).
    total : minor units a day.
    least, most : minor units a day of campaigns; default `LEAST_SHARE` and `MOST_SHARE` of the usual spend.
    target : then the total is the greatest up to `total` with which it holds.
    currency : in which the words name amounts; without one they are minor units.

    Returns
    -------
    The split, in the order of the campaigns' ids. The spends are within the bounds and add up to the total; marginals
    of campaigns within their bounds are equal. Neither the order nor the unit of money changes anything.

    Raises
    ------
    InvalidData : no campaign, bounds that cannot be, a total that the bounds do not allow, or a target out of reach.

    >>> def fit(ceiling: float) -> ResponseFit:
    ...     return ResponseFit(0.0, ceiling, 100.0, 1.0, 0.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.0, 0.3, (),
    ...         ((ceiling, 100.0, 1.0, 0.0),) * 2)
    >>> found = best_split({"camp_1": fit(10.0), "camp_2": fit(14.4)}, 240.0)
    >>> found.rows.select("campaign_id", pl.col("spend", "result").round(2), pl.col("marginal").round(6)).rows()
    [('camp_1', 100.0, 5.0, 0.025), ('camp_2', 140.0, 8.4, 0.025)]
    >>> best_split({"camp_1": fit(10.0)}, 240.0)
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: total: 240 minor units a day is out of bounds; the campaigns can spend
    50 minor units to 160 minor units

    Source: the condition of Karush, Kuhn and Tucker, as in Boyd and Vandenberghe, Convex optimization (2004),
    example 5.2 (water-filling).
    """
    room = _room(fits, least or {}, most or {})
    _possible(room, total, currency)
    spends = _split(room, total, target, currency)
    found = allocation_of(fits, dict(zip(room.ids, spends.tolist(), strict=True)), least=least, most=most)
    if target is None or found.total >= total * (1 - _ROUNDING):
        return found
    held = f"only {amount_words(found.total, currency)} of {amount_words(total, currency)} a day can be spent with "
    return replace(found, warnings=(held + _aim(target, currency), *found.warnings))


def allocation_of(
    fits: Mapping[str, ResponseFit],
    spends: Mapping[str, float],
    *,
    least: Mapping[str, float] | None = None,
    most: Mapping[str, float] | None = None,
) -> Allocation:
    """What a split brings that somebody chose.

    Formula: f_i(x_i) of each campaign and their sum; the bounds of the sum and of the gain are the 2.5 % and the
    97.5 % quantile over draws, those of one campaign shuffled against those of another, as campaigns are told apart
    by their own days.

    Parameters
    ----------
    fits : of each campaign.
    spends : minor units a day of each of them; the usual where a campaign is left out.
    least, most : shown with the rows, not kept to; see `best_split`.

    Raises
    ------
    InvalidData : a spend below 0, or of a campaign without a curve.
    """
    room = _room(fits, least or {}, most or {})
    for campaign_id, spend in spends.items():
        if campaign_id not in fits:
            raise InvalidData.at("campaign_id", f"{campaign_id} has no response curve; leave it out or fit it first")
        if not 0 <= spend < np.inf:
            raise InvalidData.at("spend", f"{spend} of {campaign_id} is no amount; give 0 or more")
    chosen = np.array([spends.get(campaign_id, fits[campaign_id].usual_spend) for campaign_id in room.ids])
    ordered = [fits[campaign_id] for campaign_id in room.ids]
    results = [float(expected_result(fit, spend)) for fit, spend in zip(ordered, chosen, strict=True)]
    bounds = [result_interval(fit, spend) for fit, spend in zip(ordered, chosen, strict=True)]
    rows = pl.DataFrame(
        {
            "campaign_id": room.ids,
            "usual_spend": [fit.usual_spend for fit in ordered],
            "least": room.least,
            "most": room.most,
            "spend": chosen,
            "result": results,
            "result_lower": [float(lower) for lower, _ in bounds],
            "result_upper": [float(upper) for _, upper in bounds],
            "marginal": [float(marginal_result(fit, spend)) for fit, spend in zip(ordered, chosen, strict=True)],
        }
    ).with_columns(pl.when(pl.col("spend") > 0).then(pl.col("result") / pl.col("spend")).alias("return_on_spend"))
    drawn = sum(_shuffled(campaign_id, fits[campaign_id], x) for campaign_id, x in zip(room.ids, chosen, strict=True))
    usual = sum(_shuffled(campaign_id, fits[campaign_id], fits[campaign_id].usual_spend) for campaign_id in room.ids)
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    gain_lower, gain_upper = np.quantile(np.subtract(drawn, usual), [0.025, 0.975])
    usual_expected = sum(float(expected_result(fit, fit.usual_spend)) for fit in ordered)
    return Allocation(
        rows=rows,
        total=float(chosen.sum()),
        expected=sum(results),
        expected_lower=float(lower),
        expected_upper=float(upper),
        usual_expected=usual_expected,
        gain=sum(results) - usual_expected,
        gain_lower=float(gain_lower),
        gain_upper=float(gain_upper),
        warnings=_doubts(room.ids, ordered, chosen),
    )


def whole_amounts(amounts: Sequence[float]) -> list[int]:
    """Amounts in whole minor units that add up to their total, rounded to one.

    Formula: each is rounded down; what is missing goes by one to those with the largest remainders, of equal ones to
    the first.

    >>> whole_amounts([10.4, 10.4, 10.4]), whole_amounts([0.5, 1.5])
    ([11, 10, 10], [1, 1])
    """
    whole = [math.floor(amount) for amount in amounts]
    missing = round(math.fsum(amounts)) - sum(whole)
    by_remainder = sorted(range(len(whole)), key=lambda place: whole[place] - amounts[place])
    for place in by_remainder[:missing]:
        whole[place] += 1
    return whole


def amount_words(minor: float, currency: str | None) -> str:
    """An amount as words name it.

    >>> amount_words(1234567, "INR"), amount_words(1234567, None)
    ('12,345.67 INR', '1,234,567 minor units')
    """
    if currency is None:
        return f"{minor:,.0f} minor units"
    return f"{to_major(round(minor), currency):,.{minor_digits(currency)}f} {currency}"


class _Room(NamedTuple):
    """The campaigns in the order of their ids: their curves as one, and between which spends each may lie."""

    ids: list[str]
    curves: Curve
    least: Numbers
    most: Numbers


def _room(fits: Mapping[str, ResponseFit], least: Mapping[str, float], most: Mapping[str, float]) -> _Room:
    if not fits:
        raise InvalidData.at("campaigns", "no campaign has a response curve; fit one first")
    ids = sorted(fits)
    ordered = [fits[campaign_id] for campaign_id in ids]
    columns = np.array([[fit.ceiling, fit.half_saturation, fit.shape, fit.baseline] for fit in ordered]).T
    low = [least.get(id_, LEAST_SHARE * fit.usual_spend) for id_, fit in zip(ids, ordered, strict=True)]
    high = [most.get(id_, MOST_SHARE * fit.usual_spend) for id_, fit in zip(ids, ordered, strict=True)]
    for id_, lowest, highest in zip(ids, low, high, strict=True):
        if not 0 <= lowest <= highest < np.inf:
            raise InvalidData.at(
                "bounds", f"{lowest:.0f} to {highest:.0f} of {id_} cannot be; give 0 or more, the greater one last"
            )
    return _Room(ids, Curve(*columns), np.array(low), np.array(high))


def _possible(room: _Room, total: float, currency: str | None) -> None:
    fewest, greatest = float(room.least.sum()), float(room.most.sum())
    if not 0 <= total < np.inf:
        raise InvalidData.at("total", f"{total} is no amount; give 0 or more")
    if not fewest * (1 - _ROUNDING) <= total <= greatest * (1 + _ROUNDING):
        raise InvalidData.at(
            "total",
            f"{amount_words(total, currency)} a day is out of bounds; the campaigns can spend "
            f"{amount_words(fewest, currency)} to {amount_words(greatest, currency)}",
        )


def _split(room: _Room, total: float, target: Target | None, currency: str | None) -> Numbers:
    """The greatest spends at which all marginals within the bounds are one, that neither the total nor the target ends.

    With concave curves the return falls with the total, so that both end them once and for all.
    """

    def excess(spends: Numbers) -> float:
        over = float(spends.sum()) - total
        if target is None:
            return over
        return max(over, float(spends.sum()) - float(room.curves.result(spends).sum()) / target.least_return)

    if target is not None and target.of_each:
        room = _holding(room, target, currency)
    at_least = float(room.curves.result(room.least).sum())
    if target is not None and at_least < target.least_return * float(room.least.sum()):
        best = at_least / float(room.least.sum())
        raise InvalidData.at("target", f"{_aim(target, currency)} is out of reach; {_best(target, best, currency)}")
    slopes = np.log(room.curves.slope(np.vstack([room.least, room.most])))
    flat, steep = float(slopes.min()) - 1, float(slopes.max()) + 1
    if excess(room.least) >= 0:
        return room.least
    if excess(room.most) <= 0:
        return room.most
    marginal = float(brentq(lambda one: excess(_at_marginal(room, one)), flat, steep, xtol=_CLOSE / 1e3))  # type: ignore[no-untyped-call]
    below, above = _at_marginal(room, marginal + _CLOSE), _at_marginal(room, marginal - _CLOSE)
    under, over = min(excess(below), 0.0), max(excess(above), 0.0)
    # Curves that hardly bend jump from bound to bound at one marginal: each goes the same part of its way.
    part = under / (under - over) if under < over else 0.0
    return np.clip(below + part * (above - below), room.least, room.most)


def _at_marginal(room: _Room, log_marginal: float) -> Numbers:
    """The spend of each campaign at which its curve has this slope, or the bound next to it.

    The logarithm of the slope is concave in that of the spend, so that Newton's steps from the upper bound come down
    to it and never pass it.
    """
    curves = room.curves
    lowest = np.maximum(room.least, VERTICAL_BELOW * curves.half_saturation)
    spend = np.maximum(room.most, lowest)
    for _ in range(_NEWTON_STEPS):
        bend = curves.shape * (1 - 2 * saturated(spend, curves.half_saturation, curves.shape)) - 1
        change = np.minimum((log_marginal - np.log(curves.slope(spend))) / bend, 0.0)
        before, spend = spend, np.maximum(spend * np.exp(change), lowest)
        if (before - spend <= _ROUNDING / 1e3 * spend).all():
            break
    slope_at_least, slope_at_most = (np.log(curves.slope(bound)) for bound in (lowest, room.most))
    spend = np.where(slope_at_least <= log_marginal, room.least, np.clip(spend, room.least, room.most))
    return np.where(slope_at_most >= log_marginal, room.most, spend)


def _holding(room: _Room, target: Target, currency: str | None) -> _Room:
    """Bounds within which each campaign returns enough."""

    def holds(spend: Numbers) -> NDArray[np.bool_]:
        return np.asarray(room.curves.result(spend) >= target.least_return * spend)

    at_least = holds(room.least)
    if not at_least.all():
        worst = int(np.argmin(at_least))
        best = float(room.curves.result(room.least)[worst] / room.least[worst])
        raise InvalidData.at(
            "target",
            f"{_aim(target, currency)} is out of reach for {room.ids[worst]}; {_best(target, best, currency)}, "
            "at the least it may spend",
        )
    low, high = room.least, room.most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = np.where(holds(middle), middle, low), np.where(holds(middle), high, middle)
    return room._replace(most=np.where(holds(room.most), room.most, low))


def _shuffled(campaign_id: str, fit: ResponseFit, spend: float) -> Numbers:
    results = fit.drawn_curves.result(spend)
    return np.random.default_rng(crc32(campaign_id.encode())).permutation(results)


def _doubts(ids: list[str], fits: list[ResponseFit], spends: Numbers) -> tuple[str, ...]:
    doubts = [
        f"{id_}: {' and '.join(fit.followed_because)}, so what spend did by itself cannot be told; plan test weeks"
        for id_, fit in zip(ids, fits, strict=True)
        if fit.has_followed_demand
    ]
    doubts += [
        f"{id_}: so much was never spent on a day; beyond what was seen the curve is a guess"
        for id_, fit, spend in zip(ids, fits, spends, strict=True)
        if spend > fit.most_seen
    ]
    doubts += [
        f"{id_}: nothing was spent of late, so its bounds are 0; give it a bound of its own to spend on it"
        for id_, fit, spend in zip(ids, fits, spends, strict=True)
        if fit.usual_spend == spend == 0
    ]
    return tuple(doubts)


def _aim(target: Target, currency: str | None) -> str:
    if target.kind == BudgetTarget.roas:
        return f"a ROAS of at least {target.value:.4g}"
    return f"a CPA of at most {amount_words(target.value, currency)}"


def _best(target: Target, least_return: float, currency: str | None) -> str:
    if target.kind == BudgetTarget.roas:
        return f"the best within the bounds is {least_return:.4g}"
    return (
        f"the best within the bounds is {amount_words(1 / least_return, currency)}"
        if least_return
        else "there are no results"
    )
