from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from adplanning.demo.sample import COLUMNS, write_sample

COMMITTED = Path(__file__).parents[2] / "data" / "sample"


def rows_of(name: str) -> pl.DataFrame:
    return pl.read_csv(COMMITTED / f"{name}.csv", infer_schema=False)


def test_the_committed_slice_is_what_the_code_writes(tmp_path: Path) -> None:
    write_sample(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in COMMITTED.iterdir()}


def test_the_slice_is_small() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) < 400_000


@pytest.mark.parametrize("name", COLUMNS)
def test_each_file_has_the_columns_that_an_import_reads(name: str) -> None:
    assert rows_of(name).columns == COLUMNS[name].split()
    assert rows_of(name).height > 0


def test_the_orders_are_those_that_the_browser_told() -> None:
    told = rows_of("events").filter(pl.col("event_type") == "purchase")
    shared = ["order_id", "visitor_id", "session_id", "currency", "email"]
    assert told.select(shared).sort("order_id").equals(rows_of("orders").select(shared).sort("order_id"))


def test_every_buyer_is_among_the_people() -> None:
    assert set(rows_of("orders")["email"]) <= set(rows_of("people")["email"])


def test_every_foreign_currency_of_the_orders_has_a_rate() -> None:
    assert set(rows_of("orders")["currency"]) - {"INR"} <= set(rows_of("rates")["currency"])
    assert rows_of("orders")["currency"].n_unique() > 1


def test_no_address_in_the_slice_is_real() -> None:
    for name in ("orders", "events", "people"):
        assert rows_of(name)["email"].drop_nulls().str.contains(r"@example\.(com|net|org)$").all()
    assert rows_of("events")["page_url"].drop_nulls().str.starts_with("https://indigo-loom.example/").all()
