"""The credit models: how a conversion is split among the touchpoints of its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from adplanning.attribution.credit_options import CreditOptions
from adplanning.core.errors import InvalidData

_IS_FIRST, _IS_LAST, _N_TOUCHES = pl.col("is_first"), pl.col("is_last"), pl.col("n_touches")


@dataclass(frozen=True)
class CreditModel:
    """The weight of a touchpoint, from the columns of `conversion_paths`; `is_share` where those of a path add up to
    one as they are.
    """

    weight: Callable[[CreditOptions], pl.Expr]
    is_share: bool = True


def _time_decay(options: CreditOptions) -> pl.Expr:
    # Counted from the last touchpoint, whose weight is 1: however short the half-life, not all weights are zero.
    return 0.5 ** (pl.col("days_to_last") * (1 / options.half_life_days))


def _position_based(options: CreditOptions) -> pl.Expr:
    first, last = options.first_weight, options.last_weight
    ends = first + last
    of_two = (first / ends, last / ends) if ends > 0 else (0.5, 0.5)
    return (
        pl.when(_N_TOUCHES == 1)
        .then(1.0)
        .when(_IS_FIRST)
        .then(pl.when(_N_TOUCHES == 2).then(of_two[0]).otherwise(first))
        .when(_IS_LAST)
        .then(pl.when(_N_TOUCHES == 2).then(of_two[1]).otherwise(last))
        .otherwise(max(0.0, 1 - ends) / (_N_TOUCHES - 2))
    )


CREDIT_MODELS: Final[dict[str, CreditModel]] = {
    "last_click": CreditModel(lambda _: _IS_LAST),
    "first_click": CreditModel(lambda _: _IS_FIRST),
    "linear": CreditModel(lambda _: 1 / _N_TOUCHES),
    "time_decay": CreditModel(_time_decay, is_share=False),
    "position_based": CreditModel(_position_based),
}
"""The models by rule. A touchpoint's credit is its weight / the sum of the weights of its path."""


def credit_columns(models: Sequence[str], custom: Mapping[str, pl.Expr], options: CreditOptions) -> list[list[pl.Expr]]:
    """A column per model with a touchpoint's credit; each list uses columns of those before.

    The columns that begin with two underscores are on the way to them.

    Raises
    ------
    InvalidData : an unknown model, or a custom one with the name of a model by rule; when collected, a custom weight
        that is negative, missing or no finite number.
    """
    for name in custom:
        if name in CREDIT_MODELS:
            raise InvalidData.at("custom", f"{name!r} is the name of a model by rule; give yours another")
    for model in models:
        if model not in CREDIT_MODELS and model not in custom:
            raise InvalidData.unknown_choice("model", model, [*CREDIT_MODELS, *custom])
    by_rule = {name: CREDIT_MODELS[name] for name in models if name in CREDIT_MODELS}
    weights = {name: model.weight(options) for name, model in by_rule.items() if not model.is_share}
    weights |= {name: _checked(custom[name], name) for name in models if name in custom}
    # A window within a window costs ten times as much as one after the other.
    return [
        [weight.cast(pl.Float64).alias(f"__weight_{name}") for name, weight in weights.items()],
        [_whole(pl.col(f"__weight_{name}")).alias(f"__whole_{name}") for name in weights],
        [
            (
                _share(pl.col(f"__whole_{name}")) if name in weights else by_rule[name].weight(options).cast(pl.Float64)
            ).alias(name)
            for name in models
        ],
    ]


def _checked(weight: pl.Expr, name: str) -> pl.Expr:
    def checked(weights: pl.Series) -> pl.Series:
        wrong = weights.filter(weights.is_null() | ~weights.is_finite() | (weights < 0))
        if wrong.len():
            what = "none" if wrong[0] is None else wrong[0]
            raise InvalidData.at(
                name, f"the weight of a touchpoint is {what}; it must be a number, 0 or more: fill or clip it"
            )
        return weights

    return weight.cast(pl.Float64).map_batches(checked, return_dtype=pl.Float64, is_elementwise=True)


def _whole(weight: pl.Expr) -> pl.Expr:
    # Whole numbers add up alike in any order: equal facts give equal credits to the last digit. The bound keeps the
    # reciprocal finite.
    return (2**40 * (weight * (1 / weight.max().over("path").clip(1e-300)))).round().cast(pl.Int64)


def _share(whole: pl.Expr) -> pl.Expr:
    total = whole.sum().over("path")
    # Not whole / total: polars divides by a constant as by its reciprocal, and whether a batch holds one total depends
    # on what else is in it; this way the last digit is always the same.
    return pl.when(total > 0).then(whole * (1 / total)).otherwise(1 / _N_TOUCHES)
