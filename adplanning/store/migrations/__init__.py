"""Forward steps of the schema, run by Alembic."""
