"""The button that has Meta read, on whichever page it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert, update

from adplanning import batch
from adplanning.batch_lease import begin_run, end_run
from adplanning.core.errors import Conflict
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role, Stream, StreamStatus
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages import run_button as module
from adplanning.ui.pages.sync_button import NOTEBOOK, sync_button
from adplanning.ui.progress import Progress
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

RUNS, STREAMS = TABLES["batch_runs"], TABLES["sync_streams"]
Started = list[tuple[str, Mapping[str, str]]]
Opened = Callable[..., list[Any]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"meta_access_token": SecretStr("a-token-for-tests")})


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """What would have been started; no process is."""
    asked: Started = []

    def start_run(name: str, given: Mapping[str, str], *, settings: Any, engine: Engine) -> str:
        asked.append((name, given))
        return begun(engine)

    monkeypatch.setattr(batch, "start_run", start_run)
    return asked


@pytest.fixture
def opened(new_visit: NewVisit, engine: Engine) -> Opened:
    def open_(then: Callable[[], None] = lambda: None, only: tuple[Stream, ...] = (), **options: Any) -> list[Any]:
        return list(sync_button(new_visit(engine, **options), title="Sync", then=then, only=only))

    return open_


def begun(engine: Engine, run_id: str = "run_1") -> str:
    begin_run(engine, run_id, NOTEBOOK, {}, now=datetime.now(UTC), lease_s=600)
    return run_id


def ended(engine: Engine, run_id: str, *, status: str = "succeeded", message: str = "done") -> None:
    end_run(engine, run_id, status=status, message=message, output_path=None, now=datetime.now(UTC))


def with_stream(engine: Engine, stream: Stream, status: StreamStatus, message: str | None = None, **ago: float) -> None:
    row = {
        "scope": "100", "stream": stream, "status": status, "message": message, "n_read": 1, "n_stored": 1,
        "n_quarantined": 0, "started_at": datetime.now(UTC) - timedelta(**ago),
    }  # fmt: skip
    with write_transaction(engine) as connection:
        connection.execute(insert(STREAMS).values(row))


def test_pressing_it_starts_the_notebook_for_the_streams_of_the_page(opened: Opened, started: Started) -> None:
    send(the(MainButton, opened(only=(Stream.lead_forms, Stream.leads))), "press")
    assert started == [(NOTEBOOK, {"only": "lead_forms,leads"})]


def test_without_a_token_it_leads_to_the_connection_and_says_what_else_can_be_done(
    opened: Opened, started: Started, settings: Settings, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "meta_access_token", None)
    send(the(MainButton, opened()), "press")
    assert (started, frame.gone_to) == ([], ["/app/meta-ads/connection"])
    assert frame.toasts == [("info", "No access token is set; you can also import an export of Ads Manager.")]


def test_a_sync_is_followed_to_its_end_and_the_page_is_shown_anew(
    opened: Opened, started: Started, engine: Engine, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown_anew: list[bool] = []
    widgets = opened(then=lambda: shown_anew.append(True))
    send(the(MainButton, widgets), "press")
    progress = the(Progress, widgets)
    seen = []

    def sleep(_: float) -> None:
        seen.append((progress.goes_on, progress.words, progress.share))
        if len(seen) == 1:
            with write_transaction(engine) as connection:
                connection.execute(update(RUNS).values(progress_share=0.25, progress_words="Shop: 7 of 40 days"))
        else:
            ended(engine, "run_1")

    monkeypatch.setattr(module.time, "sleep", sleep)
    frame.catch_up()
    assert seen == [(True, "Starting …", 0.0), (True, "Shop: 7 of 40 days", 0.25)]
    assert (progress.goes_on, progress.kind, shown_anew) == (False, "good", [True])
    assert progress.href == "/app/ad-planning/batch-runs/run_1"


def test_a_sync_that_runs_is_found_again_by_whoever_opens_the_page(
    opened: Opened, engine: Engine, frame: NotingFrame
) -> None:
    begun(engine)
    progress = the(Progress, opened(role=Role.viewer))
    assert (progress.goes_on, len(frame.jobs)) == (True, 1)
    ended(engine, "run_1")
    frame.catch_up()
    assert not progress.goes_on


def test_a_page_that_was_left_is_not_followed_for_ever(opened: Opened, engine: Engine, frame: NotingFrame) -> None:
    begun(engine)
    the(Progress, opened()).close()
    frame.catch_up()  # comes to its end although the run goes on


def test_an_older_run_is_of_no_interest(opened: Opened, engine: Engine, frame: NotingFrame) -> None:
    ended(engine, begun(engine))
    assert (the(Progress, opened()).title, frame.jobs) == ("", [])


def outcome(opened: Opened, engine: Engine, frame: NotingFrame, **end: str) -> tuple[str, str, str]:
    """What is said of a run that ends while it is looked at."""
    progress = the(Progress, opened())
    ended(engine, "run_1", **end)
    frame.catch_up()
    return progress.kind, progress.title, progress.words


def test_streams_that_are_whole_are_counted(opened: Opened, engine: Engine, frame: NotingFrame) -> None:
    begun(engine)
    with_stream(engine, Stream.campaigns, StreamStatus.ok)
    with_stream(engine, Stream.ads, StreamStatus.ok)
    assert outcome(opened, engine, frame) == ("good", "Read from Meta.", "All 2 kinds of facts are whole.")


def test_what_is_not_whole_is_said_and_an_old_fault_of_another_stream_is_not(
    opened: Opened, engine: Engine, frame: NotingFrame
) -> None:
    with_stream(engine, Stream.posts, StreamStatus.failed, "an old fault", days=2)
    begun(engine)
    with_stream(engine, Stream.campaigns, StreamStatus.ok)
    with_stream(engine, Stream.ads, StreamStatus.ok)
    with_stream(engine, Stream.ad_insights, StreamStatus.partial, "3 rows could not be read")
    assert outcome(opened, engine, frame) == (
        "warning",
        "Read in part.",
        "2 whole, 1 in part. Figures of ads of 100: 3 rows could not be read.",
    )


def test_a_run_that_failed_says_why(opened: Opened, engine: Engine, frame: NotingFrame) -> None:
    begun(engine)
    end = {"status": "failed", "message": "the token expired on 3 November"}
    assert outcome(opened, engine, frame, **end) == ("bad", "Not read.", "the token expired on 3 November")


def test_a_second_sync_is_refused_in_a_sentence(
    opened: Opened, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> str:
        raise Conflict("sync_meta_ads is running already")

    monkeypatch.setattr(batch, "start_run", refuse)
    send(the(MainButton, opened()), "press")
    assert frame.toasts == [("error", "sync_meta_ads is running already")]


def test_a_viewer_has_no_button_and_a_forged_press_starts_nothing(
    opened: Opened, started: Started, engine: Engine, frame: NotingFrame
) -> None:
    before = everything(engine)
    widgets = opened(role=Role.viewer)
    assert [type(widget) for widget in widgets] == [Progress]
    for event in ("press", "act", "start", "tell"):
        send(widgets[0], event, {"name": "sync"})
    assert (everything(engine), started) == (before, [])
