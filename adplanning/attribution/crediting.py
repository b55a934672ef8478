"""From facts to credits: the one way that the report, the list and the nightly run go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.attribution.channels import with_channel
from adplanning.attribution.credit import conversion_paths, credited_paths
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.markov import markov_weights
from adplanning.attribution.newcomers import with_is_new
from adplanning.attribution.sequences import non_converting_paths, path_steps
from adplanning.attribution.shapley import SHAPLEY_WEIGHT, shapley_weights
from adplanning.core.errors import InvalidData
from adplanning.core.money import in_reporting_currency
from adplanning.core.periods import Period
from adplanning.core.vocabulary import ConversionType, PublicRevenue
from adplanning.people.identity import owners, path_keys

LEARNED_MODELS: Final = ("markov", "shapley")
"""The models that learn from all paths what a channel is worth, those that led nowhere included."""

ALL_MODELS: Final = (*CREDIT_MODELS, *LEARNED_MODELS)


@dataclass(frozen=True)
class Scope:
    """Which conversions are meant: the counted ones of a period, of some types (all when empty), or what completed a
    goal, each worth what the goal says.
    """

    period: Period
    public_revenue: PublicRevenue
    conversion_types: Sequence[str] = ()
    goal_id: str | None = None

    def __post_init__(self) -> None:
        for name in self.conversion_types:
            if name not in set(ConversionType):
                raise InvalidData.unknown_choice("conversion_types", name, ConversionType)
        if self.goal_id is not None and self.conversion_types:
            raise InvalidData.at("conversion_types", "do not go with a goal, which says itself what counts; give one")


@dataclass(frozen=True)
class PathFacts:
    """What paths are made of, as it is stored.

    conversions: conversion_id, visitor_id, person_id, converted_at, value_minor, currency. touchpoints: touchpoint_id,
    visitor_id, touched_at, and what tells their channel. sightings: see `people.identity.owners`. purchases: of all
    times, visitor_id, person_id, converted_at.
    """

    conversions: pl.LazyFrame
    touchpoints: pl.LazyFrame
    sightings: pl.DataFrame
    purchases: pl.LazyFrame


@dataclass(frozen=True)
class Journeys:
    """Conversions and touchpoints with the key of the path they are on, each on exactly one."""

    conversions: pl.LazyFrame
    touchpoints: pl.LazyFrame


@dataclass(frozen=True)
class Learning:
    """How the data-driven models learn.

    `markov_order` is how many channels back a step depends on; 1 is usual. Shapley values are of conversions, or of the
    conversion rate of each set of channels (`rate`).
    """

    markov_order: int = 1
    shapley_by: Literal["conversions", "rate"] = "conversions"


def journeys(facts: PathFacts) -> Journeys:
    """Say of each conversion and touchpoint whose it is, through which channel it came, and whether the buyer is new.

    Identity: a touchpoint is on the path of one person or visitor, so nobody else's is ever credited for a conversion.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> sold = pl.LazyFrame({"conversion_id": ["c"], "visitor_id": ["phone"], "person_id": ["asha"],
    ...     "converted_at": [noon], "value_minor": [500], "currency": ["INR"]})
    >>> touches = pl.LazyFrame({"touchpoint_id": ["t"], "visitor_id": ["phone"], "touched_at": [noon],
    ...     "utm_source": ["google"], "utm_medium": ["cpc"], "platform": ["google"]})
    >>> seen = pl.DataFrame({"visitor_id": ["phone"], "person_id": ["asha"], "seen_at": [noon]})
    >>> found = journeys(PathFacts(sold, touches, seen, sold))
    >>> found.touchpoints.select("path_key", "channel", "is_direct").collect().row(0)
    ('person:asha', 'paid search', False)
    """
    known = owners(facts.sightings)
    conversions = path_keys(facts.conversions, known, at="converted_at")
    purchases = path_keys(facts.purchases, known, at="converted_at")
    touchpoints = path_keys(facts.touchpoints, known, at="touched_at")
    return Journeys(with_is_new(conversions, purchases), with_channel(touchpoints))


def reported(conversions: pl.LazyFrame, rates: pl.DataFrame, *, currency: str, zone: ZoneInfo) -> pl.LazyFrame:
    """Add each conversion's day in the reporting zone, `on`, and its value at that day's rate, `reported_minor`."""
    dated = conversions.with_columns(pl.col("converted_at").dt.convert_time_zone(zone.key).dt.date().alias("on"))
    return in_reporting_currency(dated, rates, currency=currency, amount="value_minor", on="on", into="reported_minor")


def learns(models: Sequence[str], learning: Learning) -> list[str]:
    """Those of some models that need all paths to know what a channel weighs.

    >>> learns(["linear", "markov", "shapley"], Learning()), learns(["shapley"], Learning(shapley_by="rate"))
    (['markov'], ['shapley'])
    """
    by_rate = learning.shapley_by == "rate"
    return [model for model in models if model == "markov" or (model == "shapley" and by_rate)]


def learned_weights(
    found: Journeys, models: Sequence[str], options: CreditOptions, learning: Learning
) -> pl.DataFrame | None:
    """What each channel weighs under the data-driven models asked for: channel and a column per model.

    Null where none of the models needs to learn.
    """
    wanted = learns(models, learning)
    if not wanted:
        return None
    steps = path_steps(*both_kinds_of_paths(found, options))
    weights = pl.DataFrame({"channel": steps["channel"].unique().sort()})
    for model in wanted:
        its = markov_weights(steps, order=learning.markov_order) if model == "markov" else shapley_weights(steps)
        weights = weights.join(its.rename({"weight": f"{model}_weight"}), on="channel", how="left")
    return weights


def both_kinds_of_paths(found: Journeys, options: CreditOptions) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The paths that led to conversions, and those that led nowhere."""
    days, direct = options.lookback_days, options.direct_credit
    return (
        conversion_paths(found.conversions, found.touchpoints, lookback_days=days, direct_credit=direct),
        non_converting_paths(found.conversions, found.touchpoints, lookback_days=days, direct_credit=direct),
    )


def credited(
    found: Journeys,
    models: Sequence[str],
    options: CreditOptions,
    *,
    value: str,
    learning: Learning,
    weights: pl.DataFrame | None = None,
    custom: Mapping[str, pl.Expr] | None = None,
) -> pl.LazyFrame:
    """Credit conversions under rule and data-driven models: see `credit.credited_paths`.

    A touchpoint earns, under a data-driven model, its channel's weight over the weights of all touchpoints of its path.

    Parameters
    ----------
    found : as from `journeys`.
    models : names in `ALL_MODELS` or in `custom`.
    options, learning : how credit is given, and learned.
    value : the conversions' column whose parts are told as `<model>_minor`.
    weights : as from `learned_weights` of more paths than these; learned from these when not given.
    custom : further models; see `credit.credits`.

    Raises
    ------
    InvalidData : an unknown model.
    """
    known_models = [*ALL_MODELS, *(custom or {})]
    for model in models:
        if model not in known_models:
            raise InvalidData.unknown_choice("model", model, known_models)
    known = learned_weights(found, models, options, learning) if weights is None else weights
    touchpoints = found.touchpoints
    given = dict(custom or {})
    by_channel: dict[str, pl.Expr] = {"shapley": SHAPLEY_WEIGHT} if "shapley" in models else {}
    if known is not None:
        touchpoints = touchpoints.join(known.lazy(), on="channel", how="left")
        learned = (name.removesuffix("_weight") for name in known.columns if name != "channel")
        by_channel |= {model: pl.col(f"{model}_weight").fill_null(0) for model in learned if model in models}
    return credited_paths(
        found.conversions, touchpoints, models, options=options, custom=given | by_channel, value=value
    )
