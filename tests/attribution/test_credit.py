from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution import credit
from adplanning.attribution.credit import TOUCH_TYPE, conversion_paths, credited_minor, credited_paths
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import CreditOptions
from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import DirectCredit

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


def shares(paths: pl.LazyFrame, model: str, **options: Any) -> dict[str, float]:
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


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # With two touchpoints 0.3 : 0.6 = 1/3 : 2/3.
        (0.3, 0.6, {1: [1], 2: [1 / 3, 2 / 3], 4: [0.3, 0.05, 0.05, 0.6]}),
        (1, 0, {1: [1], 2: [1, 0], 4: [1, 0, 0, 0]}),
        (0, 0, {1: [1], 2: [0.5, 0.5], 4: [0, 0.5, 0.5, 0]}),
    ],
)
def test_position_based_takes_other_weights(first: float, last: float, expected: dict[int, list[float]]) -> None:
    for n, by_hand in expected.items():
        found = shares(one_path(*range(n, 0, -1)), "position_based", first_weight=first, last_weight=last)
        assert list(found.values()) == pytest.approx(by_hand, abs=1e-12)


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
    coded: dict[Any, Any] = {"path_key": pl.Int32}
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


def test_repeated_sessions_are_touchpoints_of_their_own() -> None:
    touched = touchpoints(*((name, "p", NOON - DAY) for name in ("a", "b", "c")))
    paths = conversion_paths(conversions(("x", "p", NOON, 90)), touched)
    assert shares(paths, "linear") == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})
    assert shares(paths, "time_decay") == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})


def test_a_touchpoint_before_an_earlier_conversion_counts_for_the_later_one_too() -> None:
    sold = conversions(("first", "p", NOON - DAY, 1), ("again", "p", NOON, 1))
    assert on_path(conversion_paths(sold, touchpoints(("a", "p", NOON - 2 * DAY)))) == [
        ("again", "a", 1, 1),
        ("first", "a", 1, 1),
    ]


def test_two_conversions_of_one_instant_have_a_path_each() -> None:
    sold = conversions(("x", "p", NOON, 1), ("y", "p", NOON, 2))
    assert on_path(conversion_paths(sold, touchpoints(("a", "p", NOON)))) == [("x", "a", 1, 1), ("y", "a", 1, 1)]


def with_direct(*rows: tuple[str, datetime, bool | None]) -> pl.LazyFrame:
    return pl.LazyFrame(
        [(name, "p", at, is_direct) for name, at, is_direct in rows],
        schema={"touchpoint_id": pl.String, "path_key": pl.String, "touched_at": INSTANT, "is_direct": pl.Boolean},
        orient="row",
    )


def test_a_direct_touchpoint_earns_nothing_beside_another() -> None:
    touched = with_direct(("ad", NOON - 3 * DAY, False), ("direct", NOON - DAY, True), ("mail", NOON - 4 * DAY, None))
    sold = conversions(("x", "p", NOON, 1))
    assert on_path(conversion_paths(sold, touched)) == [("x", "mail", 1, 2), ("x", "ad", 2, 2)]
    always = conversion_paths(sold, touched, direct_credit=DirectCredit.always)
    assert on_path(always) == [("x", "mail", 1, 3), ("x", "ad", 2, 3), ("x", "direct", 3, 3)]


def test_direct_touchpoints_earn_all_where_no_other_is_in_the_window() -> None:
    touched = with_direct(("ad", NOON - 31 * DAY, False), ("b", NOON, True), ("a", NOON - DAY, True))
    assert on_path(conversion_paths(conversions(("x", "p", NOON, 1)), touched)) == [("x", "a", 1, 2), ("x", "b", 2, 2)]


def test_a_model_of_ones_own_is_a_weight_per_touchpoint() -> None:
    # Weights 1, 1/2 and 1/4 at ages of 0, 1 and 2 days.
    halved = {"mine": 0.5 ** pl.col("age_days")}
    found = credit.credits(one_path(2, 1, 0), ["last_click", "mine"], custom=halved).sort("position").collect()
    assert found["mine"].to_list() == pytest.approx([1 / 7, 2 / 7, 4 / 7])
    assert found["last_click"].to_list() == [0, 0, 1]
    assert set(found.columns) == {*one_path(1).collect_schema(), "mine", "last_click"}


def test_weights_of_channels_split_a_path_in_their_proportion() -> None:
    weights = pl.LazyFrame({"channel": ["search", "social", "mail"], "weight": [3.0, 1.0, 0.0]})
    touched = touchpoints(("a", "p", NOON - DAY), ("b", "p", NOON), ("c", "p", NOON)).with_columns(
        pl.Series("channel", ["search", "social", "mail"])
    )
    paths = conversion_paths(conversions(("x", "p", NOON, 1)), touched.join(weights, on="channel", how="left"))
    found = credit.credits(paths, ["markov"], custom={"markov": pl.col("weight")}).sort("position").collect()
    assert found["markov"].to_list() == pytest.approx([0.75, 0.25, 0.0], abs=1e-12)


@pytest.mark.parametrize("unit", [1e-250, 1.0, 1e250])
def test_only_the_proportion_of_weights_matters(unit: float) -> None:
    weight = {"mine": unit * (1 + pl.col("age_days"))}
    found = credit.credits(one_path(2, 0), ["mine"], custom=weight).sort("position").collect()
    assert found["mine"].to_list() == pytest.approx([0.75, 0.25])


def test_a_path_whose_weights_are_all_zero_is_shared_alike() -> None:
    found = credit.credits(one_path(3, 2, 1), ["mine"], custom={"mine": pl.col("age_days") * 0}).collect()
    assert found["mine"].to_list() == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(
    ("weight", "shown"), [(-1.0, "-1.0"), (None, "none"), (float("nan"), "nan"), (float("inf"), "inf")]
)
def test_a_weight_that_cannot_be_one_is_refused(weight: float | None, shown: str) -> None:
    odd = {"mine": pl.when(pl.col("is_last")).then(pl.lit(weight, pl.Float64)).otherwise(1.0)}
    refused = f"mine: the weight of a touchpoint is {shown}; it must be a number, 0 or more"
    with pytest.raises(InvalidData, match=refused):
        credit.credits(one_path(2, 1), ["mine"], custom=odd).collect()
    sold, touched = conversions(("c", "p", NOON, 1)), touchpoints(("a", "p", NOON))
    with pytest.raises(InvalidData, match=refused):
        credited_paths(sold, touched, ["mine"], custom=odd).collect()


def test_a_model_of_ones_own_may_not_be_called_like_one_by_rule() -> None:
    with pytest.raises(InvalidData, match="custom: 'linear' is the name of a model by rule; give yours another"):
        credit.credits(one_path(1), ["linear"], custom={"linear": pl.lit(1)})


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (0, [0, 0, 0]),
        # round(−33.3) = −33, round(−66.7) + 33 = −34, −100 + 67 = −33.
        (-100, [-33, -34, -33]),
        # 500 sold, 400 paid back.
        (500 - 400, [33, 34, 33]),
    ],
)
def test_parts_of_no_value_of_a_negative_and_of_a_refunded_one_add_up(value: int, parts: list[int]) -> None:
    found = credit.credits(one_path(3, 2, 1), ["linear"]).with_columns(value_minor=pl.lit(value, pl.Int64))
    assert found.sort("position").select(credited_minor("linear")).collect()["linear_minor"].to_list() == parts


some_examples = settings(max_examples=40, deadline=None)
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


@some_examples
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


@some_examples
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


@some_examples
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


@some_examples
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


@some_examples
@given(sales=some_sales, touches=some_touches)
def test_credits_at_once_are_those_one_after_the_other_to_the_last_digit(
    sales: list[tuple[str, datetime, int]], touches: list[tuple[str, datetime]]
) -> None:
    sold, touched = numbered_facts(sales, touches)
    at_once = credited_paths(sold, touched, list(CREDIT_MODELS), value="value_minor")
    apart = all_credits(sold, touched)
    assert at_once.sort("conversion_id", "position").select(apart.columns).collect().equals(apart)


def brute_force(sale: tuple[str, datetime, int], touches: Sequence[tuple[str, datetime]]) -> dict[str, list[float]]:
    key, converted_at, _ = sale
    found = sorted((at, n) for n, (its, at) in enumerate(touches) if its == key)
    path = [at for at, _ in found if timedelta(0) <= converted_at - at <= 30 * DAY]
    n = len(path)
    if not n:
        return {model: [] for model in CREDIT_MODELS}
    decayed = [2 ** (-((path[-1] - at) / DAY) / 7) for at in path]
    between = [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4] if n > 2 else [1 / n] * n
    return {
        "last_click": [float(k == n - 1) for k in range(n)],
        "first_click": [float(k == 0) for k in range(n)],
        "linear": [1 / n] * n,
        "time_decay": [weight / sum(decayed) for weight in decayed],
        "position_based": between,
    }


@some_examples
@given(sales=some_sales, touches=some_touches)
def test_credits_are_those_that_a_loop_over_each_path_gives(
    sales: list[tuple[str, datetime, int]], touches: list[tuple[str, datetime]]
) -> None:
    found = all_credits(*numbered_facts(sales, touches))
    for n, sale in enumerate(sales):
        its = found.filter(pl.col("conversion_id") == f"c{n}")
        for model, expected in brute_force(sale, touches).items():
            assert its[model].to_list() == pytest.approx(expected, abs=1e-11)


SQL = """
    WITH pairs AS (
        SELECT conversion_id, touchpoint_id,
            row_number() OVER (along ORDER BY touched_at, touchpoint_id) AS position,
            count(*) OVER along AS n,
            power(2.0, -epoch(converted_at - touched_at) / 86400 / 7) AS weight
        FROM sold JOIN touched USING (path_key)
        WHERE touched_at BETWEEN converted_at - INTERVAL 30 DAY AND converted_at
        WINDOW along AS (PARTITION BY conversion_id)
    )
    SELECT conversion_id, touchpoint_id,
        (position = n)::DOUBLE AS last_click,
        (position = 1)::DOUBLE AS first_click,
        1.0::DOUBLE / n AS linear,
        weight / sum(weight) OVER (PARTITION BY conversion_id) AS time_decay,
        CASE WHEN n <= 2 THEN 1.0::DOUBLE / n WHEN position IN (1, n) THEN 0.4 ELSE 0.2::DOUBLE / (n - 2) END
            AS position_based
    FROM pairs ORDER BY conversion_id, position"""


@some_examples
@given(sales=some_sales, touches=some_touches)
def test_credits_are_those_of_another_engine(
    sales: list[tuple[str, datetime, int]], touches: list[tuple[str, datetime]]
) -> None:
    sold, touched = numbered_facts(sales, touches)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("sold", sold.collect().to_arrow())
        connection.register("touched", touched.collect().to_arrow())
        expected = connection.execute(SQL).fetchall()
    found = all_credits(sold, touched).select("conversion_id", "touchpoint_id", *CREDIT_MODELS).rows()
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert [list(row[2:]) for row in found] == [pytest.approx(list(row[2:]), abs=1e-11) for row in expected]


def test_weights_hold_for_all_options_at_once() -> None:
    options = CreditOptions(lookback_days=5, half_life_days=1, first_weight=0.2, last_weight=0.2)
    sold, touched = (
        conversions(("c", "p", NOON, 100)),
        touchpoints(*(("abcd"[n], "p", NOON - n * 2 * DAY) for n in range(4))),
    )
    found = credited_paths(sold, touched, ["time_decay", "position_based"], options=options, value="value_minor")
    # At 4, 2 and 0 days: weights 1, 4, 16 of 21.
    shown = found.sort("position").select("time_decay", "position_based", "time_decay_minor").collect()
    assert shown["time_decay"].to_list() == pytest.approx([1 / 21, 4 / 21, 16 / 21])
    assert shown["position_based"].to_list() == pytest.approx([0.2, 0.6, 0.2])
    assert shown["time_decay_minor"].to_list() == [5, 19, 76]
