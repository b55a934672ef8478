"""Where a conversion or a touchpoint came from, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping

from adplanning.core.vocabulary import Platform
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.events import Conversion
from adplanning.ui import badges
from adplanning.ui.cells import Cell, text


def where_from(record: Conversion | Touchpoint) -> Mapping[str, Cell]:
    """Platform and UTM tags."""
    return {
        "Platform": badges.PLATFORMS[Platform(record.platform)].cell(),
        "Source": badges.source_badge(record.utm_source),
        "Medium": text(record.utm_medium),
        "Campaign": text(record.utm_campaign),
        "Term": text(record.utm_term),
        "Content": text(record.utm_content),
    }
