"""The notebook that reads from Meta, in a real kernel against the invented Graph API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.batch import RunRecord, run_notebook
from adplanning.core.settings import Settings
from adplanning.demo import graph_faults as faults
from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_seeding import seeded


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    accounts = (("act_100", "INR", "UTC"), ("act_200", "USD", "UTC"))
    # The kernel's clock is the real one.
    today = datetime.now(UTC).date()
    data = seeded(accounts=accounts, n_campaigns=1, n_ad_sets=1, n_ads=2, days=5, n_leads=3, n_posts=2, until=today)
    with graph_server(data, today=lambda: datetime.now(UTC).date()) as server:
        yield server


def run(engine: Engine, settings: Settings, **parameters: str) -> tuple[RunRecord, list[str]]:
    lines = list[str]()
    record = run_notebook(
        engine,
        "sync_meta_ads",
        parameters,
        settings=settings,
        now=lambda: datetime.now(UTC),
        progress=lambda line, _: lines.append(line),
    )
    return record, lines


def settings_for(graph: GraphServer, home: Path) -> Settings:
    return Settings(
        home=home,
        meta_access_token=SecretStr(graph.access_token),
        meta_app_secret=SecretStr(graph.app_secret),
        meta_base_url=graph.url,
        _env_file=None,
    )


def test_it_reads_all_and_says_how_far_it_is_and_shows_no_secret(
    engine: Engine, graph: GraphServer, tmp_path: Path
) -> None:
    record, lines = run(engine, settings_for(graph, tmp_path))
    assert record.status == "succeeded", record.message
    assert record.summary["status"] == "ok"
    assert record.summary["n_quarantined"] == 0
    assert any("Account 100, ads: 7 of 15 days" in line for line in lines)
    assert record.output_path is not None
    shown = nbformat.writes(nbformat.read(record.output_path, as_version=4)) + "".join(lines)
    assert graph.access_token not in shown
    assert graph.app_secret not in shown
    assert "figures of ads" in shown
    assert "What was spent each day? (INR)" in shown


def test_it_reads_only_the_account_and_the_streams_that_are_asked_for(
    engine: Engine, graph: GraphServer, tmp_path: Path
) -> None:
    record, _ = run(engine, settings_for(graph, tmp_path), ad_account_id="200", only="campaigns")
    assert record.status == "succeeded", record.message
    paths = {call.path for call in graph.log}
    assert any("act_200/campaigns" in path for path in paths)
    assert not [path for path in paths if "act_100" in path or "insights" in path or "ads" in path.split("/")]


def test_it_reads_only_the_leads_of_the_form_that_is_asked_for(
    engine: Engine, graph: GraphServer, tmp_path: Path
) -> None:
    form = min(graph.data.forms)
    wanted = {"only": "lead_forms,leads", "form_id": form, "since": "2026-01-01"}
    record, _ = run(engine, settings_for(graph, tmp_path), **wanted)
    assert record.status == "succeeded", record.message
    assert [call.path.split("/")[-2] for call in graph.log if call.path.endswith("/leads")] == [form]


def test_a_part_that_failed_is_said_in_its_message(engine: Engine, graph: GraphServer, tmp_path: Path) -> None:
    graph.arm(faults.PermissionMissing(where="leads"))
    record, _ = run(engine, settings_for(graph, tmp_path), ad_account_id="100", include_insights="false")
    assert record.status == "succeeded"
    assert record.summary["status"] == "partial"
    assert "leads_retrieval" in record.message


def test_without_a_good_token_or_any_it_fails_with_what_to_do(
    engine: Engine, graph: GraphServer, tmp_path: Path
) -> None:
    graph.arm(faults.TokenExpired())
    refused, _ = run(engine, settings_for(graph, tmp_path))
    assert refused.status == "failed"
    assert "set ADPLANNING_META_ACCESS_TOKEN and restart" in refused.message
    none, _ = run(engine, Settings(home=tmp_path, _env_file=None))
    assert none.status == "failed"
    assert "ADPLANNING_META_ACCESS_TOKEN" in none.message


def test_an_unknown_stream_is_refused_with_those_that_there_are(
    engine: Engine, graph: GraphServer, tmp_path: Path
) -> None:
    record, _ = run(engine, settings_for(graph, tmp_path), only="campaign")
    assert record.status == "failed"
    assert "Did you mean 'campaigns'?" in record.message
    assert graph.log == []
