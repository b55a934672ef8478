"""What the token reaches: ad accounts, and pages with the tokens that their forms, leads and posts need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, select

from adplanning.core.ids import new_id
from adplanning.core.money import known_currency
from adplanning.core.vocabulary import Platform, Stream
from adplanning.meta_ads.client import MetaClient
from adplanning.meta_ads.connection_service import EVERYTHING
from adplanning.meta_ads.graph_errors import BadRequest, PermissionMissing
from adplanning.meta_ads.minor_units import from_platform_minor
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame
from adplanning.sync.streams import StreamRun, quarantine

_ACCOUNTS, _PAGES = TABLES["ad_accounts"], TABLES["social_pages"]
_FIELDS = "account_id,name,currency,timezone_name,account_status,amount_spent,created_time"
# Meta's numbers for what an account is allowed.
_STATUSES = {
    1: "ACTIVE",
    2: "DISABLED",
    3: "UNSETTLED",
    7: "PENDING_RISK_REVIEW",
    8: "PENDING_SETTLEMENT",
    9: "IN_GRACE_PERIOD",
    100: "PENDING_CLOSURE",
    101: "CLOSED",
}


@dataclass(frozen=True)
class Account:
    """An ad account: `id` is ours, `number` Meta's without `act_`."""

    id: str
    number: str
    name: str
    currency: str
    zone: ZoneInfo
    since: date | None

    @property
    def path(self) -> str:
        """What Meta calls it."""
        return f"act_{self.number}"


@dataclass
class Reached:
    """The accounts and pages that are to be read; tokens of pages are held here only."""

    accounts: list[Account] = field(default_factory=list)
    pages: dict[str, SecretStr] = field(default_factory=dict)


def read_accounts(
    engine: Engine,
    client: MetaClient,
    run: StreamRun,
    *,
    wanted: Collection[str],
    wanted_pages: Collection[str],
    now: Callable[[], datetime],
) -> Reached:
    """Read which accounts and pages the token reaches, and keep them.

    Parameters
    ----------
    wanted, wanted_pages : numbers of accounts and ids of pages; none is all. One that is not reached is told in
        `run.missing`.
    """
    reached = Reached()
    records = [record for page in client.pages("me/adaccounts", fields=_FIELDS) for record in page]
    chosen = [record for record in records if not wanted or _number(record) in wanted]
    with write_transaction(engine) as connection:
        reached.accounts, rejects = _stored(connection, chosen, now())
        quarantine(connection, EVERYTHING, Stream.accounts, rejects, now=now(), replacing=[None])
    _note_missing(run, "ad account", wanted, {_number(record) for record in records})
    pages = _pages(client, run)
    reached.pages = {id_: token for id_, (_, token) in pages.items() if not wanted_pages or id_ in wanted_pages}
    _note_missing(run, "page", wanted_pages, pages)
    rows = [{"id": id_, "name": pages[id_][0], "updated_at": now()} for id_ in reached.pages]
    with write_transaction(engine) as connection:
        insert_frame(connection, _PAGES, pl.DataFrame(rows), on_conflict="replace", key=["id"])
    run.n_read, run.n_quarantined = len(records) + len(pages), len(rejects)
    run.n_stored = len(reached.accounts) + len(reached.pages)
    return reached


def _stored(
    connection: Connection, records: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[list[Account], list[tuple[date | None, str, dict[str, Any]]]]:
    """Keep accounts by Meta's number; one in a currency or zone that nobody knows cannot be read."""
    c = _ACCOUNTS.c
    # One that a file has numbered with act_ gives way to one that has the bare number.
    mine = connection.execute(
        select(_ACCOUNTS).where(c.platform == Platform.meta.value).order_by(c.platform_account_id.desc())
    ).mappings()
    known = {str(row["platform_account_id"]).removeprefix("act_"): dict(row) for row in mine}
    accounts, rows = list[Account](), list[dict[str, Any]]()
    rejects: list[tuple[date | None, str, dict[str, Any]]] = []
    for record in records:
        number = _number(record)
        before = known.get(number, {})
        try:
            account, row = _account(record, before)
        except (ValueError, KeyError, TypeError) as fault:
            rejects.append((None, f"account {number}: {fault}", dict(record)))
            continue
        accounts.append(account)
        rows.append(row | {"created_at": before.get("created_at", now)})
    if rows:
        insert_frame(connection, _ACCOUNTS, pl.DataFrame(rows, schema=_SCHEMA), on_conflict="replace", key=["id"])
    return accounts, rejects


_SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(("id", "platform", "platform_account_id", "name", "currency", "timezone", "status"), pl.String),
    "amount_spent_minor": pl.Int64,
    "created_at": pl.Datetime("us", "UTC"),
}


def _account(record: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[Account, dict[str, Any]]:
    number = _number(record)
    currency = known_currency(str(record.get("currency") or before.get("currency")))
    zone = ZoneInfo(str(record.get("timezone_name") or before.get("timezone")))
    name = str(record.get("name") or before.get("name") or number)
    spent, status = record.get("amount_spent"), record.get("account_status")
    since = record.get("created_time")
    account = Account(
        id=before.get("id") or new_id("acct"),
        number=number,
        name=name,
        currency=currency,
        zone=zone,
        since=None if since is None else datetime.fromisoformat(since).astimezone(zone).date(),
    )
    return account, {
        "id": account.id,
        "platform": Platform.meta.value,
        "platform_account_id": number,
        "name": name,
        "currency": currency,
        "timezone": str(zone),
        "status": before.get("status") if status is None else _STATUSES.get(status, str(status)),
        "amount_spent_minor": (
            before.get("amount_spent_minor") if spent is None else from_platform_minor(spent, currency)
        ),
    }


def _pages(client: MetaClient, run: StreamRun) -> dict[str, tuple[str, SecretStr]]:
    """Name and token of each page; without the permission for them the accounts are still good."""
    try:
        records = [record for page in client.pages("me/accounts", fields="id,name,access_token") for record in page]
    except (PermissionMissing, BadRequest) as fault:
        run.missing.append(fault.message)
        return {}
    for record in records:
        if "access_token" not in record:
            run.missing.append(f"the token reaches page {record['id']}, but not its leads and posts")
    return {
        str(record["id"]): (str(record.get("name") or record["id"]), SecretStr(record["access_token"]))
        for record in records
        if "access_token" in record
    }


def _number(record: Mapping[str, Any]) -> str:
    return str(record.get("account_id") or record.get("id")).removeprefix("act_")


def _note_missing(run: StreamRun, what: str, wanted: Iterable[str], reached: Collection[str]) -> None:
    run.missing.extend(
        f"the token does not reach the {what} {one}; share it with the system user, or take it out of the settings"
        for one in sorted(set(wanted) - set(reached))
    )
