"""The card around a chart: drawn in the page's own colours, to be taken along as PNG, SVG or CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
from traitlets import Dict, Unicode

from adplanning.core.csv_text import csv_text
from adplanning.ui.component import Component
from adplanning.ui.vega import library, library_address


class ChartCard(Component):
    """One chart with its title, and the same numbers as CSV; a chart that is not there yet shows why."""

    vue = "chart"

    title = Unicode("").tag(sync=True)
    words = Unicode("").tag(sync=True)
    empty = Unicode("").tag(sync=True)
    spec: Any = Dict(None, allow_none=True).tag(sync=True)
    rows_csv = Unicode("").tag(sync=True)
    file_name = Unicode("chart").tag(sync=True)
    address = Unicode("").tag(sync=True)
    source = Unicode("").tag(sync=True)

    def __init__(self, *, served: bool, title: str, file_name: str, words: str = "") -> None:
        super().__init__(
            title=title,
            words=words,
            file_name=file_name,
            address=library_address() if served else "",
            source="" if served else library(),
        )

    def draw(self, chart: alt.TopLevelMixin | None, rows: Sequence[Mapping[str, object]], *, empty: str = "") -> None:
        """Show a chart, or say why there is none."""
        with self.hold_sync():
            self.empty = empty if chart is None else ""
            self.spec = None if chart is None else _fluid(chart.to_dict())
            self.rows_csv = csv_text(rows)


def _fluid(spec: dict[str, Any]) -> dict[str, Any]:
    """As wide as its card; the title stands above it already."""
    return {**spec, "width": "container", "title": None, "autosize": {"type": "fit-x", "contains": "padding"}}
