"""How forecasts and budgets are written, and what all of their views know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import polars as pl
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.core.money import major_units, minor_digits
from adplanning.forecasts.fields import Outcome
from adplanning.store.tables.ads import Campaign
from adplanning.ui.catalogue import address_of
from adplanning.ui.pages.chosen_days import in_full, today_of
from adplanning.ui.view_switch import ViewSwitch
from adplanning.ui.visit import Visit

SLUG: Final = "ad-planning/forecasts"
NOTEBOOK: Final = "forecast_budget"
PLAN: Final = "plan_"
VIEWS: Final = {
    "forecast": ("Forecast", "mdi-chart-timeline-variant"),
    "accuracy": ("Accuracy", "mdi-bullseye-arrow"),
    "budget": ("Budget", "mdi-tune-vertical"),
    "plans": ("Plans", "mdi-calendar-check-outline"),
}
ALL: Final = "All campaigns together"
MEASURES: Final = {"revenue": "Revenue", "conversions": "Conversions", "spend": "Spend"}
DAY_FIGURES: Final = ("expected", "lower", "upper", "actual")
OUTCOMES: Final = {Outcome.revenue.value: "Revenue", Outcome.conversions.value: "Conversions"}


def view_switch(visit: Visit) -> ViewSwitch:
    """The views; another one opens at an address of its own."""

    def turn() -> None:
        said = urlencode(switch.state)
        visit.frame.go(address_of(SLUG) + (f"?{said}" if said else ""))

    switch = ViewSwitch(visit, views=VIEWS, changed=turn)
    return switch


def as_of_on(visit: Visit) -> date:
    """The last day that is over in the reporting zone."""
    return today_of(visit) - timedelta(days=1)


def for_file(rows: pl.DataFrame, amounts: Collection[str], currency: str | None) -> list[dict[str, Any]]:
    """Rows as a file holds them: amounts in major units with their currency beside; counts (no currency) as they are.

    >>> for_file(pl.DataFrame({"on": [date(2026, 5, 1)], "spent": [12050]}), ["spent"], "INR")
    [{'on': datetime.date(2026, 5, 1), 'spent': 120.5, 'currency': 'INR'}]
    """
    if currency is None:
        return rows.to_dicts()
    major = (major_units(pl.col(name), currency) for name in amounts)
    return rows.with_columns(*major, currency=pl.lit(currency)).to_dicts()


def reporting(visit: Visit) -> dict[str, Any]:
    """What every reading of the days of campaigns goes by."""
    settings = visit.settings
    return {
        "as_of_on": as_of_on(visit),
        "zone": settings.zone,
        "currency": settings.currency,
        "public_revenue": settings.public_revenue,
    }


def campaign_names(session: Session, ids: Select[Any] | None = None) -> dict[str, str]:
    """The names of campaigns by id, in the order of the names; of those alone whose ids are selected, if they are."""
    query = select(Campaign.id, Campaign.name).order_by(Campaign.name, Campaign.id)
    found = session.execute(query if ids is None else query.where(Campaign.id.in_(ids)))
    return dict(found.all())


def major(minor: float | None, currency: str) -> float | None:
    """An amount of minor units that need not be whole, such as an expected one.

    >>> major(123456.7, "INR"), major(250, "JPY"), major(None, "INR")
    (1234.567, 250.0, None)
    """
    return None if minor is None else minor / 10 ** minor_digits(currency)


def amount(minor: float | None, currency: str, *, short: bool = False) -> str:
    """An amount of minor units as it is shown.

    >>> amount(123456.7, "INR"), amount(123456700, "INR", short=True), amount(None, "INR")
    ('₹1,234.57', '₹12.3L', '–')
    """
    write = formats.short_money if short else formats.money
    return write(major(minor, currency), currency)


def measured(measure: str, value: float | None, currency: str, *, short: bool = False) -> str:
    """A figure of revenue or spend (minor units), conversions or roas, as it is shown.

    >>> measured("conversions", 12.345, "INR"), measured("roas", 3.2, "INR"), measured("spend", 5000, "INR")
    ('12.3', '3.20×', '₹50.00')
    """
    if measure == "roas":
        return formats.times(value)
    if measure == "conversions":
        return formats.number(value, 0 if value is not None and abs(value) >= 100 else 1, currency=currency)
    return amount(value, currency, short=short)


def signed(measure: str, change: float | None, currency: str, *, short: bool = False) -> str:
    """A change of such a figure, with its sign.

    >>> signed("revenue", -5000, "INR"), signed("conversions", 2.0, "INR"), signed("revenue", 0.0, "INR")
    ('−₹50.00', '+2.0', '₹0.00')
    """
    if change is None:
        return formats.UNKNOWN
    sign = "−" if change < 0 else "+" if change > 0 else ""
    return sign + measured(measure, abs(change), currency, short=short)


def counted_days(n: int) -> str:
    """How many days.

    >>> counted_days(1), counted_days(60)
    ('1 day', '60 days')
    """
    return f"{n} day" if n == 1 else f"{n} days"


def days_in_words(first_on: date, last_on: date) -> str:
    """From one day to another, the year only as often as needed.

    >>> days_in_words(date(2026, 11, 29), date(2026, 12, 12)), days_in_words(date(2026, 12, 1), date(2026, 12, 1))
    ('29 Nov – 12 Dec 2026', '1 Dec 2026')
    """
    if first_on == last_on:
        return in_full(last_on)
    begin = in_full(first_on) if first_on.year != last_on.year else f"{first_on:%-d %b}"
    return f"{begin} – {in_full(last_on)}"


def named(names: Mapping[str, str], campaign_id: str | None) -> str:
    """What a campaign is called; None is all of them together."""
    return ALL if campaign_id is None else names.get(campaign_id, campaign_id)
