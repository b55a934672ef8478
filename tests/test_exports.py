"""Facts as files."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import adplanning
from adplanning.cli import app
from adplanning.core.errors import Conflict, InvalidData
from adplanning.exports import EXPORTS, export_rows, write_rows
from adplanning.workspace import Workspace

OCTOBER = {"from_date": "2026-10-11", "to_date": "2026-10-31"}


@pytest.fixture(scope="module")
def ws() -> Workspace:
    return adplanning.example()


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_every_kind_can_be_written_both_ways_with_all_of_its_rows(ws: Workspace, kind: str, tmp_path: Path) -> None:
    rows = export_rows(ws, kind)
    write_rows(rows, tmp_path / "a.csv")
    write_rows(rows, tmp_path / "a.parquet")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        heads, *read = list(csv.reader(file))
    assert (heads, len(read)) == (rows.columns, rows.height)
    assert pl.read_parquet(tmp_path / "a.parquet").equals(rows)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.parquet"]


def test_a_period_is_of_what_is_dated_alone(ws: Workspace) -> None:
    day = {"from_date": "2026-10-31", "to_date": "2026-10-31"}
    assert 0 < export_rows(ws, "conversions", **day).height < export_rows(ws, "conversions", **OCTOBER).height
    assert export_rows(ws, "journeys", **day).height < export_rows(ws, "journeys").height
    with pytest.raises(InvalidData, match="segments are of no period"):
        export_rows(ws, "segments", **day)
    with pytest.raises(InvalidData, match="'2026-02-30' is not a date"):
        export_rows(ws, "conversions", from_date="2026-02-30")
    with pytest.raises(InvalidData, match="unknown value 'persons'"):
        export_rows(ws, "persons")


def test_no_text_in_a_csv_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    rows = pl.DataFrame({"name": ["=1+1", "@SUM(A1)", 'say "x"\nno'], "value": [-1.5, None, 2.0]})
    write_rows(rows, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [["'=1+1", "-1.5"], ["'@SUM(A1)", ""], ['say "x"\nno', "2.0"]]


def test_many_rows_are_written_whole(tmp_path: Path) -> None:
    rows = pl.DataFrame({"n": range(50_001)})
    write_rows(rows, tmp_path / "a.csv")
    assert pl.read_csv(tmp_path / "a.csv").equals(rows)


def test_a_file_that_is_there_stays_unless_it_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("kept")
    rows = pl.DataFrame({"n": [1]})
    with pytest.raises(Conflict, match="--force"):
        write_rows(rows, file)
    assert file.read_text() == "kept"
    write_rows(rows, file, force=True)
    assert file.read_text() == "n\n1\n"


@pytest.mark.parametrize(("name", "why"), [("a.xlsx", "ends otherwise"), ("no/a.csv", "there is no folder")])
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(InvalidData, match=why):
        write_rows(pl.DataFrame({"n": [1]}), tmp_path / name)


def test_the_command_tells_how_much_was_written_and_refuses_in_a_sentence(home: Path, tmp_path: Path) -> None:
    written = CliRunner().invoke(app, ["export", "conversions", "a.csv"])
    assert (written.exit_code, "0 rows of" in written.output) == (0, True)
    again = CliRunner().invoke(app, ["export", "conversions", "a.csv"])
    assert (again.exit_code, "is there already" in again.output.replace("\n", " ")) == (2, True)
    assert "segment-members" in CliRunner().invoke(app, ["export", "--help"]).output
