"""Lead forms and leads, read from the invented Graph API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Stream, StreamFault, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.demo import graph_page_faults
from adplanning.demo.graph import GraphServer
from adplanning.leads.fields import LeadChange
from adplanning.meta_ads.graph_errors import NeedsReauthorisation
from adplanning.store.session import reading, writing
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.leads import AnnouncedLead, Lead, LeadForm
from adplanning.store.tables.syncing import QuarantinedRow, SyncStream
from adplanning.sync.leads import NEW_LEADS, OVERLAP, WantedLeads, sync_leads
from adplanning.workflows.lead_changed import change_lead
from tests.leads.arrived import one, rows
from tests.leads.graph_page import PAGE, TODAY, client_of, lead_server, tokens


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    with lead_server() as server:
        yield server


def sync(graph: GraphServer, engine: Engine, *, at: datetime = TODAY, wanted: WantedLeads = NEW_LEADS) -> list[str]:
    told: list[str] = []
    with client_of(graph, at) as client:
        sync_leads(
            engine,
            client,
            Settings(_env_file=None),
            tokens(graph),
            now=lambda: at,
            told=lambda words, _: told.append(words),
            wanted=wanted,
        )
    return told


def stored(engine: Engine) -> dict[str | None, Lead]:
    return {lead.platform_lead_id: lead for lead in rows(engine, Lead)}


def ended(engine: Engine, stream: Stream = Stream.leads) -> SyncStream:
    with reading(engine) as session:
        row = session.get_one(SyncStream, (PAGE, stream.value))
        session.expunge(row)
    return row


def asked_since(graph: GraphServer) -> list[Any]:
    """Since when each call for leads has asked, in seconds; None is for all."""
    calls = [call for call in graph.log if call.path.endswith("/leads")]
    filters = [json.loads(call.params["filtering"]) if "filtering" in call.params else None for call in calls]
    return [filtering and filtering[0]["value"] for filtering in filters]


def test_every_lead_of_every_form_is_there_once_with_all_its_answers(any_engine: Engine, graph: GraphServer) -> None:
    graph.data.forms[sorted(graph.data.forms)[0]].status = "ARCHIVED"
    assert sync(graph, any_engine) == [f"leads of page {PAGE}"]
    truth = graph.data.leads()
    found = stored(any_engine)
    assert {lead.id for lead in truth} == set(found)
    assert all(found[lead.id].answers == dict(lead.answers) for lead in truth)
    assert all(found[lead.id].submitted_at == lead.created_at for lead in truth)
    assert {lead.full_name for lead in found.values()} == {lead.answers["full_name"][0] for lead in truth}
    assert all(lead.page_id == PAGE and lead.form_name in ("Festive enquiry", "Bulk order") for lead in found.values())
    assert all(
        (found[lead.id].is_organic, found[lead.id].ad_name is None) == ((lead.ad_id is None,) * 2) for lead in truth
    )
    assert len(rows(any_engine, Conversion)) == len(truth)
    run = ended(any_engine)
    assert (run.status, run.n_read, run.n_stored, run.n_quarantined) == (StreamStatus.ok, 20, 20, 0)
    assert run.cursor_at == max(lead.created_at for lead in truth)


def test_forms_are_kept_as_the_platform_tells_them(any_engine: Engine, graph: GraphServer) -> None:
    form_id = sorted(graph.data.forms)[0]
    sync(graph, any_engine)
    graph.arm(graph_page_faults.OmittedFields(where="leadgen_forms", fields=("questions", "status")))
    graph.data.forms[form_id].name = "Renamed"
    sync(graph, any_engine)
    form = {form.id: form for form in rows(any_engine, LeadForm)}[form_id]
    assert (form.name, form.status, form.page_id, form.locale, form.n_leads) == ("Renamed", "ACTIVE", PAGE, "en_IN", 10)
    assert [question["key"] for question in form.questions or []][:2] == ["full_name", "email"]
    assert ended(any_engine, Stream.lead_forms).status == StreamStatus.ok


def test_a_second_sync_asks_for_the_last_day_only_and_changes_no_status(any_engine: Engine, graph: GraphServer) -> None:
    sync(graph, any_engine)
    some = rows(any_engine, Lead)[0]
    with writing(any_engine) as session:
        change_lead(session, some.id, LeadChange(status="qualified"), by=None, now=TODAY)
    graph.log.clear()
    new = graph.data.add_lead(str(some.form_id), email="new@example.in")
    sync(graph, any_engine)
    last = {
        form_id: max(lead.created_at for lead in graph.data.leads() if lead.form_id == form_id and lead.id != new)
        for form_id in graph.data.forms
    }
    assert asked_since(graph) == [int((last[form_id] - OVERLAP).timestamp()) for form_id in sorted(last)]
    found = stored(any_engine)
    assert len(found) == 21
    assert found[some.platform_lead_id].status == "qualified"
    assert (ended(any_engine).details or {})["n_new"] == 1


def test_a_form_without_leads_is_fine(engine: Engine) -> None:
    with lead_server(n_leads=0) as graph:
        sync(graph, engine)
        sync(graph, engine)
    run = ended(engine)
    assert (run.status, run.n_read, run.cursor_at) == (StreamStatus.ok, 0, None)


def test_the_same_lead_on_two_pages_is_one(engine: Engine, graph: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adplanning.sync.leads.PAGE_ROWS", 3)
    graph.arm(graph_page_faults.Overlapping(where="leads"))
    sync(graph, engine)
    assert len(rows(engine, Lead)) == len(rows(engine, Conversion)) == 20


def test_without_permission_for_leads_the_stream_fails_with_what_to_do_and_the_forms_are_read(
    engine: Engine, graph: GraphServer
) -> None:
    graph.arm(faults.PermissionMissing(where="leads"))
    sync(graph, engine)
    run = ended(engine)
    assert (run.status, run.fault) == (StreamStatus.failed, StreamFault.permission)
    assert "leads_retrieval" in str(run.message)
    assert len(rows(engine, LeadForm)) == 2


def test_a_form_that_is_gone_does_not_hold_the_others_back(engine: Engine, graph: GraphServer) -> None:
    sync(graph, engine)
    gone, other = sorted(graph.data.forms)
    del graph.data.forms[gone]
    graph.data.add_lead(other, email="new@example.in")
    sync(graph, engine)
    run = ended(engine)
    assert (run.status, len(rows(engine, Lead))) == (StreamStatus.partial, 21)
    assert gone in str(run.message)


def test_a_row_that_cannot_be_read_is_kept_without_its_answers_and_asked_for_again(
    engine: Engine, graph: GraphServer
) -> None:
    graph.arm(graph_page_faults.MalformedRow(where="leads", name="created_time", value="2026-02-30T00:00:00+0000"))
    sync(graph, engine)
    run, kept = ended(engine), one(engine, QuarantinedRow)
    assert (run.status, run.n_stored, run.n_quarantined) == (StreamStatus.partial, 20, 1)
    assert kept.reason.startswith("created_time: '2026-02-30T00:00:00+0000' is not a date")
    assert "field_data" not in kept.row
    graph.log.clear()
    sync(graph, engine)
    assert sorted(since is None for since in asked_since(graph)) == [False, True]
    assert (ended(engine).status, rows(engine, QuarantinedRow)) == (StreamStatus.ok, [])


def test_fields_that_the_token_may_not_see_come_later_and_are_never_lost(engine: Engine, graph: GraphServer) -> None:
    graph.arm(graph_page_faults.OmittedFields(where="leads", times=2))
    sync(graph, engine)
    assert {lead.campaign_name for lead in rows(engine, Lead)} == {None}
    with writing(engine) as session:
        session.get_one(SyncStream, (PAGE, Stream.leads.value)).details = None
    sync(graph, engine)
    named = {lead.id for lead in graph.data.leads() if lead.ad_id is not None}
    assert {lead.platform_lead_id for lead in rows(engine, Lead) if lead.campaign_name} == named
    graph.arm(graph_page_faults.OmittedFields(where="leads"))
    sync(graph, engine)
    assert {lead.platform_lead_id for lead in rows(engine, Lead) if lead.campaign_name} == named


def test_a_refused_token_stops_all_and_what_was_stored_stays(engine: Engine, graph: GraphServer) -> None:
    graph.arm(faults.TokenExpired(where="leads", skip=1))
    with pytest.raises(NeedsReauthorisation):
        sync(graph, engine)
    assert len(rows(engine, Lead)) == 10
    assert ended(engine).fault == StreamFault.needs_reauthorisation


def test_a_limit_puts_the_stream_off_and_it_goes_on_afterwards(engine: Engine, graph: GraphServer) -> None:
    graph.arm(faults.Throttled(where="leads", code=80005, minutes=10, skip=1))
    sync(graph, engine)
    put_off = ended(engine)
    assert (put_off.status, len(rows(engine, Lead))) == (StreamStatus.throttled, 10)
    assert put_off.resume_at is not None
    sync(graph, engine, at=put_off.resume_at + timedelta(seconds=1))
    assert (ended(engine).status, len(rows(engine, Lead))) == (StreamStatus.ok, 20)


def test_a_week_without_leads_is_told(engine: Engine, graph: GraphServer) -> None:
    sync(graph, engine)
    assert sync(graph, engine, at=TODAY + timedelta(days=6)) == [f"leads of page {PAGE}"]
    [words] = sync(graph, engine, at=TODAY + timedelta(days=14))
    assert words.endswith("last read whole 8 days ago, and Meta keeps a lead for 90 days only")


def test_an_announced_lead_that_the_sync_has_read_is_not_fetched_again(engine: Engine, graph: GraphServer) -> None:
    lead = graph.data.leads()[0]
    with writing(engine) as session:
        session.add(
            AnnouncedLead(
                platform_lead_id=lead.id, page_id=PAGE, form_id=None, announced_at=TODAY, n_tries=0, next_try_at=TODAY
            )
        )
    sync(graph, engine)
    assert one(engine, AnnouncedLead).fetched_at == TODAY
    assert not [call for call in graph.log if call.path.endswith(lead.id)]


def test_leads_of_one_form_alone_are_read_and_the_page_counts_as_not_read_whole(
    engine: Engine, graph: GraphServer
) -> None:
    first, other = sorted(graph.data.forms)
    sync(graph, engine, wanted=WantedLeads(form_id=first))
    assert {lead.form_id for lead in stored(engine).values()} == {first}
    stream = ended(engine)
    assert (stream.status, stream.succeeded_at) == (StreamStatus.ok.value, None)
    sync(graph, engine)
    assert {lead.form_id for lead in stored(engine).values()} == {first, other}
    assert ended(engine).succeeded_at == TODAY


def test_leads_since_an_earlier_day_are_read_once_more_and_a_later_day_passes_none_over(
    engine: Engine, graph: GraphServer
) -> None:
    sync(graph, engine)
    before = stored(engine)
    known = [int((last - OVERLAP).timestamp()) for last in latest_by_form(before.values())]
    n_calls = len(asked_since(graph))
    sync(graph, engine, wanted=WantedLeads(since=TODAY))
    assert sorted(asked_since(graph)[n_calls:]) == sorted(known)
    n_calls, early = len(asked_since(graph)), TODAY - timedelta(days=80)
    sync(graph, engine, wanted=WantedLeads(since=early))
    assert set(asked_since(graph)[n_calls:]) == {int(early.timestamp())}
    assert {lead.id for lead in stored(engine).values()} == {lead.id for lead in before.values()}


def latest_by_form(leads: Iterable[Lead]) -> list[datetime]:
    latest: dict[str | None, datetime] = {}
    for lead in leads:
        latest[lead.form_id] = max(lead.submitted_at, latest.get(lead.form_id, lead.submitted_at))
    return list(latest.values())


def test_a_form_of_no_page_is_refused_by_name(engine: Engine, graph: GraphServer) -> None:
    with pytest.raises(InvalidData, match="form_id: '999' is no form"):
        sync(graph, engine, wanted=WantedLeads(form_id="999"))
