"""What an account holds: its listings of campaigns, ad sets and ads, and the single objects that these leave out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from adplanning.core.vocabulary import RemoteState, Stream
from adplanning.meta_ads.ad_objects import KINDS, Kind, Record, object_rows
from adplanning.meta_ads.client import MetaClient
from adplanning.meta_ads.graph_errors import BadRequest, GraphError, PermissionMissing
from adplanning.store.session import reading, write_transaction
from adplanning.sync.accounts import Account
from adplanning.sync.leases import Lease
from adplanning.sync.objects import mark_missing, object_ids, store_objects
from adplanning.sync.streams import StreamRun, quarantine

# Beyond, objects that no listing holds are only known by what the figures say of them.
MOST_FETCHED = 100
KIND_OF_STREAM = {Stream.campaigns: KINDS[0], Stream.ad_sets: KINDS[1], Stream.ads: KINDS[2]}


@dataclass(frozen=True)
class AccountSync:
    """What the synchronisation of one account goes on with; `told` takes a line and the share of the account done."""

    engine: Engine
    client: MetaClient
    account: Account
    lease: Lease
    now: Callable[[], datetime]
    told: Callable[[str, float], None]


def read_listing(sync: AccountSync, stream: Stream, run: StreamRun) -> None:
    """Read all objects of one kind, of every status, and keep them.

    What came before a fault is kept too; only a listing that came to its end tells which objects are missing.
    """
    kind, account = KIND_OF_STREAM[stream], sync.account
    records, fault = list[Record](), None
    pages = sync.client.pages(
        f"{account.path}/{kind.edge}",
        account=account.path,
        fields=kind.asked,
        effective_status=json.dumps(kind.statuses),
    )
    try:
        for page in pages:
            records += page
    except GraphError as refused:
        fault = refused
    rows, rejects = object_rows(kind, records, account.currency)
    if fault is None:
        make_known(sync, _parent(kind), (_parent_record(kind, record) for record in records))
    with write_transaction(sync.engine) as connection:
        sync.lease.renew(connection)
        run.n_stored = store_objects(connection, account, kind, rows, remote_state=RemoteState.present, now=sync.now())
        if fault is None:
            mark_missing(connection, account, kind, {str(record.get("id")) for record in records})
        kept = [(None, reason, record) for reason, record in rejects]
        quarantine(connection, account.number, stream, kept, now=sync.now(), replacing=[None])
    run.n_read, run.n_quarantined = len(records), len(rejects)
    if rows.height > run.n_stored:
        run.missing.append(
            f"{rows.height - run.n_stored:,} {kind.edge} of which Meta does not say what they are part of"
        )
    if fault is not None:
        raise fault


def make_known(sync: AccountSync, kind: Kind | None, told: Iterable[Record]) -> None:
    """Take in those objects that the store does not know: asked for by id, else as they are told, as missing.

    Parameters
    ----------
    told : what is known of each, as Meta writes it: its id and, where they are told, its name and what it is part of.
    """
    if kind is None:
        return
    wanted = {str(record["id"]): record for record in told if record.get("id")}
    with reading(sync.engine) as session:
        known = set(object_ids(session.connection(), sync.account, kind)["platform_id"])
    unknown = [record for id_, record in wanted.items() if id_ not in known]
    if not unknown:
        return
    records = [_fetched(sync, kind, record) for record in unknown[:MOST_FETCHED]] + unknown[MOST_FETCHED:]
    make_known(sync, _parent(kind), (_parent_record(kind, record) for record in records))
    rows, _ = object_rows(kind, records, sync.account.currency)
    with write_transaction(sync.engine) as connection:
        sync.lease.renew(connection)
        store_objects(connection, sync.account, kind, rows, remote_state=RemoteState.missing, now=sync.now())


def _fetched(sync: AccountSync, kind: Kind, record: Record) -> Record:
    try:
        return record | sync.client.get(str(record["id"]), account=sync.account.path, fields=kind.asked)
    except (BadRequest, PermissionMissing):
        return record


def _parent(kind: Kind) -> Kind | None:
    position = KINDS.index(kind)
    return KINDS[position - 1] if position else None


def _parent_record(kind: Kind, record: Record) -> Record:
    ids = [record.get(name) for name in kind.ancestors]
    return dict(zip(("id", "campaign_id"), ids, strict=False))
