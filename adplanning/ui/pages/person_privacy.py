"""What an administrator does for a person who asks: all that is held on them as a file, or their erasure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adplanning.core.errors import Forbidden, InvalidData
from adplanning.core.vocabulary import Role
from adplanning.store.scrubbing import scrub
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.download import Download
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.journey_filters import SLUG
from adplanning.ui.visit import Progress, Visit
from adplanning.workflows.person_erased import erase_person
from adplanning.workflows.person_exported import export_person
from adplanning.workflows.person_holdings import holdings

ERASES = (
    "Their name, e-mail, phone, scores, segments and all they wrote go for good; what they did stays in the totals, as "
    "somebody's whom nobody knows. Imports and syncs will not bring them back. This cannot be undone."
)


def privacy_actions(visit: Visit, person_id: str, name: str) -> tuple[Sequence[Action], Sequence[Component]]:
    """The buttons, and what they need on the page; none for anybody but an administrator."""
    if visit.role is not Role.admin:
        return [], []

    def export(_: str) -> None:
        _require_admin(visit)

        def gather(progress: Progress) -> str:
            progress("Looking through everything that is held", 0)
            with visit.reading() as session:
                held = export_person(session, person_id, runs_folder=visit.settings.runs_folder, now=visit.now())
            file.send(f"{person_id}.json", json.dumps(held, ensure_ascii=False, indent=1))
            return f"All that is held on {name} is in the file."

        visit.frame.work(f"Export of {name}", gather, lambda: None)

    def check(values: Values) -> None:
        _require_admin(visit)
        if "name" in values and str(values["name"]).split() != name.split():
            raise InvalidData.at("name", f"is not {name}; type the name as it stands above this form")

    def submit(values: Values) -> None:
        check({"name": "", **values})
        visit.frame.work(f"Erasure of {name}", erase, lambda: visit.frame.go(address_of(SLUG), instead=True))

    def erase(progress: Progress) -> str:
        progress("Looking for all places that name them", 0)
        with visit.reading() as session:
            held = holdings(session, person_id, runs_folder=visit.settings.runs_folder)
        progress("Erasing", 0.5)
        with visit.writing() as session:
            erased = erase_person(session, held, now=visit.now())
        progress("Clearing the store's files", 0.9)
        scrub(visit.engine, erased.texts)
        return "They are erased."

    file = Download(visit)
    form = Form(
        visit,
        title=f"Erase {name}?",
        button="Erase for good",
        fields=[Field("name", f"Type {name}", help=ERASES, required=True)],
        check=check,
        submit=submit,
    )
    return [
        Action("export", "Export data", "mdi-database-export-outline", export),
        Action("delete", "Erase", "mdi-account-remove-outline", lambda _: form.ask()),
    ], [file, form]


def _require_admin(visit: Visit) -> None:
    if visit.role is not Role.admin:
        raise Forbidden("only an administrator may hand out or erase what is held on a person")
