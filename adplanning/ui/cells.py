"""One value as a table or a record shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Cell = Mapping[str, Any]


def text(value: object, *, href: str = "", hint: str = "", new_tab: bool = False) -> Cell:
    """A plain cell; None is shown as unknown. A link leads to a page of ours, or with `new_tab` to another site."""
    return {"text": None if value is None else str(value), "href": href, "hint": hint, "new_tab": new_tab}


def bar(share: float, words: str) -> Cell:
    """How much of something there is already (0-1), with words below it."""
    return {"text": words, "share": share}
