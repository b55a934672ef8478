"""What customers say, and how it sounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class Feedback(Base):
    """A text, a rating, or both that somebody gave; `source_id` is its number where it came from."""

    __tablename__ = "feedback"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str | None] = mapped_column(index=True)
    website_id: Mapped[str | None]
    content: Mapped[str | None]
    rating: Mapped[int | None]
    scale: Mapped[str | None]
    source_id: Mapped[str | None] = mapped_column(unique=True)
    given_at: Mapped[datetime]
    received_at: Mapped[datetime]


class Sentiment(Base):
    """How one text sounds; the same source analysed again replaces its row.

    Of a text that could not be analysed, such as one in a language that no analyser knows, score and label are null and
    `reason` says why. `analyser` names what told; `is_fallback` that it stood in for another that did not answer.
    """

    __tablename__ = "sentiments"

    id: Mapped[str] = mapped_column(primary_key=True)
    source_type: Mapped[str]
    source_id: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(index=True)
    website_id: Mapped[str | None]
    text: Mapped[str]
    language: Mapped[str | None]
    sentiment_score: Mapped[float | None]
    sentiment_label: Mapped[str | None]
    confidence: Mapped[float | None]
    keywords: Mapped[list[str]]
    entities: Mapped[list[str]]
    emotions: Mapped[dict[str, Any]]
    topics: Mapped[list[str]]
    summary: Mapped[str | None]
    reason: Mapped[str | None]
    analyser: Mapped[str]
    is_fallback: Mapped[bool]
    extra: Mapped[dict[str, Any] | None] = mapped_column("metadata")
    said_at: Mapped[datetime] = mapped_column(index=True)
    analysed_at: Mapped[datetime]

    __table_args__ = (Index(None, "source_type", "source_id", unique=True),)
