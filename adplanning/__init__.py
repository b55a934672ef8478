"""Ad planning and attribution: which rupee worked, and where the next one should go.

An analyst's way in::

    import adplanning

    ws = adplanning.open()
    ws.attribution("time_decay", ("2026-10-01", "2026-10-31"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adplanning.workspace import Workspace

__all__ = ["open"]


def open(database_url: str | None = None) -> Workspace:  # noqa: A001 (read as adplanning.open)
    """Open a store for analysis; see `adplanning.workspace.Workspace` for what it answers.

    Parameters
    ----------
    database_url : such as sqlite:///data/adplanning.db; the one of the settings when not given.

    Raises
    ------
    InvalidData : the URL names no database this product works on.
    StoreTooNew : a newer release has upgraded the store.
    """
    # Imported here because the reading process loads this package too, and should start quickly.
    from adplanning.workspace import open_workspace  # noqa: PLC0415

    return open_workspace(database_url)
