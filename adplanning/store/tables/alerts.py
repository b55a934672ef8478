"""Rules that watch metrics, and the alerts that they gave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class AlertRule(Base):
    """What is watched: a metric of the last `window_days` full days, of the account or of each campaign.

    `threshold` is in the unit of the metric, money in major units of `currency`; of `fell` and `rose` it is a share, of
    `sync_late` hours. `checked_at` and `unknown_because` tell of the last check; a rule that could not be told has a
    reason, and neither gives nor ends an alert.
    """

    __tablename__ = "alert_rules"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    metric: Mapped[str | None]
    threshold: Mapped[float]
    currency: Mapped[str]
    window_days: Mapped[int]
    of_each_campaign: Mapped[bool]
    ad_campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    is_active: Mapped[bool]
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    unknown_because: Mapped[str | None]


class Alert(Base):
    """What a rule found, from the first check that saw it to the one that no longer did; `subject` is a campaign or "".

    It is told once: `notified_at` is when an outside receiver took it, and stays null while none has.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "uq_alerts_open",
            "rule_id",
            "subject",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    rule_id: Mapped[str] = mapped_column(ForeignKey("alert_rules.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str]
    words: Mapped[str]
    value: Mapped[float | None]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
