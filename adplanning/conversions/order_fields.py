"""What may be told of an order and of who placed it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adplanning.core.fields import Amount, Fields, InstantText, Optional
from adplanning.core.money import CurrencyCode
from adplanning.core.texts import Identifier, Text


class CustomerFields(Fields):
    """Who placed an order; `name` is the whole name, for shops that do not tell its parts."""

    first_name: Optional = None
    last_name: Optional = None
    name: Optional = None
    phone: Optional = None
    city: Optional = None
    state: Optional = None
    country: Optional = None


class OrderFields(Fields):
    """An order of the shop; `visitor_id` and `session_id` tell the browser where it was placed."""

    order_id: Identifier
    email: Annotated[Text, Field(min_length=1)]
    total: Annotated[Amount, Field(description="what was paid, in major units")]
    currency: CurrencyCode
    placed_at: InstantText
    customer: CustomerFields | None = None
    visitor_id: Identifier | None = None
    session_id: Identifier | None = None
