"""Pages at social networks, what was posted there and what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class SocialPage(Base):
    """A page of the shop; `id` is the platform's own."""

    __tablename__ = "social_pages"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    updated_at: Mapped[datetime]


class SocialPost(Base):
    """A post, out or planned; `insights` is what its platform counted (reactions, comments, …), null if unknown."""

    __tablename__ = "social_posts"

    id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str]
    platform_post_id: Mapped[str | None] = mapped_column(unique=True)
    page_id: Mapped[str | None] = mapped_column(index=True)
    caption: Mapped[str | None]
    status: Mapped[str] = mapped_column(index=True)
    scheduled_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    media_url: Mapped[str | None]
    post_url: Mapped[str | None]
    insights: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index(None, "posted_at"),)
