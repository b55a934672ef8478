from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.experiments.statistics import EMPTY, SUMS, VariantStatistics, daily_statistics, statistics_of
from adplanning.store.tables.experiments import ExperimentDay

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
SCHEMA = {
    "variant_id": pl.String,
    "first_on": pl.Date,
    "is_converted": pl.Boolean,
    "value": pl.Float64,
    "denominator": pl.Float64,
    "pre_value": pl.Float64,
}


def subjects(*rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_the_sums_are_the_columns_of_the_table_in_its_order() -> None:
    columns = [column.name for column in ExperimentDay.__table__.columns]
    assert columns == ["experiment_id", "variant_id", "on", *SUMS]


def test_the_subjects_of_a_day_are_summed_as_worked_by_hand() -> None:
    days = daily_statistics(
        subjects(
            ("a", MONDAY, True, 3.0, 4.0, 2.0),
            ("a", MONDAY, False, 1.0, 2.0, 5.0),
            ("a", MONDAY, True, 2.0, None, None),
        )
    )
    assert days.drop("variant_id", "on").row(0) == (3, 2, 6.0, 14.0, 2, 6.0, 20.0, 14.0, 2, 7.0, 29.0, 11.0, 2.0)


def test_whole_minor_units_are_squared_without_an_overflow() -> None:
    frame = subjects(("a", MONDAY, True, 0.0, None, None)).with_columns(value=pl.lit(10**12))
    assert daily_statistics(frame)["value_squares"].item() == 1e24


def test_without_subjects_there_are_no_days_and_no_variants() -> None:
    assert statistics_of(daily_statistics(subjects())) == {}


row = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from([MONDAY, TUESDAY]),
    st.booleans(),
    st.integers(0, 9).map(float),
    st.none() | st.integers(0, 9).map(float),
    st.none() | st.integers(0, 9).map(float),
)


@given(st.lists(row, max_size=20), st.randoms())
def test_the_days_add_up_to_the_whole_in_any_order(rows: list[tuple[Any, ...]], random: Any) -> None:
    mixed = rows[:]
    random.shuffle(mixed)
    by_day = statistics_of(daily_statistics(subjects(*rows)))
    at_once = statistics_of(daily_statistics(subjects(*mixed).with_columns(first_on=pl.lit(MONDAY))))
    assert by_day == at_once
    for name in by_day:
        parts = (statistics_of(daily_statistics(subjects(each))) for each in rows if each[0] == name)
        assert sum((part[name] for part in parts), EMPTY) == by_day[name]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"n_subjects": 1, "n_converted": 2}, "n_converted"),
        ({"n_subjects": -1}, "n_subjects"),
        ({"value_sum": float("nan")}, "value_sum"),
        ({"value_squares": float("inf")}, "value_squares"),
        ({"pre_sum": 1e70}, "pre_sum"),
    ],
)
def test_impossible_sums_are_refused_by_their_names(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidData, match=f"^{field}: must be"):
        VariantStatistics(**wrong)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="column pre_value is missing"):
        daily_statistics(subjects().drop("pre_value"))
