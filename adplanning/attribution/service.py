"""What can be done with touchpoints and the credit they earn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from adplanning.attribution import credit, queries, report
from adplanning.attribution.credit import CREDIT_MODELS, HALF_LIFE_DAYS, LOOKBACK_DAYS, conversion_paths
from adplanning.attribution.outcomes import touch_outcomes
from adplanning.attribution.path_keys import on_paths, with_path_key
from adplanning.attribution.report import AttributionReport
from adplanning.attribution.resolution import exact_matches
from adplanning.attribution.spend import spend_by
from adplanning.attribution.touch_counts import touch_counts
from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.ids import new_id
from adplanning.core.money import in_reporting_currency, to_major
from adplanning.core.periods import RESOLUTION, Period
from adplanning.core.vocabulary import ConversionType, PublicRevenue, ResolutionMethod, platform_of_source
from adplanning.store import lists
from adplanning.store.tables.attribution import Touchpoint


def attribution_report(
    engine: Engine,
    *,
    period: Period,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    models: Sequence[str] = tuple(CREDIT_MODELS),
    by: str = "campaign",
    lookback_days: int = LOOKBACK_DAYS,
    half_life_days: float = HALF_LIFE_DAYS,
    conversion_types: Sequence[str] = (),
) -> AttributionReport:
    """Credit and spend of all counted conversions of a period, or of some types; see `report.attribution_report`.

    Where carts and checkouts carry values too, only a report on purchases has the shop's revenue in its ROAS.
    """
    paths, spend, rates, names = queries.report_facts(
        engine,
        period,
        by=by,
        zone=zone,
        lookback_days=lookback_days,
        public_revenue=public_revenue,
        conversion_types=_known_types(conversion_types),
    )
    conversions = _reported(paths.conversions, rates, currency=currency, zone=zone)
    credited = _credited(paths, conversions, models, lookback_days=lookback_days, half_life_days=half_life_days)
    return report.attribution_report(
        credited,
        conversions,
        in_reporting_currency(
            spend.lazy(), rates, currency=currency, amount="spend_minor", on="on", into="reported_minor"
        ),
        names,
        models=models,
        by=by,
        period=period,
        currency=currency,
        lookback_days=lookback_days,
        half_life_days=half_life_days,
    )


def resolve_exact(connection: Connection) -> int:
    """Link each unresolved touchpoint whose UTM campaign means exactly one campaign; answer how many were linked.

    See `resolution.exact_matches`. Manual links and earlier matches stay; run twice, it changes nothing more.
    """
    matches = exact_matches(queries.unresolved_tags(connection), queries.campaign_names(connection))
    return queries.set_campaigns(connection, matches, ResolutionMethod.exact_utm_match, confidence=1.0)


@dataclass(frozen=True)
class TouchpointRow:
    """A touchpoint of a list with what came of it; amounts in major units of the reporting currency.

    `conversion_value` is what it was credited with under `model`, null where part of it has no rate. `ad_spend` is all
    the spend of its campaign, null without a campaign or where part of it has no rate.
    """

    touchpoint: Touchpoint
    campaign_name: str | None
    model: str
    touch_type: str
    converted: bool
    conversion_value: float | None
    ad_spend: float | None
    date: datetime


def list_touchpoints(
    session: Session,
    filters: Mapping[str, str | bool | None],
    period: Period,
    *,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
    model: str = "last_click",
    lookback_days: int = LOOKBACK_DAYS,
    half_life_days: float = HALF_LIFE_DAYS,
) -> tuple[list[TouchpointRow], int]:
    """One page of the counted touchpoints, and how many match in all.

    Parameters
    ----------
    filters, period : what must hold of each.
    currency, zone, public_revenue : how its credit and spend are reported.
    limit, offset : which of the rows make the page.
    search : what one of its UTM source or campaign, visitor or id must hold, in whatever case.
    sort, descending : one of `queries.TOUCHPOINT_ORDERS`; newest first when there is none.
    model, lookback_days, half_life_days : how conversions give credit.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    query = queries.matching_touchpoints(filters, period, search=search)
    order, down = ("session_started_at", True) if sort is None else (sort, descending)
    ordered = lists.in_order(query, queries.TOUCHPOINT_ORDERS, order, ties=Touchpoint.id, descending=down)
    page = list(session.scalars(ordered.limit(limit).offset(offset)))
    if not page:
        return [], lists.total(session, query)
    started = [touchpoint.session_started_at for touchpoint in page]
    within_reach = Period(min(started), max(started) + timedelta(days=lookback_days) + RESOLUTION)
    paths, spend, rates, names = queries.page_facts(
        session.connection().engine,
        within_reach,
        sorted({touchpoint.visitor_id for touchpoint in page}),
        sorted({touchpoint.ad_campaign_id for touchpoint in page if touchpoint.ad_campaign_id}),
        lookback_days=lookback_days,
        public_revenue=public_revenue,
    )
    conversions = _reported(paths.conversions, rates, currency=currency, zone=zone)
    credited = _credited(paths, conversions, [model], lookback_days=lookback_days, half_life_days=half_life_days)
    reported_spend = in_reporting_currency(
        spend.lazy(), rates, currency=currency, amount="spend_minor", on="on", into="reported_minor"
    )
    touched = on_paths(paths.touchpoints, paths.visitors, paths.claims)
    without_rate = pl.col("reported_minor").is_null() & pl.col("value_minor").is_not_null() & (pl.col(model) > 0)
    outcomes, spent, unvalued = pl.collect_all(
        [
            touch_outcomes(credited, touched, model=model).filter(pl.col("touchpoint_id").is_in([t.id for t in page])),
            spend_by(reported_spend, "campaign"),
            credited.filter(without_rate).select("touchpoint_id").unique(),
        ]
    )
    unknown = set(unvalued["touchpoint_id"])
    outcome_of = {row["touchpoint_id"]: row for row in outcomes.iter_rows(named=True)}
    spend_of = dict(spent.iter_rows())
    name_of = dict(names.iter_rows())
    rows = [
        TouchpointRow(
            touchpoint,
            name_of.get(touchpoint.ad_campaign_id),
            model,
            outcome_of[touchpoint.id]["touch_type"],
            outcome_of[touchpoint.id]["converted"],
            None if touchpoint.id in unknown else to_major(outcome_of[touchpoint.id]["credited_value_minor"], currency),
            _spent(touchpoint.ad_campaign_id, spend_of, currency),
            touchpoint.session_started_at,
        )
        for touchpoint in page
    ]
    return rows, lists.total(session, query)


def find_touchpoint(session: Session, touchpoint_id: str) -> Touchpoint:
    """The touchpoint of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(Touchpoint, touchpoint_id)
    if found is None:
        raise NotFound(f"id: there is no touchpoint {touchpoint_id!r}; GET /admin/ad-planning/attribution lists them")
    return found


def create_touchpoint(session: Session, fields: Mapping[str, Any], *, now: datetime) -> Touchpoint:
    """Add a touchpoint by hand.

    With a campaign it is resolved, and surely; without one it waits to be matched.

    Raises
    ------
    Conflict : there is a touchpoint of that session.
    """
    session_id = fields.get("analytics_session_id") or new_id("session")
    taken = select(Touchpoint.id).where(Touchpoint.analytics_session_id == session_id)
    if session.scalar(taken) is not None:
        raise Conflict(
            f"analytics_session_id: session {session_id!r} has a touchpoint already; give another or leave it out"
        )
    given = {name: value for name, value in fields.items() if value is not None}
    is_resolved = "ad_campaign_id" in given
    defaults = {
        "platform": platform_of_source(fields.get("utm_source")).value,
        "session_pageviews": 0,
        "is_bot": False,
        "session_started_at": now,
        "attributed_at": now,
        "resolution_method": ResolutionMethod.manual.value,
        "resolution_confidence": 1.0 if is_resolved else None,
        "is_resolved": is_resolved,
    }
    touchpoint = Touchpoint(**{**defaults, **given, "id": new_id("attr"), "analytics_session_id": session_id})
    session.add(touchpoint)
    session.flush()
    return touchpoint


def attribution_stats(engine: Engine, period: Period, *, website_id: str | None = None) -> dict[str, Any]:
    """How many counted touchpoints a period has, and how many found their campaign; see `touch_counts`."""
    return touch_counts(queries.touchpoint_facts(engine, period, website_id), period)


def _known_types(conversion_types: Sequence[str]) -> Sequence[str]:
    for name in conversion_types:
        if name not in set(ConversionType):
            raise InvalidData.unknown_choice("conversion_types", name, ConversionType)
    return conversion_types


def _reported(conversions: pl.LazyFrame, rates: pl.DataFrame, *, currency: str, zone: ZoneInfo) -> pl.LazyFrame:
    dated = conversions.with_columns(pl.col("converted_at").dt.convert_time_zone(zone.key).dt.date().alias("on"))
    return in_reporting_currency(dated, rates, currency=currency, amount="value_minor", on="on", into="reported_minor")


def _credited(
    paths: queries.PathFacts,
    conversions: pl.LazyFrame,
    models: Sequence[str],
    *,
    lookback_days: int,
    half_life_days: float,
) -> pl.LazyFrame:
    path = conversion_paths(
        with_path_key(conversions, paths.visitors),
        on_paths(paths.touchpoints, paths.visitors, paths.claims),
        lookback_days=lookback_days,
    )
    return credit.credits(path, models, half_life_days=half_life_days)


def _spent(campaign_id: str | None, spend_of: Mapping[str, int | None], currency: str) -> float | None:
    spent = None if campaign_id is None else spend_of.get(campaign_id, 0)
    return None if spent is None else to_major(spent, currency)
