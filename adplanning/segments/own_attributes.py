"""Attributes that persons have of their own: which there are, and what they hold."""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl

from adplanning.segments.fields import Kind, column_of


def attribute_names(attributes: pl.Series) -> list[str]:
    """The names of all attributes that somebody has, by name.

    >>> attribute_names(pl.Series(['{"size": 42, "colour": null}', None, '{"city tier": "B"}']))
    ['city tier', 'size']
    """
    objects = [json.loads(text) for text in attributes.drop_nulls().unique()]
    found = {name for one in objects if one for name, value in one.items() if value is not None}
    return sorted(found)


def with_attributes(persons: pl.DataFrame, names: Iterable[str]) -> tuple[pl.DataFrame, dict[str, Kind]]:
    """Give each named attribute a column, and tell its kind.

    Formula: an attribute whose every value reads as a finite number is one; one whose every value is a JSON list is a
    list; any other is text, true and false among them. Numbers stay as texts, since 007 may be a name.

    Parameters
    ----------
    persons : with `attributes`, a JSON object as text.

    Returns
    -------
    The rows with a column per attribute that anybody has, and each one's kind; others are in neither.

    >>> persons = pl.DataFrame({"attributes": ['{"size": 42, "likes": ["tea"]}', '{"size": "41.5"}', None]})
    >>> table, kinds = with_attributes(persons, ["size", "likes", "shoe"])
    >>> kinds, table["own:size"].to_list(), table["own:likes"].to_list()
    ({'size': 'number', 'likes': 'list'}, ['42', '41.5', None], [['tea'], None, None])
    """
    kinds: dict[str, Kind] = {}
    columns = []
    for name in names:
        values = _values(persons["attributes"], name).alias(column_of(name))
        if values.null_count() == values.len():
            continue
        kinds[name], column = _typed(values)
        columns.append(column)
    return persons.drop("attributes").with_columns(columns), kinds


def _values(attributes: pl.Series, name: str) -> pl.Series:
    """What each object has under a name, as text."""
    if name.isprintable() and not {'"', "\\"} & set(name):
        return attributes.str.json_path_match(f"$[{json.dumps(name, ensure_ascii=False)}]")
    # No path finds such a name.
    objects = [json.loads(text or "null") or {} for text in attributes]
    return pl.Series([_text(one.get(name)) for one in objects], dtype=pl.String)


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _typed(values: pl.Series) -> tuple[Kind, pl.Series]:
    known = values.drop_nulls()
    if known.cast(pl.Float64, strict=False).is_finite().fill_null(value=False).all():
        return "number", values
    if known.str.starts_with("[").all():
        lists = {text: _texts(text) for text in known.unique()}
        if None not in lists.values():
            decoded = [None if text is None else lists[text] for text in values]
            return "list", pl.Series(values.name, decoded, dtype=pl.List(pl.String))
    return "text", values


def _texts(text: str) -> list[str | None] | None:
    """The members of a JSON list, each as its text; None of a text that merely begins like one."""
    try:
        members = json.loads(text)
    except ValueError:
        return None
    return [_text(one) for one in members]
