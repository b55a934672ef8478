"""Everything that is held on one person, row by row and file by file; their export and their erasure begin with it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from adplanning.leads.contacts import phone_key, phone_spellings
from adplanning.leads.known_service import persons_by_phone
from adplanning.people.erasures import Marks, without_marks
from adplanning.people.held_service import Held, held_of
from adplanning.people.mention_service import mentions, rows_of
from adplanning.people.service import email_key, find_person
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.people import Person

# Fewer digits, or a shorter visitor's id, stand in texts by chance.
MIN_DIGITS: Final = 7
MIN_VISITOR_LENGTH: Final = 12
_EVENTS: Final = ("conversions", "journey_events", "touchpoints")


@dataclass(frozen=True)
class Holdings:
    """What is held on a person.

    `rows` are theirs, by table; `files` are executed notebooks and logs that name them; `marks` tell them in a text;
    `mentions` are rows of anybody in which one of the marks stands.
    """

    person_id: str
    marks: Marks
    held: Held
    rows: Mapping[str, Sequence[RowMapping]]
    mentions: Mapping[str, Sequence[RowMapping]]
    files: tuple[Path, ...]


def holdings(session: Session, person_id: str, *, runs_folder: Path) -> Holdings:
    """Gather everything that is held on a person: what is theirs over all devices, and what names them.

    A row that names them by e-mail, phone or id is theirs, unless it is another person's: the phone of a household
    tells nobody. For that every row of the store is looked at.

    Parameters
    ----------
    runs_folder : where executed notebooks and their logs are.

    Raises
    ------
    NotFound : there is no such person.
    """
    marks = marks_of(session, find_person(session, person_id))
    found = mentions(session, marks)
    held, rows = _theirs(session, person_id, found)
    words = [*marks.spellings, *_names(rows), *_long(held.visitors)]
    return Holdings(person_id, marks, held, rows, found, _files_naming(runs_folder, words, marks))


def renewed(session: Session, before: Holdings) -> Holdings:
    """The same in a later transaction, without looking at every row and file again.

    Raises
    ------
    NotFound : there is no such person any longer.
    """
    find_person(session, before.person_id)
    held, rows = _theirs(session, before.person_id, before.mentions)
    return replace(before, held=held, rows=rows)


def _theirs(
    session: Session, person_id: str, mentioned: Mapping[str, Sequence[RowMapping]]
) -> tuple[Held, dict[str, Sequence[RowMapping]]]:
    held = held_of(session, person_id)
    rows: dict[str, Sequence[RowMapping]] = {"persons": rows_of(session, "persons", "id", [person_id])}
    for table in ("undone_merges", "customer_scores", "segment_members"):
        rows[table] = rows_of(session, table, "person_id", [person_id])
    rows["visitors"] = rows_of(session, "visitors", "id", held.visitors)
    for table in _EVENTS:
        ids = {*getattr(held, table), *_ids(_nobody_elses(mentioned[table], person_id))}
        rows[table] = rows_of(session, table, "id", ids)
    conversions, steps = _ids(rows["conversions"]), _ids(rows["journey_events"])
    rows["attribution_credits"] = rows_of(session, "attribution_credits", "conversion_id", conversions)
    rows["goal_completions"] = [
        *rows_of(session, "goal_completions", "conversion_id", conversions),
        *rows_of(session, "goal_completions", "journey_event_id", steps),
    ]
    for table in ("leads", "feedback", "sentiments", "ratings"):
        named = _nobody_elses(mentioned[table], person_id)
        rows[table] = _merged(rows_of(session, table, "person_id", [person_id]), named)
    leads, said = _ids(rows["leads"]), _ids(rows["feedback"]) | _ids(rows["leads"])
    rows["lead_steps"] = rows_of(session, "lead_steps", "lead_id", leads)
    for table in ("sentiments", "ratings"):
        of_theirs = _nobody_elses(rows_of(session, table, "source_id", said), person_id)
        rows[table] = _merged(rows[table], of_theirs)
    for table in ("rejected_rows", "quarantined_rows", "batch_runs"):
        rows[table] = mentioned[table]
    rows["experiment_subjects"] = _subjects(session, {person_id, *held.visitors}, mentioned["experiment_subjects"])
    return held, rows


def _subjects(session: Session, ids: Collection[str], mentioned: Sequence[RowMapping]) -> Sequence[RowMapping]:
    """What they did in experiments: as a person or visitor, or under a subject that holds their e-mail or phone."""
    named = rows_of(session, "experiment_subjects", "subject", {*ids, *(row["subject"] for row in mentioned)})
    theirs = {(row["experiment_id"], row["subject"]) for row in mentioned}
    return [row for row in named if row["subject"] in ids or (row["experiment_id"], row["subject"]) in theirs]


def marks_of(session: Session, person: Person) -> Marks:
    """What tells a person in a text: their id, e-mails and phones, those they left with leads too.

    A phone that another person has as well is left out: it tells neither.
    """
    leads = session.execute(select(Lead.email, Lead.phone).where(Lead.person_id == person.id)).all()
    emails = {email_key(email) for email in (person.email, *(lead.email for lead in leads)) if email}
    phones = {phone for phone in (person.phone, *(lead.phone for lead in leads)) if phone}
    digits = set()
    for phone in phones:
        key = phone_key(phone)
        of_all = persons_by_phone(session, [key] if key else []).get(key or "", [])
        shared = [other for other in of_all if other.id != person.id]
        shortest = min(phone_spellings(key), key=len) if key else without_marks(phone)
        if not shared and len(shortest) >= MIN_DIGITS:
            digits.add(shortest.removeprefix("+"))
    return Marks(frozenset({person.id.lower(), *emails}), frozenset(digits))


def _nobody_elses(rows: Iterable[RowMapping], person_id: str) -> list[RowMapping]:
    return [row for row in rows if row.get("person_id") in (None, person_id)]


def _merged(*parts: Sequence[RowMapping]) -> list[RowMapping]:
    return [row for _, row in sorted({row["id"]: row for part in parts for row in part}.items())]


def _ids(rows: Iterable[RowMapping]) -> set[str]:
    return {row["id"] for row in rows}


def _names(rows: Mapping[str, Sequence[RowMapping]]) -> list[str]:
    """The full names they are known by; a first name alone is many people's."""
    names = [" ".join(filter(None, (row["first_name"], row["last_name"]))) for row in rows["persons"]]
    names += [row["full_name"] or "" for row in rows["leads"]]
    return [name.strip() for name in names if " " in name.strip()]


def _long(visitors: Collection[str]) -> list[str]:
    return [visitor for visitor in visitors if len(visitor) >= MIN_VISITOR_LENGTH]


def _files_naming(folder: Path, words: Collection[str], marks: Marks) -> tuple[Path, ...]:
    wanted = {form.lower() for word in words for form in (word, json.dumps(word)[1:-1])}
    found = []
    for file in sorted(folder.glob("*")) if folder.exists() else ():
        content = file.read_text(errors="replace").lower() if file.is_file() else ""
        if any(word in content for word in wanted) or Marks(frozenset(), marks.digits).are_in(content):
            found.append(file)
    return tuple(found)
