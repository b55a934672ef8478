"""Alembic's entry: runs the steps on the connection that `upgrading.py` hands over."""

from __future__ import annotations

from alembic import context

from adplanning.store.tables.catalogue import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    transaction_per_migration=False,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
