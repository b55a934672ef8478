"""What a metric is in some days together, from what each of them had."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from adplanning.alerts.windows import Window
from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio
from adplanning.metrics.definitions import METRICS, summed_metrics


def window_figures(days: pl.DataFrame, metric: str, windows: Sequence[Window]) -> list[float | None]:
    """A metric in each of some windows.

    Formula: of a sum Σ over the days; of a ratio per × Σ numerator / Σ denominator, never a mean of ratios. Null where
    a day of it is not known, or not there; of a ratio also where there is nothing to divide by.

    Parameters
    ----------
    days : one row a day: `on` and a column per sum, as `metrics.figures_service.daily_figures` answers.
    metric : a name in `METRICS`.

    >>> days = pl.DataFrame({"on": [date(2026, 11, 1), date(2026, 11, 2)], "revenue": [300, 0], "ad_spend": [100, 100]})
    >>> window_figures(days, "roas", [Window(date(2026, 11, 1), date(2026, 11, 2))])
    [1.5]
    """
    return [_figure(days, metric, window) for window in windows]


def is_known(days: pl.DataFrame, metric: str, window: Window) -> bool:
    """Whether every day of a window is there, with all that a metric is made from."""
    parts = sorted(summed_metrics([metric]))
    inside = _inside(days, parts, window)
    n_days = (window.last_on - window.first_on).days + 1
    return inside.height == n_days and not any(inside[part].null_count() for part in parts)


def without_days(days: pl.DataFrame, stretches: Collection[tuple[date, date]], sums: Collection[str]) -> pl.DataFrame:
    """The same, with these sums unknown on the days of some stretches (first and last day), which are told together.

    >>> days = pl.DataFrame({"on": [date(2026, 11, 1), date(2026, 11, 2)], "ad_spend": [0, 5]})
    >>> without_days(days, [(date(2026, 10, 1), date(2026, 11, 1))], ["ad_spend"])["ad_spend"].to_list()
    [None, 5]
    """
    is_untold = pl.any_horizontal(pl.lit(value=False), *(pl.col("on").is_between(*stretch) for stretch in stretches))
    return days.with_columns(pl.when(~is_untold).then(pl.col(one)).alias(one) for one in sums if one in days.columns)


def _figure(days: pl.DataFrame, metric: str, window: Window) -> float | None:
    if not is_known(days, metric, window):
        return None
    meaning = METRICS[metric]
    sums = _inside(days, sorted(summed_metrics([metric])), window).sum().row(0, named=True)
    if meaning.parts is None:
        return float(sums[metric])
    value = ratio(float(sums[meaning.parts[0]]), float(sums[meaning.parts[1]]))
    return None if value is None else meaning.per * value


def _inside(days: pl.DataFrame, parts: Sequence[str], window: Window) -> pl.DataFrame:
    require_columns(days, ["on", *parts], what="days")
    return days.filter(pl.col("on").is_between(window.first_on, window.last_on)).select(parts)
