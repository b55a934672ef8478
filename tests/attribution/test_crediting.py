"""From facts to credits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import ALL_MODELS, Journeys, Learning, PathFacts, Scope, credited, journeys
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.vocabulary import DirectCredit, PublicRevenue

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANT = pl.Datetime("us", "UTC")
SALE = {
    "conversion_id": pl.String,
    "visitor_id": pl.String,
    "person_id": pl.String,
    "converted_at": INSTANT,
    "value_minor": pl.Int64,
    "currency": pl.String,
}
TOUCH = {
    "touchpoint_id": pl.String,
    "visitor_id": pl.String,
    "touched_at": INSTANT,
    "utm_source": pl.String,
    "utm_medium": pl.String,
    "platform": pl.String,
    "referrer_domain": pl.String,
    "click_id": pl.String,
    "kind": pl.String,
}
SEEN = {"visitor_id": pl.String, "person_id": pl.String, "seen_at": INSTANT}


def facts(
    sales: list[tuple[str, str | None, float]],
    touches: list[tuple[str, float, str | None]],
    seen: list[tuple[str, str, float]] | None = None,
) -> PathFacts:
    """Sales by visitor and person, touches by visitor and source, sightings; each with its days before noon."""
    sold = pl.LazyFrame(
        [
            (f"c{n}", visitor, person, NOON - days * DAY, 1_000 + n, "INR")
            for n, (visitor, person, days) in enumerate(sales)
        ],
        schema=SALE,
        orient="row",
    )
    rows = [
        (f"t{n:02}", visitor, NOON - days * DAY, source, source and "cpc", "generic" if source else "direct", "", None,
         "session")
        for n, (visitor, days, source) in enumerate(touches)
    ]  # fmt: skip
    told = [(visitor, person, NOON - days * DAY) for visitor, person, days in seen or []]
    told += [(visitor, person, NOON - days * DAY) for visitor, person, days in sales if person]
    return PathFacts(
        sold,
        pl.LazyFrame(rows, schema=TOUCH, orient="row"),
        pl.DataFrame(told, schema=SEEN, orient="row"),
        sold,
    )


def shared(found: Journeys, *models: str, **options: Any) -> pl.DataFrame:
    learning = options.pop("learning", Learning())
    frame = credited(found, models, CreditOptions(**options), value="value_minor", learning=learning)
    return frame.sort("conversion_id", "position").collect()


def test_on_a_shared_tablet_each_persons_conversions_credit_only_their_own_touches() -> None:
    told = facts(
        [("tablet", "asha", 5), ("tablet", "ravi", 1)],
        [("tablet", 6, "google"), ("tablet", 4, "facebook"), ("tablet", 2, "mail")],
        [("tablet", "ravi", 3)],
    )
    paths = shared(journeys(told), "linear").select("person_id", "utm_source").rows()
    # Ravi was first seen three days before: what came on day 4 was Asha's, after her purchase.
    assert paths == [("asha", "google"), ("ravi", "mail")]


def test_a_direct_visit_earns_only_where_nothing_else_stands_in_the_window() -> None:
    told = facts([("a", None, 0), ("b", None, 0)], [("a", 3, "google"), ("a", 1, None), ("b", 1, None)])
    found = journeys(told)
    assert shared(found, "last_click").select("visitor_id", "channel").rows() == [
        ("a", "paid search"),
        ("b", "direct"),
    ]
    kept = shared(found, "last_click", direct_credit=DirectCredit.always).filter(pl.col("last_click") == 1)
    assert kept["channel"].to_list() == ["direct", "direct"]


def test_a_data_driven_model_gives_a_touchpoint_its_channels_share_of_the_paths_weights() -> None:
    # By hand: paths google > mail (converts), google (does not), mail (converts).
    # From START: google 2/3, mail 1/3. google: mail 1/2, null 1/2. mail always converts.
    # p = 2/3 · 1/2 + 1/3 = 2/3; without google 1/3, so its effect is 1/2; without mail 0, so its effect is 1.
    touches = [("a", 3.0, "google"), ("a", 1.0, "mail"), ("b", 2.0, "google"), ("c", 1.0, "mail")]
    told = journeys(facts([("a", None, 0), ("c", None, 0)], touches))
    by_source = Journeys(told.conversions, told.touchpoints.with_columns(channel=pl.col("utm_source")))
    found = shared(by_source, "markov")
    assert found.select("utm_source", "markov").rows() == [
        ("google", pytest.approx(1 / 3)),
        ("mail", pytest.approx(2 / 3)),
        ("mail", 1.0),
    ]


def test_under_shapley_the_channels_of_a_path_earn_alike_however_often_they_stand_there() -> None:
    told = facts([("a", None, 0)], [("a", 3, "google"), ("a", 2, "google"), ("a", 1, "facebook")])
    assert shared(journeys(told), "shapley")["shapley"].to_list() == [0.25, 0.25, 0.5]


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidData, match=r"model: unknown value 'markow'; choose one of: .* Did you mean 'markov'"):
        shared(journeys(facts([], [])), "markow")


def test_an_unknown_type_of_conversion_is_refused() -> None:
    with pytest.raises(InvalidData, match="conversion_types: unknown value 'purchaze'"):
        Scope(Period(), PublicRevenue.counted, ["purchaze"])


def test_a_goal_and_types_of_conversions_together_are_refused() -> None:
    with pytest.raises(InvalidData, match="conversion_types: do not go with a goal"):
        Scope(Period(), PublicRevenue.counted, ["purchase"], "goal_1")


visitors, persons = st.sampled_from("abc"), st.sampled_from(["asha", "ravi"])
days = st.integers(0, 45)


@settings(max_examples=60, deadline=None)
@given(
    sales=st.lists(st.tuples(visitors, st.none() | persons, days), max_size=6),
    touches=st.lists(st.tuples(visitors, days, st.sampled_from(["google", "facebook", "mail", None])), max_size=12),
    seen=st.lists(st.tuples(visitors, persons, days), max_size=4),
    learning=st.sampled_from([Learning(), Learning(2, "rate"), Learning(3)]),
)
def test_credits_add_up_under_every_model_and_nobody_elses_touchpoint_is_ever_credited(
    sales: list[Any], touches: list[Any], seen: list[Any], learning: Learning
) -> None:
    found = journeys(facts(sales, touches, seen))
    paths = shared(found, *ALL_MODELS, learning=learning)
    for model in ALL_MODELS:
        sums = paths.group_by("conversion_id", "value_minor").agg(pl.col(model, f"{model}_minor").sum())
        assert ((sums[model] - 1).abs() < 1e-9).all()
        assert sums[f"{model}_minor"].equals(sums["value_minor"].rename(f"{model}_minor"))
    owner = dict(found.touchpoints.select("touchpoint_id", "path_key").collect().iter_rows())
    whose = dict(found.conversions.select("conversion_id", "path_key").collect().iter_rows())
    assert all(owner[t] == whose[c] for t, c in paths.select("touchpoint_id", "conversion_id").iter_rows())
    assert len(owner) == len(touches)
