"""The past of a campaign as a forecast sees it: what is known, when it was off, and what was usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.forecasts.model_fit import Numbers
from adplanning.forecasts.series import MAX_HISTORY_DAYS

MEASURES: Final = ("spend", "n_conversions", "revenue")
OFF_DAYS: Final = 7
USUAL_DAYS: Final = 28

Days = NDArray[np.bool_]


@dataclass(frozen=True)
class CampaignDays:
    """The last days of one campaign up to `as_of_on`, which is the last column.

    `values` (`MEASURES`, days) is NaN where a day is unknown; `is_off` tells the days on which it was switched off;
    `n_negative` the days whose revenue was below 0.
    """

    as_of_on: date
    values: Numbers
    is_off: Days
    n_negative: int

    @property
    def is_off_now(self) -> bool:
        """Whether it is switched off on the last day."""
        return bool(self.is_off[-1])

    def on_of(self, column: int) -> date:
        """The date of a column."""
        return self.as_of_on - timedelta(days=self.values.shape[1] - 1 - column)

    def column_of(self, on: date) -> int:
        """The column of a date, which may lie before the first or behind the last one."""
        return int(self.values.shape[1]) - 1 - (self.as_of_on - on).days

    def usual(self, is_unusual: Days) -> Numbers:
        """The days that the rhythm can be learnt from: not off, and not among the unusual ones."""
        return np.where(self.is_off | is_unusual, np.nan, self.values)

    def usual_spend(self, is_unusual: Days) -> float | None:
        """What was spent a day on the last `USUAL_DAYS` known days that were usual; null where no spend is known."""
        spend = self.usual(is_unusual)[0]
        known = spend[~np.isnan(spend)][-USUAL_DAYS:]
        return float(known.mean()) if known.size else None


def campaign_days(history: pl.DataFrame, *, as_of_on: date) -> CampaignDays:
    """Lay the history of one campaign out by day.

    Formula: a campaign was off on days without spend before its first spend, and on `OFF_DAYS` = 7 or more known days
    in a row without spend, where it ever spent. A day that no row is of is unknown, which is not zero.

    Parameters
    ----------
    history : one row a known day up to `as_of_on`: on, spend, n_conversions, revenue; null where one is unknown. Days
        more than `MAX_HISTORY_DAYS` back are not used. Revenue below 0 (more paid back than sold) counts as 0.

    Raises
    ------
    InvalidData : a missing column, two rows of one day, a day after `as_of_on`, a negative spend or count.

    >>> on = [date(2026, 3, 1), date(2026, 3, 3)]
    >>> past = pl.DataFrame({"on": on, "spend": [5.0, 0.0], "n_conversions": [1.0, 0.0], "revenue": [9.0, None]})
    >>> campaign_days(past, as_of_on=date(2026, 3, 3)).values.tolist()
    [[5.0, nan, 0.0], [1.0, nan, 0.0], [9.0, nan, nan]]
    """
    require_columns(history, ["on", *MEASURES], what="history")
    if history["on"].is_duplicated().any():
        raise InvalidData.at("history", "has two rows of one day; add them up first")
    ago = (pl.lit(as_of_on) - pl.col("on")).dt.total_days().alias("ago")
    days = history.select(ago, *(pl.col(measure).cast(pl.Float64).fill_nan(None) for measure in MEASURES))
    if (days["ago"] < 0).any():
        raise InvalidData.at("history", f"has days after {as_of_on}, the last known day; leave them out")
    for measure in MEASURES[:2]:
        if (days[measure] < 0).any():
            raise InvalidData.at(f"history.{measure}", "must be 0 or more on every day")
    days = days.filter(pl.col("ago") < MAX_HISTORY_DAYS)
    n_days = 1 + max(days["ago"].to_list(), default=0)
    values = np.full((len(MEASURES), n_days), np.nan)
    values[:, n_days - 1 - days["ago"].to_numpy()] = days.select(MEASURES).to_numpy().T
    is_negative = values[2] < 0
    values[2, is_negative] = 0.0
    return CampaignDays(as_of_on, values, _is_off(values[0]), int(is_negative.sum()))


def _is_off(spend: Numbers) -> Days:
    is_off = np.zeros(len(spend), dtype=bool)
    spent = np.flatnonzero(spend > 0)
    if not spent.size:
        return is_off
    is_off[: spent[0]] = True
    is_zero = spend == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_zero, [False]])))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if end - first >= OFF_DAYS:
            is_off[first:end] = True
    return is_off
