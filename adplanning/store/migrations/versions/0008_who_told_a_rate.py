"""Who told a currency rate, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adplanning.store.tables.base import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of earlier rates nobody knows."""
    op.add_column("currency_rates", sa.Column("told_by", sa.String(), nullable=True))
    op.add_column("currency_rates", sa.Column("told_at", Instant(), nullable=True))
