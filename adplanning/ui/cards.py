"""Cards that lead to the modules, each with how it stands now."""

from __future__ import annotations

from traitlets import Dict, List

from adplanning.ui.component import Component


class Cards(Component):
    """One card per module: title, help, icon, href (empty when it leads nowhere), and a live badge (a cell) or none."""

    vue = "cards"

    groups = List(Dict()).tag(sync=True)
