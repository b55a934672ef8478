"""Alerts, preferences, and whether somebody was told of a failed run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adplanning.store.tables.base import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Instant(), nullable=nullable)


def upgrade() -> None:
    """Create the tables and the column."""
    op.create_table(
        "preferences",
        _text("name"),
        _text("value"),
        _text("changed_by", nullable=True),
        _at("changed_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_preferences")),
    )
    op.create_table(
        "alert_rules",
        *(_text(name) for name in ("id", "name", "kind")),
        _text("metric", nullable=True),
        sa.Column("threshold", sa.Double(), nullable=False),
        _text("currency"),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("of_each_campaign", sa.Boolean(), nullable=False),
        _text("ad_campaign_id", nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _text("created_by", nullable=True),
        _at("created_at"),
        _at("checked_at", nullable=True),
        _text("unknown_because", nullable=True),
        sa.ForeignKeyConstraint(
            ["ad_campaign_id"], ["campaigns.id"], name=op.f("fk_alert_rules_ad_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rules")),
    )
    op.create_table(
        "alerts",
        *(_text(name) for name in ("id", "rule_id", "subject", "words")),
        sa.Column("value", sa.Double(), nullable=True),
        _at("opened_at"),
        _at("seen_at"),
        _at("closed_at", nullable=True),
        _at("notified_at", nullable=True),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"], name=op.f("fk_alerts_rule_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_rule_id"), "alerts", ["rule_id"])
    op.create_index(op.f("ix_alerts_opened_at"), "alerts", ["opened_at"])
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_alerts_open", "alerts", ["rule_id", "subject"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.add_column("batch_runs", _text("notice", nullable=True))
