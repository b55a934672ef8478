"""What a row of insights says, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson
import polars as pl

from adplanning.core.money import to_minor
from adplanning.core.texts import storable_text
from adplanning.meta_ads.account_days import Days
from adplanning.meta_ads.actions import told_results

FIELDS: Final = (
    "account_currency,campaign_id,campaign_name,spend,impressions,clicks,inline_link_clicks,reach,actions,action_values,"
    "attribution_setting"
)
FIELDS_OF_AD: Final = f"{FIELDS},adset_id,adset_name,ad_id,ad_name"
WINDOWS: Final = '["1d_click","7d_click","28d_click","1d_view"]'
"""The attribution windows to ask for; Meta has withdrawn views of 7 and 28 days."""

ID_FIELDS: Final[Mapping[str, str]] = {"campaign": "campaign_id", "ad": "ad_id"}

NAMED: Final = ("campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name")
"""The fields that say which objects a row is about."""

Record = dict[str, Any]
Reject = tuple[date | None, str, Record]

_SCHEMA: Final[Mapping[str, Any]] = {
    "platform_id": pl.String,
    "on": pl.Date,
    "spend_minor": pl.Int64,
    "n_impressions": pl.Int64,
    "n_clicks": pl.Int64,
    "n_link_clicks": pl.Int64,
    "n_reach": pl.Int64,
    "n_leads": pl.Float64,
    "n_purchases": pl.Float64,
    "purchase_value_minor": pl.Int64,
    "attribution_setting": pl.String,
    "actions": pl.String,
    "action_values": pl.String,
    **{f"meta_{field}": pl.String for field in NAMED},
}


def insight_rows(level: str, records: Sequence[Record], days: Days, currency: str) -> tuple[pl.DataFrame, list[Reject]]:
    """The figures of one level by object and day, and the records that cannot be read, each with the reason.

    Spend becomes minor units exactly. Meta leaves out counts of what never happened: impressions and clicks are 0 then;
    reach, link clicks, leads and purchases stay unknown.

    Parameters
    ----------
    level : campaign or ad.
    records : daily rows, as Meta tells them.
    days : the first and the last day that was asked for; a row of another day is not taken.
    currency : of the account; a row in another is not taken.

    Returns
    -------
    One row per record: platform_id (of the level's object), on, figures, `actions` and `action_values` (JSON as text),
    and `meta_` with each of `NAMED`. A reject's day is that of the record, else the first one asked for.

    >>> day = {"date_start": "2026-11-21", "date_stop": "2026-11-21", "campaign_id": "7"}
    >>> asked = (date(2026, 11, 21), date(2026, 11, 21))
    >>> rows, rejects = insight_rows("campaign", [{**day, "spend": "1.5"}, {**day, "spend": "abc"}], asked, "INR")
    >>> rows["spend_minor"].to_list(), [reason for _, reason, _ in rejects]
    ([150], ["spend: 'abc' is not an amount of 0 or more"])
    """
    found, rejects = list[list[Any]](), list[Reject]()
    for record in records:
        try:
            found.append(_read(level, record, days, currency))
        except ValueError as fault:
            on = _day(record)
            rejects.append((on if on and days[0] <= on <= days[1] else days[0], str(fault), record))
    return pl.DataFrame(found, schema=_SCHEMA, orient="row"), rejects


def _read(level: str, record: Record, days: Days, currency: str) -> list[Any]:
    platform_id = _text(record, ID_FIELDS[level])
    if platform_id is None:
        raise ValueError(f"{ID_FIELDS[level]}: is missing")
    on = _day(record)
    if on is None or record.get("date_stop") != record["date_start"]:
        raise ValueError(f"date_start: {_shown(record, 'date_start')} is not one single day that exists")
    if not days[0] <= on <= days[1]:
        raise ValueError(f"date_start: {on} is not a day that was asked for ({days[0]} to {days[1]})")
    if (told := record.get("account_currency")) not in (None, currency):
        raise ValueError(f"account_currency: {told} is not that of the account, {currency}")
    actions, values = _list(record, "actions"), _list(record, "action_values")
    results = told_results(actions, values, currency)
    return [
        platform_id,
        on,
        _amount(record, "spend", currency),
        _count(record, "impressions") or 0,
        _count(record, "clicks") or 0,
        _count(record, "inline_link_clicks"),
        _count(record, "reach"),
        results.n_leads,
        results.n_purchases,
        results.purchase_value_minor,
        _text(record, "attribution_setting"),
        orjson.dumps(actions).decode(),
        orjson.dumps(values).decode(),
        *(_text(record, name) for name in NAMED),
    ]


def _day(record: Record) -> date | None:
    try:
        return date.fromisoformat(record["date_start"])
    except (KeyError, TypeError, ValueError):
        return None


def _amount(record: Record, field: str, currency: str) -> int:
    try:
        amount = Decimal(str(record.get(field)))
        if not amount.is_finite() or amount < 0:
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError(f"{field}: {_shown(record, field)} is not an amount of 0 or more") from None
    return to_minor(amount, currency)


def _count(record: Record, field: str) -> int | None:
    told = record.get(field)
    if told is None:
        return None
    text = str(told)
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(f"{field}: {_shown(record, field)} is not a whole number of 0 or more")
    return int(text)


def _list(record: Record, field: str) -> list[dict[str, Any]]:
    told = record.get(field) or []
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise ValueError(f"{field}: is not a list of actions")
    return told


def _text(record: Record, field: str) -> str | None:
    told = record.get(field)
    try:
        return None if told is None else storable_text(str(told)).strip() or None
    except ValueError as fault:
        raise ValueError(f"{field}: {fault}") from None


def _shown(record: Record, field: str) -> str:
    return repr(record[field])[:80] if record.get(field) is not None else "nothing"
