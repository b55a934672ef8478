"""Lead forms, the leads that were left in them, and those that Meta has announced and that are still to be fetched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class LeadForm(Base):
    """A form below an ad; `id` is the platform's own."""

    __tablename__ = "lead_forms"

    id: Mapped[str] = mapped_column(primary_key=True)
    page_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    status: Mapped[str | None]
    locale: Mapped[str | None]
    questions: Mapped[list[dict[str, Any]] | None]
    n_leads: Mapped[int | None]
    updated_at: Mapped[datetime]


class Lead(Base):
    """Somebody who left word to be called back, and how far that has come.

    What was answered is whole in `answers`: a list of values for each question. `platform_lead_id` is null for a lead
    that no platform has numbered; a lead of a file then has a `fingerprint` of its answers. Money is in `currency`.
    With `erased_at`, what told who it was is gone for good; the rest is kept for the totals.
    """

    __tablename__ = "leads"

    id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str]
    platform_lead_id: Mapped[str | None] = mapped_column(unique=True)
    fingerprint: Mapped[str | None] = mapped_column(unique=True)
    form_id: Mapped[str | None] = mapped_column(index=True)
    form_name: Mapped[str | None]
    page_id: Mapped[str | None]
    ad_campaign_id: Mapped[str | None] = mapped_column(index=True)
    ad_set_id: Mapped[str | None]
    ad_id: Mapped[str | None]
    campaign_name: Mapped[str | None]
    ad_set_name: Mapped[str | None]
    ad_name: Mapped[str | None]
    is_organic: Mapped[bool | None]
    full_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(index=True)
    notes: Mapped[str | None]
    assigned_to: Mapped[str | None]
    currency: Mapped[str]
    estimated_value_minor: Mapped[int | None] = mapped_column(BigInteger)
    actual_value_minor: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[str | None] = mapped_column(index=True)
    conversion_id: Mapped[str | None] = mapped_column(ForeignKey("conversions.id", ondelete="SET NULL"))
    submitted_at: Mapped[datetime]
    contacted_at: Mapped[datetime | None]
    qualified_at: Mapped[datetime | None]
    converted_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "submitted_at"),)


class LeadStep(Base):
    """One change of a lead's status, by whom and when."""

    __tablename__ = "lead_steps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), index=True)
    before: Mapped[str]
    after: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str | None]


class AnnouncedLead(Base):
    """A lead of which Meta has sent the number only; it stays until it is fetched, however often that fails."""

    __tablename__ = "announced_leads"

    platform_lead_id: Mapped[str] = mapped_column(primary_key=True)
    page_id: Mapped[str | None]
    form_id: Mapped[str | None]
    announced_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None] = mapped_column(index=True)
    n_tries: Mapped[int]
    next_try_at: Mapped[datetime]
    fault: Mapped[str | None]
