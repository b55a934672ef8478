"""What happens when somebody is erased: all that tells who they were goes, and every total stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Table, delete, null, select, update
from sqlalchemy.orm import Session

from adplanning.core.ids import new_id
from adplanning.core.stand_ins import stand_in
from adplanning.leads.contacts import phone_key
from adplanning.people.erasure_service import forget_opinions_and_scores, remember_erased
from adplanning.people.erasures import ANONYMOUS, ERASED, ErasedKind, Marks, kept_address, kept_data
from adplanning.people.mention_service import rows_of, text_columns
from adplanning.people.service import email_key
from adplanning.store.scrubbing import overwrite_deleted
from adplanning.store.tables.catalogue import TABLES
from adplanning.workflows.person_holdings import Holdings, renewed

_CONTACT_OF_LEAD: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("full_name", "email", "phone", "notes", "assigned_to", "person_id", "fingerprint")),
    "answers": {},
}
_SAID: Final[Mapping[str, Any]] = {
    "person_id": None,
    "text": "",
    **{name: [] for name in ("keywords", "entities", "topics")},
    **dict.fromkeys(("summary", "metadata", "reason")),
}
_OF_VISITORS: Final = ("conversions", "journey_events", "touchpoints")
_NOBODY: Final = ANONYMOUS.removesuffix("_")


@dataclass(frozen=True)
class Erasure:
    """What was erased: how many rows of each table, which files, and the texts that must be in no file any longer."""

    person_id: str
    erased_at: datetime
    rows: Mapping[str, int]
    files: tuple[str, ...]
    texts: frozenset[str]


def erase_person(session: Session, before: Holdings, *, now: datetime) -> Erasure:
    """Erase a person for good, in the caller's transaction.

    The person, their scores and memberships go. What they did stays for the totals, under one anonymous id drawn at
    random, so that paths over several devices, the funnel, unique visitors and who rated twice are counted as before;
    their visitors and visits get new numbers, and free data, queries of addresses and texts go. A browser that others
    use too keeps its number. Orders keep their order_id, and leads their platform's id: the same order or lead coming
    in again is a repeat by them alone. Salted hashes of e-mail, phone and ids stay, by which imports, syncs and orders
    know whom not to bring back. Texts of anybody that name the person are blanked, files that do are deleted.

    Parameters
    ----------
    session : one that writes.
    before : what is held on the person, as from `person_holdings.holdings`, gathered before this transaction: that
        takes too long for others to wait.
    now : the time of the erasure.

    Raises
    ------
    NotFound : there is no such person, or no longer.
    """
    overwrite_deleted(session.connection())
    # Whoever tells what subjects did meanwhile has to wait, and finds the person gone.
    session.execute(select(TABLES["experiments"].c.id).order_by(TABLES["experiments"].c.id).with_for_update())
    found = renewed(session, before)
    person_id = found.person_id
    remember_erased(session, _contacts(found), now=now)
    texts = _spelled(found)
    _blank_leads(session, found.rows["leads"], now)
    _blank_opinions(session, found)
    _blank_events(session, found)
    _name_anew(session, found)
    _number_subjects_anew(session, found.rows["experiment_subjects"])
    forget_opinions_and_scores(session, person_id)
    session.execute(delete(TABLES["persons"]).where(TABLES["persons"].c.id == person_id))
    _redact(session, found)
    for file in found.files:
        file.unlink(missing_ok=True)
    n_rows = {name: len(rows) for name, rows in found.rows.items()}
    return Erasure(person_id, now, n_rows, tuple(file.name for file in found.files), texts)


def _contacts(found: Holdings) -> Iterable[tuple[ErasedKind, str]]:
    yield ErasedKind.person, found.person_id
    for row in (*found.rows["persons"], *found.rows["leads"]):
        if row["email"]:
            yield ErasedKind.email, email_key(row["email"])
        key = phone_key(row["phone"] or "")
        if key is not None and found.marks.are_in(key):
            yield ErasedKind.phone, key
    for lead in found.rows["leads"]:
        for number in (lead["platform_lead_id"], lead["fingerprint"]):
            if number:
                yield ErasedKind.lead, number


def _spelled(found: Holdings) -> frozenset[str]:
    """The e-mails and phones as the store has them, to be looked for in its file, and the id."""
    rows = (*found.rows["persons"], *found.rows["leads"])
    contacts = {row[name] for row in rows for name in ("email", "phone") if row[name]}
    return frozenset({found.person_id, *contacts, *found.marks.texts})


def _blank_leads(session: Session, leads: Sequence[RowMapping], now: datetime) -> None:
    _update(session, "leads", [{"id": lead["id"], **_CONTACT_OF_LEAD, "erased_at": now} for lead in leads])


def _blank_opinions(session: Session, found: Holdings) -> None:
    """Take texts and authors; scores and labels are numbers of the total and stay."""
    _update(session, "feedback", [{"id": r["id"], "person_id": None, "content": None} for r in found.rows["feedback"]])
    _update(session, "sentiments", [{"id": row["id"], **_SAID} for row in found.rows["sentiments"]])


def _blank_events(session: Session, found: Holdings) -> None:
    kept: dict[str, dict[str, Callable[[Any], Any]]] = {
        "conversions": {"pathname": kept_address, "referrer": kept_address, "metadata": kept_data},
        "journey_events": {"page_url": kept_address, "referrer": kept_address, "event_data": kept_data},
        "touchpoints": {"entry_page": kept_address, "metadata": kept_data},
    }
    for table, rules in kept.items():
        blanked = [
            {"id": row["id"], **{name: rule(row[name]) for name, rule in rules.items()}} for row in found.rows[table]
        ]
        _update(session, table, blanked)


def _name_anew(session: Session, found: Holdings) -> None:
    """Give all that they did one anonymous person, and their own visitors and visits numbers that nobody knows."""
    nobody = new_id(_NOBODY)
    for name in ("conversions", "journey_events", "visitors", "undone_merges", "ratings"):
        c = TABLES[name].c
        session.execute(update(TABLES[name]).where(c.person_id == found.person_id).values(person_id=nobody))
    for visitor_id in sorted(_own_visitors(found)):
        anew = stand_in(nobody) if visitor_id == stand_in(found.person_id) else new_id("anon")
        _number_visits_anew(session, visitor_id, anew)
        for name in (*_OF_VISITORS, "undone_merges"):
            c = TABLES[name].c
            session.execute(update(TABLES[name]).where(c.visitor_id == visitor_id).values(visitor_id=anew))
        visitors = TABLES["visitors"]
        session.execute(update(visitors).where(visitors.c.id == visitor_id).values(id=anew))


def _own_visitors(found: Holdings) -> set[str]:
    """The visitors that are theirs alone, and those whose number itself tells who they are."""
    numbers = {row["id"] for row in found.mentions["visitors"]}
    numbers |= {row["visitor_id"] for table in (*_OF_VISITORS, "undone_merges") for row in found.mentions[table]}
    return {*found.held.visitors, *(number for number in numbers if number and found.marks.are_in(number))}


def _number_subjects_anew(session: Session, subjects: Sequence[RowMapping]) -> None:
    """Leave what they did in experiments, which are counted as before, under ids that nobody knows."""
    c = TABLES["experiment_subjects"].c
    for row in subjects:
        is_row = (c.experiment_id == row["experiment_id"]) & (c.subject == row["subject"])
        session.execute(update(TABLES["experiment_subjects"]).where(is_row).values(subject=new_id(_NOBODY)))


def _number_visits_anew(session: Session, visitor_id: str, anew: str) -> None:
    events = {name: rows_of(session, name, "visitor_id", [visitor_id]) for name in _OF_VISITORS}
    visits: dict[str, str] = {}
    for name in ("conversions", "journey_events"):
        for row in events[name]:
            if row["session_id"] is not None:
                visits.setdefault(row["session_id"], new_id("sess"))
        renumbered = [{"id": r["id"], "session_id": visits.get(r["session_id"])} for r in events[name]]
        _update(session, name, renumbered)
    keys = [
        {"id": row["id"], "analytics_session_id": _visit_anew(row["analytics_session_id"], visits, visitor_id, anew)}
        for row in events["touchpoints"]
    ]
    _update(session, "touchpoints", keys)


def _visit_anew(key: str, visits: dict[str, str], visitor_id: str, anew: str) -> str:
    """The key of a touchpoint under new numbers: a visit, a visitor and an instant, or the event that began it.

    See `tracking.touchpoints.touch` and `imports.touchpoints.touch`, which make them.
    """
    if key.startswith(("conv_", "jour_")):
        return key
    if key.startswith(f"{visitor_id}@"):
        return f"{anew}{key.removeprefix(visitor_id)}"
    visit, mark, event_id = (key, "", "") if key in visits else key.rpartition("#")
    visit = visit or key
    return f"{visits.setdefault(visit, new_id('sess'))}{mark}{event_id}"


def _redact(session: Session, found: Holdings) -> None:
    """Blank what still names them, in whosever rows; a phone only where no other person is named."""
    for name in ("rejected_rows", "quarantined_rows"):
        blank = [{"id": r["id"], "row": dict.fromkeys(r["row"], ERASED), "reason": ERASED} for r in found.rows[name]]
        _update(session, name, blank)
    _update(session, "batch_runs", [{"id": file.stem, "output_path": None} for file in found.files])
    for name, mentioned in found.mentions.items():
        table = TABLES[name]
        if "id" not in table.c:
            continue
        unique = _unique_columns(table)
        theirs = {row["id"] for row in found.rows[name]}
        for row in rows_of(session, name, "id", [row["id"] for row in mentioned]):
            marks = found.marks if row["id"] in theirs else Marks(found.marks.texts)
            anew = {column: marks.redacted(row[column]) for column in text_columns(table) if column != "id"}
            changed = {column: value for column, value in anew.items() if value != row[column]}
            changed |= {column: new_id("erased") for column in changed.keys() & unique}
            _update(session, name, [{"id": row["id"], **changed}])


def _unique_columns(table: Table) -> set[str]:
    indexes = {column.name for index in table.indexes if index.unique for column in index.columns}
    return indexes | {column.name for column in table.c if column.unique}


def _update(session: Session, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    table = TABLES[name]
    for row in rows:
        # A null of SQL: SQLAlchemy takes None in a JSON column for JSON's own null.
        values = {column: null() if value is None else value for column, value in row.items() if column != "id"}
        if values:
            session.execute(update(table).where(table.c.id == row["id"]).values(values))
