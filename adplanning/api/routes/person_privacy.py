"""/admin/persons/{id}/export and /erase: what is held on somebody, and how all of it goes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.deps import AdminOnly, AppSettings, Id, Now, Reading, StoreEngine
from adplanning.core.periods import isoformat
from adplanning.store.scrubbing import scrub
from adplanning.store.session import reading, writing
from adplanning.workflows.person_erased import erase_person
from adplanning.workflows.person_exported import export_person
from adplanning.workflows.person_holdings import holdings

router = APIRouter(prefix="/admin/persons", tags=["persons"], dependencies=[AdminOnly])


class ErasureAnswer(BaseModel):
    """What was erased; `rows` by table, `files` by name, and whether the database's file holds nothing of it either.

    `is_scrubbed` is false for PostgreSQL, whose files are cleared by its own VACUUM.
    """

    person_id: str
    erased_at: str | None
    rows: dict[str, int]
    files: list[str]
    is_scrubbed: bool


@router.get("/{person_id}/export")
def export(person_id: Id, session: Reading, settings: AppSettings, now: Now) -> dict[str, Any]:
    """Everything held on a person, table by table, and nothing of others; for an admin."""
    return export_person(session, person_id, runs_folder=settings.runs_folder, now=now)


@router.post("/{person_id}/erase")
def erase(person_id: Id, engine: StoreEngine, settings: AppSettings, now: Now) -> ErasureAnswer:
    """Erase a person for good; all totals stay as they were. For an admin.

    Imports, syncs and orders do not bring them back; `adplanning person allow EMAIL` lets them be known again.
    """
    with reading(engine) as session:
        held = holdings(session, person_id, runs_folder=settings.runs_folder)
    with writing(engine) as session:
        erased = erase_person(session, held, now=now)
    return ErasureAnswer(
        person_id=erased.person_id,
        erased_at=isoformat(erased.erased_at),
        rows=dict(erased.rows),
        files=list(erased.files),
        is_scrubbed=scrub(engine, erased.texts),
    )
