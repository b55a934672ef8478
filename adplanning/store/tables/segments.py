"""Segments of customers, who is in each, and how large each was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class Segment(Base):
    """A group of customers by rules; with `auto_update` its members follow the rules by themselves."""

    __tablename__ = "segments"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    segment_type: Mapped[str]
    criteria: Mapped[dict[str, Any]]
    is_active: Mapped[bool]
    auto_update: Mapped[bool]
    color: Mapped[str | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column("metadata")
    customer_count: Mapped[int]
    last_calculated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SegmentMember(Base):
    """A person in a segment: by its rules, or put there by hand or from a file, which rules never undo."""

    __tablename__ = "segment_members"

    segment_id: Mapped[str] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    added_at: Mapped[datetime]
    added_reason: Mapped[str]


class SegmentSize(Base):
    """How many were in a segment after it was built, and how many had come and gone since the time before."""

    __tablename__ = "segment_sizes"

    segment_id: Mapped[str] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True)
    built_at: Mapped[datetime] = mapped_column(primary_key=True)
    n_members: Mapped[int]
    n_added: Mapped[int]
    n_removed: Mapped[int]
