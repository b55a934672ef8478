"""Campaigns with what they cost and brought, over all rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.periods import Period
from adplanning.core.spend_levels import spend_once
from adplanning.meta_ads import queries
from adplanning.meta_ads.figures import (
    FIGURE_ORDERS,
    NO_FIGURES,
    CampaignTotals,
    Figures,
    as_figures,
    by_figure,
    figures_by,
    in_one_currency,
)
from adplanning.meta_ads.figures import campaign_totals as totals_of
from adplanning.meta_ads.queries import CAMPAIGN_ORDERS, Filters
from adplanning.store import lists
from adplanning.store.tables.ads import Ad, AdAccount, AdSet, Campaign

PARTS: Final = ("ad_set", "ad")


def find_campaign(session: Session, campaign_id: str) -> Campaign:
    """The campaign of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound(f"id: there is no campaign {campaign_id!r}; GET /admin/meta-ads/campaigns lists them")
    return found


def account_of(session: Session, campaign: Campaign) -> AdAccount:
    """The account of a campaign."""
    return session.get_one(AdAccount, campaign.ad_account_id)


def ad_sets_of(session: Session, campaign_id: str) -> list[AdSet]:
    """The ad sets of a campaign, by name."""
    query = queries.matching_ad_sets({"campaign_id": campaign_id}).order_by(AdSet.name, AdSet.id)
    return list(session.scalars(query))


def ads_of(session: Session, campaign_id: str) -> list[Ad]:
    """The ads of a campaign, by name."""
    return list(session.scalars(queries.matching_ads({"campaign_id": campaign_id}).order_by(Ad.name, Ad.id)))


def list_campaigns(
    engine: Engine,
    session: Session,
    filters: Filters,
    period: Period | None,
    *,
    currency: str,
    zone: ZoneInfo,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str = "spend",
    descending: bool = True,
) -> tuple[list[tuple[Campaign, AdAccount, Figures]], int]:
    """One page of campaigns with their accounts and figures, and how many match in all.

    Parameters
    ----------
    filters, search : see `queries.campaign_conditions`.
    period : the days that figures are of; a campaign that spent nothing then is listed too.
    sort : one of `FIGURE_ORDERS` or `CAMPAIGN_ORDERS`; what is unknown comes last in both directions, equal ones by
        name.

    Raises
    ------
    InvalidData : an unknown filter or order, or a search for what no text can hold.
    """
    figures = campaign_figures(engine, filters, period, currency=currency, zone=zone, search=search)
    ids = _in_order(session, filters, search, figures, sort=sort, descending=descending)
    page = ids[offset : offset + limit]
    rows = session.execute(select(Campaign, AdAccount).join(AdAccount).where(Campaign.id.in_(page)))
    by_id = {campaign.id: (campaign, account) for campaign, account in rows}
    return [(*by_id[id_], figures.get(id_, NO_FIGURES)) for id_ in page if id_ in by_id], len(ids)


def campaign_figures(
    engine: Engine,
    filters: Filters,
    period: Period | None,
    *,
    currency: str,
    zone: ZoneInfo,
    search: str | None = None,
) -> dict[str, Figures]:
    """The figures of each campaign that is let through and of which the period tells something, by id."""
    told, rates, _ = queries.figure_facts(engine, filters, period, zone=zone, search=search)
    return _figures(figures_by(_once(told, rates, currency), ["campaign_id"]), "campaign_id")


def campaign_totals(
    engine: Engine,
    filters: Filters,
    period: Period | None,
    *,
    currency: str,
    zone: ZoneInfo,
    search: str | None = None,
) -> CampaignTotals:
    """The figures of all campaigns that are let through; see `figures.campaign_totals`."""
    told, rates, n_campaigns = queries.figure_facts(engine, filters, period, zone=zone, search=search)
    return totals_of(_once(told, rates, currency), n_campaigns=n_campaigns)


def daily_figures(
    engine: Engine,
    filters: Filters,
    period: Period | None,
    *,
    currency: str,
    zone: ZoneInfo,
    search: str | None = None,
) -> pl.DataFrame:
    """The figures of all campaigns that are let through, by day of their accounts' calendars.

    Returns
    -------
    One row per day on which something was told, sorted: `on` and the columns of `figures_by`. What is only known of
    several days together is on no day.
    """
    told, rates, _ = queries.figure_facts(engine, filters, period, zone=zone, search=search)
    single_days = told.filter(pl.col("first_on") == pl.col("on"))
    return figures_by(_once(single_days, rates, currency), ["on"])


def part_figures(
    engine: Engine, campaign_id: str, level: str, period: Period | None, *, currency: str, zone: ZoneInfo
) -> dict[str, Figures]:
    """The figures of the ad sets or ads of a campaign, by their ids; of an ad set its own, else those of its ads.

    Raises
    ------
    InvalidData : another level than `PARTS`.
    """
    if level not in PARTS:
        raise InvalidData.unknown_choice("level", level, PARTS)
    key = f"{level}_id"
    told, rates, _ = queries.figure_facts(engine, {"id": campaign_id}, period, zone=zone, of=level)
    return _figures(figures_by(_once(told, rates, currency, of=level), [key]), key)


def _once(told: pl.DataFrame, rates: pl.DataFrame, currency: str, *, of: str = "campaign") -> pl.LazyFrame:
    return in_one_currency(spend_once(told.lazy(), of), rates, currency=currency)


def _figures(rows: pl.DataFrame, key: str) -> dict[str, Figures]:
    return {row[key]: as_figures(row) for row in rows.iter_rows(named=True)}


def _in_order(
    session: Session,
    filters: Filters,
    search: str | None,
    figures: Mapping[str, Figures],
    *,
    sort: str,
    descending: bool,
) -> Sequence[str]:
    query = queries.matching_campaigns(filters, search)
    if sort in CAMPAIGN_ORDERS:
        ordered = lists.in_order(query, CAMPAIGN_ORDERS, sort, ties=Campaign.id, descending=descending)
        return session.scalars(ordered).all()
    if sort not in FIGURE_ORDERS:
        raise InvalidData.unknown_choice("sort", sort, [*CAMPAIGN_ORDERS, *FIGURE_ORDERS])
    by_name = session.scalars(lists.in_order(query, CAMPAIGN_ORDERS, "name", ties=Campaign.id, descending=False)).all()
    return by_figure(by_name, figures, sort, descending=descending)
