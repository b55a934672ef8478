"""What is wrong with values given, as one refusal."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, field_validator

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated


class Inner(BaseModel):
    share: float


class Outer(BaseModel):
    name: str
    inner: Inner | None = None

    @field_validator("name")
    @classmethod
    def _short(cls, name: str) -> str:
        if len(name) > 100:
            raise ValueError("is too long; give at most 100 characters")
        return name


def issues(values: dict[str, object]) -> tuple[tuple[str, str], ...]:
    with pytest.raises(InvalidData) as refusal:
        validated(Outer, values)
    assert refusal.value.message == "; ".join(f"{path}: {text}" for path, text in refusal.value.issues)
    return refusal.value.issues


def test_every_value_that_is_not_allowed_is_named_with_its_path() -> None:
    assert issues({"inner": {"share": "half"}}) == (
        ("name", "Field required"),
        ("inner.share", "Input should be a valid number, unable to parse string as a number (given: 'half')"),
    )


def test_a_sentence_of_ours_stands_as_we_wrote_it_and_the_value_is_shown_short() -> None:
    [(path, text)] = issues({"name": "a" * 101})
    assert (path, text) == ("name", f"is too long; give at most 100 characters (given: '{'a' * 79})")


def test_values_that_are_allowed_become_those_of_the_model() -> None:
    assert validated(Outer, {"name": "a", "inner": {"share": "0.5"}}) == Outer(name="a", inner=Inner(share=0.5))
