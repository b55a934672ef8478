from __future__ import annotations

import hashlib

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.experiments.assignment import assigned_variant, assigned_variants
from adplanning.experiments.checks import sample_ratio

HALVES = [("control", 50.0), ("banner", 50.0)]
SUBJECTS = pl.DataFrame({"subject": [f"visitor-{number}" for number in range(30_000)]})


def test_a_subject_is_where_the_first_bytes_of_its_hash_say() -> None:
    number = int(hashlib.sha256(b"exp_1:ann").hexdigest()[:16], 16) / 2**64
    expected = "control" if number < 0.3 else "banner"
    assert assigned_variant("exp_1", "ann", [("control", 30), ("banner", 70)]) == expected


@given(st.integers(), st.text("aé\0:🙂", max_size=20))
def test_a_subject_always_sees_the_same_and_many_are_assigned_as_one(experiment: int, subject: str) -> None:
    one = assigned_variant(str(experiment), subject, HALVES)
    assert one == assigned_variant(str(experiment), subject, HALVES)
    many = assigned_variants(pl.DataFrame({"subject": ["another", subject]}), str(experiment), HALVES)
    assert many["variant_id"][1] == one


def test_a_broken_text_is_assigned_too() -> None:
    assert assigned_variant("exp_1", "\ud800", HALVES) in {"control", "banner"}


@pytest.mark.parametrize("variants", [HALVES, [("a", 10.0), ("b", 20.0), ("c", 70.0)], [("a", 1.0), ("none", 0.0)]])
def test_many_subjects_are_spread_by_the_weights(variants: list[tuple[str, float]]) -> None:
    found = assigned_variants(SUBJECTS, "exp_1", variants)["variant_id"].value_counts()
    counts = dict(found.iter_rows())
    assert sample_ratio(counts, dict(variants)).ok
    assert "none" not in counts


def test_two_experiments_assign_independently_of_each_other() -> None:
    both = assigned_variants(SUBJECTS, "exp_1", HALVES).with_columns(
        other=assigned_variants(SUBJECTS, "exp_2", HALVES)["variant_id"]
    )
    counts = {"/".join(pair): n for *pair, n in both.group_by("variant_id", "other").len().iter_rows()}
    assert sample_ratio(counts, dict.fromkeys(counts, 1.0)).ok
    assert len(counts) == 4


def test_a_greater_weight_moves_subjects_in_and_none_out() -> None:
    before = assigned_variants(SUBJECTS, "exp_1", [("a", 50), ("b", 50)])
    after = assigned_variants(SUBJECTS, "exp_1", [("a", 70), ("b", 30)])
    stayed = after.filter(before["variant_id"] == "a")
    assert set(stayed["variant_id"]) == {"a"}


@pytest.mark.parametrize("variants", [[], [("a", 0.0)], [("a", 2.0), ("b", -1.0)]])
def test_weights_that_assign_nobody_are_refused(variants: list[tuple[str, float]]) -> None:
    with pytest.raises(InvalidData, match="weights of 0 or more"):
        assigned_variant("exp_1", "ann", variants)
