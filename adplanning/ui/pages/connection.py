"""The connection to Meta: which accounts and pages are read, how far each has come, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adplanning.core import formats
from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.meta_ads import connection_service
from adplanning.meta_ads.connection import STREAM_WORDS, missing
from adplanning.store.tables.syncing import QuarantinedRow, SyncStream
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.sync_button import sync_button
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

SLUG = "meta-ads/connection"


def connection_page(visit: Visit) -> Sequence[Component]:
    """What is missing, then the streams, the accounts, and the rows that could not be read."""
    notices = Notices()
    streams = _streams(visit)
    accounts = _accounts(visit)
    with visit.reading() as session:
        quarantined = [_quarantined(visit)] if connection_service.n_quarantined(session) else []

    def show() -> None:
        notices.show(_notices(visit))
        for table in (streams, accounts, *quarantined):
            table.refresh()

    notices.show(_notices(visit))
    button = sync_button(visit, title="Sync now", then=show)
    return [*button, notices, streams, accounts, *quarantined]


def _notices(visit: Visit) -> list[Notice]:
    has_token = visit.settings.meta_access_token is not None
    with visit.reading() as session:
        states = connection_service.stream_states(session)
    sentences = missing(states, has_token=has_token, now=visit.now())
    if not sentences:
        return [Notice("All that the token reaches has been read.", "good")]
    upload = {} if has_token else {"href": address_of("ad-planning/import"), "link": "Import an export"}
    failed = any(state.status is StreamStatus.failed for state in states)
    return [Notice(words, "bad" if failed and words is sentences[0] else "warning", **upload) for words in sentences]


def _streams(visit: Visit) -> Table:
    zone = visit.settings.zone

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            names = connection_service.owners(session)
            found = connection_service.sync_streams(session)
        shown = found[query.offset : query.offset + query.limit]
        return [row(one, names.get(one.scope, one.scope)) for one in shown], len(found)

    def row(one: SyncStream, owner: str) -> Row:
        words = STREAM_WORDS[Stream(one.stream)]
        n = {name: formats.number(getattr(one, name)) for name in ("n_read", "n_stored", "n_quarantined")}
        return Row(
            f"{one.scope} {one.stream}",
            f"{words} of {owner}",
            "",
            {
                "owner": text(owner),
                "stream": text(words.capitalize()),
                "status": badges.STREAM_STATUSES[StreamStatus(one.status)].cell(),
                "succeeded_at": text(formats.moment(one.succeeded_at, zone)),
                "watermark_on": text(one.watermark_on and one.watermark_on.isoformat()),
                **{name: text(said) for name, said in n.items()},
                "message": text(one.message, hint=one.message or ""),
            },
            {
                "account": owner,
                "stream": one.stream,
                "status": one.status,
                "last_whole": one.succeeded_at and one.succeeded_at.isoformat(),
                "read_until": one.watermark_on and one.watermark_on.isoformat(),
                "read": one.n_read,
                "stored": one.n_stored,
                "quarantined": one.n_quarantined,
                "resumes_at": one.resume_at and one.resume_at.isoformat(),
                "message": one.message,
            },
        )

    return Table(
        visit,
        label="What is read from Meta",
        title="What is read from Meta",
        columns=[
            Column("owner", "Account or page", on_phone=True),
            Column("stream", "What", on_phone=True),
            Column("status", "Status", on_phone=True),
            Column("succeeded_at", "Last read whole"),
            Column("watermark_on", "Days read until", help="Every day up to this one has been read"),
            Column("n_read", "Read", numeric=True),
            Column("n_stored", "Stored", numeric=True),
            Column("n_quarantined", "In quarantine", numeric=True, help="Rows that could not be read; see below"),
            Column("message", "In words"),
        ],
        sort="owner",
        fetch=fetch,
        export_name="meta-sync",
        empty="Nothing was read from Meta yet.",
        prefix="stream_",
    )


def _accounts(visit: Visit) -> Table:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found = connection_service.meta_accounts(session)
        shown = found[query.offset : query.offset + query.limit]
        return [
            Row(
                one.id,
                one.name,
                f"{address_of('meta-ads/campaigns')}?ad_account_id={one.id}",
                {
                    "name": text(one.name),
                    "number": text(one.platform_account_id),
                    "currency": text(one.currency),
                    "timezone": text(one.timezone),
                    "status": text(one.status),
                },
                {"name": one.name, "id": one.platform_account_id, "currency": one.currency, "zone": one.timezone},
            )
            for one in shown
        ], len(found)

    return Table(
        visit,
        label="Ad accounts",
        title="Ad accounts",
        columns=[
            Column("name", "Account", on_phone=True),
            Column("number", "Number"),
            Column("currency", "Currency", on_phone=True),
            Column("timezone", "Time zone", help="Its days are days of this zone"),
            Column("status", "Status"),
        ],
        sort="name",
        fetch=fetch,
        export_name="meta-accounts",
        empty="No ad account is known yet.",
        prefix="account_",
    )


def _quarantined(visit: Visit) -> Table:
    zone = visit.settings.zone

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = connection_service.list_quarantined(
                session, limit=query.limit, offset=query.offset, search=query.search
            )
            names = connection_service.owners(session)
        return [row(one, names.get(one.scope, one.scope)) for one in found], total

    def row(one: QuarantinedRow, owner: str) -> Row:
        as_it_came = json.dumps(one.row, ensure_ascii=False)
        day = one.on and one.on.isoformat()
        return Row(
            str(one.id),
            f"row {one.id}",
            "",
            {
                "owner": text(owner),
                "stream": text(STREAM_WORDS[Stream(one.stream)].capitalize()),
                "on": text(day),
                "reason": text(one.reason, hint=one.reason),
                "row": text(as_it_came, hint=as_it_came),
                "seen_at": text(formats.moment(one.seen_at, zone)),
            },
            {"account": owner, "stream": one.stream, "day": day, "reason": one.reason, "row": as_it_came},
        )

    return Table(
        visit,
        label="Rows that could not be read",
        title="Rows that could not be read",
        columns=[
            Column("owner", "Account or page"),
            Column("stream", "What", on_phone=True),
            Column("on", "Day"),
            Column("reason", "Why", on_phone=True),
            Column("row", "As it came"),
            Column("seen_at", "Seen"),
        ],
        searchable="Search reasons",
        sort="seen_at",
        fetch=fetch,
        export_name="meta-quarantine",
        empty="Every row could be read.",
        prefix="quarantine_",
    )
