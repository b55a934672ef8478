"""The faults by name, so that they can be armed from outside the process."""

from __future__ import annotations

from typing import Any

from adplanning.core.errors import InvalidData
from adplanning.demo import graph_faults, graph_page_faults
from adplanning.demo.graph_faults import Fault

FAULTS = {
    name: kind
    for module in (graph_faults, graph_page_faults)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Fault) and kind is not Fault
}


def named_fault(name: str, **options: Any) -> Fault:
    """The fault of a name, for those who arm from outside.

    >>> named_fault("Throttled", where="campaigns", minutes=3)
    Throttled(where='campaigns', times=1, skip=0, code=80004, subcode=None, minutes=3)
    """
    if name not in FAULTS:
        raise InvalidData.unknown_choice("name", name, FAULTS)
    try:
        return FAULTS[name](**options)
    except TypeError as slip:
        raise InvalidData.at("options", f"{slip}; see the fields of {name}") from None
