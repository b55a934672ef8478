"""Announced leads, fetched from the invented Graph API."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.demo import graph_faults as faults
from adplanning.demo.graph import GraphServer
from adplanning.leads.inbox_service import announce
from adplanning.leads.notifications import Announcement
from adplanning.meta_ads.graph_errors import NeedsReauthorisation
from adplanning.store.session import writing
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.leads import AnnouncedLead, Lead, LeadForm
from adplanning.sync.announced import Fetched, fetch_announced, fetch_now
from tests.leads.arrived import one, rows
from tests.leads.graph_page import PAGE, TODAY, client_of, lead_server, settings_of, tokens


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    with lead_server() as server:
        yield server


def announced(engine: Engine, *lead_ids: str, page_id: str | None = PAGE) -> None:
    with writing(engine) as session:
        announce(session, [Announcement(lead_id, page_id, None) for lead_id in lead_ids], now=TODAY)


def fetch(
    graph: GraphServer, engine: Engine, *, at: datetime = TODAY, pages: Mapping[str, SecretStr] | None = None
) -> Fetched:
    with client_of(graph, at) as client:
        reached = tokens(graph) if pages is None else pages
        return fetch_announced(engine, client, Settings(_env_file=None), reached, now=lambda: at)


def test_announced_leads_are_fetched_and_stored_once(any_engine: Engine, graph: GraphServer) -> None:
    ids = [lead.id for lead in graph.data.leads()][:3]
    announced(any_engine, *ids, *ids)
    assert fetch(graph, any_engine) == (3, 0)
    announced(any_engine, *ids)
    assert fetch(graph, any_engine) == (0, 0)
    assert sorted(str(lead.platform_lead_id) for lead in rows(any_engine, Lead)) == sorted(ids)
    assert {each.fetched_at for each in rows(any_engine, AnnouncedLead)} == {TODAY}
    assert all(lead.email and lead.page_id == PAGE for lead in rows(any_engine, Lead))


def test_a_fetched_lead_bears_the_name_of_its_form(engine: Engine, graph: GraphServer) -> None:
    told = graph.data.leads()[0]
    with writing(engine) as session:
        session.add(LeadForm(id=told.form_id, page_id=PAGE, name="Festive", updated_at=TODAY))
    announced(engine, told.id)
    fetch(graph, engine)
    assert (one(engine, Lead).form_name, one(engine, Conversion).conversion_name) == ("Festive", "Festive")


def test_one_that_fails_waits_longer_each_time_and_is_never_dropped(any_engine: Engine, graph: GraphServer) -> None:
    announced(any_engine, "404404")
    at, waits = TODAY, []
    for _ in range(11):
        assert fetch(graph, any_engine, at=at) == (0, 1)
        waiting = one(any_engine, AnnouncedLead)
        waits.append((waiting.next_try_at - at) / timedelta(minutes=1))
        assert fetch(graph, any_engine, at=waiting.next_try_at - timedelta(seconds=1)) == (0, 0)
        at = waiting.next_try_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert (waiting.n_tries, waiting.fetched_at) == (11, None)
    assert "404404" in str(waiting.fault)


def test_a_limit_is_waited_for(engine: Engine, graph: GraphServer) -> None:
    lead = graph.data.leads()[0]
    announced(engine, lead.id)
    graph.arm(faults.Throttled(where="lead", code=80005, minutes=45))
    assert fetch(graph, engine) == (0, 1)
    waiting = one(engine, AnnouncedLead)
    assert waiting.next_try_at >= TODAY + timedelta(minutes=45)
    assert fetch(graph, engine, at=waiting.next_try_at) == (1, 0)
    assert one(engine, AnnouncedLead).fault is None


@pytest.mark.parametrize("page_id", [None, "999"])
def test_a_lead_of_a_page_that_the_token_does_not_reach_waits_and_says_so(
    engine: Engine, graph: GraphServer, page_id: str | None
) -> None:
    announced(engine, graph.data.leads()[0].id, page_id=page_id)
    assert fetch(graph, engine) == (0, 1)
    assert "give its system user access" in str(one(engine, AnnouncedLead).fault)
    assert graph.log == []


def test_a_refused_token_stops_the_fetching_and_all_stay_announced(engine: Engine, graph: GraphServer) -> None:
    announced(engine, *(lead.id for lead in graph.data.leads()[:3]))
    graph.arm(faults.TokenExpired(where="lead"))
    with pytest.raises(NeedsReauthorisation):
        fetch(graph, engine)
    assert [each.fetched_at for each in rows(engine, AnnouncedLead)] == [None] * 3
    assert len(graph.log) == 1


def test_after_a_notification_the_pages_are_asked_for_and_the_leads_fetched(engine: Engine, graph: GraphServer) -> None:
    announced(engine, graph.data.leads()[0].id)
    fetch_now(engine, settings_of(graph), now=lambda: TODAY)
    assert one(engine, Lead).platform_lead_id == graph.data.leads()[0].id


def test_only_pages_that_the_settings_name_are_asked(engine: Engine, graph: GraphServer) -> None:
    announced(engine, graph.data.leads()[0].id)
    fetch_now(engine, settings_of(graph, meta_page_ids="7,8"), now=lambda: TODAY)
    assert rows(engine, Lead) == []


def test_without_a_token_nothing_is_asked(engine: Engine) -> None:
    announced(engine, "71")
    fetch_now(engine, Settings(_env_file=None), now=lambda: TODAY)
    assert one(engine, AnnouncedLead).n_tries == 0


def test_what_goes_wrong_afterwards_is_logged_without_anything_personal_and_left_to_the_sync(
    engine: Engine, graph: GraphServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lead = graph.data.leads()[0]
    announced(engine, lead.id)
    graph.arm(faults.TokenExpired(where="accounts", times=1))
    fetch_now(engine, settings_of(graph), now=lambda: TODAY)
    assert "announced leads wait for the next sync: Meta does not accept the access token" in caplog.text
    fetch_now(engine, settings_of(graph), now=lambda: TODAY + timedelta(minutes=59))
    assert len(graph.log) == 1, "a refused token is not tried again within the hour"
    fetch_now(engine, settings_of(graph), now=lambda: TODAY + timedelta(minutes=61))
    assert one(engine, Lead).email is not None
    secrets = [graph.access_token, graph.app_secret, *(value for values in lead.answers.values() for value in values)]
    assert not [secret for secret in secrets if secret in caplog.text]
