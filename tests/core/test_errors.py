from __future__ import annotations

import pytest

from adplanning.core import errors
from adplanning.core.errors import AdplanningError, InvalidData, RateLimited


def test_a_fault_at_a_field_is_both_a_sentence_and_an_issue() -> None:
    fault = InvalidData.at("limit", "must be 0 or more")
    assert (str(fault), fault.message) == ("limit: must be 0 or more",) * 2
    assert fault.issues == (("limit", "must be 0 or more"),)


def test_an_unknown_choice_names_all_that_are_known_and_the_nearest() -> None:
    fault = InvalidData.unknown_choice("model", "time-decay", ["linear", "time_decay"])
    assert fault.message == (
        "model: unknown value 'time-decay'; choose one of: linear, time_decay. Did you mean 'time_decay'?"
    )


def test_where_nothing_is_near_nothing_is_proposed() -> None:
    assert "Did you mean" not in InvalidData.unknown_choice("model", "zzz", ["linear"]).message
    assert "Did you mean" not in InvalidData.unknown_choice("model", "linear", []).message


@pytest.mark.parametrize("value", [None, 3, ["linear"], "x" * 10_000])
def test_a_choice_of_any_kind_is_refused_in_few_words(value: object) -> None:
    fault = InvalidData.unknown_choice("model", value, iter(["linear"]))
    assert "choose one of: linear" in fault.message
    assert len(fault.message) < 150


def test_every_refusal_is_one_of_ours_and_the_api_knows_its_word() -> None:
    refusals = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AdplanningError)]
    assert len(refusals) > 8
    for kind in refusals:
        assert kind("why").message == "why"
        assert kind.type.replace("_", "").isalpha()


def test_who_was_too_fast_is_told_when_to_try_again() -> None:
    assert RateLimited("slower", 7).retry_after_seconds == 7
