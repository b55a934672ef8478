"""What an import would do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.errors import InvalidData
from adplanning.imports.importing import import_file
from adplanning.imports.preview import Refusal, preview_file
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from tests.imports.conftest import NOW, SETTINGS
from tests.imports.test_catalogue import FILES

LINES = (
    "Campaign name,Ad name,Day,Age,Amount spent (USD),Colour",
    "c,a,2026-01-01,18-24,1.25,red",
    "c,a,2026-01-01,25-34,2.5,red",
    "c,a,2026-02-30,25-34,2.5,red",
    "c,,2026-01-01,25-34,2.5,red",
    "c,b",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text("\n".join(LINES))
    return path


def everything(engine: Engine) -> dict[str, list[Any]]:
    with reading(engine) as session:
        return {name: sorted(map(repr, session.execute(select(table)).all())) for name, table in TABLES.items()}


def test_a_preview_answers_what_the_import_answers_and_keeps_nothing(any_engine: Engine, tmp_path: Path) -> None:
    for kind, lines in FILES.items():
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n")
        before = everything(any_engine)
        preview = preview_file(any_engine, kind, path, settings=SETTINGS, now=NOW)
        assert everything(any_engine) == before
        summary = import_file(any_engine, kind, path, settings=SETTINGS, now=NOW)
        assert preview.summary == replace(summary, import_id=preview.summary.import_id)
        assert preview_file(any_engine, kind, path, settings=SETTINGS, now=NOW).summary.already_imported


def test_a_preview_says_what_each_row_becomes_and_which_are_refused_why(engine: Engine, file: Path) -> None:
    preview = preview_file(engine, "meta-export", file, settings=SETTINGS, now=NOW)
    assert preview.summary.in_words == "2 rows: 1 ad by day, 1 January 2026, split by age, which is added up"
    assert (preview.summary.received, preview.summary.stored, preview.summary.rejected) == (5, 2, 3)
    assert preview.summary.totals["spend USD"] == 3.75
    assert "Colour" in preview.summary.ignored_columns
    assert preview.rows.select("line", "campaign", "ad", "spend", "currency").rows() == [
        (2, "c", "a", 1.25, "USD"),
        (3, "c", "a", 2.5, "USD"),
        (5, "c", None, 2.5, "USD"),
    ]
    assert [reason is not None for reason in preview.rows["refused"]] == [False, False, True]
    assert preview.refusals[0] == Refusal(4, "date: '2026-02-30' is not a date that exists; write it as 2026-11-22")
    assert [refusal.line for refusal in preview.refusals] == [4, 5, 6]


def test_a_preview_of_what_cannot_be_read_says_why(engine: Engine, file: Path) -> None:
    with pytest.raises(InvalidData, match="column order_id is missing"):
        preview_file(engine, "orders", file, settings=SETTINGS, now=NOW)


def test_a_preview_reads_by_the_mapping_that_it_is_given(engine: Engine, tmp_path: Path, file: Path) -> None:
    file.write_text("when,campaign,spend\n2026-01-01,c,5\n")
    preview = preview_file(engine, "spend", file, mapping={"date": "when"}, settings=SETTINGS, now=NOW)
    assert preview.summary.stored == 1
