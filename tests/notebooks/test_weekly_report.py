"""The weekly report, written by its notebook."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Engine

from adplanning.batch_runs import reports_of
from adplanning.core.settings import Settings
from tests.notebooks.test_batch_notebooks import run


def test_the_report_lies_beside_the_executed_notebook_and_needs_nothing_from_elsewhere(
    shop_engine: Engine, settings: Settings
) -> None:
    record = run(shop_engine, "weekly_report", settings, as_of="2026-10-31")
    assert (record.summary["first_on"], record.summary["last_on"]) == ("2026-10-19", "2026-10-25")
    assert record.message.startswith("Report of 19–25 Oct 2026 written")
    reports = reports_of(record.id, record.output_path)
    assert list(reports) == (["HTML", "PDF"] if shutil.which("chromium") else ["HTML"])
    html = reports["HTML"].read_text()
    assert reports["HTML"] == Path(str(record.output_path)).with_suffix(".html")
    assert "<script" not in html
    assert 'src="http' not in html
    assert "Revenue was ₹" in html
    assert html.count("data:image/svg+xml;base64,") == 3
    if "PDF" in reports:
        assert reports["PDF"].read_bytes().startswith(b"%PDF-")
