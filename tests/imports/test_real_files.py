"""Files from outside, where somebody has them: ADPLANNING_REAL_DATA names the folder."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.imports.guessing import guess_kind
from adplanning.imports.importing import import_file
from tests.imports.conftest import NOW, SETTINGS

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
KAG = {
    "date": "Date",
    "campaign": "xyz_campaign_id",
    "spend": "Spent",
    "impressions": "Impressions",
    "clicks": "Clicks",
    "results": "Total_Conversion",
    "ad": "ad_id",
}


def rounded(sums: dict[Any, Decimal]) -> int:
    return sum(int((amount * 100).to_integral_value(ROUND_HALF_UP)) for amount in sums.values())


def test_an_ads_manager_export_adds_up_as_the_csv_module_says(engine: Engine, rows: Callable[..., list[Any]]) -> None:
    path = REAL / "meta_ads_manager_export" / "ads_manager_daily_age_gender.csv"
    summary = import_file(engine, "meta-export", path, settings=SETTINGS, now=NOW)
    assert (summary.received, summary.stored) == (637, 637)
    assert summary.in_words == (
        "637 rows: 15 ads by day, 28 November–4 December 2024, split by age and gender, which are added up"
    )
    assert guess_kind(path) == "meta-export"
    spent: dict[Any, Decimal] = defaultdict(Decimal)
    counts = dict.fromkeys(("Impressions", "Clicks (all)", "Link clicks", "Results"), 0)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            spent[row["Campaign name"], row["Ad Set Name"], row["Ad name"], row["Day"]] += Decimal(
                row["Amount spent (USD)"]
            )
            for name in counts:
                counts[name] += int(row[name] or 0)
    columns = ("object_id", "spend_minor", "n_impressions", "n_clicks", "n_link_clicks", "n_results")
    stored = [tuple(value or 0 for value in row[1:]) for row in rows("daily_spend", *columns)]
    assert [sum(column) for column in zip(*stored, strict=True)] == [rounded(spent), *counts.values()]
    assert {row[0] for row in rows("daily_spend", "currency")} == {"USD"}
    # Persons of several ages are not added up, and nobody has bought.
    assert set(rows("daily_spend", "n_reach", "n_purchases")) == {(None, None)}
    assert set(rows("daily_spend", "attribution_setting")) == {("7-day click or 1-day view",)}


def test_ads_of_bare_numbers_add_up_as_the_csv_module_says(engine: Engine, rows: Callable[..., list[Any]]) -> None:
    path = REAL / "kag_conversion" / "KAG_conversion_data.csv"
    summary = import_file(engine, "spend", path, mapping=KAG, settings=SETTINGS, now=NOW)
    assert (summary.received, summary.stored, summary.totals["spend INR"]) == (1143, 1143, 58705.23)
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    spent = {(line["ad_id"], line["Date"]): Decimal(line["Spent"]) for line in lines}
    stored = rows("daily_spend", "spend_minor", "n_impressions", "n_clicks", "n_results")
    expected = [
        rounded(spent),
        *(sum(int(line[KAG[name]]) for line in lines) for name in ("impressions", "clicks", "results")),
    ]
    assert [sum(column) for column in zip(*stored, strict=True)] == expected


def test_a_click_stream_is_taken_in_whole(engine: Engine, tmp_path: Path) -> None:
    types = {"1": "page_view", "2": "add_to_cart", "3": "purchase", "4": "custom", "5": "ad_click"}
    with (
        (REAL / "clique_bait" / "events.csv").open(newline="") as file,
        (tmp_path / "e.csv").open("w", newline="") as out,
    ):
        writer = csv.writer(out)
        header, *lines = csv.reader(file)
        place = header.index("event_type")
        writer.writerow(header)
        writer.writerows([*line[:place], types[line[place]], *line[place + 1 :]] for line in lines)
    summary = import_file(engine, "events", tmp_path / "e.csv", settings=SETTINGS, now=NOW)
    assert (summary.received, summary.stored, summary.duplicates, summary.rejected) == (32734, 32734, 0, 0)
