"""/admin/ad-planning/attribution/report: credit against spend, and what stands behind each number."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from adplanning.api.bodies import PeriodOut, UnconvertedOut
from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Page, Reading, StoreEngine
from adplanning.attribution import report_service
from adplanning.attribution.credit_options import HALF_LIFE_DAYS, LOOKBACK_DAYS, CreditOptions
from adplanning.attribution.crediting import ALL_MODELS, Learning, Scope
from adplanning.core.money import major_units, to_major
from adplanning.core.vocabulary import AttributionModel, ConversionType, DirectCredit

router = APIRouter(prefix="/admin/ad-planning/attribution/report", tags=["attribution"])

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Breakdown = Literal["campaign", "ad_set", "ad", "source", "medium", "channel", "day"]
MAX_DAYS = 3650


class ReportRow(BaseModel):
    """The credit of one key against its spend; a ratio without denominator is null."""

    key: str
    name: str | None
    credited_conversions: float
    credited_value: float
    spend: float | None
    cost_per_conversion: float | None
    roas: float | None
    share: float | None
    new_conversions: float
    claimed_conversions: float | None


class ModelReport(BaseModel):
    """All keys under one model; credited plus unattributed are the totals."""

    model: str
    rows: list[ReportRow]
    unattributed: dict[str, float]
    totals: dict[str, float]


class ReportAnswer(BaseModel):
    """Credit and spend of the conversions of a period."""

    by: str
    lookback_days: int
    half_life_days: float
    first_weight: float
    last_weight: float
    direct_credit: DirectCredit
    period: PeriodOut
    currency: str
    models: list[ModelReport]
    unconverted: list[UnconvertedOut]
    unconverted_spend: list[UnconvertedOut]


class PathsAnswer(BaseModel):
    """How conversions came about; values in the reporting currency."""

    currency: str
    lookback_days: int
    conversions: int
    without_touchpoint: int
    top_paths: list[dict[str, Any]]
    path_lengths: list[dict[str, Any]]
    time_lags: list[dict[str, Any]]
    new_and_returning: list[dict[str, Any]]


class CreditedAnswer(BaseModel):
    """A page of the touchpoints behind a number, and the sums over all of them."""

    touchpoints: list[dict[str, Any]]
    count: int
    limit: int
    offset: int
    credited_conversions: float
    credited_value: float
    currency: str


class IntervalsAnswer(BaseModel):
    """The credit of each channel with its interval."""

    model: str
    channels: list[dict[str, Any]]


GoalId = Annotated[Filter, Query(max_length=256, description="credit what completed this goal")]


def _options(
    session: Reading,
    settings: AppSettings,
    goal_id: GoalId = None,
    lookback_days: Annotated[int | None, Query(ge=1, le=MAX_DAYS, description=f"{LOOKBACK_DAYS} is usual")] = None,
    half_life_days: Annotated[
        float | None, Query(gt=0, le=MAX_DAYS, allow_inf_nan=False, description=f"{HALF_LIFE_DAYS:g} is usual")
    ] = None,
    first_weight: Annotated[Share | None, Query(description="of position_based")] = None,
    last_weight: Annotated[Share | None, Query(description="of position_based")] = None,
) -> CreditOptions:
    """How credit is given: as the request says, else as the goal does, else as usual."""
    usual = report_service.options_of_goal(session, goal_id, direct_credit=settings.direct_credit)
    asked: dict[str, Any] = {
        "lookback_days": lookback_days,
        "half_life_days": half_life_days,
        "first_weight": first_weight,
        "last_weight": last_weight,
    }
    return replace(usual, **{name: value for name, value in asked.items() if value is not None})


def _learning(
    markov_order: Annotated[int, Query(ge=1, le=3)] = 1, shapley_by: Literal["conversions", "rate"] = "conversions"
) -> Learning:
    """How the data-driven models learn."""
    return Learning(markov_order, shapley_by)


def _scope(
    settings: AppSettings,
    period: GivenPeriod,
    goal_id: GoalId = None,
    conversion_type: Annotated[ConversionType | None, Query(description="all types when not given")] = None,
) -> Scope:
    """Which conversions are meant."""
    types = () if conversion_type is None else (conversion_type,)
    return Scope(period, settings.public_revenue, types, goal_id)


Asked = Annotated[Scope, Depends(_scope)]
Options = Annotated[CreditOptions, Depends(_options)]
HowLearned = Annotated[Learning, Depends(_learning)]


@router.get("")
def report(
    engine: StoreEngine,
    settings: AppSettings,
    scope: Asked,
    options: Options,
    learning: HowLearned,
    attribution_model: AttributionModel | Literal["all"] = AttributionModel.last_click,
    by: Breakdown = "campaign",
) -> ReportAnswer:
    """Credit and spend of all counted conversions of the period, added up by campaign or another key."""
    found = report_service.attribution_report(
        engine,
        scope,
        currency=settings.currency,
        zone=settings.zone,
        models=ALL_MODELS if attribution_model == "all" else (attribution_model,),
        by=by,
        options=options,
        learning=learning,
    )
    return ReportAnswer.model_validate(found.to_json())


@router.get("/paths")
def paths(engine: StoreEngine, settings: AppSettings, scope: Asked, options: Options) -> PathsAnswer:
    """Along which paths the conversions came: top paths, lengths, time lags, new and returning buyers."""
    found = report_service.path_report(engine, scope, currency=settings.currency, zone=settings.zone, options=options)
    value = major_units(pl.col("value_minor"), settings.currency).alias("value")
    return PathsAnswer(
        currency=settings.currency,
        lookback_days=options.lookback_days,
        conversions=found.n_conversions,
        without_touchpoint=found.n_without_touch,
        top_paths=found.top.with_columns(value).drop("value_minor").to_dicts(),
        path_lengths=found.lengths.with_columns(value).drop("value_minor").to_dicts(),
        time_lags=found.lags.with_columns(value).drop("value_minor").to_dicts(),
        new_and_returning=found.by_newness.with_columns(value).drop("value_minor").to_dicts(),
    )


@router.get("/touchpoints")
def touchpoints(
    engine: StoreEngine,
    settings: AppSettings,
    page: Page,
    scope: Asked,
    options: Options,
    learning: HowLearned,
    key: Annotated[str, Query(max_length=2000, description="a row's key")],
    attribution_model: AttributionModel = AttributionModel.last_click,
    by: Breakdown = "campaign",
) -> CreditedAnswer:
    """The touchpoints behind one row of the report; their credits and values add up to it."""
    rows = report_service.credited_touchpoints(
        engine,
        scope,
        by=by,
        key=key,
        model=attribution_model,
        currency=settings.currency,
        zone=settings.zone,
        options=options,
        learning=learning,
    )
    shown = rows.slice(page.offset, page.limit).with_columns(
        *(pl.col(at).dt.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00") for at in ("converted_at", "touched_at")),
        conversion_value=major_units(pl.col("reported_minor"), settings.currency),
        credited_value=major_units(pl.col("credited_minor"), settings.currency),
    )
    return CreditedAnswer(
        touchpoints=shown.drop("reported_minor", "credited_minor").to_dicts(),
        count=rows.height,
        limit=page.limit,
        offset=page.offset,
        credited_conversions=float(rows["credit"].sum()),
        credited_value=to_major(int(rows["credited_minor"].sum()), settings.currency),
        currency=settings.currency,
    )


@router.get("/intervals")
def intervals(
    engine: StoreEngine, scope: Asked, options: Options, attribution_model: Literal["markov", "shapley"] = "markov"
) -> IntervalsAnswer:
    """How sure the credit of each channel is under a data-driven model: a bootstrap interval over persons."""
    found = report_service.channel_intervals(engine, scope, attribution_model, options=options)
    return IntervalsAnswer(model=attribution_model, channels=found.to_dicts())
