"""/admin/ad-planning/experiments: variants held against a control, from the draft to what is to be done."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Caller, Filter, Id, Now, Page, Reading, Writing
from adplanning.api.experiment_bodies import (
    AcceptedAnswer,
    AssignmentAnswer,
    ChangesAnswer,
    ExperimentAnswer,
    ExperimentsAnswer,
    LookOut,
    ObservationsFields,
    RejectedOut,
    ResultsAnswer,
    ResultsOut,
    SaidAnswer,
    SequenceAnswer,
    SequenceOut,
    SizeAnswer,
    StopFields,
    StoppedAnswer,
    change_json,
    experiment_json,
    variant_json,
)
from adplanning.core.texts import Identifier
from adplanning.core.vocabulary import ExperimentSource, ExperimentStatus, ExperimentType
from adplanning.experiments import service
from adplanning.experiments.assignment import assigned_variant
from adplanning.experiments.fields import MAX_VARIANTS, ExperimentChange, ExperimentFields
from adplanning.experiments.observation_service import add_observations
from adplanning.experiments.power import days_needed, sample_size
from adplanning.experiments.results_service import results_of, running_sequences

router = APIRouter(prefix="/admin/ad-planning/experiments", tags=["experiments"])

Number = Annotated[float, Query(allow_inf_nan=False)]


@router.post("", status_code=201)
def create(
    body: ExperimentFields, session: Writing, settings: AppSettings, now: Now, caller: Caller
) -> ExperimentAnswer:
    """Add a draft; its variants as `variants`, or as a control and a treatment with `traffic_split`."""
    made = service.create_experiment(session, body, currency=settings.currency, now=now, by=caller)
    return ExperimentAnswer(experiment=experiment_json(made))


@router.get("")
def list_(
    session: Reading,
    page: Page,
    status: ExperimentStatus | None = None,
    experiment_type: ExperimentType | None = None,
    source: ExperimentSource | None = None,
    website_id: Filter = None,
    q: Filter = None,
) -> ExperimentsAnswer:
    """Experiments, newest first; `q` looks into name, description and hypothesis."""
    filters = {"status": status, "experiment_type": experiment_type, "source": source, "website_id": website_id}
    found, count = service.list_experiments(session, filters, limit=page.limit, offset=page.offset, search=q)
    return ExperimentsAnswer(
        experiments=[experiment_json(one) for one in found], count=count, limit=page.limit, offset=page.offset
    )


@router.get("/sample-size")
def size(
    baseline: Annotated[Number, Query(description="the control's share, 0–1")],
    mde: Annotated[Number, Query(description="the least lift to be found, relative: 0.1 is a tenth more")],
    power: Number = 0.8,
    alpha: Number = 0.05,
    variants: Annotated[int, Query(ge=2, le=MAX_VARIANTS, description="the control included")] = 2,
    daily_subjects: Annotated[Number | None, Query(ge=0.001, le=1e12, description="in all variants together")] = None,
) -> SizeAnswer:
    """How many subjects an experiment needs, and for how many days it will run."""
    each = sample_size(baseline, mde, power=power, alpha=alpha, variants=variants)
    total = each * variants
    days = None if daily_subjects is None else days_needed(total, daily_subjects)
    return SizeAnswer(per_variant=each, total=total, days=days)


@router.get("/{experiment_id}")
def read(experiment_id: Id, session: Reading) -> ExperimentAnswer:
    """One experiment."""
    return ExperimentAnswer(experiment=experiment_json(service.find_experiment(session, experiment_id)))


@router.put("/{experiment_id}")
def change(experiment_id: Id, body: ExperimentChange, session: Writing, now: Now, caller: Caller) -> ExperimentAnswer:
    """Change the fields that are sent; a running or completed one stays, a paused one keeps what is being decided."""
    changed = service.change_experiment(session, experiment_id, body, now=now, by=caller)
    return ExperimentAnswer(experiment=experiment_json(changed))


@router.delete("/{experiment_id}")
def delete(experiment_id: Id, session: Writing) -> Deleted:
    """Remove a draft."""
    service.delete_experiment(session, experiment_id)
    return Deleted(id=experiment_id)


@router.post("/{experiment_id}/start")
def start(experiment_id: Id, session: Writing, now: Now, caller: Caller) -> SaidAnswer:
    """Let a draft run, or a paused one go on."""
    started = service.start_experiment(session, experiment_id, now=now, by=caller)
    return SaidAnswer(experiment=experiment_json(started), message="The experiment is running.")


@router.post("/{experiment_id}/pause")
def pause(experiment_id: Id, session: Writing, now: Now, caller: Caller) -> SaidAnswer:
    """Let a running one rest; it takes no observations meanwhile."""
    paused = service.pause_experiment(session, experiment_id, now=now, by=caller)
    return SaidAnswer(experiment=experiment_json(paused), message="The experiment is paused; start it to go on.")


@router.post("/{experiment_id}/stop")
def stop(
    experiment_id: Id, session: Writing, now: Now, caller: Caller, body: StopFields | None = None
) -> StoppedAnswer:
    """End a running or paused one for good; it keeps its results, and who has won."""
    given = body or StopFields()
    stopped = service.stop_experiment(
        session, experiment_id, reason=given.reason, winner=given.winner, now=now, by=caller
    )
    return StoppedAnswer(
        experiment=experiment_json(stopped),
        results=ResultsOut.model_validate(stopped.results),
        message="The experiment is completed.",
    )


@router.post("/{experiment_id}/observations")
def observe(
    experiment_id: Id, body: ObservationsFields, session: Writing, settings: AppSettings, now: Now
) -> AcceptedAnswer:
    """Take in what subjects did, while it is running; what was sent before and is sent again counts again."""
    taken = add_observations(session, experiment_id, body.observations, now=now, zone=settings.zone)
    rejected = [RejectedOut(index=index, message=message) for index, message in taken.rejected]
    return AcceptedAnswer(accepted=taken.n_accepted, rejected=rejected)


@router.get("/{experiment_id}/results")
def results(experiment_id: Id, session: Reading, now: Now) -> ResultsAnswer:
    """What it has shown so far; only `sequential` may be looked at again and again."""
    experiment = service.find_experiment(session, experiment_id)
    told = results_of(session, experiment, now=now).reported
    return ResultsAnswer.model_validate({"experiment": experiment_json(experiment), **told})


@router.get("/{experiment_id}/sequence")
def sequence(experiment_id: Id, session: Reading) -> SequenceAnswer:
    """How the result of each treatment stood after each day."""
    frames = running_sequences(session, service.find_experiment(session, experiment_id))
    return SequenceAnswer(
        sequences=[
            SequenceOut(
                variant_id=variant_id,
                days=[LookOut(**{**row, "on": row["on"].isoformat()}) for row in frame.iter_rows(named=True)],
            )
            for variant_id, frame in frames.items()
        ]
    )


@router.get("/{experiment_id}/assignment")
def assignment(
    experiment_id: Id,
    session: Reading,
    subject: Annotated[Identifier, Query(description="a visitor, person or whatever is assigned")],
) -> AssignmentAnswer:
    """The variant of a subject, by its id alone: the same at every call, in the parts that the weights plan."""
    experiment = service.find_experiment(session, experiment_id)
    by_id: dict[str, dict[str, Any]] = {str(variant["id"]): variant for variant in experiment.variants}
    weights = [(variant_id, float(variant["weight"])) for variant_id, variant in by_id.items()]
    chosen = by_id[assigned_variant(experiment.id, subject, weights)]
    return AssignmentAnswer(subject=subject, variant=variant_json(chosen))


@router.get("/{experiment_id}/changes")
def changes(experiment_id: Id, session: Reading) -> ChangesAnswer:
    """What was done to it and by whom, oldest first."""
    return ChangesAnswer(changes=[change_json(one) for one in service.changes_of(session, experiment_id)])
