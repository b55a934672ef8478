"""Observations of experiments from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from adplanning.experiments import service
from adplanning.experiments.fields import ExperimentFields
from adplanning.people.erasure_service import remember_erased
from adplanning.people.erasures import ErasedKind
from adplanning.store.session import reading, writing
from tests.imports.conftest import NOW, Take

Rows = Callable[..., list[Any]]
HEADER = "experiment,variant,subject,value,converted,pre_value,occurred_at"
KIND = "experiment-observations"


def made(engine: Engine, name: str, *, start: bool = True) -> str:
    with writing(engine) as session:
        experiment = service.create_experiment(session, ExperimentFields(name=name), currency="INR", now=NOW, by=None)
        if start:
            service.start_experiment(session, experiment.id, now=NOW, by=None)
        return experiment.id


def test_the_rows_of_a_subject_add_up(engine: Engine, take: Take, rows: Rows) -> None:
    banner, other = made(engine, "Banner"), made(engine, "Other")
    summary = take(
        KIND,
        HEADER,
        'Banner,control,v1,"1,250.50",,7,2026-11-20T19:00Z',
        "Banner,Control,v1,-50,no,9,2026-11-20T19:00Z",
        "Banner,treatment,v2,,yes,,",
        f"{other},Treatment,v1,10,,,",
    )
    assert (summary.received, summary.stored, summary.duplicates, summary.rejected) == (4, 4, 0, 0)
    assert (summary.totals, summary.warnings) == ({"value": 1210.5}, ())
    found = rows("experiment_subjects", "experiment_id", "subject", "variant_id", "value", "is_converted", "pre_value")
    assert sorted(found) == sorted(
        [
            (banner, "v1", "control", 1200.5, True, 7.0),
            (banner, "v2", "treatment", 0.0, True, None),
            (other, "v1", "treatment", 10.0, True, None),
        ]
    )
    assert {str(on) for on in rows("experiment_days", "on")[0]} == {"2026-11-21"}
    with reading(engine) as session:
        results = service.find_experiment(session, banner).results
    assert results is not None
    assert results["progress"]["total_samples"] == 2


def test_what_cannot_be_counted_is_refused_with_what_to_do(
    engine: Engine, take: Take, reasons: Callable[[], dict[int, str]], rows: Rows
) -> None:
    made(engine, "Banner")
    made(engine, "Draft", start=False)
    for _ in range(2):
        made(engine, "Twice")
    with writing(engine) as session:
        remember_erased(session, [(ErasedKind.person, "person_1")], now=NOW)
    summary = take(
        KIND,
        HEADER,
        "banner,control,v,,,,",
        "Twice,control,v,,,,",
        "Draft,control,v,,,,",
        "Banner,third,v,,,,",
        "Banner,control,v,,,,2026-11-25",
        "Banner,control,person_1,,,,",
        "Banner,control,v,1e308,,,",
        "Banner,control,v,NaN,,,",
        "Banner,control,v,1,maybe,,",
        "Banner,control,,1,,,",
    )
    assert (summary.stored, summary.rejected) == (0, 10)
    assert {line: reason.split(";")[0] for line, reason in reasons().items()} == {
        2: "experiment: there is no experiment 'banner'",
        3: "experiment: several are called 'Twice'",
        4: "status: only a running experiment takes observations",
        5: "variant: there is no variant 'third'",
        6: "occurred_at: is yet to come",
        7: "subject: belongs to a person who was erased, of whom nothing is kept",
        8: "value: '1e308' is not a number",
        9: "value: 'NaN' is not a number",
        10: "converted: 'maybe' is not allowed",
        11: "subject: is missing",
    }
    assert rows("experiment_subjects", "subject") == []


def test_the_same_file_counts_once_and_another_one_says_what_it_adds_to(engine: Engine, take: Take, rows: Rows) -> None:
    made(engine, "Banner")
    lines = (HEADER, "Banner,control,v1,5,,,", "Banner,control,v2,5,,,")
    take(KIND, *lines)
    assert take(KIND, *lines).already_imported
    assert rows("experiment_subjects", "value") == [(5.0,), (5.0,)]
    more = take(KIND, *lines[:2], "Banner,treatment,v2,1,,,")
    assert more.warnings == (
        "2 subjects were known before; what the file tells was added to what they had done. What another file has told"
        " already counts twice.",
    )
    assert rows("experiment_subjects", "value", "is_contaminated") == [(6.0, True), (10.0, False)]
