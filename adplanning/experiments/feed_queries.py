"""What the store knows of an experiment's variants: whom they reached, what these did, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import ColumnElement, Engine, Select, func, or_, select

from adplanning.core.periods import Period
from adplanning.core.vocabulary import ConversionType, ExperimentSource, JourneyEventType, PublicRevenue, Stream
from adplanning.experiments.exposures import PRE_PERIOD_DAYS
from adplanning.people import identity_queries
from adplanning.store import facts
from adplanning.store.campaign_results import campaign_results_statement
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.spend import spend_statement
from adplanning.store.tables.catalogue import TABLES

_CHANGES, _STREAMS = TABLES["experiment_changes"].c, TABLES["sync_streams"].c
_CAMPAIGNS, _AD_SETS, _ACCOUNTS = (TABLES[name].c for name in ("campaigns", "ad_sets", "ad_accounts"))
_TOUCHPOINTS, _STEPS, _CONVERSIONS = (TABLES[name].c for name in ("touchpoints", "journey_events", "conversions"))
_RATES: Final = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])
_SPEND: Final = (
    *("level", "object_id", "campaign_id", "ad_set_id", "first_on", "on", "currency"),
    *("spend_minor", "n_impressions", "n_clicks"),
)
_INSIGHTS: Final = (Stream.campaign_insights, Stream.ad_insights)


@dataclass(frozen=True)
class FeedFacts:
    """What was read of an experiment on one snapshot; the frames that its source has not are empty.

    `changes` (at, what); `exposures` (visitor_id, at, and source_id, or page_url and person_id), `outcomes`
    (visitor_id, person_id, at, value_minor, currency), `sightings`, `first_outcome_at` (before which nothing is known);
    `objects` (source_id, account_number, timezone: the campaigns or ad sets that there are), `synced` (account_number,
    watermark_on, succeeded_at); `spend`; `revenue` (campaign_id, at, value_minor, currency); `rates`.
    """

    changes: pl.DataFrame
    rates: pl.DataFrame
    exposures: pl.DataFrame = field(default_factory=pl.DataFrame)
    outcomes: pl.DataFrame = field(default_factory=pl.DataFrame)
    sightings: pl.DataFrame = field(default_factory=pl.DataFrame)
    first_outcome_at: pl.DataFrame = field(default_factory=pl.DataFrame)
    objects: pl.DataFrame = field(default_factory=pl.DataFrame)
    synced: pl.DataFrame = field(default_factory=pl.DataFrame)
    spend: pl.DataFrame = field(default_factory=pl.DataFrame)
    revenue: pl.DataFrame = field(default_factory=pl.DataFrame)


def feed_facts(
    engine: Engine,
    experiment_id: str,
    *,
    source: ExperimentSource,
    source_ids: Sequence[str],
    website_id: str | None,
    outcome: ConversionType | None,
    with_revenue: bool,
    period: Period,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
) -> FeedFacts:
    """Read an experiment's facts.

    Parameters
    ----------
    source : campaigns, ad_sets or landing_pages.
    source_ids : of all variants: ids of campaigns or ad sets, or patterns of paths.
    website_id : only what was seen there; everywhere when None.
    outcome : the type of conversion that counts; None where days are counted instead of customers.
    with_revenue : what the campaigns brought is asked for as well.
    period : from the first start to the last instant that counts.
    zone : the reporting zone.
    public_revenue : which purchases count.
    """
    queries: dict[str, Select[Any]] = {
        "changes": select(_CHANGES.at, _CHANGES.what)
        .where(_CHANGES.experiment_id == experiment_id)
        .order_by(_CHANGES.id),
        "rates": _RATES,
    }
    if outcome is not None:
        queries["exposures"] = _exposures(source, source_ids, website_id, period)
        queries["outcomes"] = _outcomes(outcome, period, public_revenue)
        queries["sightings"] = identity_queries.sightings()
        queries["first_outcome_at"] = select(func.min(_CONVERSIONS.converted_at).label("at")).where(
            _CONVERSIONS.conversion_type == outcome
        )
    if source is not ExperimentSource.landing_pages:
        queries["objects"] = _objects(source, source_ids)
        queries["synced"] = _synced()
        queries["spend"] = _spend(source, source_ids, _around(period), zone)
    if with_revenue:
        results = campaign_results_statement(_around(period), public_revenue=public_revenue, campaign_ids=source_ids)
        of = results.subquery().c
        queries["revenue"] = select(of.campaign_id, of.converted_at.label("at"), of.value_minor, of.currency)
    return FeedFacts(**dict(zip(queries, facts.read(engine, *queries.values()), strict=True)))


def _exposures(
    source: ExperimentSource, source_ids: Sequence[str], website_id: str | None, period: Period
) -> Select[Any]:
    if source is ExperimentSource.landing_pages:
        views = [
            *counted_events("journey_events"),
            _STEPS.event_type == JourneyEventType.page_view,
            *([] if website_id is None else [_STEPS.website_id == website_id]),
            or_(*(_may_match(pattern) for pattern in source_ids)),
        ]
        query = select(_STEPS.visitor_id, _STEPS.person_id, _STEPS.occurred_at.label("at"), _STEPS.page_url)
        return query.where(*views, *_in(_STEPS.occurred_at, period))
    column = _TOUCHPOINTS.ad_campaign_id if source is ExperimentSource.campaigns else _TOUCHPOINTS.ad_set_id
    at = _TOUCHPOINTS.session_started_at
    return select(_TOUCHPOINTS.visitor_id, at.label("at"), column.label("source_id")).where(
        *counted_events("touchpoints"),
        column.in_(source_ids),
        *([] if website_id is None else [_TOUCHPOINTS.website_id == website_id]),
        *_in(at, period),
    )


def _may_match(pattern: str) -> ColumnElement[bool]:
    """A condition that every page of a pattern meets, so that the others are not read."""
    longest = max(pattern.split("*"), key=len)
    return _STEPS.page_url.contains(longest, autoescape=True) if longest.strip("/") else _STEPS.page_url.is_not(None)


def _outcomes(outcome: ConversionType, period: Period, public_revenue: PublicRevenue) -> Select[Any]:
    with_before = Period(period.start and period.start - timedelta(days=PRE_PERIOD_DAYS), period.end)
    at = _CONVERSIONS.converted_at
    columns = (
        _CONVERSIONS.visitor_id,
        _CONVERSIONS.person_id,
        at.label("at"),
        _CONVERSIONS.value_minor,
        _CONVERSIONS.currency,
    )
    return select(*columns).where(
        *counted_conversions(public_revenue), _CONVERSIONS.conversion_type == outcome, *_in(at, with_before)
    )


def _objects(source: ExperimentSource, source_ids: Sequence[str]) -> Select[Any]:
    account = (_ACCOUNTS.platform_account_id.label("account_number"), _ACCOUNTS.timezone)
    if source is ExperimentSource.campaigns:
        query = select(_CAMPAIGNS.id.label("source_id"), *account)
        return query.join_from(TABLES["campaigns"], TABLES["ad_accounts"]).where(_CAMPAIGNS.id.in_(source_ids))
    query = select(_AD_SETS.id.label("source_id"), *account)
    joined = query.join_from(TABLES["ad_sets"], TABLES["campaigns"], _AD_SETS.campaign_id == _CAMPAIGNS.id)
    return joined.join(TABLES["ad_accounts"], _CAMPAIGNS.ad_account_id == _ACCOUNTS.id).where(
        _AD_SETS.id.in_(source_ids)
    )


def _synced() -> Select[Any]:
    """Up to which day and instant each account was read, by the stream that is farther behind."""
    return (
        select(
            _STREAMS.scope.label("account_number"),
            func.min(_STREAMS.watermark_on).label("watermark_on"),
            func.min(_STREAMS.succeeded_at).label("succeeded_at"),
        )
        .where(_STREAMS.stream.in_(_INSIGHTS))
        .group_by(_STREAMS.scope)
    )


def _spend(source: ExperimentSource, source_ids: Sequence[str], period: Period, zone: ZoneInfo) -> Select[Any]:
    if source is ExperimentSource.campaigns:
        return spend_statement(_SPEND, period, zone=zone, campaign_ids=source_ids)
    query = spend_statement(_SPEND, period, zone=zone)
    return query.where(query.selected_columns["ad_set_id"].in_(source_ids))


def _around(period: Period) -> Period:
    """A day more on both sides: an ad account's days are not those of the reporting zone."""
    return Period(period.start and period.start - timedelta(days=1), period.end and period.end + timedelta(days=1))


def _in(at: ColumnElement[Any], period: Period) -> list[ColumnElement[bool]]:
    return [
        *([] if period.start is None else [at >= period.start]),
        *([] if period.end is None else [at < period.end]),
    ]
