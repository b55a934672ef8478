"""How active a customer is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.scores.engagement import OTHER, WEIGHTS, engagement_scores

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SCHEMA = {
    "person_id": pl.String,
    "activity": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "value_minor": pl.Int64,
}
Done = list[tuple[str, timedelta, int | None]]


def scored(done: Done, *, currency: str = "INR") -> dict[str, object]:
    rows = [("asha", activity, NOW - age, value) for activity, age, value in done]
    frame = pl.LazyFrame(rows, schema=SCHEMA, orient="row")
    return engagement_scores(frame, as_of=NOW, currency=currency).collect().row(0, named=True)


def days(n: float) -> timedelta:
    return timedelta(days=n)


def test_a_case_worked_by_hand() -> None:
    done: Done = [
        ("page_view", days(1), None),  # 1
        ("page_view", days(40), None),  # 1/2
        ("email_click", days(100), None),  # 5/4
        ("purchase", days(2), 999_00),  # 25 + 2·log10(1000) = 31
        ("purchase", days(60), 99_00),  # (25 + 2·log10(100)) / 2 = 14.5
        ("webinar", days(3), None),  # 1
    ]  # 49.25 / 5 = 9.85
    found = scored(done)
    assert (found["engagement_score"], found["level"], found["total_activities"]) == (10, "low", 6)
    assert found["last_activity_at"] == NOW - days(1)
    assert json.loads(str(found["engagement_breakdown"])) == {
        "page_view": {"count": 2, "points": 1.5},
        "email_click": {"count": 1, "points": 1.25},
        "purchase": {"count": 2, "points": 45.5},
        "webinar": {"count": 1, "points": 1.0},
    }


@pytest.mark.parametrize(("activity", "weight"), [*WEIGHTS.items(), ("anything else", OTHER)])
def test_each_activity_earns_its_weight(activity: str, weight: float) -> None:
    found = scored([(activity, days(0), None)] * 5)
    assert found["engagement_score"] == weight


@pytest.mark.parametrize(
    ("age", "score"), [(days(30), 20), (days(30) + timedelta(seconds=1), 10), (days(90), 10), (days(90.01), 5)]
)
def test_age_halves_and_quarters_after_30_and_90_days(age: timedelta, score: int) -> None:
    assert scored([("feedback", age, None)] * 5)["engagement_score"] == score


@pytest.mark.parametrize(("n", "score"), [(2, 0), (3, 1), (12, 2), (13, 3)])
def test_halves_are_rounded_up_as_by_clients_that_round_likewise(n: int, score: int) -> None:
    # 12 / 5 = 2.4, 13 / 5 = 2.6; with a half point more 12.5 / 5 = 2.5.
    assert scored([("page_view", days(0), None)] * n)["engagement_score"] == score
    if n == 12:
        half: Done = [("page_view", days(0), None)] * n + [("page_view", days(31), None)]
        assert scored(half)["engagement_score"] == 3


def test_no_score_goes_beyond_100() -> None:
    assert scored([("purchase", days(0), None)] * 100)["engagement_score"] == 100


def test_a_purchase_is_worth_its_major_units_whatever_the_currency_divides_into() -> None:
    for currency, minor in (("INR", 99_00), ("JPY", 99), ("KWD", 99_000)):
        assert json.loads(str(scored([("purchase", days(0), minor)], currency=currency)["engagement_breakdown"])) == {
            "purchase": {"count": 1, "points": 29.0}
        }


def test_nobody_who_did_nothing_has_a_row() -> None:
    empty = pl.LazyFrame(schema=SCHEMA)
    assert engagement_scores(empty, as_of=NOW, currency="INR").collect().is_empty()
    with pytest.raises(InvalidData, match="column at is missing"):
        engagement_scores(empty.drop("at"), as_of=NOW, currency="INR")


ACTIVITIES = st.lists(
    st.tuples(
        st.sampled_from([*WEIGHTS, "other"]),
        st.floats(0, 400).map(days),
        st.one_of(st.none(), st.integers(0, 10**12)),
    ),
    min_size=1,
    max_size=30,
)


@given(ACTIVITIES, st.randoms())
def test_order_changes_nothing_and_one_more_activity_never_lowers_the_score(done: Done, random: object) -> None:
    before = scored(done)
    shuffled = sorted(done, key=lambda _: random.random())  # type: ignore[attr-defined] # hypothesis gives no type
    assert scored(shuffled)["engagement_score"] == before["engagement_score"]
    more = scored([*done, ("session", days(0), None)])
    assert int(str(before["engagement_score"])) <= int(str(more["engagement_score"])) <= 100
