"""The feature table, read from both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.segments import queries
from adplanning.segments.criteria import parse_criteria
from adplanning.segments.feature_service import own_attributes
from adplanning.segments.features import FROM_CONVERSIONS, FROM_PERSONS, FROM_VISITS, SCORE_OF
from adplanning.segments.fields import FIELDS
from adplanning.store import facts
from tests.segments.customers import NOON, device, features, order, person, rate, shop, store, table, view


def test_orders_are_counted_over_all_devices_without_bots_and_cancelled_ones(any_engine: Engine) -> None:
    shop(any_engine)
    store(any_engine, rate(date(2026, 11, 14), 84.0))
    rows = table(any_engine)
    shown = ("total_orders", "total_spent_minor", "avg_order_value_minor", "last_order_date", "total_conversions")
    assert {name: tuple(row[one] for one in shown) for name, row in rows.items()} == {
        "asha": (6, 75_000, 12_500, date(2026, 11, 20), 6),
        # An order without a value is one, and is left out of the average.
        "ravi": (2, 30_000, 30_000, date(2026, 8, 12), 3),
        "meera": (1, 84_000, 84_000, date(2026, 11, 15), 1),
        "dev": (0, 0, None, None, 0),
    }
    assert {name: row["days_since_last_order"] for name, row in rows.items()} == {
        "asha": 0, "ravi": 100, "meera": 5, "dev": None,
    }  # fmt: skip


def test_what_was_paid_without_a_rate_is_unknown_and_never_a_part(engine: Engine) -> None:
    shop(engine)
    store(engine, order("pc", days_ago=4, minor=500))
    meera = table(engine)["meera"]
    assert (meera["total_orders"], meera["frequency"]) == (2, 2)
    for name in ("total_spent_minor", "avg_order_value_minor", "monetary_minor", "rfm_score"):
        assert meera[name] is None, name


def test_visits_are_sessions_or_page_views_with_no_half_hour_between(any_engine: Engine) -> None:
    shop(any_engine)
    rows = table(any_engine, "total_visits", "visits_last_7_days")
    # s1 on two devices is one; 300 and 275 minutes ago are one, 240 the next; the ad click is none.
    assert rows["asha"] == {"person_id": "asha", "total_visits": 4, "visits_last_7_days": 3}
    assert rows["dev"]["total_visits"] == 1
    assert rows["ravi"]["total_visits"] == 0


def test_a_buyer_has_rfm_and_one_who_only_looked_has_none(engine: Engine) -> None:
    shop(engine)
    store(engine, rate(date(2026, 11, 14), 84.0))
    rows = table(engine, "recency", "frequency", "monetary", "rfm_score")
    assert rows["asha"] == {
        "person_id": "asha", "recency": 0, "frequency": 6, "monetary_minor": 75_000, "rfm_score": "553",
    }  # fmt: skip
    assert rows["ravi"]["rfm_score"] == "131"
    assert rows["dev"] == {
        "person_id": "dev", "recency": None, "frequency": None, "monetary_minor": None, "rfm_score": None,
    }  # fmt: skip


def test_who_is_no_person_any_more_is_no_buyer_among_whom_others_stand(engine: Engine) -> None:
    store(engine, person("asha"), device("phone", "asha"), order("phone", days_ago=3))
    before = table(engine, "rfm_score")
    store(engine, *(order(f"v{n}", days_ago=1, minor=99_000, person_id=f"erased_{n}") for n in range(9)))
    assert table(engine, "rfm_score") == before == {"asha": {"person_id": "asha", "rfm_score": "333"}}


def test_scores_are_the_kept_ones_and_a_clv_in_another_currency_is_unknown(any_engine: Engine) -> None:
    shop(any_engine)
    rows = table(any_engine, *SCORE_OF)
    assert rows["asha"] == {
        "person_id": "asha", "nps_score": 9.0, "engagement_score": None, "clv_minor": 5_000_050, "churn_risk": None,
    }  # fmt: skip
    assert (rows["ravi"]["clv_minor"], rows["ravi"]["churn_risk"]) == (None, 81.0)


def test_what_is_known_of_a_person_is_told_in_the_reporting_zone(any_engine: Engine) -> None:
    shop(any_engine)
    # 20:00 UTC is the next day in India; her birthday is tomorrow.
    store(any_engine, person("late", created_at=NOON.replace(day=18, hour=20), date_of_birth=date(1990, 11, 20)))
    rows = table(any_engine, "age", "tags", "has_account", "created_at", "customer_since_days", "city")
    assert (rows["asha"]["age"], rows["late"]["age"], rows["dev"]["age"]) == (35, 36, None)
    assert (rows["late"]["created_at"], rows["late"]["customer_since_days"]) == (date(2026, 11, 19), 1)
    assert rows["asha"]["tags"] == ["VIP", "wholesale"]
    assert rows["dev"]["tags"] is None
    assert rows["asha"]["has_account"] is True


def test_an_attribute_of_the_persons_own_is_a_column_when_somebody_has_it(any_engine: Engine) -> None:
    shop(any_engine)
    store(any_engine, person("zoe", attributes={"größe $[0]\"'": "ü", "size": None}))
    found = features(any_engine, "size", "colour", "likes", "shoe", "größe $[0]\"'")
    assert found.own_attributes == {"size": "number", "colour": "text", "likes": "list", "größe $[0]\"'": "text"}
    assert {row["person_id"]: row["own:size"] for row in found.frame.to_dicts()} == {
        "asha": None, "dev": None, "meera": "38", "ravi": "42", "zoe": None,
    }  # fmt: skip
    assert own_attributes(any_engine) == found.own_attributes
    assert features(any_engine).own_attributes == found.own_attributes


def test_only_what_the_fields_need_is_read(engine: Engine) -> None:
    def read(*fields: str) -> list[str]:
        statements = queries.fact_statements(fields, with_own=False, as_of=NOON, public_revenue=PublicRevenue.counted)
        return list(statements)

    assert read("city") == ["persons"]
    assert read("nps_score") == ["persons", "scores"]
    assert read("total_orders") == ["persons", "conversions", "rates", "sightings"]
    assert read("total_visits") == ["persons", "page_views", "sightings"]
    assert FIELDS.keys() == FROM_CONVERSIONS | FROM_VISITS | FROM_PERSONS | SCORE_OF.keys()


def test_everybody_is_in_the_table_once_and_an_empty_store_makes_an_empty_one(engine: Engine) -> None:
    assert features(engine).frame.is_empty()
    assert features(engine).matching(parse_criteria({})).is_empty()
    shop(engine)
    assert sorted(features(engine).frame["person_id"]) == ["asha", "dev", "meera", "ravi"]


def test_what_happens_later_than_as_of_is_not_known_yet(engine: Engine) -> None:
    store(engine, person("asha"), device("phone", "asha"), order("phone", days_ago=-1), view("phone", minutes_ago=-5))
    asha = table(engine, "total_orders", "total_visits")["asha"]
    assert (asha["total_orders"], asha["total_visits"]) == (0, 0)


@pytest.mark.parametrize("days", [0, 29, 30, 31])
def test_days_since_and_the_date_of_the_last_order_say_the_same(engine: Engine, days: int) -> None:
    store(engine, person("asha"), device("phone", "asha"), order("phone", days_ago=days))
    found = features(engine, "last_order_date", "days_since_last_order")
    within = {"field": "last_order_date", "operator": "within_last_days", "value": 30}
    since = {"field": "days_since_last_order", "operator": "<=", "value": 30}
    for rule in (within, since):
        assert found.matching(parse_criteria({"rules": [rule]})).height == (days <= 30)
    assert facts.scan(engine, "conversions", ["id"]).collect().height == 1
    assert timedelta(days=days) == NOON - facts.scan(engine, "conversions", ["converted_at"]).collect().item()
