from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from adplanning.core.texts import MAX_DEPTH, Identifier, JsonObject, none_if_blank, storable_json, storable_text

SURROGATE = chr(0xD800)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_all_text_that_unicode_can_write_is_storable(text: str) -> None:
    assert storable_text(text) == text
    assert storable_json({text: [text]}) == {text: [text]}


@pytest.mark.parametrize("where", ["{}", "a{}", "{}b", "ü{}"])
def test_text_that_a_database_cannot_keep_is_refused_with_its_character(where: str) -> None:
    with pytest.raises(ValueError, match=r"holds the character U\+0000"):
        storable_text(where.format("\0"))
    with pytest.raises(ValueError, match=r"holds the lone surrogate U\+D800"):
        storable_text(where.format(SURROGATE))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": "\0"}, "U\\+0000"),
        ({"\0": 1}, "U\\+0000"),
        ([[SURROGATE]], "U\\+D800"),
        ({"a": [float("nan")]}, "the number nan"),
        ({"a": float("inf")}, "the number inf"),
        ([float("-inf")], "the number -inf"),
        ({"a": 2**63}, "a whole number beyond 64 bits"),
        ([-(2**63)], "a whole number beyond 64 bits"),
    ],
)
def test_a_json_value_is_refused_for_any_part_that_cannot_be_stored(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=f"holds .*{reason}"):
        storable_json(value)


def test_a_json_value_may_be_nested_to_the_stated_depth_and_no_deeper() -> None:
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert storable_json(value) == value
    for deeper in ([value], {"a": value}):
        with pytest.raises(ValueError, match=f"is nested deeper than {MAX_DEPTH} levels; flatten it"):
            storable_json(deeper)


def test_a_value_nested_a_thousand_levels_is_refused_and_does_not_fail() -> None:
    value = json.loads("[" * 900 + "]" * 900)
    with pytest.raises(ValueError, match="is nested deeper"):
        storable_json(value)


@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63) + 1, 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
        max_leaves=10,
    )
)
def test_what_is_storable_is_not_changed(value: object) -> None:
    assert storable_json(value) is value


@pytest.mark.parametrize("value", [None, "", " ", "\t\n", "\u00a0"])
def test_blank_is_absent(value: str | None) -> None:
    assert none_if_blank(value) is None


def test_what_is_not_blank_loses_only_the_space_around_it() -> None:
    assert none_if_blank("  a b ") == "a b"
    assert none_if_blank("0") == "0"


def test_an_identifier_is_trimmed_and_never_empty() -> None:
    identifier = TypeAdapter(Identifier)
    assert identifier.validate_python(" v1 ") == "v1"
    for wrong in ("", "  ", "x" * 257, "a\0"):
        with pytest.raises(ValidationError):
            identifier.validate_python(wrong)


def test_a_json_object_is_an_object() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(JsonObject).validate_python([1])
