"""Which budget is advised, and when none is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adplanning.forecasts.budget_advice import BudgetAdvice, NoAdvice, budget_advice
from adplanning.forecasts.response import ResponseFit, expected_result, marginal_result

# Revenue 2000 · x / (x + 100): at x = √(2000 · 100) − 100 = 347.2 the last unit brings one.
FIT = ResponseFit(
    0.0, 2000.0, 100.0, 1.0, 0.0, (1.0,) * 7, 300.0, 0.0, 600.0, 90, 1.0, 0.3, (), ((2000.0, 100.0, 1.0, 0.0),) * 2
)


def advised(fit: ResponseFit, target_roas: float | None = None) -> BudgetAdvice:
    found = budget_advice(fit, target_roas=target_roas)
    assert isinstance(found, BudgetAdvice)
    return found


def test_without_a_target_the_last_unit_spent_brings_one() -> None:
    found = advised(FIT)
    assert found.spend == pytest.approx(347.2136)
    assert found.marginal_roas == pytest.approx(1) == pytest.approx(float(marginal_result(FIT, found.spend)))
    assert found.revenue == pytest.approx(float(expected_result(FIT, found.spend)))
    assert found.confidence == "high"


def test_with_a_target_it_is_the_most_that_holds_it() -> None:
    found = advised(FIT, 5)  # 2000 / (x + 100) = 5
    assert (found.spend, found.roas) == (pytest.approx(300), pytest.approx(5))


@pytest.mark.parametrize(("target", "spend", "word"), [(0.1, 480, "most"), (8, 150, "least")])
def test_it_stays_within_bounds_of_the_usual_spend_and_says_so(target: float, spend: float, word: str) -> None:
    found = advised(FIT, target)
    assert found.spend == pytest.approx(spend)
    assert f"the {word} within 0.5 to 1.6" in found.words


def test_a_target_out_of_reach_is_told_with_what_is_in_reach() -> None:
    assert budget_advice(FIT, target_roas=9) == NoAdvice(
        "a ROAS of 9 is not reached: with the least budget within bounds it is 8"
    )


def test_nothing_is_advised_where_nothing_was_spent() -> None:
    assert isinstance(budget_advice(replace(FIT, usual_spend=0.0)), NoAdvice)


def test_confidence_falls_with_the_width_of_the_interval_and_where_spend_followed_demand() -> None:
    def unsure(by: float) -> ResponseFit:
        return replace(FIT, draws=((2000 * (1 - by), 100.0, 1.0, 0.0), (2000 * (1 + by), 100.0, 1.0, 0.0)))

    assert [advised(unsure(by)).confidence for by in (0.1, 0.3, 0.6)] == ["high", "medium", "low"]
    followed = advised(replace(FIT, followed_because=("spend lags results",)))
    assert followed.confidence == "low"
    assert "test it first" in followed.words
