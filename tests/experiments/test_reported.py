"""The form in which clients read results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from adplanning.api.experiment_bodies import ResultsOut
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.analysis import analyse
from adplanning.experiments.progress import progress_of
from adplanning.experiments.reported import reported
from adplanning.experiments.statistics import VariantStatistics


def told(**seen: VariantStatistics) -> dict[str, Any]:
    weights = dict.fromkeys(("control", "red", "blue"), 1.0)
    analysis = analyse(seen, control_id="control", metric=PrimaryMetric.conversion_rate, weights=weights)
    progress = progress_of(analysis, target_sample_size=None, minimum_detectable_effect=None, days=1)
    runtime = timedelta(days=1, hours=12)
    return reported(
        analysis, progress, runtime=runtime, recommendation="Wait.", names={name: name.title() for name in weights}
    )


def test_of_several_treatments_the_winner_stands_for_all() -> None:
    control, equal, better = (VariantStatistics(5000, n) for n in (500, 505, 640))
    first = told(control=control, red=equal, blue=equal)
    assert (first["statistics"]["treatment"]["samples"], first["statistics"]["winner"]) == (5000, "inconclusive")
    won = told(control=control, red=equal, blue=better)["statistics"]
    assert (won["treatment"]["conversions"], won["winner"]) == (640, "treatment")


def test_the_control_wins_where_all_others_are_worse() -> None:
    control, worse = VariantStatistics(5000, 640), VariantStatistics(5000, 500)
    assert told(control=control, red=worse, blue=worse)["statistics"]["winner"] == "control"


def test_a_control_without_conversions_has_no_lift_but_a_difference() -> None:
    found = told(control=VariantStatistics(1000, 0), red=VariantStatistics(1000, 50), blue=VariantStatistics(1000, 0))
    statistics = found["statistics"]
    assert statistics["lift"]["lift"] is statistics["lift"]["liftPercent"] is None
    assert (statistics["lift"]["direction"], statistics["difference"]["value"]) == ("positive", 0.05)
    assert statistics["pValue"] is not None


def test_the_runtime_is_told_whole_in_each_unit() -> None:
    runtime = told()["runtime"]
    assert (runtime["days"], runtime["hours"], runtime["total_ms"]) == (1.5, 36.0, 129_600_000)


def test_all_of_it_is_described() -> None:
    found = told(control=VariantStatistics(100, 10), red=VariantStatistics(100, 12))
    assert ResultsOut.model_validate(found).model_dump() == found
