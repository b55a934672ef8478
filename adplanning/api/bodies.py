"""Parts that several answers share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Deleted(BaseModel):
    """What is gone."""

    id: str
    deleted: bool = True


class UnconvertedOut(BaseModel):
    """Counted, but in no sum of money: no rate is known from this currency."""

    currency: str
    count: int
    value: float


class PeriodOut(BaseModel):
    """Inclusive bounds; null is open."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
