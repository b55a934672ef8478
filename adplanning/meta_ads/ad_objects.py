"""Campaigns, ad sets and ads as Meta tells them: which fields to ask for, and what a row says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from adplanning.core.names import with_name_key
from adplanning.core.texts import storable_text
from adplanning.meta_ads.minor_units import from_platform_minor

_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES")
_STATUSES_OF_AD = ("PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED", "PENDING_BILLING_INFO", "ADSET_PAUSED")
_INSTANT = pl.Datetime("us", "UTC")

Record = dict[str, Any]
Reject = tuple[str, Record]


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    Parameters
    ----------
    level : what we call it.
    edge : where an account lists it.
    platform_id, parent : our columns of its platform's id, and of the id of what it is part of.
    ancestors : Meta's fields of what it is part of, the nearest first; none for a campaign, whose account is known.
    fields : our columns, each with Meta's field.
    statuses : all effective statuses; a listing leaves out those that it is not asked for.
    """

    level: str
    edge: str
    platform_id: str
    parent: str
    ancestors: Sequence[str]
    fields: Mapping[str, str]
    statuses: Sequence[str]

    @property
    def asked(self) -> str:
        """The fields to ask for, by commas."""
        return ",".join(["id", "name", *self.ancestors, *self.fields.values()])

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns of `object_rows`."""
        return {
            "platform_id": pl.String(),
            "parent_platform_id": pl.String(),
            "name": pl.String(),
            **{column: _READERS[_suffix(column)][1] for column in self.fields},
        }


CAMPAIGN: Final = Kind(
    "campaign",
    "campaigns",
    "platform_campaign_id",
    "ad_account_id",
    (),
    {
        "status": "status",
        "effective_status": "effective_status",
        "objective": "objective",
        "buying_type": "buying_type",
        "daily_budget_minor": "daily_budget",
        "lifetime_budget_minor": "lifetime_budget",
        "starts_at": "start_time",
        "stops_at": "stop_time",
    },
    _STATUSES,
)
AD_SET: Final = Kind(
    "ad_set",
    "adsets",
    "platform_ad_set_id",
    "campaign_id",
    ("campaign_id",),
    {
        "status": "status",
        "effective_status": "effective_status",
        "optimization_goal": "optimization_goal",
        "daily_budget_minor": "daily_budget",
        "lifetime_budget_minor": "lifetime_budget",
    },
    (*_STATUSES, "CAMPAIGN_PAUSED"),
)
AD: Final = Kind(
    "ad",
    "ads",
    "platform_ad_id",
    "ad_set_id",
    ("adset_id", "campaign_id"),
    {"status": "status", "effective_status": "effective_status", "creative_id": "creative"},
    (*_STATUSES, "CAMPAIGN_PAUSED", *_STATUSES_OF_AD),
)
KINDS: Final = (CAMPAIGN, AD_SET, AD)


def object_rows(kind: Kind, records: Sequence[Record], currency: str) -> tuple[pl.DataFrame, list[Reject]]:
    """What records of one kind say, and those that cannot be read, each with the reason.

    A field that Meta leaves out, as it does where a permission is missing, is null: unknown, not empty.

    Parameters
    ----------
    records : of a listing, or of single objects.
    currency : of the account; budgets are in it, a budget of 0 is none.

    Returns
    -------
    One row per object (of several records of one id the last): platform_id, parent_platform_id, name, name_key and the
    columns of `kind.fields`.

    >>> rows, rejects = object_rows(CAMPAIGN, [{"id": "7", "name": "Sale", "daily_budget": "5000"}, {}], "INR")
    >>> rows["daily_budget_minor"].to_list(), [reason for reason, _ in rejects]
    ([5000], ['id: is missing'])
    """
    found = list[list[Any]]()
    rejects = list[Reject]()
    for record in records:
        try:
            found.append(_read(kind, record, currency))
        except ValueError as fault:
            rejects.append((str(fault), record))
    frame = pl.DataFrame(found, schema=kind.schema, orient="row")
    unique = frame.unique("platform_id", keep="last", maintain_order=True)
    return with_name_key(unique, "name", into="name_key"), rejects


def _read(kind: Kind, record: Record, currency: str) -> list[Any]:
    parent = kind.ancestors[0] if kind.ancestors else ""
    values: list[Any] = [_text(record.get(field), field) for field in ("id", parent, "name")]
    if values[0] is None:
        raise ValueError("id: is missing")
    for column, field in kind.fields.items():
        told = record.get(field)
        try:
            values.append(None if told is None else _READERS[_suffix(column)][0](told, currency))
        except (ValueError, TypeError, AttributeError) as fault:
            raise ValueError(f"{field}: {fault}") from None
    return values


def _text(value: object, field: str) -> str | None:
    try:
        return None if value is None else storable_text(str(value)).strip() or None
    except ValueError as fault:
        raise ValueError(f"{field}: {fault}") from None


def _instant(told: Any, _: str) -> datetime:
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise ValueError("is an instant without a time zone")
    return at


_READERS: Mapping[str, tuple[Callable[[Any, str], Any], pl.DataType]] = {
    "minor": (from_platform_minor, pl.Int64()),
    "at": (_instant, _INSTANT),
    "creative_id": (lambda told, _: str(told["id"]), pl.String()),
    "": (lambda told, _: storable_text(str(told)), pl.String()),
}


def _suffix(column: str) -> str:
    ending = column if column == "creative_id" else column.rsplit("_", 1)[-1]
    return ending if ending in _READERS else ""
