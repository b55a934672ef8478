"""What may be given for a campaign by hand, and the columns it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from adplanning.core.fields import Amount, Fields, InstantText, Optional, minor_units
from adplanning.core.money import CurrencyCode
from adplanning.core.texts import none_if_blank, storable_text
from adplanning.core.vocabulary import Platform


def _in_capitals(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


# Meta cuts the name of a campaign at 400 characters.
CampaignName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), AfterValidator(storable_text)
]
CampaignStatus = Annotated[
    Literal["ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES", "ARCHIVED", "DELETED", "UNKNOWN"],
    BeforeValidator(_in_capitals),
]
Count = Annotated[int, Field(ge=0, le=2**62)]
Quantity = Annotated[float, Field(ge=0, allow_inf_nan=False, le=2**53)]

_FIGURES: Final = {
    "spend": "spend_minor",
    "impressions": "n_impressions",
    "clicks": "n_clicks",
    "link_clicks": "n_link_clicks",
    "reach": "n_reach",
    "leads": "n_leads",
    "conversions": "n_purchases",
    "conversion_value": "purchase_value_minor",
}
_AMOUNTS: Final = {
    "daily_budget": "daily_budget_minor",
    "lifetime_budget": "lifetime_budget_minor",
    "spend": "spend_minor",
    "conversion_value": "purchase_value_minor",
}
# Where the store needs a number: those of the others may be unknown.
NEVER_UNKNOWN: Final = ("spend", "impressions", "clicks")


class _Told(Fields):
    """What a campaign is like, and what it cost and brought from its start to its end, or until today."""

    objective: Optional = None
    daily_budget: Amount | None = None
    lifetime_budget: Amount | None = None
    starts_at: Annotated[InstantText | None, AfterValidator(none_if_blank)] = None
    stops_at: Annotated[InstantText | None, AfterValidator(none_if_blank)] = None
    spend: Amount | None = None
    impressions: Count | None = None
    clicks: Annotated[Count | None, Field(description="all clicks")] = None
    link_clicks: Count | None = None
    reach: Count | None = None
    leads: Quantity | None = None
    conversions: Annotated[Quantity | None, Field(description="purchases that the platform claims")] = None
    conversion_value: Annotated[Amount | None, Field(description="the value of these purchases")] = None


class CampaignFields(_Told):
    """A campaign by hand; without an account it gets into one for all of its platform and currency."""

    name: CampaignName
    platform: Annotated[Platform | None, Field(description="of a new account; meta when not given")] = None
    ad_account_id: Annotated[Optional, Field(description="ours or the platform's; a new one is made")] = None
    meta_campaign_id: Annotated[Optional, Field(description="the platform's id")] = None
    status: CampaignStatus = "UNKNOWN"
    currency: Annotated[CurrencyCode | None, Field(description="the account's")] = None


class CampaignChange(_Told):
    """What may be changed of a campaign that no platform has listed."""

    name: CampaignName | None = None
    status: CampaignStatus | None = None


def figure_columns(fields: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The figures among the fields as columns; amounts in minor units of their currency.

    Raises
    ------
    InvalidData : an amount that cannot be kept.

    >>> from decimal import Decimal
    >>> figure_columns({"name": "Diwali", "spend": Decimal("499.50"), "leads": 3.0}, "INR")
    {'spend_minor': 49950, 'n_leads': 3.0}
    """
    return {column: _column(name, fields[name], currency) for name, column in _FIGURES.items() if name in fields}


def budget_columns(fields: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The budgets among the fields, likewise.

    >>> from decimal import Decimal
    >>> budget_columns({"daily_budget": Decimal("1500"), "lifetime_budget": None}, "INR")
    {'daily_budget_minor': 150000, 'lifetime_budget_minor': None}
    """
    names = ("daily_budget", "lifetime_budget")
    return {_AMOUNTS[name]: _column(name, fields[name], currency) for name in names if name in fields}


def _column(name: str, value: Any, currency: str) -> Any:
    return minor_units(value, currency, field=name) if name in _AMOUNTS else value
