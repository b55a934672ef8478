"""/admin/orders: orders of the shop, each taken in once."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from adplanning.api.deps import AppSettings, Now, Writing
from adplanning.api.routes.attribution import TouchpointOut, touchpoint_json
from adplanning.api.routes.conversions import ConversionOut, conversion_json
from adplanning.api.routes.persons import PersonOut, person_json
from adplanning.conversions.order_fields import OrderFields
from adplanning.conversions.service import goals_of
from adplanning.core.money import to_major
from adplanning.core.periods import isoformat
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.people import Person
from adplanning.workflows.order_placed import place_order

router = APIRouter(prefix="/admin/orders", tags=["orders"])


class OrderOut(BaseModel):
    """An order as it is known now; `total` is what was paid, whatever was paid back since."""

    order_id: str | None
    email: str | None
    total: float | None
    currency: str
    placed_at: str | None
    confirmed_at: str | None
    visitor_id: str
    session_id: str | None


class OrderAnswer(BaseModel):
    """An order with its purchase, who placed it, and the touchpoint that led to it; null where nobody knows."""

    order: OrderOut
    conversion: ConversionOut
    person: PersonOut | None
    attribution: TouchpointOut | None


@router.post("", status_code=201, responses={200: {"description": "The order was known already; nothing changed."}})
def place(body: OrderFields, session: Writing, settings: AppSettings, now: Now, response: Response) -> OrderAnswer:
    """Take an order in; 201 when it is new or confirms what a browser had claimed, 200 when it was known already."""
    placed = place_order(session, body, settings=settings, now=now)
    if not placed.has_changed:
        response.status_code = 200
    conversion = placed.conversion
    return OrderAnswer(
        order=_order_json(conversion, placed.person),
        conversion=conversion_json(conversion, goals_of(session, conversion)),
        person=placed.person and person_json(placed.person),
        attribution=placed.touchpoint and TouchpointOut(**touchpoint_json(placed.touchpoint)),
    )


def _order_json(conversion: Conversion, person: Person | None) -> OrderOut:
    paid = None if conversion.value_minor is None else conversion.value_minor + conversion.refunded_minor
    return OrderOut(
        order_id=conversion.order_id,
        email=person and person.email,
        total=None if paid is None else to_major(paid, conversion.currency),
        currency=conversion.currency,
        placed_at=isoformat(conversion.converted_at),
        confirmed_at=isoformat(conversion.confirmed_at),
        visitor_id=conversion.visitor_id,
        session_id=conversion.session_id,
    )
