"""What may be given for an experiment."""

from __future__ import annotations

from typing import Any

import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.experiments.fields import (
    ExperimentChange,
    ExperimentFields,
    changed_columns,
    experiment_columns,
    variant_called,
)

THREE = [
    {"id": "now", "name": "As it is", "weight": 50},
    {"id": "red", "name": "Red", "weight": 25, "config": {"colour": "#f00"}},
    {"id": "blue", "name": "Blue", "weight": 25},
]


def columns(**given: Any) -> dict[str, Any]:
    return experiment_columns(validated(ExperimentFields, {"name": "Banner", **given}))


def changed(before: dict[str, Any], started: str | None = None, **given: Any) -> dict[str, Any]:
    return changed_columns(validated(ExperimentChange, given), {**before, "started_at": started})


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"experiment_type": "banner"}, "experiment_type"),
        ({"primary_metric": "likes"}, "primary_metric"),
        ({"traffic_split": 100}, "traffic_split"),
        ({"traffic_split": 0}, "traffic_split"),
        ({"confidence_level": 1}, "confidence_level"),
        ({"confidence_level": 0.5}, "confidence_level"),
        ({"minimum_detectable_effect": 0}, "minimum_detectable_effect"),
        ({"target_sample_size": 0}, "target_sample_size"),
        ({"target_sample_size": 10**30}, "target_sample_size"),
        ({"variants": THREE[:1]}, "variants"),
        ({"variants": THREE[:2]}, "variants"),
        ({"variants": [{"name": f"v{n}"} for n in range(21)]}, "variants"),
        ({"variants": [{**THREE[0], "weight": 0}, *THREE[1:]]}, "variants.0.weight"),
        ({"traffic_split": True}, "traffic_split"),
        ({"target_sample_size": True}, "target_sample_size"),
        ({"name": None}, "name"),
        ({"variants": [THREE[0], {**THREE[0], "name": "other"}]}, "variants.1.id"),
        ({"variants": [THREE[0], {"weight": 50, "id": "b", "name": "NOW"}]}, "variants.1.name"),
        ({"variants": [{"id": "inconclusive"}, {"id": "b"}]}, "variants.0.id"),
        ({"variants": [{"id": "treatment"}, {"id": "control"}]}, "variants.0.id"),
        ({"variants": [{"weight": 50}, {}]}, "variants"),
        ({"variants": THREE, "traffic_split": 30}, "traffic_split"),
        ({"variants": THREE, "control_name": "Before"}, "control_name"),
        ({"control_config": {"a": "x" * 20_000}}, "control_config"),
        ({"source": "campaigns"}, "variants.0.source_ids"),
        ({"source": "campaigns", "control_source_ids": ["c"], "treatment_source_ids": ["c"]}, "variants.1.source_ids"),
        ({"control_source_ids": ["c"]}, "variants.0.source_ids"),
        (
            {
                "source": "landing_pages",
                "primary_metric": "ctr",
                "control_source_ids": ["/a"],
                "treatment_source_ids": ["/b"],
            },
            "primary_metric",
        ),
    ],
)
def test_what_no_experiment_can_be_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidData) as refused:
        columns(**given)
    assert refused.value.issues[0][0] == named


def test_null_stands_for_the_default() -> None:
    nulls = dict.fromkeys(name for name in ExperimentFields.model_fields if name != "name")
    assert columns(**nulls) == columns()


def test_variants_without_weights_share_the_traffic_alike() -> None:
    variants = columns(variants=[{"name": "A"}, {"name": "B"}, {"id": "c"}])["variants"]
    assert [(one["id"], one["name"]) for one in variants] == [("control", "A"), ("treatment", "B"), ("c", "c")]
    assert sum(one["weight"] for one in variants) == pytest.approx(100)


def test_thirds_written_with_one_decimal_add_up() -> None:
    assert len(columns(variants=[{"name": name, "weight": 33.3} for name in "ABC"])["variants"]) == 3


def test_a_change_tells_only_what_is_other_than_before() -> None:
    before = columns(traffic_split=70)
    assert changed(before, name="Banner", traffic_split=70, control_name="Control") == {}
    after = changed(before, treatment_name="Summer", traffic_split=60)["variants"]
    assert [(one["name"], one["weight"]) for one in after] == [("Control", 60), ("Summer", 40)]


def test_a_draft_that_was_fed_can_be_told_of_instead() -> None:
    before = columns(source="campaigns", control_source_ids=["a"], treatment_source_ids=["b"])
    after = changed(before, source="observations", control_source_ids=[], treatment_source_ids=None)
    assert [one["source_ids"] for one in after["variants"]] == [[], []]


def test_a_split_says_nothing_of_three_variants() -> None:
    with pytest.raises(InvalidData, match="says nothing of 3 variants"):
        changed(columns(variants=THREE), traffic_split=40)


@pytest.mark.parametrize(
    "given",
    [
        {"primary_metric": "revenue"},
        {"experiment_type": "budget"},
        {"confidence_level": 0.9},
        {"traffic_split": 40},
        {"treatment_config": {"colour": "green"}},
        {"variants": [{"id": "control"}, {"id": "treatment"}, {"id": "third"}]},
    ],
)
def test_what_is_being_decided_is_fixed_at_the_start(given: dict[str, Any]) -> None:
    before = columns()
    assert changed(before, **given)
    with pytest.raises(InvalidData, match="fixed when the experiment started"):
        changed(before, started="2026-11-22", **given)


def test_names_goals_and_sizes_may_change_after_the_start() -> None:
    given = {"name": "New", "treatment_name": "Red", "target_sample_size": 500, "auto_stop": True, "hypothesis": "why"}
    assert changed(columns(), started="2026-11-22", **given).keys() == {
        *("name", "variants", "target_sample_size", "auto_stop", "hypothesis"),
    }


def test_a_word_means_a_variant_by_id_before_name() -> None:
    variants = columns(variants=THREE)["variants"]
    words = ("now", "As it is", "control", "treatment", "as it is")
    assert [variant_called(variants, word) for word in words] == ["now", "now", "now", None, None]
