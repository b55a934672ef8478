"""Batch runs: how the notebooks ended, and starting one by hand."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from adplanning import batch, batch_runs
from adplanning.batch_contract import Parameter, parameter_values
from adplanning.batch_runs import Run
from adplanning.core import formats
from adplanning.core.errors import InvalidData
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.download import Download
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.main_button import MainButton
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

SLUG = "ad-planning/batch-runs"
NOTEBOOKS = {name: name.replace("_", " ").capitalize() for name in batch.NOTEBOOKS}
STATUSES = {status: badges.RUN_STATUSES[status].words for status in batch_runs.STATUSES}
LOOK_AGAIN_S = 2
_KINDS = {"int": "number", "float": "number", "bool": "switch"}


def batch_runs_page(visit: Visit) -> Sequence[Component]:
    """The list with its run-now form, or one run."""
    return _one(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    declared = {name: batch.parameters_of_notebook(name) for name in batch.NOTEBOOKS}

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = batch_runs.list_runs(
                session,
                now=visit.now(),
                notebook=query.filters.get("notebook"),
                status=query.filters.get("status"),
                limit=query.limit,
                offset=query.offset,
                sort=query.sort,
                descending=query.descending,
            )
        return [_row(visit, run) for run in found], total

    def check(values: Values) -> tuple[str, Mapping[str, str]]:
        name, given = _asked(values)
        try:
            parameter_values(declared[name], given)
        except InvalidData as refused:
            issues = [(f"{name}.{path}", words) for path, words in refused.issues]
            raise InvalidData(refused.message, issues) from None
        return name, given

    def submit(values: Values) -> None:
        visit.require_writer()
        name, given = check(values)
        batch.start_run(name, given, settings=visit.settings, engine=visit.engine)
        visit.frame.toast(f"{NOTEBOOKS[name]} has started; it goes on when you leave this page.")
        table.refresh()
        visit.frame.later(lambda: _follow(visit, table))

    form = Form(
        visit,
        title="Run a notebook now",
        button="Run now",
        fields=_fields(declared),
        check=check,
        submit=submit,
    )
    start = Action("start", "Run now", "mdi-play", lambda _: form.ask(_defaults(declared)))
    table = Table(
        visit,
        label="Batch runs",
        columns=[
            Column("notebook", "Notebook", sortable=True, on_phone=True),
            Column("status", "Status", sortable=True, on_phone=True),
            Column("started_at", "Started", sortable=True),
            Column("took", "Took", numeric=True),
            Column("parameters", "Parameters"),
            Column("message", "Result"),
        ],
        filters=[Filter("notebook", "Notebook", NOTEBOOKS), Filter("status", "Status", STATUSES)],
        sort="started_at",
        fetch=fetch,
        export_name="batch-runs",
        empty="No notebook has run yet. They run every night, or now by hand.",
        empty_action=start if visit.may_write else None,
    )
    if _running(visit):
        visit.frame.later(lambda: _follow(visit, table))
    return [*([MainButton(visit, start)] if visit.may_write else []), table, form]


def _running(visit: Visit) -> int:
    with visit.reading() as session:
        return batch_runs.list_runs(session, now=visit.now(), status="running", limit=1, offset=0)[1]


def _follow(visit: Visit, table: Table) -> None:
    """Look again until no run is left that goes on, or the page is left."""
    while not table.closed and _running(visit):
        time.sleep(LOOK_AGAIN_S)
        table.refresh()


def _row(visit: Visit, run: Run) -> Row:
    end = run.finished_at or (visit.now() if run.status == "running" else run.heartbeat_at)
    took = (end - run.started_at).total_seconds()
    result = run.progress_words if run.status == "running" else run.message
    return Row(
        run.id,
        NOTEBOOKS.get(run.notebook, run.notebook),
        address_of(SLUG, run.id),
        {
            "notebook": text(NOTEBOOKS.get(run.notebook, run.notebook)),
            "status": _status(run),
            "started_at": text(formats.moment(run.started_at, visit.settings.zone)),
            "took": text(formats.duration(took)),
            "parameters": text(_parameters_in_words(run)),
            "message": text(result, hint=result or ""),
        },
        {
            "id": run.id,
            "notebook": run.notebook,
            "status": run.status,
            "started_at": run.started_at.isoformat(),
            "seconds": round(took, 1),
            "parameters": _parameters_in_words(run),
            "message": run.message,
        },
    )


def _status(run: Run) -> Cell:
    badge = badges.RUN_STATUSES[run.status].cell()
    if run.status == "running" and run.progress_share:
        return {**badge, "text": f"{badge['text']} {formats.percent(run.progress_share, 0)}"}
    return badge


def _parameters_in_words(run: Run) -> str:
    """Only what was given: an empty one says nothing."""
    return ", ".join(f"{name} {value}" for name, value in _shown_values(run).items() if value)


def _shown_values(run: Run) -> dict[str, str]:
    return {name: ", ".join(value) if isinstance(value, list) else str(value) for name, value in run.parameters.items()}


def _fields(declared: Mapping[str, Mapping[str, Parameter]]) -> list[Field]:
    chosen = Field(
        "notebook",
        "Notebook",
        "choice",
        required=True,
        options=NOTEBOOKS,
        help=" ".join(notebook.help for notebook in batch.NOTEBOOKS.values()) if len(declared) == 1 else "",
    )
    return [chosen] + [
        Field(
            f"{name}.{parameter.name}",
            parameter.name.replace("_", " ").capitalize(),
            _KINDS.get(parameter.type, "text"),
            help=parameter.help,
            only_for={"notebook": [name]},
        )
        for name, parameters in declared.items()
        for parameter in parameters.values()
    ]


def _defaults(declared: Mapping[str, Mapping[str, Parameter]]) -> Values:
    given: dict[str, object] = {"notebook": next(iter(declared))}
    for name, parameters in declared.items():
        for parameter in parameters.values():
            value = parameter.default
            given[f"{name}.{parameter.name}"] = ",".join(value) if isinstance(value, list) else value
    return given


def _asked(values: Values) -> tuple[str, Mapping[str, str]]:
    name = values.get("notebook")
    if name not in batch.NOTEBOOKS:
        raise InvalidData.at("notebook", "choose which notebook to run")
    prefix = f"{name}."
    given = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
    return name, {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in given.items()}


def _one(visit: Visit, run_id: str) -> Sequence[Component]:
    with visit.reading() as session:
        run = batch_runs.find_run(session, run_id, now=visit.now())
    zone = visit.settings.zone
    title = NOTEBOOKS.get(run.notebook, run.notebook)
    visit.frame.title(f"{title}, {formats.moment(run.started_at, zone)}")
    notebook = f"{address_of(SLUG, run.id)}/notebook"
    kept = text("Open in a new tab", href=notebook, new_tab=True) if run.output_path and visit.served else None
    groups = {
        "Run": {
            "Notebook": text(title),
            "Status": _status(run),
            "Result": text(run.progress_words if run.status == "running" else run.message),
            "Executed notebook": kept or text(run.output_path),
            **({"Told outside": text(run.notice)} if run.notice else {}),
            "Started": text(formats.moment(run.started_at, zone)),
            "Ended": text(formats.moment(run.finished_at, zone)),
            "Last sign of life": text(formats.moment(run.heartbeat_at, zone)),
            "Id": text(run.id),
        },
        "Parameters": {name: text(value or "not given") for name, value in _shown_values(run).items()}
        or {"Parameters": text("none")},
    }
    download = Download(visit)
    reports = batch_runs.reports_of(run.id, run.output_path)
    return [
        Details(visit, groups, [_save_report(visit, download, run, *report) for report in reports.items()]),
        download,
    ]


def _save_report(visit: Visit, download: Download, run: Run, kind: str, file: Path) -> Action:
    def save(_: str) -> None:
        try:
            content = file.read_bytes()
        except OSError:
            visit.frame.toast("The report is no longer where it was kept; run the notebook again.", "error")
            return
        download.send(f"{run.notebook}_{run.started_at:%Y-%m-%d}{file.suffix}", content)

    return Action(f"report_{kind}", f"Download {kind}", "mdi-download", save)
