"""Scores computed and kept, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.vocabulary import PublicRevenue, ScoreType
from adplanning.people.erasures import ANONYMOUS
from adplanning.scores import scoring_service
from adplanning.scores.customer_model import NotFitted
from adplanning.scores.rating_service import record_rating
from adplanning.scores.scoring_service import (
    fitted_model,
    keep_scores,
    refresh_existing_scores,
    refresh_scores,
    score_customers,
)
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.ads import CurrencyRate
from adplanning.store.tables.scores import CustomerScore
from tests.scores.shop import NOW, USUAL, conversion, days_ago, person, put, sentiment, step, stored, visitor

HOUR = timedelta(hours=1)
Results = dict[tuple[str, ScoreType], dict[str, Any]]


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Asha, who buys and browses on two devices; Ravi, whom the store knows by name alone; and a stranger."""
    put(
        any_engine,
        person("asha"),
        person("ravi"),
        visitor("phone", "asha"),
        visitor("laptop", "asha"),
        step("page_view", 1, visitor_id="phone"),
        step("page_view", 40, visitor_id="laptop"),
        step("custom", 2, visitor_id="laptop", event_name="product_view"),
        step("page_view", 2, visitor_id="kiosk"),
        conversion("purchase", 60, 1_000_00, visitor_id="phone", order_id="7"),
        conversion("purchase", 10, 3_000_00, person_id="asha", order_id="8"),
        conversion("lead_form_submission", 5, visitor_id="laptop"),
        sentiment("asha", "negative", 3),
        sentiment("asha", "positive", 3),
        sentiment("asha", "very_negative", 40),
    )
    return any_engine


def refresh(engine: Engine, *person_ids: str, as_of: Any = NOW, **options: Any) -> Results:
    with writing(engine) as session:
        return refresh_scores(session, person_ids, as_of=as_of, **{**USUAL, **options})


def score_everybody(engine: Engine, as_of: Any = NOW, **options: Any) -> int:
    run = score_customers(engine, as_of=as_of, model=None, **{**USUAL, **options})
    n = 0
    for part in run.parts():
        with write_transaction(engine) as connection:
            n += keep_scores(connection, part)
    return n


def test_a_customer_is_scored_over_all_devices_by_the_formulas(shop: Engine) -> None:
    found = refresh(shop, "asha")
    engaged = found["asha", ScoreType.engagement]
    # 1 + 1/2 + 3 + (25 + 2·log10(1001)) / 2 + 25 + 2·log10(3001) + 15 = 66.95; / 5 = 13.4
    assert engaged["engagement_score"] == 13
    assert engaged["total_activities"] == 6
    assert {name: its["count"] for name, its in engaged["breakdown"].items()} == {
        "form_submit": 1,
        "page_view": 2,
        "product_view": 1,
        "purchase": 2,
    }
    clv = found["asha", ScoreType.clv]
    # Two purchases in 60 days, 50 days apart: 2,000 × 1 a month × 36 months.
    assert (clv["predicted_clv"], clv["realized_clv"], clv["remaining_clv"]) == (72_000, 4_000, 68_000)
    assert (clv["tier"], clv["confidence"], clv["method"]) == ("platinum", "medium", "rules")
    assert clv["metrics"].items() >= {"average_order_value": 2_000, "monthly_frequency": 1, "purchase_count": 2}.items()
    churn = found["asha", ScoreType.churn_risk]
    # .35 · 1/90 + .30 · 10/180 + .15 · 1/2
    assert churn["churn_risk_score"] == 9.56
    assert churn["contributing_factors"] == {
        "activity_risk": 1.11,
        "purchase_risk": 5.56,
        "engagement_risk": 0,
        "sentiment_risk": 50,
    }
    assert {(one["is_new"], one["previous_score"]) for one in found.values()} == {(True, None)}


def test_nobody_known_is_scored_over_no_events(any_engine: Engine) -> None:
    found = refresh(any_engine, "nobody")
    assert found["nobody", ScoreType.engagement].items() >= {"engagement_score": 0, "level": "inactive"}.items()
    assert found["nobody", ScoreType.clv].items() >= {"predicted_clv": 0, "tier": "bronze", "confidence": "low"}.items()
    assert found["nobody", ScoreType.churn_risk].items() >= {"churn_risk_score": 75, "risk_level": "critical"}.items()


def test_one_persons_scores_are_those_of_a_run_over_everybody(shop: Engine) -> None:
    alone = refresh(shop, "asha", "ravi")
    before = stored(shop)
    assert score_everybody(shop) == 6
    after = stored(shop)
    assert after.keys() == before.keys() == {(who, str(score_type)) for who, score_type in alone}
    for key, row in after.items():
        assert (row.score_value, row.details, row.tier) == (
            before[key].score_value,
            before[key].details,
            before[key].tier,
        )


@pytest.mark.parametrize("mirror", [("order", "7"), ("conversion", "conv_1")])
def test_a_purchase_that_is_stored_twice_counts_once(any_engine: Engine, mirror: tuple[str, str]) -> None:
    source_type, source_id = mirror
    put(
        any_engine,
        conversion("purchase", 1, 100_00, person_id="asha", order_id="7", id="conv_1"),
        step("purchase", 1, person_id="asha", source_type=source_type, source_id=source_id),
    )
    breakdown = refresh(any_engine, "asha")["asha", ScoreType.engagement]["breakdown"]
    assert breakdown["purchase"]["count"] == 1


def test_a_cancelled_order_counts_neither_as_itself_nor_as_its_step(any_engine: Engine) -> None:
    put(
        any_engine,
        conversion("purchase", 1, 100_00, person_id="asha", order_id="7", cancelled_at=NOW),
        step("purchase", 1, person_id="asha", source_type="order", source_id="7"),
    )
    found = refresh(any_engine, "asha")
    assert found["asha", ScoreType.engagement]["total_activities"] == 0
    assert found["asha", ScoreType.clv]["metrics"]["purchase_count"] == 0


def test_bots_and_what_happens_later_do_not_count(any_engine: Engine) -> None:
    put(
        any_engine,
        step("feedback", 1, person_id="asha", is_bot=True),
        step("feedback", -1, person_id="asha"),
        step("page_view", 0, person_id="asha"),
    )
    assert refresh(any_engine, "asha")["asha", ScoreType.engagement]["total_activities"] == 1


def test_amounts_are_in_the_reporting_currency_and_without_a_rate_apart(any_engine: Engine) -> None:
    rate = CurrencyRate(currency="USD", in_currency="INR", on=date(2026, 11, 10), rate=90.0)
    put(
        any_engine,
        rate,
        conversion("purchase", 9, 10_00, person_id="asha", currency="USD"),
        conversion("purchase", 8, 10_00, person_id="asha", currency="EUR"),
    )
    found = refresh(any_engine, "asha")["asha", ScoreType.clv]
    assert found["realized_clv"] == 900
    assert (found["metrics"]["purchase_count"], found["metrics"]["unvalued_purchases"]) == (2, 1)


def test_unconfirmed_purchases_of_browsers_count_only_where_the_shop_says_so(any_engine: Engine) -> None:
    put(any_engine, conversion("purchase", 9, 10_00, person_id="asha", origin="web"))
    sure = refresh(any_engine, "asha", public_revenue=PublicRevenue.confirmed_only)
    assert sure["asha", ScoreType.clv]["metrics"]["purchase_count"] == 0
    assert refresh(any_engine, "asha")["asha", ScoreType.clv]["metrics"]["purchase_count"] == 1


def test_engagement_that_falls_from_score_to_score_raises_the_risk(any_engine: Engine) -> None:
    put(any_engine, *(step("feedback", 0, person_id="asha") for _ in range(5)))
    for day in (0, 31, 61, 91, 101, 111):
        found = refresh(any_engine, "asha", as_of=NOW + timedelta(days=day))
    row = stored(any_engine)["asha", "engagement"]
    assert [entry["value"] for entry in row.history] == [20, 10, 10, 5, 5, 5]
    # The last three against the first: 1 − 5 / (40 / 3).
    assert found["asha", ScoreType.churn_risk]["contributing_factors"]["engagement_risk"] == 62.5
    assert (found["asha", ScoreType.engagement]["is_new"], row.previous_score) == (False, 5)


def test_a_repeat_as_of_the_same_instant_changes_nothing(shop: Engine) -> None:
    score_everybody(shop)
    first = {key: (row.id, row.score_value, row.history) for key, row in stored(shop).items()}
    score_everybody(shop)
    assert {key: (row.id, row.score_value, row.history) for key, row in stored(shop).items()} == first


def test_a_later_score_stays_whatever_is_computed_as_of_earlier(shop: Engine) -> None:
    refresh(shop, "asha", as_of=NOW + HOUR)
    assert score_everybody(shop) == 3
    assert {row.calculated_at for (who, _), row in stored(shop).items() if who == "asha"} == {NOW + HOUR}


def test_amounts_in_another_currency_are_no_history_of_these(shop: Engine) -> None:
    refresh(shop, "asha")
    found = refresh(shop, "asha", as_of=NOW + HOUR, currency="USD")
    row = stored(shop)["asha", "clv"]
    assert (row.currency, row.previous_score, len(row.history)) == ("USD", None, 1)
    assert found["asha", ScoreType.engagement]["is_new"] is False


def test_only_who_has_scores_is_scored_anew(shop: Engine) -> None:
    refresh(shop, "asha")
    with writing(shop) as session:
        refresh_existing_scores(session, ["asha", "ravi"], as_of=NOW + HOUR, **USUAL)
    rows = stored(shop)
    assert {who for who, _ in rows} == {"asha"}
    assert {row.calculated_at for row in rows.values()} == {NOW + HOUR}


def test_who_was_erased_is_scored_no_more(any_engine: Engine) -> None:
    put(any_engine, step("page_view", 1, person_id=f"{ANONYMOUS}1"), step("page_view", 1, person_id="asha"))
    score_everybody(any_engine)
    assert {who for who, _ in stored(any_engine)} == {"asha"}


def test_everybody_is_scored_in_parts(shop: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_service, "PERSONS_A_PART", 1)
    assert score_everybody(shop) == 6
    assert len(stored(shop)) == 6


def test_a_run_scores_nps_once_a_rating_and_not_night_by_night(shop: Engine) -> None:
    with writing(shop) as session:
        record_rating(
            session, person_id="asha", rating=9, scale="10", source_type=None, source_id=None, now=days_ago(2)
        )
    score_everybody(shop)
    row = stored(shop)["asha", "nps"]
    assert (row.score_value, row.calculated_at, len(row.history)) == (9, days_ago(2), 1)
    with writing(shop) as session:
        for kept in session.scalars(select(CustomerScore)):
            session.delete(kept)
    score_everybody(shop)
    assert stored(shop)["asha", "nps"].score_value == 9


def test_too_few_customers_give_no_model_but_a_reason(shop: Engine) -> None:
    outcome = fitted_model(shop, as_of=NOW, **USUAL)
    assert isinstance(outcome, NotFitted)
    assert outcome.n_customers == 1
