from __future__ import annotations

import pytest
from scipy import stats

from adplanning.experiments.effects import normal_quantile, root_between, two_sided


def test_a_two_sided_interval_reaches_the_quantile_of_its_tail() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054)
    # One less the level loses digits before any formula sees it; no more are lost after.
    assert normal_quantile(1 - 1e-12) == pytest.approx(stats.norm.isf(0.5e-12), rel=1e-4)


def test_the_tail_keeps_its_digits_where_one_less_the_rest_has_none() -> None:
    assert two_sided(10.0) == pytest.approx(2 * stats.norm.sf(10.0))
    assert two_sided(-10.0) == two_sided(10.0) > 0


def test_a_root_is_found_between_two_signs() -> None:
    assert root_between(lambda x: x**3 - 8, 0.0, 100.0) == pytest.approx(2.0, abs=1e-12)
