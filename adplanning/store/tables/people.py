"""Persons, the visitors (browsers) that are theirs, and the websites where they were seen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class Person(Base):
    """A customer or a prospect known by name, e-mail or phone; `email_key` is the e-mail without regard to case."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(primary_key=True)
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    email_key: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    date_of_birth: Mapped[date | None]
    country: Mapped[str | None]
    state: Mapped[str | None]
    city: Mapped[str | None]
    tags: Mapped[list[str] | None]
    attributes: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index(None, "created_at"),)


class Visitor(Base):
    """One browser or device, by the id its tracker gave it; `person_id` is who signed in on it last."""

    __tablename__ = "visitors"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str | None] = mapped_column(index=True)
    linked_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]


class UndoneMerge(Base):
    """A visitor who was taken for a person's, and is not: what both did stays apart."""

    __tablename__ = "undone_merges"

    visitor_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    undone_at: Mapped[datetime]
    undone_by: Mapped[str | None]


class Website(Base):
    """A storefront; only events of known ones are taken from the public."""

    __tablename__ = "websites"

    id: Mapped[str] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    status: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
