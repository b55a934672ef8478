"""The SELECTs behind the feature table."""

from __future__ import annotations

import pytest

from adplanning.core.vocabulary import PublicRevenue
from adplanning.segments.queries import fact_statements
from tests.segments.customers import NOON


def columns(*fields: str, with_own: bool = False) -> list[str]:
    statements = fact_statements(fields, with_own=with_own, as_of=NOON, public_revenue=PublicRevenue.counted)
    return list(statements["persons"].selected_columns.keys())


@pytest.mark.parametrize(
    ("field", "needed"),
    [
        ("age", ["id", "date_of_birth"]),
        ("has_account", ["id", "email"]),
        ("customer_since_days", ["id", "created_at"]),
        ("created_at", ["id", "created_at"]),
        ("total_orders", ["id"]),
        ("clv", ["id"]),
        ("shoe size", ["id"]),
    ],
)
def test_of_persons_only_what_a_field_needs_is_read(field: str, needed: list[str]) -> None:
    assert columns(field) == needed
    assert columns(field, with_own=True) == [*needed, "attributes"]


def test_only_purchases_are_read_unless_all_conversions_are_counted() -> None:
    def values(*fields: str) -> list[object]:
        statements = fact_statements(fields, with_own=False, as_of=NOON, public_revenue=PublicRevenue.counted)
        return list(statements["conversions"].compile().params.values())

    assert "purchase" in values("total_orders")
    assert "purchase" not in values("total_conversions", "total_orders")
