"""Attributes that persons have of their own."""

from __future__ import annotations

import json

import polars as pl
import pytest

from adplanning.segments.own_attributes import attribute_names, with_attributes


def typed(*values: object) -> tuple[object, list[object]]:
    persons = pl.DataFrame({"attributes": [json.dumps({"x": value}) for value in values]})
    table, kinds = with_attributes(persons, ["x"])
    return kinds.get("x"), table["own:x"].to_list() if kinds else []


@pytest.mark.parametrize(
    ("values", "kind", "kept"),
    [
        ((42, 41.5, None), "number", ["42", "41.5", None]),
        (("42", "007"), "number", ["42", "007"]),
        (("42", "x"), "text", ["42", "x"]),
        (("nan", "inf"), "text", ["nan", "inf"]),
        ((True, False), "text", ["true", "false"]),
        ((["a", 1, True], []), "list", [["a", "1", "true"], []]),
        ((["a"], "b"), "text", ['["a"]', "b"]),
        (("[a", "[b"), "text", ["[a", "[b"]),
        (({"deep": 1},), "text", ['{"deep":1}']),
        ((None, None), None, []),
    ],
)
def test_the_kind_is_told_by_what_persons_have(
    values: tuple[object, ...], kind: str | None, kept: list[object]
) -> None:
    assert typed(*values) == (kind, kept)


@pytest.mark.parametrize("name", ["a b", "a.b", "$", '"', "'", "\\", "ü", "[0]", "*", "^x$", "\n"])
def test_a_name_may_hold_any_character(name: str) -> None:
    persons = pl.DataFrame({"attributes": [json.dumps({name: "v", "other": "w"})]})
    table, kinds = with_attributes(persons, [name])
    assert (kinds, table[f"own:{name}"].to_list()) == ({name: "text"}, ["v"])


def test_names_are_those_that_somebody_has_a_value_of() -> None:
    assert attribute_names(pl.Series(['{"a": null, "b": 0}', "null", None, "{}"])) == ["b"]
    assert attribute_names(pl.Series([], dtype=pl.String)) == []
