"""/health: is the service up, and does its database answer."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from adplanning.api.deps import StoreEngine
from adplanning.core.errors import AdplanningError
from adplanning.store.session import reading

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """How the service is; counters are those of this process since its start."""

    status: Literal["ok", "unavailable"]
    version: str
    database: Literal["ok", "unavailable"]
    counters: dict[str, Any]


@router.get("/health")
def health(request: Request, response: Response, engine: StoreEngine) -> Health:
    """Open to everybody; 503 while the database does not answer."""
    try:
        with reading(engine) as session:
            session.connection()
        state: Literal["ok", "unavailable"] = "ok"
    except AdplanningError:
        state = "unavailable"
        response.status_code = 503
    counters = request.app.state.intake.counters()
    return Health(status=state, version=request.app.version, database=state, counters=counters)
