"""Persons who are erased, on both databases: nothing tells who they were, and every total stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from adplanning.attribution.crediting import Scope
from adplanning.attribution.report_service import attribution_report
from adplanning.conversions.service import statistics
from adplanning.core.errors import Conflict, NotFound
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.experiments.observation_service import ERASED_SUBJECT, Accepted, add_observations
from adplanning.journeys.analysis_service import conversion_times, funnel_report, retention
from adplanning.journeys.scope import JourneyScope
from adplanning.people import service
from adplanning.people.erasure_service import allow_again
from adplanning.people.erasures import ErasedKind
from adplanning.people.mention_service import IMPERSONAL, PERSONAL
from adplanning.scores.rating_service import record_rating
from adplanning.scores.service import nps_report
from adplanning.segments.service import add_member
from adplanning.store.scrubbing import scrub
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.people import Person, Visitor
from adplanning.workflows.lead_received import receive_leads
from adplanning.workflows.person_erased import Erasure, erase_person
from adplanning.workflows.person_holdings import holdings
from tests.people.held import EMAIL, LEAD, NOON, PHONE, TRACES, fill

LATER = NOON + timedelta(hours=1)
UTC = ZoneInfo("UTC")


def erase(engine: Engine, person_id: str, runs: Path) -> Erasure:
    with reading(engine) as session:
        held = holdings(session, person_id, runs_folder=runs)
    with writing(engine) as session:
        return erase_person(session, held, now=LATER)


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with reading(engine) as session:
        return {
            name: [dict(row) for row in session.execute(select(table)).mappings()] for name, table in TABLES.items()
        }


def test_each_table_is_known_to_hold_persons_or_not_to() -> None:
    assert PERSONAL | IMPERSONAL.keys() == TABLES.keys()
    assert not PERSONAL & IMPERSONAL.keys()


def test_nothing_in_the_store_tells_an_erased_person(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path / "runs")
    before = everything(any_engine)
    assert all(before[name] for name in PERSONAL), "the fixture leaves a table empty"
    assert all(trace in str(before).lower() for trace in TRACES)
    erase(any_engine, asha, tmp_path / "runs")
    after = everything(any_engine)
    for name, rows in after.items():
        for trace in (*TRACES, asha, "phone-of-asha", "laptop-of-asha"):
            assert trace not in str(rows).lower(), (name, trace)


def test_what_is_another_persons_stays(any_engine: Engine, tmp_path: Path) -> None:
    asha, ravi = fill(any_engine, tmp_path / "runs")
    before = everything(any_engine)
    erase(any_engine, asha, tmp_path / "runs")
    after = everything(any_engine)
    for name, rows in before.items():
        kept = [row for row in rows if ravi in str(row) or "ravi@example.in" in str(row)]
        assert all(row in after[name] for row in kept), name
    assert [row["customer_count"] for row in after["segments"]] == [1]


def test_every_total_stays_as_it_was(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path / "runs")
    before = totals(any_engine)
    erase(any_engine, asha, tmp_path / "runs")
    assert totals(any_engine) == before


def test_who_rated_twice_is_one_of_those_who_rated_after_their_erasure_too(any_engine: Engine, tmp_path: Path) -> None:
    asha, ravi = fill(any_engine, tmp_path / "runs")
    with writing(any_engine) as session:
        for who, rating in ((asha, 3), (ravi, 8)):
            record_rating(
                session, person_id=who, rating=rating, scale="10", source_type=None, source_id=None, now=LATER
            )
    before = nps_report(any_engine, Period(), zone=UTC)
    erase(any_engine, asha, tmp_path / "runs")
    assert before[0]["total"] == 2
    assert nps_report(any_engine, Period(), zone=UTC) == before


def test_nobody_puts_a_person_into_a_segment_while_they_are_erased(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path / "runs")

    def add() -> None:
        with writing(any_engine) as session:
            add_member(session, "seg_1", asha, now=LATER)

    with reading(any_engine) as session:
        held = holdings(session, asha, runs_folder=tmp_path / "runs")
    with ThreadPoolExecutor(1) as other:
        with writing(any_engine) as session:
            erase_person(session, held, now=LATER)
            adding = other.submit(add)
            with pytest.raises(TimeoutError):
                adding.result(timeout=0.3)
        with pytest.raises(NotFound):
            adding.result()


def test_what_they_did_in_experiments_stays_under_ids_that_nobody_knows(any_engine: Engine, tmp_path: Path) -> None:
    asha, ravi = fill(any_engine, tmp_path / "runs")
    erase(any_engine, asha, tmp_path / "runs")
    subjects = everything(any_engine)["experiment_subjects"]
    names = sorted(row["subject"] for row in subjects)
    assert len(names) == 5
    assert [name for name in names if not name.startswith("erased_")] == sorted([ravi, "tablet"])
    assert {row["value"] for row in subjects} == {5.0}


def test_nobody_tells_of_a_person_in_an_experiment_while_they_are_erased(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path / "runs")

    def tell() -> Accepted:
        told = [{"variant": "control", "subject": asha, "value": 5}]
        with writing(any_engine) as session:
            return add_observations(session, "exp_1", told, now=LATER, zone=UTC)

    with reading(any_engine) as session:
        held = holdings(session, asha, runs_folder=tmp_path / "runs")
    with ThreadPoolExecutor(1) as other:
        with writing(any_engine) as session:
            erase_person(session, held, now=LATER)
            telling = other.submit(tell)
            with pytest.raises(TimeoutError):
                telling.result(timeout=0.3)
        assert telling.result() == Accepted(0, ((0, ERASED_SUBJECT),))


def totals(engine: Engine) -> list[Any]:
    counted = PublicRevenue.counted
    ever = Period(None, None)
    conversions = statistics(engine, {}, ever, currency="INR", zone=UTC, group_by="day", public_revenue=counted)
    report = attribution_report(engine, Scope(ever, counted), currency="INR", zone=UTC)
    credit = report.rows.sort(report.rows.columns[:2]).to_dicts()
    scope = JourneyScope(ever)
    times = conversion_times(engine, scope, public_revenue=counted)
    cohorts = retention(engine, scope, public_revenue=counted, zone=UTC).to_dicts()
    rows = everything(engine)
    counted_rows = ("conversions", "journey_events", "touchpoints", "goal_completions", "leads", "visitors", "feedback")
    counts = {name: len(rows[name]) for name in counted_rows}
    sounds = [(row["sentiment_score"], row["sentiment_label"]) for row in rows["sentiments"]]
    nps = [row["nps_value"] for row in rows["ratings"]]
    funnel = funnel_report(engine, scope, public_revenue=counted)
    measured = (times.n, times.median_days, cohorts, counts, sounds, nps)
    return [conversions, credit, report.n_unattributed, funnel, *measured]


def test_runs_that_name_an_erased_person_are_deleted_and_no_others(any_engine: Engine, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    asha, _ = fill(any_engine, runs)
    assert erase(any_engine, asha, runs).files == ("run_1.ipynb",)
    assert sorted(file.name for file in runs.iterdir()) == ["run_1.log", "run_2.ipynb"]
    [run] = everything(any_engine)["batch_runs"]
    assert (run["output_path"], run["message"], run["parameters"]) == (None, "[erased]", {"only": "[erased]"})


def test_an_erased_person_is_gone_the_second_time(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path)
    erase(any_engine, asha, tmp_path)
    with pytest.raises(NotFound):
        erase(any_engine, asha, tmp_path)


def test_the_files_of_an_embedded_store_hold_no_byte_of_an_erased_person(engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(engine, tmp_path / "runs")
    erased = erase(engine, asha, tmp_path / "runs")
    assert scrub(engine, erased.texts)
    content = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
    for trace in (EMAIL, EMAIL.lower(), PHONE, "+919876543210", asha, "call me at home"):
        assert trace.encode() not in content, trace
    assert b"ravi@example.in" in content


def test_the_same_lead_or_another_of_the_same_contact_brings_nobody_back(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path)
    erase(any_engine, asha, tmp_path)
    again = [LEAD, replace(LEAD, platform_lead_id="72"), replace(LEAD, platform_lead_id=None)]
    for _ in range(2):
        with writing(any_engine) as session:
            received = receive_leads(session, again, currency="INR", now=LATER)
    assert (received.n_new, received.n_known, received.n_erased) == (0, 3, 3)
    with reading(any_engine) as session:
        leads = session.scalars(select(Lead)).all()
        assert len(leads) == 3
        for lead in leads:
            assert (lead.full_name, lead.email, lead.phone, lead.person_id) == (None, None, None, None)
            assert lead.answers == {}
            assert lead.erased_at is not None
        assert [person.first_name for person in session.scalars(select(Person))] == ["Ravi"]
    assert not any(trace in str(everything(any_engine)).lower() for trace in TRACES)


def test_an_unnumbered_lead_is_known_again_by_its_hash_alone(any_engine: Engine, tmp_path: Path) -> None:
    unnumbered = replace(LEAD, platform_lead_id=None)
    with writing(any_engine) as session:
        receive_leads(session, [unnumbered], currency="INR", now=NOON)
        asha = session.scalars(select(Person)).one().id
    erase(any_engine, asha, tmp_path)
    with writing(any_engine) as session:
        assert receive_leads(session, [unnumbered], currency="INR", now=LATER).n_new == 0
        assert session.scalars(select(Lead)).one().fingerprint is None


def test_an_erased_e_mail_is_nobodys_until_it_is_allowed_again(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path)
    erase(any_engine, asha, tmp_path)
    with writing(any_engine) as session:
        with pytest.raises(Conflict, match=r"was erased.*adplanning person allow"):
            service.create_person(session, {"email": EMAIL.upper()}, now=LATER)
        allow_again(session, ErasedKind.phone, "+919876543210")
        service.create_person(session, {"email": EMAIL}, now=LATER)
        with pytest.raises(NotFound, match="nobody of this email was erased"):
            allow_again(session, ErasedKind.email, "asha.rao@example.in")


def test_a_phone_that_a_household_shares_tells_nobody(any_engine: Engine, tmp_path: Path) -> None:
    with writing(any_engine) as session:
        asha = service.create_person(session, {"email": EMAIL, "phone": PHONE}, now=NOON).id
        service.create_person(session, {"email": "ravi@example.in", "phone": "+91 98765 43210"}, now=NOON)
    erase(any_engine, asha, tmp_path)
    with writing(any_engine) as session:
        lead = replace(LEAD, answers={"phone_number": [PHONE]})
        assert receive_leads(session, [lead], currency="INR", now=LATER).n_erased == 0
        ravi = session.scalars(select(Person)).one()
        assert (ravi.phone, session.scalars(select(Lead.person_id)).one()) == ("+91 98765 43210", ravi.id)


def test_a_tablet_that_others_use_keeps_its_number(any_engine: Engine, tmp_path: Path) -> None:
    asha, _ = fill(any_engine, tmp_path)
    erase(any_engine, asha, tmp_path)
    with reading(any_engine) as session:
        numbers = {visitor.id: visitor.person_id for visitor in session.scalars(select(Visitor))}
    assert {"tablet", "kiosk"} <= numbers.keys()
    [nobody] = {person for person in numbers.values() if person and person.startswith("erased_")}
    assert numbers["tablet"] == nobody
    assert f"order:{nobody}" in numbers
