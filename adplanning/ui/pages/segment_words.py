"""How a segment is told of on its pages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from adplanning.segments.charts import SIZE_COLOUR
from adplanning.ui import badges

SLUG = "ad-planning/segments"
NOTEBOOK = "rebuild_segments"
TYPES = {kind.value: badge.words for kind, badge in badges.SEGMENT_TYPES.items()}
# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
COLOURS: Mapping[str, str] = {
    SIZE_COLOUR: "Blue",
    "#009E73": "Green",
    "#E69F00": "Orange",
    "#D55E00": "Vermilion",
    "#CC79A7": "Pink",
    "#56B4E9": "Sky blue",
}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def chart_colour(colour: str | None) -> str:
    """The colour in which a segment is drawn; its own where that is one that a chart can draw.

    >>> chart_colour("#009E73"), chart_colour("greenish"), chart_colour(None)
    ('#009E73', '#0072B2', '#0072B2')
    """
    return colour if colour and _HEX.fullmatch(colour) else SIZE_COLOUR


def colour_name(colour: str | None) -> str | None:
    """A colour as one calls it; one that was not chosen here goes by what it was given as.

    >>> colour_name("#009E73"), colour_name("#fa0"), colour_name(None)
    ('Green', '#fa0', None)
    """
    return COLOURS.get(colour, colour) if colour else None
