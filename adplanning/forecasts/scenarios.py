"""Several splits of a budget side by side: today's, the best of the same total, of less and of more, and one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.forecasts.budget import Allocation, Target, allocation_of, amount_words, best_split
from adplanning.forecasts.response import ResponseFit

TODAY: Final = "today"
SHIFTS: Final = (0.0, -0.2, 0.2)
"""Of the usual total, by default: a fifth is as much as budgets are commonly cut or raised at once, and lies within
the bounds of every campaign."""
TOTALS: Final = {
    "scenario": pl.String,
    "spend": pl.Float64,
    "result": pl.Float64,
    "result_lower": pl.Float64,
    "result_upper": pl.Float64,
    "gain": pl.Float64,
    "gain_lower": pl.Float64,
    "gain_upper": pl.Float64,
    "marginal": pl.Float64,
    "return_on_spend": pl.Float64,
    "reason": pl.String,
}
"""The columns of `Scenarios.totals` and their types."""


@dataclass(frozen=True)
class Scenarios:
    """Of each scenario one row of `totals` and one `Allocation`; `reason` says why one is impossible, and has none."""

    totals: pl.DataFrame
    allocations: Mapping[str, Allocation]


def compared_scenarios(
    fits: Mapping[str, ResponseFit],
    *,
    shifts: Sequence[float] = SHIFTS,
    totals: Sequence[float] = (),
    own: Mapping[str, Mapping[str, float]] | None = None,
    least: Mapping[str, float] | None = None,
    most: Mapping[str, float] | None = None,
    target: Target | None = None,
    currency: str | None = None,
) -> Scenarios:
    """Put today's split, the best ones of several totals and some of one's own side by side.

    Formula: `allocation_of` today's and one's own spends, `best_split` of usual total × (1 + shift) and of each total.
    The marginal of a scenario is Σ x_i · f_i′(x_i) / Σ x_i: what one more minor unit brings, spread like the rest; in
    a best split without bounds it is the one marginal of all campaigns. The return is Σ f_i(x_i) / Σ x_i.

    Parameters
    ----------
    fits : of each campaign, all with results of one kind.
    shifts : shares of the usual total, above −1; default `SHIFTS`.
    totals : minor units a day.
    own : names of scenarios, and the spends of campaigns, minor units a day, of each.
    least, most, target, currency : of the best splits, see `best_split`; the currency also names their totals.

    Returns
    -------
    The scenarios in this order: `today`; `best`, `best -20 %`, `best +20 %`; `best of …`; one's own by their names.

    Raises
    ------
    InvalidData : no campaign, one's own scenario with a name that is taken, or with an impossible spend.

    >>> made = ResponseFit(0.0, 10.0, 100.0, 1.0, 0.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.0, 0.3, (),
    ...     ((10.0, 100.0, 1.0, 0.0),) * 2)
    >>> found = compared_scenarios({"camp_1": made}, own={"all in": {"camp_1": 300.0}}, totals=[200.0]).totals
    >>> found.select("scenario", "spend", pl.col("result").round(2), "reason").rows()[2:]
    [('best -20 %', 80.0, 4.44, None), ('best +20 %', 120.0, 5.45, None), ('best of 200 minor units', None, None,
    'total: 200 minor units a day is out of bounds; the campaigns can spend 50 minor units to 160 minor units'),
    ('all in', 300.0, 7.5, None)]
    """
    usual = sum(fit.usual_spend for fit in fits.values())
    found = {TODAY: allocation_of(fits, {}, least=least, most=most)}
    reasons: dict[str, str] = {}
    wanted = {_shifted(shift): usual * (1 + shift) for shift in shifts} | {
        f"best of {amount_words(one, currency)}": one for one in totals
    }
    for name, total in wanted.items():
        try:
            found[name] = best_split(fits, total, least=least, most=most, target=target, currency=currency)
        except InvalidData as refusal:
            reasons[name] = refusal.message
    names = [TODAY, *wanted]
    for name, spends in (own or {}).items():
        if name in names:
            raise InvalidData.at("scenario", f"{name[:80]!r} is the name of another; choose one of your own")
        found[name] = allocation_of(fits, spends, least=least, most=most)
        names.append(name)
    rows = [_row(name, found[name]) if name in found else {"scenario": name, "reason": reasons[name]} for name in names]
    return Scenarios(pl.DataFrame(rows, schema=TOTALS), found)


def _row(name: str, found: Allocation) -> dict[str, object]:
    weighted = float((found.rows["spend"] * found.rows["marginal"]).sum())
    return {
        "scenario": name,
        "spend": found.total,
        "result": found.expected,
        "result_lower": found.expected_lower,
        "result_upper": found.expected_upper,
        "gain": found.gain,
        "gain_lower": found.gain_lower,
        "gain_upper": found.gain_upper,
        "marginal": weighted / found.total if found.total else None,
        "return_on_spend": found.expected / found.total if found.total else None,
    }


def _shifted(shift: float) -> str:
    return f"best {shift * 100:+.3g} %" if shift else "best"
