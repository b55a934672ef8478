"""How likely a customer is to be lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.scores.churn import (
    ADVICE,
    FIRST_ORDER,
    NOTHING_TO_DO,
    WEIGHTS,
    churn_risks,
    engagement_declines,
    negative_shares,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def risk_of(
    *,
    active: float | None = None,
    bought: float | None = None,
    n: int = 0,
    decline: float = 0.0,
    negative: float = 0.0,
) -> dict[str, Any]:
    at = [None if ago is None else NOW - timedelta(days=ago) for ago in (active, bought)]
    instants = pl.Datetime("us", "UTC")
    frame = pl.LazyFrame(
        [("asha", *at, n, decline, negative)],
        schema={
            "person_id": pl.String,
            "last_activity_at": instants,
            "last_purchase_at": instants,
            "purchase_count": pl.Int64,
            "engagement_decline": pl.Float64,
            "negative_share": pl.Float64,
        },
        orient="row",
    )
    return churn_risks(frame, as_of=NOW).collect().row(0, named=True)


def test_the_weights_make_up_the_whole() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("known", "risk"),
    [
        ({"active": 0, "bought": 0, "n": 1}, 0),
        ({"active": 45, "bought": 90, "n": 3}, 32.5),  # .35/2 + .30/2
        ({"active": 45, "bought": 90, "n": 5}, 32.5),  # five are not beyond five
        ({"active": 45, "bought": 90, "n": 6}, 27.5),
        ({"active": 45}, 57.5),  # .175 + .30 (365 days) + .10
        ({"active": 45, "bought": 90, "n": 3, "decline": 0.5, "negative": 0.4}, 48.5),  # + .10 + .06
        ({}, 75),  # never seen: .35 + .30 + .10
        ({"decline": 1.0, "negative": 1.0}, 100),  # 1.10 is bounded
        ({"active": 0, "bought": 0, "n": 9}, 0),  # −.05 is bounded
    ],
)
def test_cases_worked_by_hand(known: dict[str, Any], risk: float) -> None:
    assert risk_of(**known)["churn_risk"] == risk


def test_factors_are_told_each_by_itself_in_percent() -> None:
    found = risk_of(active=45, bought=90, n=1, decline=0.25, negative=0.2)
    assert [found[name] for name in WEIGHTS] == [50, 50, 25, 20]


def test_advice_follows_from_the_largest_factors() -> None:
    assert risk_of(active=0, bought=0, n=1)["recommendations"] == [NOTHING_TO_DO]
    assert risk_of()["recommendations"] == [ADVICE["activity_risk"], FIRST_ORDER]
    unhappy = risk_of(active=1, bought=170, n=1, negative=0.5)
    assert unhappy["recommendations"] == [ADVICE["purchase_risk"], ADVICE["sentiment_risk"]]


@pytest.mark.parametrize(
    ("scores", "decline"),
    [
        ([], 0),
        ([50], 0),
        ([50, 10], 0),  # of two, the first three and the last three are the same
        ([60, 60, 60, 30], 1 / 6),  # 60 against (60 + 60 + 30) / 3 = 50
        ([90, 60, 30, 20, 10, 0], 5 / 6),
        ([10, 20, 30, 40], 0),  # a rise is no decline
        ([0, 0, 0, 0], 0),  # from nothing there is no way down
    ],
)
def test_engagement_is_held_against_what_it_was_at_first(scores: list[float], decline: float) -> None:
    frame = pl.DataFrame({"scores": [scores]}, schema={"scores": pl.List(pl.Float64)})
    assert frame.select(engagement_declines(pl.col("scores"))).item() == pytest.approx(decline)


def test_very_negative_counts_half_as_much_again_and_the_share_ends_at_one() -> None:
    said = pl.LazyFrame(
        {
            "person_id": ["asha"] * 3 + ["ravi"] * 2 + ["meera"],
            "sentiment_label": ["very_negative", "mixed", "neutral", "very_negative", "very_negative", None],
        }
    )
    assert sorted(negative_shares(said).collect().rows()) == [("asha", 0.5), ("ravi", 1.0)]


SHARE = st.floats(0, 1)
DAYS = st.one_of(st.none(), st.floats(0, 1000))


@given(DAYS, DAYS, st.integers(0, 20), SHARE, SHARE)
def test_the_risk_stays_in_bounds_and_nothing_bad_lowers_it(
    active: float | None, bought: float | None, n: int, decline: float, negative: float
) -> None:
    found = risk_of(active=active, bought=bought, n=n, decline=decline, negative=negative)["churn_risk"]
    assert 0 <= found <= 100
    assert risk_of(active=active, bought=bought, n=n, decline=1.0, negative=1.0)["churn_risk"] >= found
