"""Ad accounts, campaigns, ad sets and ads of the invented Meta, with all the fields that Graph answers for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Level = Literal["account", "campaign", "adset", "ad"]
Kind = Literal["campaign", "adset", "ad"]
Record = dict[str, Any]

_NODES = {"campaign": "Campaign", "adset": "AdSet", "ad": "Ad"}


@dataclass
class Account:
    """An ad account; `id` begins with act_, money is in Meta's minor unit."""

    id: str
    name: str
    currency: str
    timezone: str
    created_at: datetime
    status: int = 1

    @property
    def number(self) -> str:
        """The id without act_."""
        return self.id.removeprefix("act_")

    def record(self, amount_spent: int) -> Record:
        """All fields, as Graph writes them."""
        return {
            "id": self.id,
            "account_id": self.number,
            "name": self.name,
            "currency": self.currency,
            "timezone_name": self.timezone,
            "account_status": self.status,
            "disable_reason": 0,
            "amount_spent": str(amount_spent),
            "spend_cap": "0",
            "balance": "5000",
            "min_daily_budget": 100,
            "business": {"id": "900100200", "name": "Demo Business"},
            "created_time": local_text(self.created_at, self.timezone),
        }


@dataclass
class AdObject:
    """A campaign, ad set or ad, which names itself in the id of its own kind; a forgotten one is in insights only."""

    kind: Kind
    id: str
    account_id: str
    name: str
    campaign_id: str
    ad_set_id: str | None
    status: str
    created_at: datetime
    updated_at: datetime
    objective: str = "OUTCOME_SALES"
    daily_budget: int | None = None
    lifetime_budget: int | None = None
    is_forgotten: bool = False

    @classmethod
    def begun(
        cls,
        kind: Kind,
        account: Account,
        object_id: str,
        name: str,
        *,
        campaign_id: str = "",
        ad_set_id: str | None = None,
    ) -> AdObject:
        """An active part of an account, as old as the account is; what it is part of is named where there is one."""
        return cls(
            kind,
            object_id,
            account.id,
            name,
            campaign_id or object_id,
            object_id if kind == "adset" else ad_set_id,
            "ACTIVE",
            account.created_at,
            account.created_at,
        )

    @property
    def state(self) -> str:
        """Its own status; what is forgotten is as good as deleted."""
        return "DELETED" if self.is_forgotten else self.status

    @property
    def ad_id(self) -> str | None:
        """The id, of an ad."""
        return self.id if self.kind == "ad" else None

    @property
    def node(self) -> str:
        """What Graph calls it."""
        return _NODES[self.kind]

    def record(self, timezone: str, effective_status: str) -> Record:
        """All fields, as Graph writes them: times in the account's zone, budgets as text."""
        created = local_text(self.created_at, timezone)
        common: Record = {
            "id": self.id,
            "account_id": self.account_id.removeprefix("act_"),
            "name": self.name,
            "status": self.status,
            "configured_status": self.status,
            "effective_status": effective_status,
            "created_time": created,
            "updated_time": local_text(self.updated_at, timezone),
        }
        if self.kind == "ad":
            return {
                **common,
                "adset_id": self.ad_set_id,
                "campaign_id": self.campaign_id,
                "creative": {"id": f"{self.id}9", "name": f"{self.name} creative"},
            }
        budget = self.daily_budget if self.daily_budget is not None else self.lifetime_budget
        common |= {
            "daily_budget": str(self.daily_budget or 0),
            "lifetime_budget": str(self.lifetime_budget or 0),
            "budget_remaining": str(budget or 0),
            "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
            "start_time": created,
        }
        if self.kind == "campaign":
            return {
                **common,
                "objective": self.objective,
                "buying_type": "AUCTION",
                "special_ad_categories": [],
                "stop_time": None,
            }
        return {
            **common,
            "campaign_id": self.campaign_id,
            "bid_amount": None,
            "billing_event": "IMPRESSIONS",
            "optimization_goal": "OFFSITE_CONVERSIONS",
            "targeting": {"age_min": 25, "geo_locations": {"countries": ["IN"]}},
            "end_time": None,
        }


def utc_text(at: datetime) -> str:
    """An instant as Graph writes it for pages.

    >>> utc_text(datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    '2026-11-21T09:30:00+0000'
    """
    return local_text(at, "UTC")


def local_text(at: datetime, timezone: str) -> str:
    """An instant as Graph writes it for ad objects: in the zone of their account."""
    return at.astimezone(UTC if timezone == "UTC" else ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M:%S%z")
