"""What happens when somebody asks what is held on them: they get all of it, and nothing of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from adplanning.core.money import to_major
from adplanning.core.periods import isoformat
from adplanning.workflows.person_holdings import holdings

_MINOR: Final = "_minor"


def export_person(session: Session, person_id: str, *, runs_folder: Path, now: datetime) -> dict[str, Any]:
    """All that is held on a person, table by table, as JSON; nothing is cut.

    On a browser that several use, only what happened while it was theirs; see `person_holdings.holdings`.

    Parameters
    ----------
    runs_folder : where executed notebooks are; those that name the person are told by name.
    now : the time of the export.

    Returns
    -------
    `exported_at`, `person`, a list for each table, `shared_visitors` (visitors on which others were seen too) and
    `files`. Instants are UTC, amounts in major units of the `currency` beside them.

    Raises
    ------
    NotFound : there is no such person.
    """
    found = holdings(session, person_id, runs_folder=runs_folder)
    tables = {name: [_as_json(row) for row in rows] for name, rows in found.rows.items()}
    [person] = tables.pop("persons")
    return {
        "exported_at": isoformat(now),
        "person": person,
        **tables,
        "shared_visitors": list(found.held.shared),
        "files": [file.name for file in found.files],
    }


def _as_json(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    currency = row.get("currency")
    return dict(_named(name, value, currency) for name, value in row.items())


def _named(name: str, value: Any, currency: str | None) -> tuple[str, Any]:
    if name.endswith(_MINOR):
        return name.removesuffix(_MINOR), None if value is None or currency is None else to_major(value, currency)
    match value:
        case datetime():
            return name, isoformat(value)
        case date():
            return name, value.isoformat()
    return name, value
