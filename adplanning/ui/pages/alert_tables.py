"""The lists of alerts: those that are open, and what was."""

from __future__ import annotations

from collections.abc import Sequence

from adplanning.alerts import service
from adplanning.alerts.service import OpenAlert
from adplanning.core import formats
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.pages.alert_words import SLUG, about, since
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit


def open_table(visit: Visit, rule_id: str | None = None) -> Table:
    """The alerts that are open, of all rules or of one."""
    return _table(
        visit,
        rule_id,
        is_open=True,
        label="Open alerts",
        empty="Nothing is open: what could be told is as it should be.",
    )


def ended_table(visit: Visit, rule_id: str | None = None) -> Table:
    """The alerts that have ended, the latest first."""
    return _table(visit, rule_id, is_open=False, label="Ended alerts", empty="No alert has ended yet.")


def _table(visit: Visit, rule_id: str | None, *, is_open: bool, label: str, empty: str) -> Table:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_alerts(
                session,
                is_open=is_open,
                rule_id=rule_id,
                limit=query.limit,
                offset=query.offset,
                sort=query.sort,
                descending=query.descending,
            )
        return [_row(visit, one) for one in found], total

    last = Column("seen_at", "Last seen") if is_open else Column("closed_at", "Ended", sortable=True)
    return Table(
        visit,
        label=label,
        title=label,
        columns=[
            Column("words", "What was found", on_phone=True, help="As it was at the last check"),
            *([] if rule_id else [Column("rule", "Rule")]),
            Column("opened_at", "Since", sortable=True, on_phone=True),
            last,
            Column("told", "Told outside", help="Whether a webhook or an e-mail has told somebody"),
        ],
        sort="opened_at" if is_open else "closed_at",
        fetch=fetch,
        export_name=label.lower().replace(" ", "-"),
        empty=empty,
        prefix="open_" if is_open else "ended_",
    )


def _row(visit: Visit, alert: OpenAlert) -> Row:
    zone = visit.settings.zone
    told = formats.moment(alert.notified_at, zone) if alert.notified_at else "not yet"
    return Row(
        alert.id,
        alert.words,
        about(alert),
        {
            "words": text(alert.words),
            "rule": text(alert.rule_name, href=address_of(SLUG, alert.rule_id)),
            "opened_at": text(since(alert.opened_at, visit.now()), hint=formats.moment(alert.opened_at, zone)),
            "seen_at": text(formats.moment(alert.seen_at, zone)),
            "closed_at": text(formats.moment(alert.closed_at, zone)),
            "told": text(told) if alert.notified_at else badges.NOT_TOLD.cell(),
        },
        {
            "id": alert.id,
            "rule": alert.rule_name,
            "kind": alert.kind.value,
            "metric": alert.metric,
            "campaign": alert.campaign,
            "words": alert.words,
            "value": alert.value,
            "opened_at": alert.opened_at.isoformat(),
            "seen_at": alert.seen_at.isoformat(),
            "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
            "told_at": alert.notified_at.isoformat() if alert.notified_at else None,
        },
    )
