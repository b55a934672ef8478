"""Campaigns that are told by hand: made, changed and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.fields import changes
from adplanning.core.ids import new_id
from adplanning.core.names import name_key
from adplanning.core.periods import parse_instant
from adplanning.core.vocabulary import AliasDecision
from adplanning.meta_ads.account_service import account_for
from adplanning.meta_ads.fields import NEVER_UNKNOWN, CampaignChange, CampaignFields, budget_columns, figure_columns
from adplanning.meta_ads.service import account_of, find_campaign
from adplanning.store.tables.ads import AdAccount, AdSet, Campaign, DailySpend, PeriodSpend
from adplanning.store.tables.attribution import CampaignAlias, Touchpoint
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.leads import Lead

_TIMES: Final = ("starts_at", "stops_at")
_FIGURE_COLUMNS: Final = (
    *("spend_minor", "n_impressions", "n_clicks", "n_link_clicks", "n_reach", "n_leads", "n_purchases"),
    "purchase_value_minor",
)
# What would be lost, or would point to nothing, if a campaign went.
_HOLDS: Final = {
    "ad sets": AdSet.campaign_id,
    "days of spend": DailySpend.campaign_id,
    "touchpoints": Touchpoint.ad_campaign_id,
    "conversions": Conversion.ad_campaign_id,
    "journey events": JourneyEvent.ad_campaign_id,
    "leads": Lead.ad_campaign_id,
}


def create_campaign(
    session: Session, fields: CampaignFields, *, currency: str, zone: ZoneInfo, now: datetime
) -> Campaign:
    """Add a campaign by hand, with its account where that is not there.

    Its figures are of all days from its start to its end, or until today; without a start, of today.

    Parameters
    ----------
    currency, zone : the reporting currency and time zone, which a new account gets.

    Raises
    ------
    Conflict : the platform's id, or the name in that account, is there already.
    InvalidData : another platform or currency than the account's, an amount or a time that cannot be kept, or figures
        without spend or of days to come.
    """
    account = account_for(session, fields, currency=currency, zone=zone, now=now)
    # Locked: of two that make the same campaign at once, the second sees the first's.
    session.refresh(account, with_for_update=True)
    _refuse_double(session, account, fields.name, fields.meta_campaign_id)
    given = {name: getattr(fields, name) for name in fields.model_fields_set}
    campaign = Campaign(
        id=new_id("camp"),
        ad_account_id=account.id,
        platform_campaign_id=fields.meta_campaign_id,
        name=fields.name,
        name_key=name_key(fields.name),
        status=fields.status,
        objective=fields.objective,
        created_at=now,
        updated_at=now,
        **budget_columns(given, account.currency),
        **_times(given, zone),
    )
    _refuse_backwards(campaign)
    session.add(campaign)
    session.flush()
    known = {name: value for name, value in given.items() if value is not None}
    _keep_figures(session, campaign, account.currency, figure_columns(known, account.currency), zone=zone, now=now)
    return campaign


def change_campaign(
    session: Session, campaign_id: str, change: CampaignChange, *, zone: ZoneInfo, now: datetime
) -> Campaign:
    """Change the given fields of a campaign that no platform has listed; a former name goes on meaning it.

    Raises
    ------
    NotFound : there is no such campaign.
    Conflict : a platform has listed it, the name is another's, or its spend is known from elsewhere.
    InvalidData : as `create_campaign`, or a null for a field that must have a value.
    """
    campaign = _unlisted(session, campaign_id)
    account = account_of(session, campaign)
    given = changes(change, required=("name", "status", *NEVER_UNKNOWN))
    if "name" in given:
        _rename(session, campaign, account, given["name"], now)
    plain = {name: given[name] for name in ("status", "objective") if name in given}
    columns = plain | budget_columns(given, account.currency) | _times(given, zone)
    for name, value in columns.items():
        setattr(campaign, name, value)
    _refuse_backwards(campaign)
    campaign.updated_at = now
    figures = figure_columns(given, account.currency)
    if figures or given.keys() & set(_TIMES):
        _keep_figures(session, campaign, account.currency, figures, zone=zone, now=now)
    return campaign


def delete_campaign(session: Session, campaign_id: str) -> None:
    """Remove a campaign that was made by hand, with the figures that were told by hand.

    Raises
    ------
    NotFound : there is no such campaign.
    Conflict : a platform has listed it, or it holds what came from elsewhere.
    """
    campaign = _unlisted(session, campaign_id)
    for what, column in _HOLDS.items():
        if session.scalar(select(column).where(column == campaign.id).limit(1)) is not None:
            raise Conflict(f"id: {campaign.id} has {what}; set its status to ARCHIVED instead of deleting it")
    if _has_imported_periods(session, campaign.id):
        raise Conflict(f"id: {campaign.id} has imported spend; set its status to ARCHIVED instead of deleting it")
    session.delete(campaign)


def _unlisted(session: Session, campaign_id: str) -> Campaign:
    campaign = find_campaign(session, campaign_id)
    if campaign.remote_state is not None:
        raise Conflict(f"id: {campaign_id} is kept as its platform tells it; change it there, then synchronise")
    return campaign


def _refuse_double(session: Session, account: AdAccount, name: str, platform_id: str | None) -> None:
    same_name = (Campaign.ad_account_id == account.id) & (Campaign.name_key == name_key(name))
    if platform_id is not None:
        on_platform = Campaign.ad_account_id.in_(select(AdAccount.id).where(AdAccount.platform == account.platform))
        same_id = on_platform & (Campaign.platform_campaign_id == platform_id)
        taken = session.scalar(select(Campaign.id).where(same_id))
        if taken is not None:
            raise Conflict(f"meta_campaign_id: {platform_id!r} is campaign {taken} already; change that one instead")
        # A platform may have two campaigns of one name, each with an id.
        same_name &= Campaign.platform_campaign_id.is_(None)
    taken = session.scalar(select(Campaign.id).where(same_name))
    if taken is not None:
        raise Conflict(f"name: {name!r} is campaign {taken} of {account.name} already; change that one instead")


def _rename(session: Session, campaign: Campaign, account: AdAccount, name: str, now: datetime) -> None:
    key = name_key(name)
    if key != campaign.name_key:
        _refuse_double(session, account, name, None)
        if session.get(CampaignAlias, (campaign.name_key, campaign.id)) is None:
            session.add(
                CampaignAlias(
                    name_key=campaign.name_key,
                    campaign_id=campaign.id,
                    decision=AliasDecision.former_name.value,
                    name=campaign.name,
                    decided_at=now,
                )
            )
    campaign.name, campaign.name_key = name, key


def _times(given: Mapping[str, Any], zone: ZoneInfo) -> dict[str, datetime | None]:
    texts = {name: given[name] for name in _TIMES if name in given}
    return {name: text and parse_instant(text, zone, field=name) for name, text in texts.items()}


def _refuse_backwards(campaign: Campaign) -> None:
    if campaign.starts_at and campaign.stops_at and campaign.stops_at < campaign.starts_at:
        raise InvalidData.at("stops_at", "lies before starts_at; give the later one last")


def _keep_figures(
    session: Session, campaign: Campaign, currency: str, told: Mapping[str, Any], *, zone: ZoneInfo, now: datetime
) -> None:
    kept = session.scalar(select(PeriodSpend).where(*_by_hand(campaign.id)))
    before = {} if kept is None else {name: getattr(kept, name) for name in _FIGURE_COLUMNS}
    figures = before | dict(told)
    if all(value is None for value in figures.values()):
        return
    if _has_other_spend(session, campaign.id):
        if told:
            raise Conflict(
                f"spend: that of {campaign.id} is known from elsewhere; import a file that corrects it instead"
            )
        return
    if "spend_minor" not in figures:
        raise InvalidData.at("spend", "is needed beside other figures; give 0 if nothing was spent")
    if kept is not None:
        session.delete(kept)
        session.flush()
    first, last = _days(campaign, zone, now)
    whole = {"n_impressions": 0, "n_clicks": 0} | figures
    session.add(
        PeriodSpend(
            object_id=campaign.id,
            first_on=first,
            last_on=last,
            level="campaign",
            campaign_id=campaign.id,
            currency=currency,
            **whole,
        )
    )
    session.flush()


def _days(campaign: Campaign, zone: ZoneInfo, now: datetime) -> tuple[date, date]:
    today = now.astimezone(zone).date()
    last = min(today, campaign.stops_at.astimezone(zone).date()) if campaign.stops_at else today
    first = campaign.starts_at.astimezone(zone).date() if campaign.starts_at else last
    if first > last:
        raise InvalidData.at("starts_at", f"{first} is still to come; give figures once the campaign has begun")
    return first, last


def _by_hand(campaign_id: str) -> tuple[Any, Any]:
    return PeriodSpend.object_id == campaign_id, PeriodSpend.import_id.is_(None)


def _has_other_spend(session: Session, campaign_id: str) -> bool:
    days = select(DailySpend.object_id).where(DailySpend.campaign_id == campaign_id).limit(1)
    return session.scalar(days) is not None or _has_imported_periods(session, campaign_id)


def _has_imported_periods(session: Session, campaign_id: str) -> bool:
    c = PeriodSpend
    imported = select(c.object_id).where(c.campaign_id == campaign_id, c.import_id.is_not(None)).limit(1)
    return session.scalar(imported) is not None
