"""How charts are shown in JupyterLab: drawn by what JupyterLab brings along, never by a library from the network."""

from __future__ import annotations

from typing import Any

import altair as alt

# JupyterLab 4 draws Vega-Lite up to 5; altair's own type names 6, which it does not know and shows as text.
LAB_MIME_TYPE = "application/vnd.vegalite.v5+json"


def draw_charts_in_lab() -> None:
    """Let every chart of this kernel come as a Vega-Lite bundle that JupyterLab draws itself, without a network."""
    alt.renderers.register("lab", _lab_bundle)
    alt.renderers.enable("lab")


def _lab_bundle(spec: dict[str, Any], **_: object) -> dict[str, Any]:
    return {LAB_MIME_TYPE: spec, "text/plain": "A chart, drawn in JupyterLab"}
