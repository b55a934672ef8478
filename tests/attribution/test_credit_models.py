from __future__ import annotations

import polars as pl
import pytest

from adplanning.attribution.credit_models import CREDIT_MODELS, credit_columns
from adplanning.attribution.credit_options import CreditOptions


def path_of(*days_to_last: float) -> pl.LazyFrame:
    n = len(days_to_last)
    return pl.LazyFrame(
        {
            "path": [0] * n,
            "n_touches": [n] * n,
            "is_first": [k == 0 for k in range(n)],
            "is_last": [k == n - 1 for k in range(n)],
            "days_to_last": days_to_last,
        },
        schema_overrides={"n_touches": pl.Int32},
    )


def credit_of(path: pl.LazyFrame, model: str, weight: pl.Expr | None = None) -> list[float]:
    custom = {} if weight is None else {model: weight}
    for columns in credit_columns([model], custom, CreditOptions()):
        path = path.with_columns(columns)
    return path.collect()[model].to_list()


@pytest.mark.parametrize("model", CREDIT_MODELS)
@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_the_weights_of_a_model_by_rule_give_its_credit(model: str, n: int) -> None:
    # What is called a share adds up to one as it is: normalised like any weight, it stays the same.
    path = path_of(*range(n - 1, -1, -1))
    normalised = credit_of(path, "again", CREDIT_MODELS[model].weight(CreditOptions()))
    assert credit_of(path, model) == pytest.approx(normalised, abs=1e-11)
    assert sum(normalised) == pytest.approx(1, abs=1e-12)


def test_one_weight_for_all_shares_alike() -> None:
    assert credit_of(path_of(1, 0), "mine", pl.lit(3)) == [0.5, 0.5]


def test_a_weight_of_yes_and_no_shares_among_the_yes() -> None:
    assert credit_of(path_of(2, 1, 0), "mine", pl.col("days_to_last") < 2) == [0, 0.5, 0.5]


def test_a_weight_may_look_at_the_whole_path() -> None:
    # 3 of 3 + 1 + 0 days before the last.
    by_days = pl.col("days_to_last") / pl.col("days_to_last").sum().over("path")
    assert credit_of(path_of(3, 1, 0), "mine", by_days) == pytest.approx([0.75, 0.25, 0], abs=1e-12)
