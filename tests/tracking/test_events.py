"""Rows in the store's own order of columns."""

from __future__ import annotations

from typing import Any

import pytest

from adplanning.store.tables.catalogue import TABLES
from adplanning.tracking.events import NewConversion, NewJourneyEvent


@pytest.mark.parametrize(("row", "table"), [(NewConversion, "conversions"), (NewJourneyEvent, "journey_events")])
def test_a_row_holds_every_column_of_its_table_in_its_order(row: Any, table: str) -> None:
    assert list(row._fields) == [column.name for column in TABLES[table].c]
