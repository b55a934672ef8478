"""Experiments: what is tested, how far each has come, and what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adplanning.core import formats
from adplanning.core.vocabulary import ExperimentStatus
from adplanning.experiments import service
from adplanning.experiments.feed import DAY
from adplanning.store.tables.experiments import Experiment
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.experiment import experiment_page
from adplanning.ui.pages.experiment_form import ExperimentForm
from adplanning.ui.pages.experiment_update import update_action
from adplanning.ui.pages.experiment_words import (
    METRICS,
    SLUG,
    SPLIT_OFF,
    STATUSES,
    TYPES,
    chance,
    change,
    is_better,
    significance,
)
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

EMPTY = (
    "No experiment yet. An experiment shows some visitors one thing and others another, such as two banners, and tells "
    "which does better and how sure that is."
)


def experiments_page(visit: Visit) -> Sequence[Component]:
    """The list, or one experiment."""
    return experiment_page(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_experiments(
                session,
                query.filters,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, one) for one in found], total

    form = ExperimentForm(visit, saved=lambda experiment_id: visit.frame.go(address_of(SLUG, experiment_id)))
    add = Action("add", "Create Experiment", "mdi-plus", lambda _: form.create())
    table = Table(
        visit,
        label="Experiments",
        columns=[
            Column("name", "Experiment", sortable=True, on_phone=True),
            Column("experiment_type", "Type", sortable=True),
            Column("status", "Status", sortable=True, on_phone=True),
            Column("primary_metric", "Metric", sortable=True, help="What decides"),
            Column("subjects", "Subjects", numeric=True, help="Who took part, and the share of those that are needed"),
            Column(
                "improvement_percent",
                "Lift",
                numeric=True,
                sortable=True,
                help="The winner against the control; as long as there is none, the first treatment",
            ),
            Column("is_significant", "Significance", sortable=True, help="At the experiment's confidence level"),
            Column("started_at", "Started", sortable=True),
        ],
        filters=[Filter("status", "Status", STATUSES), Filter("experiment_type", "Type", TYPES)],
        searchable="Search name, description, hypothesis",
        sort="created_at",
        fetch=fetch,
        export_name="experiments",
        empty=EMPTY,
        empty_action=add if visit.may_write else None,
    )
    if not visit.may_write:
        return [table]
    update, bar = update_action(visit, table.refresh)
    return [MainButton(visit, add), Details(visit, {}, [update]), bar, table, form.form]


def _row(visit: Visit, experiment: Experiment) -> Row:
    currency = visit.settings.currency
    n, progress = _subjects(experiment)
    are_days = (experiment.feed or {}).get("unit") == DAY
    is_open = experiment.status != ExperimentStatus.completed
    of_needed = f" ({formats.percent(progress, 0)})" if is_open and progress is not None else ""
    percent = experiment.improvement_percent
    lift = None if percent is None else percent / 100
    return Row(
        experiment.id,
        experiment.name,
        address_of(SLUG, experiment.id),
        {
            "name": text(experiment.name, hint=experiment.description or experiment.name),
            "experiment_type": text(TYPES[experiment.experiment_type]),
            "status": badges.EXPERIMENT_STATUSES[ExperimentStatus(experiment.status)].cell(),
            "primary_metric": text(METRICS[experiment.primary_metric]),
            "subjects": text(formats.number(n, currency=currency) + (" days" if are_days else "") + of_needed),
            "improvement_percent": text(change(lift)),
            "is_significant": _significance(experiment, lift),
            "started_at": text(formats.day(experiment.started_at, visit.settings.zone)),
        },
        _values(experiment, n),
    )


def _subjects(experiment: Experiment) -> tuple[int | None, float | None]:
    """How many there are, and which share that is of those that are needed, as last computed."""
    progress = (experiment.results or {}).get("progress") or {}
    percent = progress.get("percent")
    return progress.get("total_samples"), None if percent is None else percent / 100


def _significance(experiment: Experiment, lift: float | None) -> Cell:
    split = ((experiment.results or {}).get("statistics") or {}).get("sample_ratio") or {}
    if split.get("ok") is False:
        return {
            **SPLIT_OFF.cell(),
            "hint": "Subjects are not spread over the variants as planned; trust no result of it.",
        }
    better = None if lift is None else is_better(experiment.primary_metric, lift)
    badge = significance(None if experiment.p_value is None else experiment.is_significant, better)
    return {**badge.cell(), "hint": f"{badge.words}: p-value {chance(experiment.p_value)}"}


def _values(experiment: Experiment, n_subjects: int | None) -> Mapping[str, object]:
    started, ended = experiment.started_at, experiment.ended_at
    return {
        "id": experiment.id,
        "name": experiment.name,
        "description": experiment.description,
        "type": experiment.experiment_type,
        "status": experiment.status,
        "primary_metric": experiment.primary_metric,
        "subjects": n_subjects,
        "target_sample_size": experiment.target_sample_size,
        "improvement_percent": experiment.improvement_percent,
        "is_significant": experiment.is_significant,
        "p_value": experiment.p_value,
        "winner": experiment.winner,
        "started": None if started is None else started.isoformat(),
        "ended": None if ended is None else ended.isoformat(),
    }
