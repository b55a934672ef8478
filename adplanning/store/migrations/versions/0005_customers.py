"""Scores, segments, feedback and its sentiment, and what is left of erased persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adplanning.store.tables.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[object]]:
    return [_text(name, nullable=nullable) for name in names]


def _number(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Instant(), nullable=nullable)


def _json(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _flag(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _of_segment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["segment_id"], ["segments.id"], name=op.f(f"fk_{table}_segment_id"), ondelete="CASCADE"
    )


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=unique)


def upgrade() -> None:
    """Go one step forward."""
    _create_scores()
    _create_segments()
    _create_opinions()
    op.add_column("leads", _at("erased_at", nullable=True))
    op.create_table(
        "erased_contacts",
        *_texts("kind", "hash", nullable=False),
        _at("erased_at"),
        _key("erased_contacts", "kind", "hash"),
    )
    op.create_table(
        "erasure_salt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        _key("erasure_salt", "id"),
    )


def _create_scores() -> None:
    op.create_table(
        "customer_scores",
        *_texts("id", "person_id", "score_type", nullable=False),
        _number("score_value", nullable=False),
        _text("currency"),
        _number("previous_score"),
        *_texts("tier", "confidence"),
        _text("method", nullable=False),
        *(_json(name, nullable=False) for name in ("breakdown", "details", "history")),
        _at("calculated_at"),
        _at("created_at"),
        _key("customer_scores", "id"),
    )
    _index("customer_scores", "person_id", "score_type", unique=True)
    _index("customer_scores", "score_type", "score_value")
    op.create_table(
        "ratings",
        _text("id", nullable=False),
        _text("person_id"),
        _count("rating"),
        _text("scale", nullable=False),
        _number("nps_value", nullable=False),
        _text("category", nullable=False),
        *_texts("source_type", "source_id"),
        _at("rated_at"),
        _key("ratings", "id"),
    )
    for column in ("person_id", "rated_at"):
        _index("ratings", column)
    _index("ratings", "source_type", "source_id", unique=True)
    op.create_table(
        "customer_models",
        *_texts("id", "model", nullable=False),
        _at("fitted_at"),
        _at("as_of"),
        _count("n_customers"),
        _count("n_repeat_customers"),
        *_texts("time_unit", "currency", nullable=False),
        _json("params"),
        _json("standard_errors"),
        _number("log_likelihood"),
        *(_json(name) for name in ("spend", "holdout", "calibration")),
        _text("reason"),
        _key("customer_models", "id"),
    )
    _index("customer_models", "fitted_at")


def _create_segments() -> None:
    op.create_table(
        "segments",
        *_texts("id", "name", nullable=False),
        _text("description"),
        _text("segment_type", nullable=False),
        _json("criteria", nullable=False),
        _flag("is_active"),
        _flag("auto_update"),
        _text("color"),
        _json("metadata"),
        _count("customer_count"),
        _at("last_calculated_at", nullable=True),
        _at("created_at"),
        _at("updated_at"),
        _key("segments", "id"),
    )
    op.create_table(
        "segment_members",
        *_texts("segment_id", "person_id", nullable=False),
        _at("added_at"),
        _text("added_reason", nullable=False),
        _of_segment("segment_members"),
        _key("segment_members", "segment_id", "person_id"),
    )
    _index("segment_members", "person_id")
    op.create_table(
        "segment_sizes",
        _text("segment_id", nullable=False),
        _at("built_at"),
        *(_count(name) for name in ("n_members", "n_added", "n_removed")),
        _of_segment("segment_sizes"),
        _key("segment_sizes", "segment_id", "built_at"),
    )


def _create_opinions() -> None:
    op.create_table(
        "feedback",
        _text("id", nullable=False),
        *_texts("person_id", "website_id", "content"),
        sa.Column("rating", sa.Integer(), nullable=True),
        *_texts("scale", "source_id"),
        _at("given_at"),
        _at("received_at"),
        _key("feedback", "id"),
        sa.UniqueConstraint("source_id", name=op.f("uq_feedback_source_id")),
    )
    _index("feedback", "person_id")
    op.create_table(
        "sentiments",
        *_texts("id", "source_type", "source_id", nullable=False),
        *_texts("person_id", "website_id"),
        _text("text", nullable=False),
        _text("language"),
        _number("sentiment_score"),
        _text("sentiment_label"),
        _number("confidence"),
        *(_json(name, nullable=False) for name in ("keywords", "entities", "emotions", "topics")),
        *_texts("summary", "reason"),
        _text("analyser", nullable=False),
        _flag("is_fallback"),
        _json("metadata"),
        _at("said_at"),
        _at("analysed_at"),
        _key("sentiments", "id"),
    )
    for column in ("person_id", "said_at"):
        _index("sentiments", column)
    _index("sentiments", "source_type", "source_id", unique=True)
