"""What can be done with touchpoints and the credit they earn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from adplanning.attribution import queries
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import (
    Journeys,
    Learning,
    Scope,
    credited,
    journeys,
    learned_weights,
    learns,
    reported,
)
from adplanning.attribution.outcomes import touch_outcomes
from adplanning.attribution.spend import spend_by
from adplanning.attribution.touch_counts import touch_counts
from adplanning.core.errors import Conflict, NotFound
from adplanning.core.ids import new_id
from adplanning.core.money import in_reporting_currency, to_major
from adplanning.core.periods import RESOLUTION, Period
from adplanning.core.vocabulary import PublicRevenue, ResolutionMethod, platform_of_source
from adplanning.store import lists
from adplanning.store.tables.attribution import Touchpoint

USUAL: Final = CreditOptions()
LEARNING: Final = Learning()


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
    options: CreditOptions = USUAL,
    learning: Learning = LEARNING,
) -> tuple[list[TouchpointRow], int]:
    """One page of the counted touchpoints, and how many match in all.

    Parameters
    ----------
    filters, period : what must hold of each.
    currency, zone, public_revenue : how its credit and spend are reported.
    limit, offset : which of the rows make the page.
    search : what one of its UTM source or campaign, visitor or id must hold, in whatever case.
    sort, descending : one of `queries.TOUCHPOINT_ORDERS`; newest first when there is none.
    model, options, learning : how conversions give credit; a data-driven model learns from all conversions of the
        period.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    query = queries.matching_touchpoints(filters, period, search=search)
    page, total = lists.page(
        session,
        query,
        queries.TOUCHPOINT_ORDERS,
        sort=sort,
        usual="session_started_at",
        ties=Touchpoint.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )
    if not page:
        return [], total
    started = [touchpoint.session_started_at for touchpoint in page]
    engine = session.connection().engine
    within_reach = Period(min(started), max(started) + options.lookback + RESOLUTION)
    facts, spend, rates, names = queries.page_facts(
        engine,
        Scope(within_reach, public_revenue),
        sorted({touchpoint.visitor_id for touchpoint in page}),
        sorted({touchpoint.ad_campaign_id for touchpoint in page if touchpoint.ad_campaign_id}),
        lookback_days=options.lookback_days,
    )
    weights = None
    if learns([model], learning):
        everything, _ = queries.credit_facts(engine, Scope(period, public_revenue), lookback_days=options.lookback_days)
        weights = learned_weights(journeys(everything), [model], options, learning)
    found = journeys(facts)
    conversions = reported(found.conversions, rates, currency=currency, zone=zone)
    shared = (
        credited(
            Journeys(conversions, found.touchpoints),
            [model],
            options,
            value="reported_minor",
            learning=learning,
            weights=weights,
        )
        .collect()
        .lazy()
    )
    reported_spend = in_reporting_currency(
        spend.lazy(), rates, currency=currency, amount="spend_minor", on="on", into="reported_minor"
    )
    without_rate = pl.col("reported_minor").is_null() & pl.col("value_minor").is_not_null() & (pl.col(model) > 0)
    ids = [touchpoint.id for touchpoint in page]
    outcomes, spent, unvalued = pl.collect_all(
        [
            touch_outcomes(shared, found.touchpoints, model=model).filter(pl.col("touchpoint_id").is_in(ids)),
            spend_by(reported_spend, "campaign"),
            shared.filter(without_rate).select("touchpoint_id").unique(),
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
    return rows, total


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


def _spent(campaign_id: str | None, spend_of: Mapping[str, int | None], currency: str) -> float | None:
    spent = None if campaign_id is None else spend_of.get(campaign_id, 0)
    return None if spent is None else to_major(spent, currency)
