"""What is said of each metric."""

from __future__ import annotations

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.metrics.definitions import HEADLINES, METRICS, Unit, chosen_metrics, shown, shown_column, summed_metrics
from adplanning.metrics.figures import SUMS


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_says_in_a_sentence_what_it_means_and_where_it_is_explained(name: str) -> None:
    metric = METRICS[name]
    assert metric.title
    assert metric.formula
    assert metric.help.endswith(".")
    assert metric.help[0].isupper()
    assert metric.good in (-1, 0, 1)


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.parts])
def test_a_ratio_is_made_from_two_sums_that_its_formula_names(name: str) -> None:
    metric = METRICS[name]
    above, below = (METRICS[part] for part in metric.parts or ())
    assert (above.parts, below.parts) == (None, None)
    assert f"{above.title} ÷ {below.title}" in metric.formula
    # It is told where both of its parts are.
    assert metric.by_day == (above.by_day and below.by_day)
    assert metric.by_campaign == (above.by_campaign and below.by_campaign)


def test_every_sum_is_made_from_one_kind_of_facts() -> None:
    made = [name for names in SUMS.values() for name in names]
    assert sorted(made) == sorted(summed_metrics(METRICS))


def test_no_two_metrics_have_one_name_for_people() -> None:
    assert len({metric.title for metric in METRICS.values()}) == len(METRICS)
    assert set(HEADLINES) <= set(METRICS)


def test_a_chosen_metric_must_be_one_of_those_that_are_allowed() -> None:
    assert chosen_metrics(["roas", "ctr", "roas"]) == ["roas", "ctr"]
    with pytest.raises(InvalidData, match="Did you mean 'roas'"):
        chosen_metrics(["ROAS".lower() + "s"])
    with pytest.raises(InvalidData, match="choose one of: ctr"):
        chosen_metrics(["roas"], ["ctr"])


def test_a_value_is_shown_alike_alone_and_in_a_column() -> None:
    # 57143 × 0.01 is 571.4300000000001 to a machine, and 571.43 to everyone else.
    values = {"ad_spend": 57_143, "cpc": 1234.5, "ctr": 0.125, "roas": 2.5, "conversions": 3}
    columns = pl.DataFrame({name: [value] for name, value in values.items()})
    for currency, digits in (("INR", 2), ("JPY", 0), ("KWD", 3)):
        row = columns.select(shown_column(name, currency) for name in values).row(0, named=True)
        assert row == {name: shown(name, value, currency) for name, value in values.items()}
        assert row["ad_spend"] == round(57_143 / 10**digits, digits)
    assert row["ctr"] == 12.5


def test_units_are_the_words_that_the_api_shows() -> None:
    assert {unit.value for unit in Unit} == {"money", "count", "percent", "times"}
