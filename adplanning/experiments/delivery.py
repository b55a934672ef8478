"""Whether a platform showed the variants alike: it picks who sees which ad, so nobody has drawn lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl
from scipy import special

from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio

UNEVEN_SHARE: Final = 0.05
"""A twentieth of the impressions: the greatest difference of audiences that is not warned of. Our own choice: where one
group clicks twice as often as another, it moves the click rate by a twentieth, as much as many an ad does."""

UNEVEN_DAYS: Final = 0.2
"""The same of days, whose clicks differ less than those of audiences; two campaigns with their own budgets never spend
alike. Our own choice."""

OFF_PLAN: Final = 0.1
"""How far a variant's share of all impressions may be from its weight. Our own choice."""

CHANCE: Final = 0.001
"""Below this probability a difference is not chance, as for sample ratios."""


@dataclass(frozen=True)
class VariantDelivery:
    """How often a variant was shown, and its clicks an impression: as they are, and over the audience of all variants.

    That audience is of the groups that have seen all variants; without one `click_rate_alike` is null.
    """

    variant_id: str
    n_impressions: int
    share: float | None
    planned_share: float | None
    click_rate: float | None
    click_rate_alike: float | None


@dataclass(frozen=True)
class Delivery:
    """How alike the variants were shown to the groups of `by`; see `delivery_by`."""

    by: str
    variants: tuple[VariantDelivery, ...]
    share_apart: float | None
    p_value: float | None
    is_uneven: bool
    is_off_plan: bool
    is_reversed: bool
    words: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it as the store keeps it."""
        return {**asdict(self), "variants": [asdict(each) for each in self.variants], "words": list(self.words)}


def delivery_by(
    shown: pl.DataFrame,
    *,
    by: str,
    weights: Mapping[str, float],
    names: Mapping[str, str],
    uneven_share: float = UNEVEN_SHARE,
) -> Delivery:
    """Hold against each other to whom (or when) the variants were shown.

    Formula: a variant's delivery over the groups is p_g = n_g / Σ n_g; two variants are ½ Σ |p_g − q_g| apart, the
    share of impressions that would have to move to make them alike. Uneven is a pair more than uneven_share apart,
    unless chance does as much (χ² of groups × variants, p ≥ `CHANCE`). Off the plan is a variant whose share of all
    impressions is more than `OFF_PLAN` from its weight. `click_rate_alike` is Σ w_g · clicks_g / n_g over the
    groups that have seen all variants, w_g their shares of these impressions; the comparison is reversed where two
    variants change places by it (Simpson's paradox).

    Parameters
    ----------
    shown : one row per variant and group, or several to be added up: variant_id, group, n_impressions, n_clicks.
    by : what the groups are, in words, such as "age and gender" or "day".
    weights : the planned weight of each variant, which need not add up to anything; the first is the control.
    names : what to call each variant.
    uneven_share : default `UNEVEN_SHARE`, for audiences; `UNEVEN_DAYS` is for days.

    Returns
    -------
    A row per variant of `weights`, in that order; nothing is uneven where nothing was shown.

    Raises
    ------
    InvalidData : a missing column.

    >>> shown = pl.DataFrame({
    ...     "variant_id": ["a", "a", "b", "b"], "group": ["young", "old"] * 2,
    ...     "n_impressions": [9_000, 1_000, 1_000, 9_000], "n_clicks": [180, 60, 30, 720],
    ... })
    >>> found = delivery_by(shown, by="age", weights={"a": 50, "b": 50}, names={"a": "Sun", "b": "Moon"})
    >>> found.is_uneven, round(found.share_apart, 2), found.is_reversed
    (True, 0.8, False)
    >>> [(round(each.click_rate, 4), round(each.click_rate_alike, 4)) for each in found.variants]
    [(0.024, 0.04), (0.075, 0.055)]

    Source: Braun, de Langhe, Puntoni and Schwartz (2024), "Leveraging digital advertising platforms for consumer
    research", and Braun and Schwartz (2025), "Where A/B testing goes wrong: how divergent delivery affects what online
    experiments cannot (and can) tell you about how customers respond to advertising": platforms deliver the ads of a
    test to different people. Direct standardisation: any textbook of epidemiology.
    """
    require_columns(shown, ["variant_id", "group", "n_impressions", "n_clicks"], what="shown")
    cells = (
        shown.filter(pl.col("variant_id").is_in(list(weights)))
        .group_by("variant_id", "group")
        .agg(pl.col("n_impressions", "n_clicks").sum().cast(pl.Float64))
        .filter(pl.col("n_impressions") > 0)
    )
    n_all = float(cells["n_impressions"].sum())
    saw_all = pl.col("variant_id").n_unique() == cells["variant_id"].n_unique()
    of_all = (
        cells.group_by("group")
        .agg(saw_all, n=pl.col("n_impressions").sum())
        .filter("variant_id")
        .select("group", of_all=pl.col("n") / pl.col("n").sum())
    )
    planned = sum(weights.values())
    variants = tuple(
        _variant(variant_id, cells.filter(pl.col("variant_id") == variant_id), of_all, n_all, ratio(weight, planned))
        for variant_id, weight in weights.items()
    )
    counts = cells.pivot("variant_id", index="group", values="n_impressions").sort("group").drop("group").fill_null(0.0)
    share_apart, p_value = _apart(counts), _probability(counts)
    is_uneven = share_apart is not None and p_value is not None and share_apart > uneven_share and p_value < CHANCE
    is_off_plan = any(
        each.share is not None and each.planned_share is not None and abs(each.share - each.planned_share) > OFF_PLAN
        for each in variants
    )
    is_reversed = is_uneven and _is_reversed(variants)
    return Delivery(
        by,
        variants,
        share_apart,
        p_value,
        is_uneven,
        is_off_plan,
        is_reversed,
        (
            *([_words_of_plan(variants, names)] if is_off_plan else []),
            *([_words_of_groups(by, share_apart)] if is_uneven and share_apart else []),
            *([_words_of_reversal(variants, names)] if is_reversed else []),
        ),
    )


def _variant(
    variant_id: str, cells: pl.DataFrame, of_all: pl.DataFrame, n_all: float, planned_share: float | None
) -> VariantDelivery:
    n_impressions = float(cells["n_impressions"].sum())
    alike = of_all.join(cells, on="group", how="left").sort("group")
    rate = alike["of_all"] * alike["n_clicks"] / alike["n_impressions"]
    return VariantDelivery(
        variant_id,
        int(n_impressions),
        ratio(n_impressions, n_all),
        planned_share,
        ratio(float(cells["n_clicks"].sum()), n_impressions),
        float(rate.sum()) if n_impressions and rate.len() else None,
    )


def _apart(counts: pl.DataFrame) -> float | None:
    """The greatest distance of two variants, whose columns these are; None where fewer than two were shown."""
    shares = [column / column.sum() for column in counts]
    pairs = [(one, other) for at, one in enumerate(shares) for other in shares[at + 1 :]]
    return max((float((one - other).abs().sum()) / 2 for one, other in pairs), default=None)


def _probability(counts: pl.DataFrame) -> float | None:
    """How likely chance alone sets the variants, whose columns these are, so far apart; null for fewer than two."""
    if counts.width < 2:
        return None
    if counts.height < 2:
        return 1.0
    seen = counts.to_numpy()
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0) / seen.sum()
    return float(special.chdtrc((counts.height - 1) * (counts.width - 1), ((seen - expected) ** 2 / expected).sum()))


def _is_reversed(variants: tuple[VariantDelivery, ...]) -> bool:
    known = [
        (each.click_rate, each.click_rate_alike)
        for each in variants
        if each.click_rate is not None and each.click_rate_alike is not None
    ]
    return any((one[0] - other[0]) * (one[1] - other[1]) < 0 for one in known for other in known)


def _words_of_plan(variants: tuple[VariantDelivery, ...], names: Mapping[str, str]) -> str:
    seen = ", ".join(
        f"{names[each.variant_id]} {each.share or 0:.0%} (planned {each.planned_share or 0:.0%})" for each in variants
    )
    return f"The variants were not shown as often as planned: {seen} of the impressions."


def _words_of_groups(by: str, share_apart: float) -> str:
    return (
        f"By {by} the variants were shown unevenly: {share_apart:.0%} of the impressions of one would have to move for "
        "it to be shown like another. The platform chose who saw which and when, so a difference may be one of "
        f"{by} and not of the variants, and may even turn round within each group (Simpson's paradox). Do not take "
        "this for a randomised test; repeat it with the platform's own split test."
    )


def _words_of_reversal(variants: tuple[VariantDelivery, ...], names: Mapping[str, str]) -> str:
    rates = ", ".join(
        f"{names[each.variant_id]} {each.click_rate:.2%}, over the same audience {each.click_rate_alike:.2%}"
        for each in variants
        if each.click_rate is not None and each.click_rate_alike is not None
    )
    return f"Here it does turn round: clicks an impression are {rates}."
