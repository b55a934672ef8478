"""Which campaigns, channels and paths the conversions of a period came from, and what stands behind each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.attribution import queries, report
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import (
    LEARNED_MODELS,
    Journeys,
    Learning,
    PathFacts,
    Scope,
    both_kinds_of_paths,
    credited,
    journeys,
    reported,
)
from adplanning.attribution.flow import path_flow
from adplanning.attribution.path_profile import path_lengths, time_lags, top_paths
from adplanning.attribution.report import BREAKDOWNS, AttributionReport
from adplanning.attribution.sequences import path_steps
from adplanning.attribution.uncertainty import credit_intervals
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.money import in_reporting_currency
from adplanning.core.vocabulary import DirectCredit
from adplanning.store.tables.events import Goal

USUAL: Final = CreditOptions()
LEARNING: Final = Learning()
N_TOP_PATHS: Final = 20


def options_of_goal(session: Session, goal_id: str | None, *, direct_credit: DirectCredit) -> CreditOptions:
    """How the completions of a goal are credited: as the goal says, else as usual.

    Raises
    ------
    NotFound : there is no such goal.
    """
    if goal_id is None:
        return CreditOptions(direct_credit=direct_credit)
    goal = session.get(Goal, goal_id)
    if goal is None:
        raise NotFound(f"goal_id: there is no goal {goal_id!r}; GET /admin/ad-planning/goals lists them")
    names = ("lookback_days", "half_life_days", "first_weight", "last_weight")
    said = {name: getattr(goal, name) for name in names if getattr(goal, name) is not None}
    return CreditOptions(**said, direct_credit=direct_credit)


def attribution_report(
    engine: Engine,
    scope: Scope,
    *,
    currency: str,
    zone: ZoneInfo,
    models: Sequence[str] = tuple(CREDIT_MODELS),
    by: str = "campaign",
    options: CreditOptions = USUAL,
    learning: Learning = LEARNING,
) -> AttributionReport:
    """Credit and spend of the conversions of a scope; see `report.attribution_report`.

    Where carts and checkouts carry values too, only a report on purchases has the shop's revenue in its ROAS.

    Raises
    ------
    InvalidData : an unknown model or breakdown.
    """
    columns = report.report_columns(by, models)
    facts, spend, rates, names = queries.report_facts(
        engine, scope, by=by, zone=zone, lookback_days=options.lookback_days
    )
    found = _reported(facts, rates, currency=currency, zone=zone)
    return report.attribution_report(
        credited(found, models, options, value="reported_minor", learning=learning).select(columns).collect().lazy(),
        found.conversions,
        in_reporting_currency(
            spend.lazy(), rates, currency=currency, amount="spend_minor", on="on", into="reported_minor"
        ),
        names,
        models=models,
        by=by,
        period=scope.period,
        currency=currency,
        options=options,
    )


@dataclass(frozen=True)
class PathReport:
    """How the conversions of a scope came about: see `path_profile` and `flow` for the frames.

    `by_newness` has a row for new and one for returning buyers: is_new, n_conversions, value_minor (of those with a
    value and a rate). Conversions without a touchpoint are in it and in `n_without_touch`, but on no path.
    """

    top: pl.DataFrame
    lengths: pl.DataFrame
    lags: pl.DataFrame
    nodes: pl.DataFrame
    bands: pl.DataFrame
    by_newness: pl.DataFrame
    n_conversions: int
    n_without_touch: int


def path_report(
    engine: Engine, scope: Scope, *, currency: str, zone: ZoneInfo, options: CreditOptions = USUAL
) -> PathReport:
    """Top paths, path lengths, time lags and the flow from channel to channel of the conversions of a scope."""
    facts, rates = queries.credit_facts(engine, scope, lookback_days=options.lookback_days)
    found = _reported(facts, rates, currency=currency, zone=zone)
    paths = both_kinds_of_paths(found, options)[0].collect()
    sold = found.conversions.select("is_new", "reported_minor").collect()
    nodes, bands = path_flow(paths)
    return PathReport(
        top=top_paths(paths.lazy(), limit=N_TOP_PATHS),
        lengths=path_lengths(paths.lazy()),
        lags=time_lags(paths.lazy()),
        nodes=nodes,
        bands=bands,
        by_newness=sold.group_by("is_new")
        .agg(pl.len().cast(pl.Int64).alias("n_conversions"), pl.col("reported_minor").sum().alias("value_minor"))
        .sort("is_new", descending=True),
        n_conversions=sold.height,
        n_without_touch=sold.height - paths["path"].n_unique(),
    )


def channel_intervals(
    engine: Engine,
    scope: Scope,
    model: str,
    *,
    options: CreditOptions = USUAL,
    seed: int = 0,
) -> pl.DataFrame:
    """How sure the credit of each channel is under a data-driven model; see `uncertainty.credit_intervals`.

    Raises
    ------
    InvalidData : a model that does not learn.
    """
    if model not in LEARNED_MODELS:
        raise InvalidData.unknown_choice("model", model, LEARNED_MODELS)
    facts, _ = queries.credit_facts(engine, scope, lookback_days=options.lookback_days)
    steps = path_steps(*both_kinds_of_paths(journeys(facts), options))
    return credit_intervals(steps, model, seed=seed)


def credited_paths(
    engine: Engine,
    scope: Scope,
    *,
    currency: str,
    zone: ZoneInfo,
    models: Sequence[str] = tuple(CREDIT_MODELS),
    options: CreditOptions = USUAL,
    learning: Learning = LEARNING,
    custom: Mapping[str, pl.Expr] | None = None,
) -> pl.DataFrame:
    """Each conversion of a scope with each touchpoint of its path and what it earned; see `crediting.credited`."""
    facts, rates = queries.credit_facts(engine, scope, lookback_days=options.lookback_days)
    found = _reported(facts, rates, currency=currency, zone=zone)
    return credited(found, models, options, value="reported_minor", learning=learning, custom=custom).collect()


def credited_touchpoints(
    engine: Engine,
    scope: Scope,
    *,
    by: str,
    key: str,
    model: str,
    currency: str,
    zone: ZoneInfo,
    options: CreditOptions = USUAL,
    learning: Learning = LEARNING,
) -> pl.DataFrame:
    """The touchpoints behind one number of the report, each with the conversion it led to.

    Formula: the rows of the credited paths whose key under `by` it is; their credits and values add up to the
    report's row of that key.

    Returns
    -------
    One row per conversion and touchpoint, newest conversion first: conversion_id, converted_at, reported_minor (the
    conversion's whole value), touchpoint_id, touched_at, visitor_id, channel, utm_source, utm_campaign, position,
    n_touches, credit, credited_minor.

    Raises
    ------
    InvalidData : an unknown model or breakdown.
    """
    if by not in BREAKDOWNS:
        raise InvalidData.unknown_choice("by", by, BREAKDOWNS)
    paths = credited_paths(
        engine, scope, currency=currency, zone=zone, models=[model], options=options, learning=learning
    )
    return (
        paths.filter(BREAKDOWNS[by] == key)
        .select(
            "conversion_id",
            "converted_at",
            "reported_minor",
            "touchpoint_id",
            "touched_at",
            "visitor_id",
            "channel",
            "utm_source",
            "utm_campaign",
            "position",
            "n_touches",
            credit=model,
            credited_minor=f"{model}_minor",
        )
        .sort("converted_at", "conversion_id", "position", descending=[True, False, False])
    )


def _reported(facts: PathFacts, rates: pl.DataFrame, *, currency: str, zone: ZoneInfo) -> Journeys:
    found = journeys(facts)
    # Paths and sums both start from the conversions: whose they are is worked out once.
    conversions = reported(found.conversions, rates, currency=currency, zone=zone).collect().lazy()
    return Journeys(conversions, found.touchpoints)
