"""The catalogue of fields."""

from __future__ import annotations

import pytest

from adplanning.segments.criteria import parse_criteria
from adplanning.segments.fields import FIELDS, OPERATOR_NAMES, OPERATOR_WORDS, known_name, operator_words, operators_of

CONTRACT = """total_orders, total_purchases, total_spent, total_revenue, avg_order_value, last_order_date,
days_since_last_order, days_since_last_purchase, total_conversions, total_visits, visits_last_7_days, nps_score,
engagement_score, clv, clv_score, churn_risk, recency, frequency, monetary, rfm_score, email, first_name, age, country,
state, city, tags, created_at, customer_since_days, has_account"""


def test_every_field_of_the_contract_is_there_and_no_other() -> None:
    names = {name.strip() for name in CONTRACT.split(",")}
    assert names == {name for field in FIELDS.values() for name in (field.name, *field.aliases)}
    assert {known_name(name) for name in names} == FIELDS.keys()


@pytest.mark.parametrize("name", FIELDS)
def test_the_example_of_a_field_is_a_value_that_its_first_operator_takes(name: str) -> None:
    field = FIELDS[name]
    operator = ">" if field.kind == "date" else operators_of(field.kind)[0]
    parse_criteria({"rules": [{"field": name, "operator": operator, "value": field.example}]})
    assert field.help
    assert all(operator_words(one, field.kind) for one in operators_of(field.kind))


def test_operators_come_under_the_contracts_names() -> None:
    named = {"greater_than", "less_than", "greater_or_equal", "less_or_equal", "equals", "not_equals", "within_days"}
    assert OPERATOR_NAMES.keys() == named | OPERATOR_WORDS.keys()
    assert set(OPERATOR_NAMES.values()) == OPERATOR_WORDS.keys()
