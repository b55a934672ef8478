"""What Meta sends to a webhook when somebody has filled in a form: ids only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adplanning.core.errors import NotFound
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_pages import Lead
from adplanning.demo.graph_wire import as_bytes


def leadgen_notification(data: GraphData, leads: Iterable[Lead | str]) -> bytes:
    """One notification about all of these leads (or ids of leads): an entry for each page, a change for each lead."""
    entries: dict[str, list[dict[str, Any]]] = {}
    for told in leads:
        lead = data.lead(told) if isinstance(told, str) else told
        if lead is None:
            raise NotFound(f"no lead has the id {told}; see `leads()`")
        entries.setdefault(lead.page_id, []).append({"field": "leadgen", "value": _announced(lead)})
    at = int(data.now.timestamp())
    found = [{"id": page_id, "time": at, "changes": changes} for page_id, changes in entries.items()]
    return as_bytes({"object": "page", "entry": found})


def _announced(lead: Lead) -> dict[str, Any]:
    at = int(lead.created_at.timestamp())
    ids = {"leadgen_id": lead.id, "page_id": lead.page_id, "form_id": lead.form_id, "created_time": at}
    return ids | ({"ad_id": lead.ad_id, "adgroup_id": lead.ad_id} if lead.ad_id else {})
