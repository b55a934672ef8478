"""Alerts kept from check to check: opened, seen again, ended, and told to somebody outside once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from adplanning.alerts.checking_service import Checked
from adplanning.alerts.findings import Finding
from adplanning.alerts.message import News
from adplanning.alerts.rule import Rule
from adplanning.alerts.service import watched
from adplanning.alerts.watching import shown_value
from adplanning.core.ids import new_id
from adplanning.store.tables.alerts import Alert, AlertRule
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

# Both databases bound the number of values in one statement.
IDS_A_STATEMENT: Final = 5_000
_ALERTS, _RULES = TABLES["alerts"], TABLES["alert_rules"]


@dataclass(frozen=True)
class Kept:
    """What became of the alerts of a rule; None of them when somebody has changed or checked it meanwhile."""

    n_opened: int = 0
    n_still_open: int = 0
    n_ended: int = 0
    is_kept: bool = True


def active_rules(session: Session) -> list[tuple[str, str, Rule]]:
    """The rules that are checked, by name: id, name, and what each watches."""
    found = session.scalars(select(AlertRule).where(AlertRule.is_active).order_by(AlertRule.name, AlertRule.id))
    return [(kept.id, kept.name, watched(kept)) for kept in found]


def keep_findings(session: Session, rule_id: str, rule: Rule, checked: Checked, *, now: datetime) -> Kept:
    """Open an alert for each finding that fires and has none, renew those that fire still, end those that do not.

    What cannot be told neither opens an alert nor ends one. The same check again changes nothing. Of two checks at the
    same time, the rule's row lets one go first; one that looked earlier than what is kept is left out, and so is one
    of a rule that was changed since.

    Parameters
    ----------
    rule, checked : what was watched, and what it has found.
    now : when it was looked.
    """
    c = _RULES.c
    unchanged = [c[name] == value if value is not None else c[name].is_(None) for name, value in asdict(rule).items()]
    mine = (
        update(AlertRule)
        .where(c.id == rule_id, c.is_active, or_(c.checked_at.is_(None), c.checked_at <= now), *unchanged)
        .values(checked_at=now, unknown_because=checked.reason)
        .returning(c.id)
        .execution_options(synchronize_session=False)
    )
    if session.execute(mine).first() is None:
        return Kept(is_kept=False)
    a = _ALERTS.c
    still_open = session.execute(select(a.subject, a.id).where(a.rule_id == rule_id, a.closed_at.is_(None)))
    open_ids = {subject: id_ for subject, id_ in still_open}  # noqa: C416 - a Row is no pair for mypy
    firing = {one.subject: one for one in checked.findings if one.fires}
    unknown = {one.subject for one in checked.findings if one.fires is None}
    ended = (
        [] if checked.unknown_because else [id_ for one, id_ in open_ids.items() if one not in firing.keys() | unknown]
    )
    n_opened = _open(session, rule_id, [one for name, one in firing.items() if name not in open_ids], now)
    still = {open_ids[name]: one for name, one in firing.items() if name in open_ids}
    _renew(session, still, now)
    for ids in _parts(ended):
        session.execute(_ALERTS.update().where(a.id.in_(ids)).values(closed_at=now))
    return Kept(n_opened, len(still), len(ended))


def news(session: Session) -> list[News]:
    """The open alerts that nobody outside was told of, oldest first."""
    query = (
        select(Alert, AlertRule.name, AlertRule.metric)
        .join(AlertRule, Alert.rule_id == AlertRule.id)
        .where(Alert.notified_at.is_(None), Alert.closed_at.is_(None))
        .order_by(Alert.opened_at, Alert.id)
    )
    return [
        News(alert.id, name, alert.words, shown_value(alert.value, metric))
        for alert, name, metric in session.execute(query)
    ]


def note_told(session: Session, alert_ids: Collection[str], *, now: datetime) -> None:
    """Keep that somebody outside was told of these alerts, so that nobody is told twice."""
    a = _ALERTS.c
    for ids in _parts(list(alert_ids)):
        session.execute(_ALERTS.update().where(a.id.in_(ids), a.notified_at.is_(None)).values(notified_at=now))


def _open(session: Session, rule_id: str, findings: list[Finding], now: datetime) -> int:
    rows = [
        {
            "id": new_id("alert"),
            "rule_id": rule_id,
            "subject": one.subject,
            "words": one.words,
            "value": one.value,
            "opened_at": now,
            "seen_at": now,
        }
        for one in findings
    ]
    frame = pl.DataFrame(rows, schema_overrides={"value": pl.Float64})
    return insert_frame(session.connection(), _ALERTS, frame, on_conflict="ignore")


def _renew(session: Session, still: dict[str, Finding], now: datetime) -> None:
    rows = [{"alert": id_, "said": one.words, "seen": one.value} for id_, one in still.items()]
    if rows:
        renewed = _ALERTS.update().where(_ALERTS.c.id == bindparam("alert"))
        session.connection().execute(
            renewed.values(words=bindparam("said"), value=bindparam("seen"), seen_at=now), rows
        )


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), IDS_A_STATEMENT):
        yield ids[start : start + IDS_A_STATEMENT]
