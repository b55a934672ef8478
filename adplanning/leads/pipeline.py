"""How far a lead has come, and when it came there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adplanning.core.vocabulary import LeadStatus

STAMPS: Mapping[LeadStatus, str] = {
    LeadStatus.contacted: "contacted_at",
    LeadStatus.qualified: "qualified_at",
    LeadStatus.converted: "converted_at",
}
"""The time that each stage stamps."""

# Of each status, the stages that a lead which stands there may have passed.
_PASSED: Mapping[LeadStatus, tuple[LeadStatus, ...]] = {
    LeadStatus.new: (),
    LeadStatus.contacted: (LeadStatus.contacted,),
    LeadStatus.qualified: (LeadStatus.contacted, LeadStatus.qualified),
    LeadStatus.converted: tuple(STAMPS),
    LeadStatus.unqualified: (LeadStatus.contacted,),
    LeadStatus.lost: (LeadStatus.contacted, LeadStatus.qualified),
    LeadStatus.archived: tuple(STAMPS),
}


def stamped(status: LeadStatus, known: Mapping[str, datetime | None], *, now: datetime) -> dict[str, datetime | None]:
    """The times of a lead that comes to a status: its stage is stamped now, unless it was before.

    Going back clears the times of the stages that it has not reached any more: an unqualified lead was not qualified, a
    lost one not converted. An archived one keeps all. A stage that was passed over has no time, for nobody told one.

    Parameters
    ----------
    status : where it stands from now on.
    known : its times until now, by the names in `STAMPS`.

    >>> noon = datetime(2026, 11, 24, 12)
    >>> stamped(LeadStatus.lost, {"contacted_at": noon, "converted_at": noon}, now=noon)["converted_at"] is None
    True
    """
    times = {STAMPS[stage]: known.get(STAMPS[stage]) if stage in _PASSED[status] else None for stage in STAMPS}
    if status in STAMPS:
        times[STAMPS[status]] = times[STAMPS[status]] or now
    return times
