"""The page of the connection to Meta."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert

from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notices
from adplanning.ui.pages.connection import connection_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.visiting import send, the

NOW = datetime.now(UTC)


def kept(engine: Engine, table: str, **values: Any) -> None:
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES[table]).values(values))


def stream(engine: Engine, scope: str, name: str, **values: Any) -> None:
    counts = {"n_read": 1200, "n_stored": 1198, "n_quarantined": 2, "status": "ok", "succeeded_at": NOW}
    kept(engine, "sync_streams", scope=scope, stream=name, started_at=NOW, **counts | values)


def tables(widgets: list[Any]) -> dict[str, Table]:
    return {widget.label: widget for widget in widgets if isinstance(widget, Table)}


def said(widgets: list[Any]) -> list[tuple[str, str]]:
    return [(item["kind"], item["words"]) for item in the(Notices, widgets).items]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"meta_access_token": SecretStr("EAAB-secret")})


def test_without_a_token_the_other_way_is_shown(engine: Engine, new_visit: NewVisit, settings: Settings) -> None:
    settings.meta_access_token = None
    widgets = list(connection_page(new_visit(engine)))
    [item] = the(Notices, widgets).items
    assert "ADPLANNING_META_ACCESS_TOKEN" in item["words"]
    assert (item["kind"], item["href"]) == ("warning", "/app/ad-planning/import")


def test_each_stream_stands_with_its_account_its_counts_and_what_it_lacks(
    shop_engine: Engine, new_visit: NewVisit
) -> None:
    stream(shop_engine, "meta", "token")
    stream(shop_engine, "555000111222333", "ad_insights", status="throttled", message="goes on at 07:00", resume_at=NOW)
    widgets = list(connection_page(new_visit(shop_engine)))
    assert said(widgets) == [("warning", "Figures of ads of Indigo Loom Meta: goes on at 07:00")]
    [_, row] = tables(widgets)["What is read from Meta"].rows
    shown = {key: cell["text"] for key, cell in row["cells"].items()}
    assert shown["owner"] == "Indigo Loom Meta"
    assert shown["status"] == "Put off by the platform"
    assert (shown["n_read"], shown["n_stored"], shown["n_quarantined"]) == ("1,200", "1,198", "2")


def test_a_failed_token_is_the_first_and_worst(shop_engine: Engine, new_visit: NewVisit) -> None:
    stream(shop_engine, "555000111222333", "campaigns", succeeded_at=NOW - timedelta(days=9))
    stream(shop_engine, "meta", "token", status="failed", message="the token expired on 1 November")
    first, second = said(list(connection_page(new_visit(shop_engine))))
    assert first == ("bad", "Access token of Meta: the token expired on 1 November")
    assert second[0] == "warning"
    assert "9 days ago" in second[1]


def test_rows_in_quarantine_are_shown_as_they_came_and_exported(shop_engine: Engine, new_visit: NewVisit) -> None:
    stream(shop_engine, "555000111222333", "ad_insights")
    assert "Rows that could not be read" not in tables(list(connection_page(new_visit(shop_engine))))
    kept(
        shop_engine,
        "quarantined_rows",
        scope="555000111222333",
        stream="ad_insights",
        on=None,
        reason="spend: 'abc' is no number",
        row={"spend": "abc", "ad_name": "<b>=1+1</b>"},
        seen_at=NOW,
    )
    table = tables(list(connection_page(new_visit(shop_engine))))["Rows that could not be read"]
    send(table, "export_rows")
    [row] = csv.DictReader(io.StringIO(table.exporting["part"]))
    assert row["reason"] == "spend: 'abc' is no number"
    assert '"spend": "abc"' in row["row"]


def test_only_who_may_write_has_the_button(shop_engine: Engine, new_visit: NewVisit) -> None:
    assert the(MainButton, list(connection_page(new_visit(shop_engine)))).title == "Sync now"
    viewed = list(connection_page(new_visit(shop_engine, role=Role.viewer)))
    assert not [widget for widget in viewed if isinstance(widget, MainButton)]


def test_the_token_is_nowhere_on_the_page(shop_engine: Engine, new_visit: NewVisit) -> None:
    stream(shop_engine, "meta", "token")
    widgets = list(connection_page(new_visit(shop_engine)))
    assert "EAAB" not in repr([widget.get_state() for widget in widgets])
