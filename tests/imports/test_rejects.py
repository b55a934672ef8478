"""The refused rows as a file to correct."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import NotFound
from adplanning.imports.rejects import commonest_reasons, harmless, write_rejects
from tests.imports.conftest import Take


def test_line_reason_and_the_original_columns_are_written(engine: Engine, take: Take, tmp_path: Path) -> None:
    summary = take(
        "orders", "Order No,E-mail,Total,Date,note", "1,a@b.co,-5,2026-01-01,=cmd()", "2,a@b.co", email="E-mail"
    )
    assert write_rejects(engine, summary.import_id, tmp_path / "bad.csv") == 2
    with (tmp_path / "bad.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "reason", "Order No", "E-mail", "Total", "Date", "note"],
            ["2", "total: '-5' is negative; only 0 or more is allowed", "1", "a@b.co", "-5", "2026-01-01", "'=cmd()"],
            ["3", "the row has 2 cells, the header 5", "2", "a@b.co", "", "", ""],
        ]


def test_the_written_file_can_be_imported_again_once_corrected(engine: Engine, take: Take, tmp_path: Path) -> None:
    summary = take("orders", "order_id,email,total,placed_at", "1,a@b.co,x,2026-01-01")
    write_rejects(engine, summary.import_id, tmp_path / "bad.csv")
    corrected = (tmp_path / "bad.csv").read_text().replace(",x,", ",5,").splitlines()
    assert take("orders", *corrected).stored == 1


@pytest.mark.parametrize("cell", ["=1", "+cmd", "-x", "@a", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5", "+1,234.50", "1e5", "plain", ""])
def test_a_number_or_plain_text_stays(cell: str) -> None:
    assert harmless(cell) == cell


def test_an_import_that_is_not_there_is_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="import_none"):
        write_rejects(engine, "import_none", tmp_path / "bad.csv")


def test_the_commonest_reasons_come_first_with_the_line_to_look_at(engine: Engine, take: Take) -> None:
    summary = take(
        "orders", "order_id,email,total,placed_at", "1,a@b.co,5,never", "2,a@b.co,x,2026-01-01", "3,a@b.co,x,2026-01-01"
    )
    reasons = commonest_reasons(engine, summary.import_id)
    assert [(n_rows, line) for _, n_rows, line in reasons] == [(2, 3), (1, 2)]
    assert commonest_reasons(engine, summary.import_id, limit=1) == reasons[:1]
