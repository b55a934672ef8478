"""The currency and the time zone of every number, and the rates between currencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adplanning.core import formats
from adplanning.store.preferences import ENVIRONMENTS, forget, preferences
from adplanning.store.tables.operations import Preference
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import SETTINGS, address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.rates_table import rates_section
from adplanning.ui.pages.settings_form import NAMES, SettingsForm, currencies
from adplanning.ui.pages.settings_reruns import reruns
from adplanning.ui.visit import Visit


def settings_page(visit: Visit) -> Sequence[Component]:
    """What holds now and who chose it, what is still to be run since, and the rates."""
    settings = visit.settings
    start = {"currency": settings.start_currency, "timezone": settings.start_timezone}
    with visit.reading() as session:
        kept = preferences(session)
        groups = {
            "Reporting currency": {
                "All amounts are shown in": text(currencies().get(settings.currency, settings.currency)),
                **_chosen(visit, kept.get("currency"), start["currency"]),
                "An amount that comes without a currency": text(f"counts as {start['currency']}"),
            },
            "Time zone": {
                "Days begin at midnight in": text(settings.timezone),
                "It is there": text(formats.moment(visit.now(), settings.zone)),
                **_chosen(visit, kept.get("timezone"), start["timezone"]),
                "A time that comes without a zone": text(f"counts as one of {start['timezone']}"),
            },
        }
        changed = [name for name, row in kept.items() if row.value != ENVIRONMENTS]

    def again() -> None:
        visit.frame.go(address_of(SETTINGS), instead=True)

    def taking_back(name: str) -> Action:
        def take_back(_: str) -> None:
            with visit.writing() as session:
                forget(session, name, by=visit.name, now=visit.now())
            visit.frame.toast(f"From now on the {NAMES[name]} is the environment's {start[name]}, everywhere.")
            again()

        return Action(f"environment_{name}", f"Use the environment's {start[name]} again", "mdi-undo", take_back)

    form = SettingsForm(visit, again)
    section, enter_rate = rates_section(visit)
    writers = [
        Action("change", "Change", "mdi-pencil-outline", lambda _: form.ask()),
        *(taking_back(name) for name in NAMES if name in changed),
        Action(
            "import",
            "Import rates",
            "mdi-file-upload-outline",
            lambda _: visit.frame.go(address_of("ad-planning/import")),
        ),
    ]
    enter = Action("enter", "Enter a rate", "mdi-plus", lambda _: enter_rate())
    return [
        *([MainButton(visit, enter)] if visit.may_write else []),
        Details(visit, groups, writers if visit.may_write else []),
        *reruns(visit),
        *section,
        form.form,
    ]


def _chosen(visit: Visit, row: Preference | None, start: str) -> Mapping[str, Cell]:
    """Where the value comes from, and who changed it last."""
    where = "the environment" if row is None or row.value == ENVIRONMENTS else "this page"
    told = {"Set by": text(where, hint=f"The environment says {start}.")}
    if row is not None:
        told["Changed last"] = text(
            f"{formats.moment(row.changed_at, visit.settings.zone)} by {row.changed_by or 'somebody'}"
        )
    return told
