"""Which campaigns, ad sets and ads a listing holds: not the deleted ones, and archived ones only when asked for."""

from __future__ import annotations

from collections.abc import Callable

from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_objects import Account, AdObject, Kind
from adplanning.demo.graph_pages import Lead
from adplanning.demo.graph_wire import Condition, Request

_PLAIN = frozenset({"ACTIVE", "PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED"})
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "GREATER_THAN": float.__gt__,
    "GREATER_THAN_OR_EQUAL": float.__ge__,
    "LESS_THAN": float.__lt__,
}


def listed_objects(data: GraphData, parent: Account | AdObject, kind: Kind, request: Request) -> list[AdObject]:
    """The objects of a kind below an account, campaign or ad set, in the order in which they were made."""
    statuses, since = frozenset(request.json_param("effective_status") or ()), request.seconds("updated_since", 0)
    conditions = []
    for condition in request.conditions:
        name = condition.field.removeprefix(f"{kind}.")
        if name == "effective_status" and condition.operator == "IN":
            statuses = frozenset(condition.value)
        elif name == "updated_time" and condition.operator in _COMPARED:
            conditions.append(condition)
        else:
            raise condition.not_supported()
    return [
        part
        for part in data.objects.values()
        if part.kind == kind
        and _is_below(part, parent)
        and data.effective_status(part) in (statuses or _PLAIN) - {"DELETED"}
        and int(part.updated_at.timestamp()) >= since
        and all(_holds(condition, int(part.updated_at.timestamp())) for condition in conditions)
    ]


def listed_leads(data: GraphData, form_or_ad: str, request: Request, oldest: float) -> list[Lead]:
    """The leads of a form or an ad, newest first; those created before `oldest` (seconds) are kept no longer."""
    for condition in request.conditions:
        if condition.field != "time_created" or condition.operator not in _COMPARED:
            raise condition.not_supported()
    found = [
        lead
        for lead in data.leads()
        if form_or_ad in (lead.form_id, lead.ad_id)
        and lead.created_at.timestamp() >= oldest
        and all(_holds(condition, int(lead.created_at.timestamp())) for condition in request.conditions)
    ]
    return sorted(found, key=lambda lead: (lead.created_at, lead.id), reverse=True)


def _is_below(part: AdObject, parent: Account | AdObject) -> bool:
    return parent.id in (part.account_id, part.campaign_id, part.ad_set_id)


def _holds(condition: Condition, seconds: int) -> bool:
    # Graph knows whole seconds only: a change in the same second is not after it.
    return _COMPARED[condition.operator](float(seconds), float(condition.value))
