"""From facts to scores, where a model says what is to come."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.bgnbd import BgNbd, BgNbdFit
from adplanning.scores.customer_model import FittedModel, predictions, purchase_histories
from adplanning.scores.gamma_gamma import GammaGamma, GammaGammaFit
from adplanning.scores.scoring import ScoreFacts, customers, score_rows

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
INSTANTS = pl.Datetime("us", "UTC")
BUYING = BgNbdFit(BgNbd(0.243, 30.9, 0.793, 2.426), BgNbd(0.013, 2.65, 0.186, 0.705), -9582.4, 2357)
SPENDING = GammaGammaFit(GammaGamma(6.25, 3.74, 154_400.0), GammaGamma(1.19, 0.29, 41_600.0), -8412.4, 946)
STORED = {
    "person_id": pl.String,
    "score_type": pl.String,
    "id": pl.String,
    "currency": pl.String,
    "created_at": INSTANTS,
    "calculated_at": INSTANTS,
    "history": pl.String,
}


def model(spending: GammaGammaFit | None) -> FittedModel:
    return FittedModel(BUYING, spending, None if spending else "too few values", 0.1, None, "by hand", 946)


def facts() -> ScoreFacts:
    """Asha bought on two days; Ravi never did, but a browser of his was seen."""
    nobody = {"person_id": pl.String}
    return ScoreFacts(
        conversions=pl.DataFrame(
            {
                "visitor_id": ["phone"] * 2,
                "person_id": ["asha"] * 2,
                "converted_at": [NOW - timedelta(days=200), NOW - timedelta(days=20)],
                "conversion_type": ["purchase"] * 2,
                "currency": ["INR"] * 2,
                "value_minor": [1_000_00, 3_000_00],
            },
            schema_overrides={"converted_at": INSTANTS},
        ),
        steps=pl.DataFrame(
            {
                "visitor_id": ["laptop"],
                "person_id": ["ravi"],
                "occurred_at": [NOW - timedelta(days=1)],
                "event_type": ["page_view"],
                "event_name": [None],
            },
            schema_overrides={"occurred_at": INSTANTS, "event_name": pl.String},
        ),
        sightings=pl.DataFrame(schema={"visitor_id": pl.String, "person_id": pl.String, "seen_at": INSTANTS}),
        rates=pl.DataFrame(schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64}),
        sentiments=pl.DataFrame(schema={**nobody, "sentiment_label": pl.String}),
        ratings=pl.DataFrame(
            schema={"id": pl.String, **nobody, "nps_value": pl.Float64, "category": pl.String, "rated_at": INSTANTS}
        ),
    )


def details(its_model: FittedModel | None, horizon_days: int = 730) -> dict[tuple[str, str], dict[str, Any]]:
    known = customers(
        facts(),
        pl.Series(["asha", "ravi"]),
        as_of=NOW,
        currency="INR",
        zone=UTC_ZONE,
        model=its_model,
        horizon_days=horizon_days,
    )
    rows = score_rows(known, pl.DataFrame(schema=STORED), as_of=NOW, currency="INR")
    assert rows["is_due"].all()
    return {
        (person_id, score_type): {**json.loads(text), "row_method": method}
        for person_id, score_type, text, method in rows.select(
            "person_id", "score_type", "details", "method"
        ).iter_rows()
    }


def test_with_a_model_the_rest_is_what_it_expects_and_the_whole_is_what_was_paid_and_the_rest() -> None:
    found = details(model(SPENDING))["asha", ScoreType.clv]
    conversions = facts().conversions.lazy()
    bought = conversions.select("person_id", "value_minor", purchased_at="converted_at")
    expected = predictions(model(SPENDING), purchase_histories(bought, as_of=NOW, zone=UTC_ZONE)).row(0, named=True)
    assert found["realized_clv"] == 4_000
    assert found["remaining_clv"] == pytest.approx(expected["remaining_minor"] / 100)
    assert found["remaining_clv"] > 0
    assert found["predicted_clv"] == pytest.approx(found["realized_clv"] + found["remaining_clv"])
    assert found["method"] == found["row_method"] == "bg_nbd"
    assert found["model"]["p_alive"] == pytest.approx(expected["p_alive"])


def test_a_nearer_horizon_leaves_less_to_come() -> None:
    near, far = (details(model(SPENDING), days)["asha", ScoreType.clv]["remaining_clv"] for days in (30, 730))
    assert 0 < near < far


def test_the_churn_score_stays_the_rules_and_tells_what_the_model_says_beside_it() -> None:
    modelled, ruled = (details(one)["asha", ScoreType.churn_risk] for one in (model(SPENDING), None))
    assert modelled["churn_risk_score"] == ruled["churn_risk_score"]
    assert modelled["model"].keys() == {"p_alive", "churn_share"}
    assert ruled["model"] is None


def test_who_never_bought_is_of_no_model() -> None:
    found = details(model(SPENDING))["ravi", ScoreType.clv]
    assert (found["predicted_clv"], found["method"], found["model"]) == (0, "rules", None)


def test_without_a_model_of_spending_values_follow_the_rules() -> None:
    found = details(model(None))["asha", ScoreType.clv]
    assert found["method"] == "rules"
    assert found["predicted_clv"] == details(None)["asha", ScoreType.clv]["predicted_clv"]
