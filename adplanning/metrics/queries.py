"""The facts that the overview needs besides what other domains answer."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Engine, select

from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store import facts
from adplanning.store.campaign_results import campaign_results_statement
from adplanning.store.counted import counted_events
from adplanning.store.tables.catalogue import TABLES

_TOUCHPOINTS = TABLES["touchpoints"].c
_CAMPAIGNS = TABLES["campaigns"].c


def overview_facts(
    engine: Engine, period: Period, *, public_revenue: PublicRevenue, website_id: str | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """On one snapshot: what campaigns brought, rates, counted sessions (session_started_at), and campaigns."""
    of_website = [] if website_id is None else [_TOUCHPOINTS.website_id == website_id]
    results, rates, sessions, campaigns = facts.read(
        engine,
        campaign_results_statement(period, public_revenue=public_revenue, website_id=website_id),
        facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"]),
        facts.statement(
            "touchpoints", ["session_started_at"], period, where=[*counted_events("touchpoints"), *of_website]
        ),
        select(_CAMPAIGNS.id, _CAMPAIGNS.name, _CAMPAIGNS.ad_account_id),
    )
    return results, rates, sessions, campaigns
