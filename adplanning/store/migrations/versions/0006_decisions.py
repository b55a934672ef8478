"""Experiments, forecasts, response curves and plans of budgets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adplanning.store.tables.base import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[object]]:
    return [_text(name, nullable=nullable) for name in names]


def _numbers(*names: str, nullable: bool = True) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Double(), nullable=nullable) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _days(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Instant(), nullable=nullable)


def _json(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _flag(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    """Go one step forward."""
    _create_experiments()
    _create_forecasts()
    _create_budgets()
    is_named = sa.text("ad_campaign_id IS NOT NULL")
    op.create_index(
        "ix_conversions_ad_campaign_id",
        "conversions",
        ["ad_campaign_id", "converted_at"],
        sqlite_where=is_named,
        postgresql_where=is_named,
    )


def _create_experiments() -> None:
    op.create_table(
        "experiments",
        *_texts("id", "name", nullable=False),
        *_texts("description", "hypothesis", "website_id"),
        *_texts("experiment_type", "primary_metric", "source", nullable=False),
        _json("variants", nullable=False),
        *_whole("target_sample_size", nullable=True),
        *_numbers("confidence_level", nullable=False),
        *_numbers("minimum_detectable_effect"),
        _flag("auto_stop"),
        *_texts("currency", "status", nullable=False),
        _json("results"),
        _flag("is_significant", nullable=True),
        *_numbers("p_value", "improvement_percent"),
        *_texts("winner", "stop_reason"),
        *_whole("n_contaminated"),
        _json("feed"),
        *(_at(name, nullable=True) for name in ("counted_at", "started_at", "ended_at")),
        _at("created_at"),
        _at("updated_at"),
        _key("experiments", "id"),
    )
    _index("experiments", "status")
    op.create_table(
        "experiment_subjects",
        *_texts("experiment_id", "subject", "variant_id", nullable=False),
        *_numbers("value", nullable=False),
        *_numbers("denominator"),
        _flag("is_converted"),
        *_numbers("pre_value"),
        *_days("first_on"),
        _flag("is_contaminated"),
        _of("experiment_subjects", "experiment_id", "experiments"),
        _key("experiment_subjects", "experiment_id", "subject"),
    )
    op.create_table(
        "experiment_days",
        *_texts("experiment_id", "variant_id", nullable=False),
        *_days("on"),
        *_whole("n_subjects", "n_converted"),
        *_numbers("value_sum", "value_squares", nullable=False),
        *_whole("n_with_denominator"),
        *_numbers("denominator_sum", "denominator_squares", "value_denominator", nullable=False),
        *_whole("n_with_pre"),
        *_numbers("pre_sum", "pre_squares", "value_pre", "converted_pre", nullable=False),
        _of("experiment_days", "experiment_id", "experiments"),
        _key("experiment_days", "experiment_id", "variant_id", "on"),
    )
    op.create_table(
        "experiment_changes",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        _text("experiment_id", nullable=False),
        _at("at"),
        _text("what", nullable=False),
        _text("changed_by"),
        _json("details"),
        _of("experiment_changes", "experiment_id", "experiments"),
        _key("experiment_changes", "id"),
    )
    _index("experiment_changes", "experiment_id", "id")


def _create_forecasts() -> None:
    op.create_table(
        "forecasts",
        _text("id", nullable=False),
        _text("ad_campaign_id"),
        _text("currency", nullable=False),
        *_whole("daily_budget_minor", nullable=True),
        *_numbers("target_roas"),
        *_days("as_of_on", "first_on", "last_on"),
        _count("n_history_days"),
        *_texts("method", "trust", nullable=False),
        *(_json(name, nullable=False) for name in ("notes", "summary")),
        _json("recommendation"),
        _json("inputs"),
        _text("origin", nullable=False),
        _at("created_at"),
        _of("forecasts", "ad_campaign_id", "campaigns"),
        _key("forecasts", "id"),
    )
    _index("forecasts", "ad_campaign_id")
    _index("forecasts", "last_on")
    op.create_table(
        "forecast_days",
        _text("forecast_id", nullable=False),
        *_days("on"),
        *_whole("spend_minor", "spend_lower_minor", "spend_upper_minor", nullable=True),
        *_numbers("n_conversions", "n_conversions_lower", "n_conversions_upper"),
        *_whole("revenue_minor", "revenue_lower_minor", "revenue_upper_minor", nullable=True),
        _of("forecast_days", "forecast_id", "forecasts"),
        _key("forecast_days", "forecast_id", "on"),
    )
    op.create_table(
        "planned_events",
        *_texts("id", "name", nullable=False),
        *_days("first_on", "last_on"),
        *_numbers("effect"),
        _text("ad_campaign_id"),
        _at("created_at"),
        _of("planned_events", "ad_campaign_id", "campaigns"),
        _key("planned_events", "id"),
    )


def _create_budgets() -> None:
    op.create_table(
        "response_curves",
        *_texts("id", "campaign_id", nullable=False),
        _at("fitted_at"),
        *_days("as_of_on"),
        _text("currency", nullable=False),
        _count("n_days"),
        *_whole("spend_minor"),
        _text("outcome", nullable=False),
        _json("params"),
        _json("uncertainty"),
        _flag("has_followed_demand", nullable=True),
        _text("reason"),
        _of("response_curves", "campaign_id", "campaigns"),
        _key("response_curves", "id"),
    )
    _index("response_curves", "campaign_id")
    _index("response_curves", "fitted_at")
    op.create_table(
        "budget_plans",
        *_texts("id", "name", "currency", nullable=False),
        *_days("first_on", "last_on"),
        *_whole("total_minor"),
        _text("target"),
        *_numbers("target_value"),
        _json("expected", nullable=False),
        _text("created_by"),
        _at("created_at"),
        _key("budget_plans", "id"),
    )
    op.create_table(
        "plan_allocations",
        *_texts("plan_id", "campaign_id", nullable=False),
        *_whole("daily_minor"),
        *_whole("least_minor", "most_minor", "revenue_minor", nullable=True),
        *_numbers("n_conversions", "marginal_roas"),
        _of("plan_allocations", "plan_id", "budget_plans"),
        _of("plan_allocations", "campaign_id", "campaigns"),
        _key("plan_allocations", "plan_id", "campaign_id"),
    )
