"""Which fields a call asks for: `id,creative{id},likes.summary(true).limit(0)`, and what is picked for them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adplanning.demo.graph_wire import refused

_FIELD = re.compile(r"(\w+)((?:\.\w+\([^()]*\))*)(?:\{(.*)\})?", re.DOTALL)
_OPTION = re.compile(r"\.(\w+)\(([^()]*)\)")


@dataclass(frozen=True)
class Field:
    """One asked field with its options and, where it holds records, the fields asked of these."""

    name: str
    options: Mapping[str, str]
    inner: tuple[Field, ...] = ()


def asked_fields(text: str) -> tuple[Field, ...]:
    """Read the parameter `fields`; the official SDK writes it as a JSON list when it posts.

    >>> [field.name for field in asked_fields("id,creative{id,name},likes.summary(true).limit(0)")]
    ['id', 'creative', 'likes']
    """
    if text.startswith("["):
        text = ",".join(json.loads(text))
    return tuple(_field(piece.strip()) for piece in _pieces(text) if piece.strip())


def _field(piece: str) -> Field:
    match = _FIELD.fullmatch(piece)
    if not match:
        raise refused(f"(#2500) Syntax error in fields near '{piece[:40]}'", 2500)
    name, options, inner = match.groups()
    return Field(name, dict(_OPTION.findall(options)), asked_fields(inner) if inner else ())


def _pieces(text: str) -> list[str]:
    pieces, depth = [""], 0
    for letter in text:
        depth += (letter in "({") - (letter in ")}")
        if letter == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += letter
    return pieces


def picked(record: Mapping[str, Any], fields: tuple[Field, ...], node: str) -> dict[str, Any]:
    """The asked fields of a record; those without a value are left out, as Graph does.

    Parameters
    ----------
    record : every field there is; a function makes its value from the asked field, None is no value.
    node : what Graph calls the record, for the refusal of a field that it does not have.

    >>> picked({"id": "1", "name": None, "likes": lambda field: field.options}, asked_fields("id,name,likes.limit(0)"), "Post")
    {'id': '1', 'likes': {'limit': '0'}}
    """  # noqa: E501
    found = {}
    for field in fields:
        if field.name not in record:
            raise refused(f"(#100) Tried accessing nonexisting field ({field.name}) on node type ({node})")
        value = record[field.name]
        if callable(value):
            value = value(field)
        elif field.inner and isinstance(value, Mapping):
            value = picked(value, field.inner, node)
        if value is not None:
            found[field.name] = value
    return found
