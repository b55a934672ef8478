"""What is wrong with values given, as one refusal in the words of every rim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from adplanning.core.errors import InvalidData

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], values: Mapping[str, Any]) -> Model:
    """The values as the model's, checked as the API checks a body.

    Raises
    ------
    InvalidData : with an issue for each value that is not allowed, in the texts that the API answers with.

    >>> class Goal(BaseModel):
    ...     name: str
    ...     priority: int = 0
    >>> validated(Goal, {"name": "Big order", "priority": "3"})
    Goal(name='Big order', priority=3)
    >>> validated(Goal, {"priority": "high"})
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: name: Field required; priority: Input should be a valid integer, unable to \
parse string as an integer (given: 'high')
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as fault:
        raise invalid_data(fault.errors()) from None


def invalid_data(faults: Sequence[Mapping[str, Any]]) -> InvalidData:
    """Pydantic's faults as one refusal."""
    issues = validation_issues(faults)
    return InvalidData("; ".join(f"{path}: {text}" for path, text in issues), issues)


def validation_issues(faults: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Pydantic's faults as (path, sentence), the value shown short."""
    issues = []
    for fault in faults:
        path = ".".join(str(part) for part in fault["loc"] if part not in ("body", "query", "path")) or "body"
        message = str(fault["msg"]).removeprefix("Value error, ")
        given = fault.get("input")
        if fault["type"] not in ("missing", "json_invalid", "extra_forbidden") and not isinstance(given, (dict, list)):
            message = f"{message} (given: {repr(given)[:80]})"
        issues.append((path, message))
    return issues
