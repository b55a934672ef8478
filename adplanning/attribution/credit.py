"""Along which path a conversion came, and how much credit each of its touchpoints earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl
from polars import selectors

from adplanning.attribution.credit_models import credit_columns
from adplanning.attribution.credit_options import (
    FIRST_WEIGHT,
    HALF_LIFE_DAYS,
    LAST_WEIGHT,
    LOOKBACK_DAYS,
    CreditOptions,
)
from adplanning.attribution.paths import paths_by_parts
from adplanning.core.frames import require_columns
from adplanning.core.vocabulary import DirectCredit

_IS_FIRST, _IS_LAST = pl.col("is_first"), pl.col("is_last")

TOUCH_TYPE: Final = (
    pl.when(_IS_LAST).then(pl.lit("last")).when(_IS_FIRST).then(pl.lit("first")).otherwise(pl.lit("middle"))
)
"""Where in its path a touchpoint stands; the only one of a path is its last."""


def conversion_paths(
    conversions: pl.LazyFrame,
    touchpoints: pl.LazyFrame,
    *,
    lookback_days: int = LOOKBACK_DAYS,
    direct_credit: DirectCredit = DirectCredit.only_alone,
) -> pl.LazyFrame:
    """Put each conversion beside the touchpoints that can have led to it.

    Formula: the path of a conversion holds the touchpoints of its path key with
    converted_at − lookback_days × 24 h ≤ touched_at ≤ converted_at, both bounds included, in the order of
    (touched_at, touchpoint_id), so that equal times have one order. Direct ones are left off a path that holds another.
    Each conversion has a path of its own: a touchpoint before an earlier conversion of the same person counts again.

    Parameters
    ----------
    conversions : one row per conversion: conversion_id, path_key, converted_at (further columns are carried along).
    touchpoints : one row per touchpoint of a path key: touchpoint_id, path_key, touched_at, and is_direct where direct
        visits are among them (further columns too; one that conversions also have gets the suffix _right).
    lookback_days : default 30, the window of the report.
    direct_credit : `always` keeps direct touchpoints beside others; default `only_alone`.

    Returns
    -------
    One row per conversion and touchpoint of its path: the columns of both; `path`, a number for the conversion;
    `position`, 1 to `n_touches`; `is_first`, `is_last`; `age_days`, before the conversion; `days_to_last`, before the
    last touchpoint of the path. A conversion without touchpoints has no row. Rows are in no order.

    Raises
    ------
    InvalidData : a missing column, or a lookback of no days.

    >>> from datetime import datetime
    >>> sold = pl.LazyFrame({"conversion_id": ["c"], "path_key": ["p"], "converted_at": [datetime(2026, 3, 31)]})
    >>> touches = pl.LazyFrame({
    ...     "touchpoint_id": ["mail", "search", "early"],
    ...     "path_key": ["p", "p", "p"],
    ...     "touched_at": [datetime(2026, 3, 30, 12), datetime(2026, 3, 1), datetime(2026, 2, 28)],
    ... })
    >>> path = conversion_paths(sold, touches).sort("position")
    >>> path.select("touchpoint_id", "position", "n_touches", "age_days", "days_to_last").collect().rows()
    [('search', 1, 2, 30.0, 29.5), ('mail', 2, 2, 0.5, 0.0)]
    """
    return _paths(conversions, touchpoints, CreditOptions(lookback_days=lookback_days, direct_credit=direct_credit))


def credits(  # noqa: A001 (the word of the field)
    paths: pl.LazyFrame,
    models: Sequence[str],
    *,
    half_life_days: float = HALF_LIFE_DAYS,
    first_weight: float = FIRST_WEIGHT,
    last_weight: float = LAST_WEIGHT,
    custom: Mapping[str, pl.Expr] | None = None,
) -> pl.LazyFrame:
    """Split each conversion among the touchpoints of its path, under each model.

    Formula: credit = weight / Σ weight over the path; where all weights are 0, 1 / n_touches each. By `CREDIT_MODELS`:
    all to the last touchpoint; all to the first; 1 / n_touches each; in proportion to
    2^(−days to the path's last touchpoint / half_life_days); first_weight to the first, last_weight to the last and
    the rest shared alike by those between, with two touchpoints in proportion to both weights, with one all.

    Parameters
    ----------
    paths : as from `conversion_paths`, one row per conversion and touchpoint.
    models : names in `CREDIT_MODELS` or in `custom`.
    half_life_days : of time_decay; default 7, the convention of web analytics.
    first_weight, last_weight : of position_based; default 0.4 each, the convention of web analytics.
    custom : further models: a name and the weight of a touchpoint, 0 or more, from columns of the paths. Where each
        channel has a weight, join it to the touchpoints and give its column.

    Returns
    -------
    The paths with one Float64 column per model, 0 to 1; those of one conversion add up to one.

    Raises
    ------
    InvalidData : an unknown model, an option out of its range; when collected, a custom weight that is negative,
        missing or no finite number.

    >>> path = pl.LazyFrame({
    ...     "path": [0] * 3, "n_touches": [3] * 3, "days_to_last": [14.0, 7.0, 0.0],
    ...     "is_first": [True, False, False], "is_last": [False, False, True],
    ... })
    >>> by_age = {"mine": 1 / (1 + pl.col("days_to_last") / 7)}
    >>> shared = credits(path, ["time_decay", "position_based", "mine"], custom=by_age).collect()
    >>> [shared[model].round(4).to_list() for model in ("time_decay", "position_based", "mine")]
    [[0.1429, 0.2857, 0.5714], [0.4, 0.2, 0.4], [0.1818, 0.2727, 0.5455]]
    """
    require_columns(paths, ["path", "n_touches", "is_first", "is_last", "days_to_last"], what="paths")
    options = CreditOptions(half_life_days=half_life_days, first_weight=first_weight, last_weight=last_weight)
    for columns in credit_columns(models, custom or {}, options):
        paths = paths.with_columns(columns)
    return paths.drop(selectors.starts_with("__"))


def credited_paths(
    conversions: pl.LazyFrame,
    touchpoints: pl.LazyFrame,
    models: Sequence[str],
    *,
    options: CreditOptions | None = None,
    custom: Mapping[str, pl.Expr] | None = None,
    value: str | None = None,
) -> pl.LazyFrame:
    """The paths, the credits and, with `value`, what was earned, at once and several times as fast.

    Equal to `conversion_paths`, then `credits`, then `credited_minor` of each model, with the same parameters; the
    options at once, by default those of `CreditOptions`.
    """
    options = options or CreditOptions()
    columns = credit_columns(models, custom or {}, options)
    earned = [] if value is None else [_minor(model, value, in_order=True) for model in models]
    return _paths(conversions, touchpoints, options, [*columns, earned]).drop(selectors.starts_with("__"))


def _paths(
    conversions: pl.LazyFrame,
    touchpoints: pl.LazyFrame,
    options: CreditOptions,
    along: Sequence[Sequence[pl.Expr]] = (),
) -> pl.LazyFrame:
    require_columns(conversions, ["conversion_id", "path_key", "converted_at"], what="conversions")
    require_columns(touchpoints, ["touchpoint_id", "path_key", "touched_at"], what="touchpoints")
    return paths_by_parts(
        conversions,
        touchpoints,
        lookback=options.lookback,
        direct_only_alone=options.direct_credit == DirectCredit.only_alone,
        along=along,
    )


def credited_minor(model: str, *, value: str = "value_minor") -> pl.Expr:
    """The part of a conversion's value that a touchpoint earned, such that the parts add up exactly.

    Formula: along the path, round(cumulative credit × value) less the same one position before; the last position
    takes what is left. Null where the value is null. The value is what the conversion is worth after refunds: with a
    refund its credit is taken back, and where more was paid back than paid the parts are negative.

    Parameters
    ----------
    model : the column with the credits of one model, as from `credits`.
    value : the column with the conversion's value in minor units.

    >>> thirds = pl.DataFrame({
    ...     "path": [0] * 3, "position": [1, 2, 3], "is_first": [True, False, False], "is_last": [False, False, True],
    ...     "linear": [1 / 3] * 3, "value_minor": [100] * 3,
    ... })
    >>> thirds.select(credited_minor("linear"))["linear_minor"].to_list()
    [33, 34, 33]
    """
    return _minor(model, value, in_order=False)


def _minor(model: str, value: str, *, in_order: bool) -> pl.Expr:
    # Summed as whole numbers, a path's parts do not depend on the paths before it.
    own = (pl.col(model) * 2**50).round().cast(pl.Int64)
    so_far = own.cum_sum()
    if in_order:
        so_far = so_far - pl.when(_IS_FIRST).then(so_far - own).forward_fill()
    whole = pl.col(value).cast(pl.Int64)
    reached = pl.when(_IS_LAST).then(whole).otherwise((so_far * 2.0**-50 * whole).round().cast(pl.Int64))
    earned = reached - pl.when(_IS_FIRST).then(0).otherwise(reached.shift(1))
    return (earned if in_order else earned.over("path", order_by="position")).alias(f"{model}_minor")
