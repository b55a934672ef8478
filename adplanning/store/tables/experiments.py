"""Experiments, what their subjects did, and who changed what in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class Experiment(Base):
    """A test of variants against a control, the first of `variants`, each of id, name, weight, config and source_ids.

    Subjects are told (`source` observations), or told from the store: the variants' `source_ids` are then campaigns,
    ad sets or paths of pages. `feed` is what was found beside the sums when they were last counted there. `results` is
    what was last computed; `is_significant`, `p_value` and `improvement_percent` say the same for lists.
    """

    __tablename__ = "experiments"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    hypothesis: Mapped[str | None]
    website_id: Mapped[str | None]
    experiment_type: Mapped[str]
    primary_metric: Mapped[str]
    source: Mapped[str]
    variants: Mapped[list[dict[str, Any]]]
    target_sample_size: Mapped[int | None] = mapped_column(BigInteger)
    confidence_level: Mapped[float]
    minimum_detectable_effect: Mapped[float | None]
    auto_stop: Mapped[bool]
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    results: Mapped[dict[str, Any] | None]
    is_significant: Mapped[bool | None]
    p_value: Mapped[float | None]
    improvement_percent: Mapped[float | None]
    winner: Mapped[str | None]
    stop_reason: Mapped[str | None]
    n_contaminated: Mapped[int] = mapped_column(BigInteger)
    feed: Mapped[dict[str, Any] | None]
    counted_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ExperimentSubject(Base):
    """What one subject of an experiment was told to have done, summed over its observations.

    A subject that was seen in two variants is contaminated and in no sum.
    """

    __tablename__ = "experiment_subjects"

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    variant_id: Mapped[str]
    value: Mapped[float]
    denominator: Mapped[float | None]
    is_converted: Mapped[bool]
    pre_value: Mapped[float | None]
    first_on: Mapped[date]
    is_contaminated: Mapped[bool]


class ExperimentDay(Base):
    """The sufficient statistics of the subjects of one variant that were first seen on one day of the reporting zone.

    With value y, denominator d and pre-period value x of a subject: sums of y, y², d, d², y·d, x, x², y·x, and of x
    over the converted. The `n_with_…` say how many subjects have a denominator, and a pre-period value.
    """

    __tablename__ = "experiment_days"

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    n_subjects: Mapped[int] = mapped_column(BigInteger)
    n_converted: Mapped[int] = mapped_column(BigInteger)
    value_sum: Mapped[float]
    value_squares: Mapped[float]
    n_with_denominator: Mapped[int] = mapped_column(BigInteger)
    denominator_sum: Mapped[float]
    denominator_squares: Mapped[float]
    value_denominator: Mapped[float]
    n_with_pre: Mapped[int] = mapped_column(BigInteger)
    pre_sum: Mapped[float]
    pre_squares: Mapped[float]
    value_pre: Mapped[float]
    converted_pre: Mapped[float]


class ExperimentChange(Base):
    """What was done to an experiment, by whom: created, edited, started, paused, resumed, completed."""

    __tablename__ = "experiment_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    what: Mapped[str]
    changed_by: Mapped[str | None]
    details: Mapped[dict[str, Any] | None]

    __table_args__ = (Index(None, "experiment_id", "id"),)
