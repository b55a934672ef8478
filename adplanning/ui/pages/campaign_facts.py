"""What is known of a campaign itself, and whether its parts add up to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.vocabulary import Platform, RemoteState
from adplanning.meta_ads.figures import Figures
from adplanning.meta_ads.service import account_of
from adplanning.store.tables.ads import AdChange, Campaign
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.visit import Visit


def campaign_facts(session: Session, campaign: Campaign, visit: Visit) -> Mapping[str, Mapping[str, Cell]]:
    """The facts in groups."""
    account, zone = account_of(session, campaign), visit.settings.zone

    def amount(minor: int | None) -> Cell:
        return text(None if minor is None else formats.money(to_major(minor, account.currency), account.currency))

    def when(instant: datetime | None) -> Cell:
        return text(None if instant is None else formats.moment(instant, zone))

    gone = text("no longer listed by the platform") if campaign.remote_state == RemoteState.missing else None
    return {
        "Campaign": {
            "Status": badges.status_badge(campaign.effective_status or campaign.status).cell(),
            "Objective": text(_words(campaign.objective)),
            "Former names": text(", ".join(_former_names(session, campaign)) or "none"),
            **({"At the platform": gone} if gone else {}),
            "Number": text(campaign.platform_campaign_id),
            "Id": text(campaign.id),
        },
        "Budget and dates": {
            "Budget a day": amount(campaign.daily_budget_minor),
            "Budget in all": amount(campaign.lifetime_budget_minor),
            "Starts": when(campaign.starts_at),
            "Ends": when(campaign.stops_at),
            "Last change known": when(campaign.updated_at),
        },
        "Account": {
            "Name": text(account.name, href=f"{address_of('meta-ads/campaigns')}?ad_account_id={account.id}"),
            "Platform": badges.PLATFORMS[Platform(account.platform)].cell(),
            "Number": text(account.platform_account_id),
            "Currency": text(account.currency),
            "Time zone": text(f"{account.timezone}; its days are days there"),
        },
    }


def levels_in_words(campaign: Figures, ad_sets: Collection[Figures], ads: Collection[Figures], currency: str) -> str:
    """What the parts add up to where that is not what the campaign reports; empty where it is, or cannot be known."""
    said = [
        f"the {words} add up to {_money(total, currency)}"
        for words, parts in (("ad sets", ad_sets), ("ads", ads))
        if (total := _sum(parts)) is not None and campaign.spend_minor is not None and total != campaign.spend_minor
    ]
    if not said:
        return ""
    parts = " and ".join(said)
    return (
        f"{parts[0].upper()}{parts[1:]}, the campaign reports {_money(campaign.spend_minor or 0, currency)}. What was "
        "deleted is no longer told of one by one; the campaign's own figure counts."
    )


def _sum(parts: Collection[Figures]) -> int | None:
    """The spend of all parts; None where there are none, or one is unknown."""
    spent = [part.spend_minor for part in parts]
    known = [minor for minor in spent if minor is not None]
    return sum(known) if known and len(known) == len(spent) else None


def _former_names(session: Session, campaign: Campaign) -> list[str]:
    renamed = select(AdChange.before).where(AdChange.object_id == campaign.id, AdChange.what == "name")
    names = session.scalars(renamed.order_by(AdChange.id)).all()
    return [name for name in dict.fromkeys(names) if name and name != campaign.name]


def _words(code: str | None) -> str | None:
    """A code of Meta's such as OUTCOME_SALES, as it is read."""
    return code and code.removeprefix("OUTCOME_").replace("_", " ").capitalize()


def _money(minor: int, currency: str) -> str:
    return formats.money(to_major(minor, currency), currency)
