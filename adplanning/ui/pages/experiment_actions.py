"""What can be done with an experiment, by how far it has come: start, pause, go on, stop, change, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adplanning.core.fields import Fields, Optional
from adplanning.core.validation import validated
from adplanning.core.vocabulary import ExperimentStatus
from adplanning.experiments import service
from adplanning.experiments.fields import INCONCLUSIVE
from adplanning.ui.actions import Action, edit_and_delete
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.experiment_form import ExperimentForm
from adplanning.ui.pages.experiment_words import SLUG
from adplanning.ui.visit import Visit


class _Stopping(Fields):
    reason: Optional = None
    winner: Optional = None


def experiment_actions(
    visit: Visit, experiment_id: str, *, name: str, status: ExperimentStatus, variants: Mapping[str, str]
) -> tuple[Sequence[Action], Sequence[Component]]:
    """The buttons of an experiment's page, and the forms that they open; none for a visitor who only looks.

    Parameters
    ----------
    variants : what each is called, by id.
    """
    if not visit.may_write:
        return [], []

    def show_again(_: str = "") -> None:
        visit.frame.go(address_of(SLUG, experiment_id))

    def start() -> None:
        with visit.writing() as session:
            service.start_experiment(session, experiment_id, now=visit.now(), by=visit.name)
        visit.frame.toast(f"“{name}” is running.")
        show_again()

    def ask_to_start(_: str) -> None:
        words = "Its metric, confidence level, source and variants cannot be changed afterwards."
        visit.frame.confirm(f"Start “{name}”?", words, "Start", start)

    def pause(_: str) -> None:
        with visit.writing() as session:
            service.pause_experiment(session, experiment_id, now=visit.now(), by=visit.name)
        visit.frame.toast(f"“{name}” is paused. What happens until it goes on is not counted.")
        show_again()

    form = ExperimentForm(visit, saved=show_again)
    stop = _stop_form(visit, experiment_id, name=name, variants=variants, then=show_again)
    edit, delete = edit_and_delete(
        visit,
        edit=lambda: form.change(experiment_id),
        delete=lambda session: service.delete_experiment(session, experiment_id),
        name=f"the experiment “{name}”",
        consequence="It has not been started, so nothing was counted.",
        back_to=address_of(SLUG),
    )
    ask_to_stop = Action("stop", "Stop", "mdi-stop-circle-outline", lambda _: stop.ask())
    by_status: Mapping[ExperimentStatus, Sequence[Action]] = {
        ExperimentStatus.draft: [Action("start", "Start", "mdi-play-circle-outline", ask_to_start), edit, delete],
        ExperimentStatus.running: [Action("pause", "Pause", "mdi-pause-circle-outline", pause), ask_to_stop],
        ExperimentStatus.paused: [
            Action("resume", "Go on", "mdi-play-circle-outline", lambda _: start()),
            ask_to_stop,
            edit,
        ],
        ExperimentStatus.completed: [],
    }
    return by_status[status], [form.form, stop]


def _stop_form(
    visit: Visit, experiment_id: str, *, name: str, variants: Mapping[str, str], then: Callable[[], None]
) -> Form:
    def submit(values: Values) -> None:
        given = _stopping(values)
        with visit.writing() as session:
            service.stop_experiment(session, experiment_id, **given, now=visit.now(), by=visit.name)
        visit.frame.toast(f"“{name}” is completed.")
        then()

    return Form(
        visit,
        title=f"Stop “{name}”?",
        button="Stop the experiment",
        fields=[
            Field("reason", "Why", "area", help="For whoever reads the results later. It cannot be started again."),
            Field(
                "winner",
                "Winner",
                "choice",
                options={**variants, INCONCLUSIVE: "No winner"},
                help="What you decide for. Left empty, what the results say.",
            ),
        ],
        check=_stopping,
        submit=submit,
    )


def _stopping(values: Values) -> dict[str, str | None]:
    return dict(validated(_Stopping, values))
