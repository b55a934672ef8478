"""`adplanning person …`: what is held on somebody, and how all of it goes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adplanning.cli_store import opened_store, say

person_app = typer.Typer(no_args_is_help=True, help="What is held on a person: its export and its erasure.")
PersonId = Annotated[str, typer.Argument(help="such as person_018f…, as GET /admin/persons lists them")]


@person_app.command()
def export(
    person_id: PersonId,
    file: Annotated[Path | None, typer.Argument(help="a file for the JSON; printed when not given")] = None,
) -> None:
    """Write everything that is held on a person, and nothing of others."""
    from adplanning.store.session import reading  # noqa: PLC0415
    from adplanning.workflows.person_exported import export_person  # noqa: PLC0415

    with opened_store() as (engine, settings), reading(engine) as session:
        held = export_person(session, person_id, runs_folder=settings.runs_folder, now=datetime.now(UTC))
    written = json.dumps(held, ensure_ascii=False, indent=2)
    if file is None:
        say(written)
    else:
        file.write_text(f"{written}\n", encoding="utf-8")
        say(f"written: {file}")


@person_app.command()
def erase(
    person_id: PersonId,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask; it cannot be taken back")] = False,
) -> None:
    """Erase a person for good; all totals stay as they were, and nothing brings the person back."""
    from adplanning.store.scrubbing import scrub  # noqa: PLC0415
    from adplanning.store.session import reading, writing  # noqa: PLC0415
    from adplanning.workflows.person_erased import erase_person  # noqa: PLC0415
    from adplanning.workflows.person_holdings import holdings  # noqa: PLC0415

    with opened_store() as (engine, settings):
        with reading(engine) as session:
            held = holdings(session, person_id, runs_folder=settings.runs_folder)
        if not yes:
            typer.confirm(f"Erase {person_id} for good?", abort=True)
        with writing(engine) as session:
            erased = erase_person(session, held, now=datetime.now(UTC))
        is_scrubbed = scrub(engine, erased.texts)
    told = ", ".join(f"{n:,} {name}" for name, n in erased.rows.items() if n)
    say(f"erased: {told}; {len(erased.files)} files of runs deleted")
    for file in erased.files:
        say(f"  deleted: {file}")
    if not is_scrubbed:
        say("the database's files may hold old copies until they are vacuumed (VACUUM FULL in PostgreSQL)")
    say("backups and files elsewhere are not reached; keep them no longer than you must")


@person_app.command()
def allow(contact: Annotated[str, typer.Argument(help="e-mail or phone of somebody who was erased")]) -> None:
    """Let somebody who was erased be known again, since they have asked for it."""
    from adplanning.leads.contacts import phone_key  # noqa: PLC0415
    from adplanning.people.erasure_service import allow_again  # noqa: PLC0415
    from adplanning.people.erasures import ErasedKind  # noqa: PLC0415
    from adplanning.people.service import email_key  # noqa: PLC0415
    from adplanning.store.session import writing  # noqa: PLC0415

    phone = phone_key(contact)
    kind, value = (ErasedKind.email, email_key(contact)) if phone is None else (ErasedKind.phone, phone)
    with opened_store() as (engine, _), writing(engine) as session:
        allow_again(session, kind, value)
    say(f"{contact} may be known again from now on; what was erased stays erased")
