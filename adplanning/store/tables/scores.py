"""Scores of customers, the ratings they gave, and the models that scores were computed with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class CustomerScore(Base):
    """What one person's score of one type is now.

    `score_value` of a CLV is in major units of `currency`; others have none. `method` names what computed it.
    `breakdown` says how the value came about, `details` is the whole answer of the formula. `history` has the values
    before and this one, `{"at", "value"}`, oldest first: the first three and the latest ones.
    """

    __tablename__ = "customer_scores"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    score_type: Mapped[str]
    score_value: Mapped[float]
    currency: Mapped[str | None]
    previous_score: Mapped[float | None]
    tier: Mapped[str | None]
    confidence: Mapped[str | None]
    method: Mapped[str]
    breakdown: Mapped[dict[str, Any]]
    details: Mapped[dict[str, Any]]
    history: Mapped[list[dict[str, Any]]]
    calculated_at: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "person_id", "score_type", unique=True),
        Index(None, "score_type", "score_value"),
    )


class Rating(Base):
    """One answer to "how likely would you recommend us?"; `nps_value` is on the scale of 10, whatever the asked one."""

    __tablename__ = "ratings"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str | None] = mapped_column(index=True)
    rating: Mapped[int]
    scale: Mapped[str]
    nps_value: Mapped[float]
    category: Mapped[str]
    source_type: Mapped[str | None]
    source_id: Mapped[str | None]
    rated_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (Index(None, "source_type", "source_id", unique=True),)


class CustomerModel(Base):
    """One fit of the model of buying and spending, or the reason why there is none; the latest one counts."""

    __tablename__ = "customer_models"

    id: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    fitted_at: Mapped[datetime] = mapped_column(index=True)
    as_of: Mapped[datetime]
    n_customers: Mapped[int]
    n_repeat_customers: Mapped[int]
    time_unit: Mapped[str]
    currency: Mapped[str]
    params: Mapped[dict[str, Any] | None]
    standard_errors: Mapped[dict[str, Any] | None]
    log_likelihood: Mapped[float | None]
    spend: Mapped[dict[str, Any] | None]
    holdout: Mapped[dict[str, Any] | None]
    calibration: Mapped[list[dict[str, Any]] | None]
    reason: Mapped[str | None]
