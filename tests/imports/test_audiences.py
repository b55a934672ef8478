"""To whom a file says that ads were shown."""

from __future__ import annotations

from pathlib import Path

from adplanning.imports.audiences import audiences
from adplanning.imports.importing import checked_file
from tests.imports.conftest import NOW, SETTINGS


def told(path: Path, *lines: str) -> tuple[list[tuple[object, ...]], str]:
    path.write_text("\n".join(lines) + "\n")
    given = checked_file("meta-export", path, mapping={}, settings=SETTINGS, now=NOW, tell=lambda _stage, _share: None)
    rows, by = audiences(given)
    return rows.rows(), by


def test_each_row_tells_of_its_group_and_those_that_sum_up_others_of_none(tmp_path: Path) -> None:
    rows, by = told(
        tmp_path / "a.csv",
        "Campaign name,Ad Set Name,Day,Age,Gender,Amount spent (INR),Impressions,Clicks (all)",
        "Split,Sun,2026-11-02,18-24,female,1,900,18",
        "Split,Sun,2026-11-02,65+,,1,100,",
        "Split,Sun,2026-11-02,All,All,2,1000,18",
        "Split,Sun,2026-11-02,65+,male,many,100,1",
    )
    assert rows == [("Split", "Sun", "18-24 female", 900, 18), ("Split", "Sun", "65+ unknown", 100, 0)]
    assert by == "age and gender"


def test_a_file_that_splits_by_nothing_tells_of_no_group(tmp_path: Path) -> None:
    rows, by = told(tmp_path / "a.csv", "Campaign name,Day,Amount spent (INR),Impressions", "Split,2026-11-02,1,900")
    assert rows == [("Split", None, None, 900, 0)]
    assert by == ""
