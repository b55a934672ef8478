from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution import credit
from adplanning.attribution.credit import CREDIT_MODELS, TOUCH_TYPE, conversion_paths, credited_minor
from adplanning.core.errors import InvalidData

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANT = pl.Datetime("us", "UTC")


def conversions(*rows: tuple[Any, Any, datetime, int]) -> pl.LazyFrame:
    key = pl.Int64 if rows and isinstance(rows[0][0], int) else pl.String
    names = {"conversion_id": key, "path_key": key, "converted_at": INSTANT, "value_minor": pl.Int64}
    return pl.LazyFrame(rows, schema=names, orient="row")


def touchpoints(*rows: tuple[Any, Any, datetime]) -> pl.LazyFrame:
    key = pl.Int64 if rows and isinstance(rows[0][0], int) else pl.String
    return pl.LazyFrame(rows, schema={"touchpoint_id": key, "path_key": key, "touched_at": INSTANT}, orient="row")


def one_path(*days_before: float) -> pl.LazyFrame:
    """The path of one conversion at noon, whose touchpoints a, b, … lie so many days before it."""
    touched = [("abcdefgh"[n], "p", NOON - days * DAY) for n, days in enumerate(days_before)]
    return conversion_paths(conversions(("c", "p", NOON, 100)), touchpoints(*touched))


def shares(paths: pl.LazyFrame, model: str, **options: float) -> dict[str, float]:
    found = credit.credits(paths, [model], **options).sort("touchpoint_id").collect()
    return dict(found.select("touchpoint_id", model).iter_rows())


def on_path(paths: pl.LazyFrame) -> list[tuple[Any, ...]]:
    found = paths.sort("conversion_id", "position").collect()
    return found.select("conversion_id", "touchpoint_id", "position", "n_touches").rows()


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("last_click", [0, 0, 0, 1]),
        ("first_click", [1, 0, 0, 0]),
        ("linear", [0.25, 0.25, 0.25, 0.25]),
        # 21, 14, 7 and 0 days before: weights 1/8, 1/4, 1/2, 1 of 15/8.
        ("time_decay", [1 / 15, 2 / 15, 4 / 15, 8 / 15]),
        ("position_based", [0.4, 0.1, 0.1, 0.4]),
    ],
)
def test_each_model_shares_a_path_of_four_as_worked_by_hand(model: str, expected: list[float]) -> None:
    assert list(shares(one_path(21, 14, 7, 0), model).values()) == pytest.approx(expected, abs=1e-12)


def test_position_based_gives_two_touchpoints_half_each() -> None:
    assert shares(one_path(3, 1), "position_based") == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("model", CREDIT_MODELS)
def test_a_single_touchpoint_earns_the_whole_conversion(model: str) -> None:
    assert shares(one_path(29), model) == {"a": 1.0}


def test_a_shorter_half_life_moves_credit_to_the_last_touchpoint() -> None:
    assert shares(one_path(2, 1), "time_decay", half_life_days=1) == pytest.approx({"a": 1 / 3, "b": 2 / 3})


def test_time_decay_depends_on_the_days_between_touchpoints_not_on_the_wait_before_the_conversion() -> None:
    assert shares(one_path(27, 20), "time_decay") == shares(one_path(7, 0), "time_decay")


def test_a_half_life_of_minutes_still_shares_the_whole_conversion() -> None:
    # 2^-4000 is zero as a float: without the last touchpoint as the origin, all weights would be.
    assert shares(one_path(29, 28), "time_decay", half_life_days=0.007) == {"a": 0.0, "b": 1.0}


def test_a_touchpoint_exactly_as_old_as_the_lookback_is_on_the_path_and_one_older_is_not() -> None:
    edge = NOON - 30 * DAY
    touched = touchpoints(("in", "p", edge), ("out", "p", edge - timedelta(microseconds=1)))
    assert on_path(conversion_paths(conversions(("c", "p", NOON, 1)), touched)) == [("c", "in", 1, 1)]


def test_a_touchpoint_of_the_very_instant_is_on_the_path_and_a_later_one_is_not() -> None:
    touched = touchpoints(("same", "p", NOON), ("later", "p", NOON + timedelta(microseconds=1)))
    assert on_path(conversion_paths(conversions(("c", "p", NOON, 1)), touched)) == [("c", "same", 1, 1)]


def test_touchpoints_of_one_instant_are_ordered_by_their_id() -> None:
    touched = touchpoints(("b", "p", NOON), ("c", "p", NOON - DAY), ("a", "p", NOON))
    paths = conversion_paths(conversions(("x", "p", NOON, 1)), touched)
    assert [touch for _, touch, _, _ in on_path(paths)] == ["c", "a", "b"]
    assert shares(paths, "last_click") == {"a": 0.0, "b": 1.0, "c": 0.0}


def test_each_conversion_of_a_person_has_the_path_of_its_own_window() -> None:
    sold = conversions(("early", "p", NOON - 20 * DAY, 1), ("late", "p", NOON, 1))
    touched = touchpoints(("a", "p", NOON - 40 * DAY), ("b", "p", NOON - 25 * DAY), ("c", "p", NOON - DAY))
    assert on_path(conversion_paths(sold, touched)) == [
        ("early", "a", 1, 2),
        ("early", "b", 2, 2),
        ("late", "b", 1, 2),
        ("late", "c", 2, 2),
    ]


def test_touchpoints_of_others_are_never_on_the_path() -> None:
    touched = touchpoints(("a", "q", NOON - DAY))
    assert on_path(conversion_paths(conversions(("c", "p", NOON, 1)), touched)) == []


def test_coded_keys_give_the_same_paths_as_text() -> None:
    sold, touched = conversions((1, 7, NOON, 1), (2, 8, NOON, 1)), touchpoints((5, 7, NOON), (4, 7, NOON))
    coded = {"path_key": pl.Int32}
    paths = conversion_paths(
        sold.cast({**coded, "conversion_id": pl.Int32}), touched.cast({**coded, "touchpoint_id": pl.Int32})
    )
    assert on_path(paths) == [(1, 4, 1, 2), (1, 5, 2, 2)]


def test_times_before_1970_fall_into_windows_like_all_others() -> None:
    long_ago = datetime(1969, 12, 31, 23, tzinfo=UTC)
    touched = touchpoints(("a", "p", long_ago - 30 * DAY), ("b", "p", long_ago))
    assert len(on_path(conversion_paths(conversions(("c", "p", long_ago, 1)), touched))) == 2


def test_the_parts_of_a_value_are_rounded_along_the_path_and_add_up() -> None:
    found = (
        credit.credits(one_path(3, 2, 1), ["linear"]).with_columns(credited_minor("linear")).sort("position").collect()
    )
    # round(33.3) = 33, round(66.7) − 33 = 34, 100 − 67 = 33.
    assert found["linear_minor"].to_list() == [33, 34, 33]


def test_a_conversion_without_value_has_parts_without_value() -> None:
    found = credit.credits(one_path(2, 1), ["linear"]).with_columns(value_minor=pl.lit(None, pl.Int64))
    assert found.select(credited_minor("linear")).collect()["linear_minor"].to_list() == [None, None]


def test_the_touch_type_is_first_middle_last_and_a_single_touchpoint_is_last() -> None:
    path = one_path(3, 2, 1).with_columns(TOUCH_TYPE.alias("type")).sort("position").collect()
    assert path["type"].to_list() == ["first", "middle", "last"]
    assert one_path(3).select(TOUCH_TYPE.alias("type")).collect().item() == "last"


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidData, match="choose one of: last_click, first_click, linear, time_decay, position_based"):
        credit.credits(one_path(1), ["markov"])


@pytest.mark.parametrize("half_life", [0, -1, 1e-320, float("inf"), float("nan")])
def test_a_half_life_that_is_no_positive_number_is_refused(half_life: float) -> None:
    with pytest.raises(InvalidData, match="half_life_days: must be a number of days above 0"):
        credit.credits(one_path(1), ["time_decay"], half_life_days=half_life)


def test_a_lookback_of_no_days_is_refused() -> None:
    with pytest.raises(InvalidData, match="lookback_days: must be 1 day or more, not 0"):
        conversion_paths(conversions(), touchpoints(), lookback_days=0)


def test_a_frame_without_times_is_refused_by_the_column_it_lacks() -> None:
    with pytest.raises(InvalidData, match="touchpoints: column touched_at is missing"):
        conversion_paths(conversions(), touchpoints().drop("touched_at"))


keys = st.sampled_from(["p", "q"])
instants = st.integers(0, 45 * 4).map(lambda quarters: NOON - quarters * DAY / 4)
some_touches = st.lists(st.tuples(keys, instants), max_size=25)
some_sales = st.lists(st.tuples(keys, instants, st.integers(-(10**6), 10**13)), min_size=1, max_size=4)


def numbered_facts(
    sales: Sequence[tuple[str, datetime, int]], touches: Sequence[tuple[str, datetime]]
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    return (
        conversions(*((f"c{n}", key, at, value) for n, (key, at, value) in enumerate(sales))),
        touchpoints(*((f"t{n:02}", key, at) for n, (key, at) in enumerate(touches))),
    )


def all_credits(sold: pl.LazyFrame, touched: pl.LazyFrame) -> pl.DataFrame:
    shared = credit.credits(conversion_paths(sold, touched), list(CREDIT_MODELS))
    parts = shared.with_columns(credited_minor(model) for model in CREDIT_MODELS)
    return parts.sort("conversion_id", "position").collect()


@given(sales=some_sales, touches=some_touches)
def test_the_credits_of_each_conversion_add_up_to_one_and_its_parts_to_its_value(
    sales: list[tuple[str, datetime, int]], touches: list[tuple[str, datetime]]
) -> None:
    found = all_credits(*numbered_facts(sales, touches))
    for (_,), path in found.group_by("conversion_id"):
        assert path["position"].to_list() == list(range(1, path.height + 1))
        for model in CREDIT_MODELS:
            assert path[model].sum() == pytest.approx(1, abs=1e-12)
            assert path[model].is_between(0, 1).all()
            assert path[f"{model}_minor"].sum() == path["value_minor"][0]


@given(sales=some_sales, touches=some_touches)
def test_a_path_holds_exactly_the_touchpoints_that_the_definition_names(
    sales: list[tuple[str, datetime, int]], touches: list[tuple[str, datetime]]
) -> None:
    expected = [
        (f"c{n}", f"t{m:02}")
        for n, (key, converted_at, _) in enumerate(sales)
        for touched_at, m in sorted((at, m) for m, (its, at) in enumerate(touches) if its == key)
        if converted_at - 30 * DAY <= touched_at <= converted_at
    ]
    found = all_credits(*numbered_facts(sales, touches))
    assert found.select("conversion_id", "touchpoint_id").rows() == expected


@given(sales=some_sales, touches=some_touches)
def test_a_conversion_is_credited_alike_to_the_last_digit_whatever_else_is_credited_with_it(
    sales: list[tuple[str, datetime, int]], touches: list[tuple[str, datetime]]
) -> None:
    sold, touched = numbered_facts(sales, touches)
    columns = ["touchpoint_id", *CREDIT_MODELS, *(f"{model}_minor" for model in CREDIT_MODELS)]
    together = all_credits(sold, touched)
    for n in range(len(sales)):
        this = pl.col("conversion_id") == f"c{n}"
        alone = all_credits(sold.filter(this), touched)
        assert alone.select(columns).equals(together.filter(this).select(columns))


@given(sales=some_sales, touches=some_touches, seed=st.integers(0, 1000))
def test_nothing_depends_on_the_order_of_rows(
    sales: list[tuple[str, datetime, int]], touches: list[tuple[str, datetime]], seed: int
) -> None:
    sold, touched = (frame.collect() for frame in numbered_facts(sales, touches))
    shuffled = all_credits(
        sold.sample(fraction=1, shuffle=True, seed=seed).lazy(),
        touched.sample(fraction=1, shuffle=True, seed=seed).lazy(),
    )
    assert shuffled.equals(all_credits(sold.lazy(), touched.lazy()))
