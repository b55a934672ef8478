"""A few rows of a longer list, each leading to its page; the whole list stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traitlets import Dict, List, Unicode

from adplanning.ui.cells import Cell
from adplanning.ui.component import Component


@dataclass(frozen=True)
class Line:
    """One row: where it leads (nowhere when empty) and its cells, of which the first is its name."""

    href: str
    cells: Sequence[Cell]


class ShortList(Component):
    """The rows under a title.

    Parameters
    ----------
    columns : the titles of the columns.
    numeric : which of them hold numbers.
    less : which of them are left out on a phone.
    """

    vue = "short_list"

    title = Unicode("").tag(sync=True)
    columns = List(Dict()).tag(sync=True)
    rows = List(Dict()).tag(sync=True)
    empty = Unicode("").tag(sync=True)

    def __init__(
        self, title: str, columns: Sequence[str], *, numeric: Sequence[str] = (), less: Sequence[str] = ()
    ) -> None:
        shown = [{"title": name, "numeric": name in numeric, "less": name in less} for name in columns]
        super().__init__(title=title, columns=shown)

    def show(self, lines: Sequence[Line], *, empty: str = "") -> None:
        """Show these rows, or say why there is none."""
        with self.hold_sync():
            self.rows = [{"href": line.href, "cells": [dict(cell) for cell in line.cells]} for line in lines]
            self.empty = "" if lines else empty
