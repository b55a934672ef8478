"""Where a session came from, what is internal, what a name means, who is not whose, and what was paid back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adplanning.store.tables.base import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    for table in ("conversions", "journey_events", "touchpoints"):
        op.add_column(table, sa.Column("is_internal", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table in ("conversions", "journey_events"):
        op.add_column(table, sa.Column("referrer", sa.String(), nullable=True))
    op.add_column("conversions", sa.Column("refunded_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("conversions", sa.Column("cancelled_at", Instant(), nullable=True))
    op.add_column("touchpoints", sa.Column("kind", sa.String(), nullable=False, server_default="session"))
    op.add_column("touchpoints", sa.Column("click_id", sa.String(), nullable=True))
    op.add_column("touchpoints", sa.Column("referrer_domain", sa.String(), nullable=True))
    op.add_column("goals", sa.Column("lookback_days", sa.Integer(), nullable=True))
    for name in ("half_life_days", "first_weight", "last_weight"):
        op.add_column("goals", sa.Column(name, sa.Double(), nullable=True))
    op.create_table(
        "campaign_aliases",
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_aliases_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name_key", "campaign_id", name=op.f("pk_campaign_aliases")),
    )
    op.create_table(
        "credited_paths",
        sa.Column("conversion_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversions.id"], name=op.f("fk_credited_paths_conversion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversion_id", name=op.f("pk_credited_paths")),
    )
    op.create_table(
        "undone_merges",
        sa.Column("visitor_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("visitor_id", "person_id", name=op.f("pk_undone_merges")),
    )
