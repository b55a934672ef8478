"""Which tier or level a score stands for: each bound is written here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from adplanning.core.vocabulary import RiskLevel, ScoreType, Tier

# Of each type the name from which score on, the best first; what is below all of them has the last name.
CLV_TIERS: Final = {Tier.platinum.value: 50_000.0, Tier.gold.value: 20_000.0, Tier.silver.value: 5_000.0}
ENGAGEMENT_LEVELS: Final = {"high": 70.0, "medium": 40.0}
RISK_LEVELS: Final = {RiskLevel.critical.value: 75.0, RiskLevel.high.value: 50.0, RiskLevel.medium.value: 25.0}
CONFIDENCES: Final = {"high": 5.0, "medium": 2.0}

HIGH_VALUE: Final = 10_000.0
"""A CLV above this makes a customer at risk one to be called first."""

NAMES: Final[Mapping[ScoreType, tuple[str, ...]]] = {
    ScoreType.nps: ("promoter", "passive", "detractor"),
    ScoreType.engagement: ("high", "medium", "low", "inactive"),
    ScoreType.clv: tuple(tier.value for tier in Tier),
    ScoreType.churn_risk: tuple(level.value for level in RiskLevel),
}
"""The names that a score of each type can stand for, in the order in which they are shown."""


def clv_tier(clv: pl.Expr) -> pl.Expr:
    """The tier of a customer's lifetime value, in major units of the reporting currency.

    Formula: platinum from 50,000, gold from 20,000, silver from 5,000, else bronze.

    >>> pl.DataFrame({"clv": [5e4, 49_999.99, 5e3, 0.0]}).select(its=clv_tier(pl.col("clv")))["its"].to_list()
    ['platinum', 'gold', 'silver', 'bronze']
    """
    return _named(clv, CLV_TIERS, Tier.bronze.value)


def engagement_level(score: pl.Expr) -> pl.Expr:
    """The level of an engagement score.

    Formula: high from 70, medium from 40, low above 0, else inactive.

    >>> pl.DataFrame({"score": [70, 69, 1, 0]}).select(its=engagement_level(pl.col("score")))["its"].to_list()
    ['high', 'medium', 'low', 'inactive']
    """
    return pl.when(score <= 0).then(pl.lit("inactive")).otherwise(_named(score, ENGAGEMENT_LEVELS, "low"))


def risk_level(score: pl.Expr) -> pl.Expr:
    """The level of a churn risk, in percent.

    Formula: critical from 75, high from 50, medium from 25, else low.

    >>> pl.DataFrame({"risk": [75.0, 74.99, 25.0, 0.0]}).select(its=risk_level(pl.col("risk")))["its"].to_list()
    ['critical', 'high', 'medium', 'low']
    """
    return _named(score, RISK_LEVELS, RiskLevel.low.value)


def confidence(n: pl.Expr) -> pl.Expr:
    """How much a score rests on: purchases of a CLV or a churn risk, activities of an engagement, ratings of an NPS.

    Formula: high from 5, medium from 2, else low.

    >>> pl.DataFrame({"n": [5, 2, 0]}).select(its=confidence(pl.col("n")))["its"].to_list()
    ['high', 'medium', 'low']
    """
    return _named(n, CONFIDENCES, "low")


def _named(score: pl.Expr, bounds: Mapping[str, float], below: str) -> pl.Expr:
    steps = [pl.when(score >= least).then(pl.lit(name)) for name, least in bounds.items()]
    return pl.coalesce(*steps, pl.lit(below))
