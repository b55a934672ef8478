"""Which kind of file one is."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import xlsxwriter

from adplanning.imports.guessing import guess_kind
from tests.imports.test_catalogue import FILES
from tests.imports.test_google_export import LINES as GOOGLE
from tests.imports.test_meta_export import LINES as META


@pytest.mark.parametrize("kind", FILES)
def test_the_header_tells_the_kind(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "given.csv"
    path.write_text("\n".join(FILES[kind]) + "\n")
    assert guess_kind(path) == kind


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Name der Kampagne;Tag;Ausgegebener Betrag (EUR)", "meta-export"),
        (GOOGLE[2], "google-export"),
        ("date,campaign,cost,impressions,clicks", "spend"),
        ("id,created_time,ad_id,form_id,platform,email,full_name,phone_number,your_size?", "leads"),
        ("email,first_name,tags", "people"),
        ("date,amount", None),
        ("x,y,z", None),
        ("", None),
    ],
)
def test_a_header_is_of_the_kind_that_reads_most_of_it(tmp_path: Path, header: str, kind: str | None) -> None:
    path = tmp_path / "given.csv"
    path.write_text(header + "\n")
    assert guess_kind(path) == kind


def test_packed_and_other_formats_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "g.csv.gz").write_bytes(gzip.compress("\n".join(GOOGLE).encode()))
    (tmp_path / "g.txt").write_bytes("Report\n2026-01-01\nCampaign\tCost\nc\t1\n".encode("utf-16"))
    book = xlsxwriter.Workbook(str(tmp_path / "m.xlsx"))
    book.add_worksheet().write_row(0, 0, META[0].split(","))
    book.close()
    (tmp_path / "n").write_bytes(b"\x00\x01\xff" * 50)
    found = {path.name: guess_kind(path) for path in sorted(tmp_path.iterdir())}
    assert found == {"g.csv.gz": "google-export", "g.txt": "google-export", "m.xlsx": "meta-export", "n": None}


def test_a_file_that_is_not_there_is_of_no_kind(tmp_path: Path) -> None:
    assert guess_kind(tmp_path / "none.csv") is None
