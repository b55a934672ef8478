"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adplanning.store.tables.base import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "ad_accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ad_accounts")),
    )
    op.create_index(
        op.f("ix_ad_accounts_platform_platform_account_id"),
        "ad_accounts",
        ["platform", "platform_account_id"],
        unique=True,
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_api_keys_name")),
    )
    op.create_table(
        "batch_leases",
        sa.Column("notebook", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("notebook", name=op.f("pk_batch_leases")),
    )
    op.create_table(
        "batch_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("notebook", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("output_path", sa.String(), nullable=True),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("heartbeat_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_runs")),
    )
    op.create_index(op.f("ix_batch_runs_notebook"), "batch_runs", ["notebook"], unique=False)
    op.create_table(
        "conversions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversion_type", sa.String(), nullable=False),
        sa.Column("conversion_name", sa.String(), nullable=True),
        sa.Column("website_id", sa.String(), nullable=True),
        sa.Column("ad_campaign_id", sa.String(), nullable=True),
        sa.Column("ad_set_id", sa.String(), nullable=True),
        sa.Column("ad_id", sa.String(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("utm_source", sa.String(), nullable=True),
        sa.Column("utm_medium", sa.String(), nullable=True),
        sa.Column("utm_campaign", sa.String(), nullable=True),
        sa.Column("utm_term", sa.String(), nullable=True),
        sa.Column("utm_content", sa.String(), nullable=True),
        sa.Column("attribution_model", sa.String(), nullable=False),
        sa.Column("attribution_weight", sa.Double(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("lead_id", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("visitor_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("pathname", sa.String(), nullable=True),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("converted_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversions")),
    )
    op.create_index(op.f("ix_conversions_converted_at"), "conversions", ["converted_at"], unique=False)
    op.create_index(
        "ix_conversions_person_id",
        "conversions",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_conversions_visitor_id"), "conversions", ["visitor_id"], unique=False)
    op.create_index(
        "uq_conversions_event",
        "conversions",
        ["website_id", "event_id"],
        unique=True,
        sqlite_where=sa.text("event_id IS NOT NULL"),
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
    op.create_index(
        "uq_conversions_purchase_order",
        "conversions",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("conversion_type = 'purchase' AND order_id IS NOT NULL"),
        postgresql_where=sa.text("conversion_type = 'purchase' AND order_id IS NOT NULL"),
    )
    op.create_table(
        "currency_rates",
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("in_currency", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "in_currency", "on", name=op.f("pk_currency_rates")),
    )
    op.create_table(
        "goals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("goal_type", sa.String(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("default_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("value_from_event", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("website_id", sa.String(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goals")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("n_received", sa.Integer(), nullable=False),
        sa.Column("n_stored", sa.Integer(), nullable=False),
        sa.Column("n_duplicates", sa.Integer(), nullable=False),
        sa.Column("n_rejected", sa.Integer(), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_file_sha256"), "imports", ["file_sha256"], unique=False)
    op.create_table(
        "journey_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("visitor_id", sa.String(), nullable=True),
        sa.Column("website_id", sa.String(), nullable=True),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("event_name", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("utm_source", sa.String(), nullable=True),
        sa.Column("utm_medium", sa.String(), nullable=True),
        sa.Column("utm_campaign", sa.String(), nullable=True),
        sa.Column("utm_term", sa.String(), nullable=True),
        sa.Column("utm_content", sa.String(), nullable=True),
        sa.Column("ad_campaign_id", sa.String(), nullable=True),
        sa.Column("source_type", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("event_data", sa.JSON(), nullable=True),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_events")),
    )
    op.create_index(op.f("ix_journey_events_occurred_at"), "journey_events", ["occurred_at"], unique=False)
    op.create_index(
        "ix_journey_events_person_id",
        "journey_events",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_journey_events_visitor_id"), "journey_events", ["visitor_id"], unique=False)
    op.create_index(
        "uq_journey_events_event",
        "journey_events",
        ["website_id", "event_id"],
        unique=True,
        sqlite_where=sa.text("event_id IS NOT NULL"),
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=True),
        sa.Column("last_name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("email_key", name=op.f("uq_persons_email_key")),
    )
    op.create_index(op.f("ix_persons_created_at"), "persons", ["created_at"], unique=False)
    op.create_table(
        "touchpoints",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("analytics_session_id", sa.String(), nullable=False),
        sa.Column("visitor_id", sa.String(), nullable=False),
        sa.Column("website_id", sa.String(), nullable=True),
        sa.Column("ad_campaign_id", sa.String(), nullable=True),
        sa.Column("ad_set_id", sa.String(), nullable=True),
        sa.Column("ad_id", sa.String(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("utm_source", sa.String(), nullable=True),
        sa.Column("utm_medium", sa.String(), nullable=True),
        sa.Column("utm_campaign", sa.String(), nullable=True),
        sa.Column("utm_term", sa.String(), nullable=True),
        sa.Column("utm_content", sa.String(), nullable=True),
        sa.Column("is_resolved", sa.Boolean(), nullable=False),
        sa.Column("resolution_confidence", sa.Double(), nullable=True),
        sa.Column("resolution_method", sa.String(), nullable=False),
        sa.Column("entry_page", sa.String(), nullable=True),
        sa.Column("session_pageviews", sa.Integer(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("session_started_at", Instant(), nullable=False),
        sa.Column("attributed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoints")),
        sa.UniqueConstraint("analytics_session_id", name=op.f("uq_touchpoints_analytics_session_id")),
    )
    op.create_index(op.f("ix_touchpoints_ad_campaign_id"), "touchpoints", ["ad_campaign_id"], unique=False)
    op.create_index(op.f("ix_touchpoints_session_started_at"), "touchpoints", ["session_started_at"], unique=False)
    op.create_index(op.f("ix_touchpoints_visitor_id"), "touchpoints", ["visitor_id"], unique=False)
    op.create_table(
        "visitors",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("linked_at", Instant(), nullable=True),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitors")),
    )
    op.create_index(op.f("ix_visitors_person_id"), "visitors", ["person_id"], unique=False)
    op.create_table(
        "websites",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_websites")),
        sa.UniqueConstraint("domain", name=op.f("uq_websites_domain")),
    )
    op.create_table(
        "attribution_credits",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("conversion_id", sa.String(), nullable=False),
        sa.Column("touchpoint_id", sa.String(), nullable=True),
        sa.Column("credit", sa.Double(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("converted_at", Instant(), nullable=False),
        sa.Column("lookback_days", sa.Integer(), nullable=False),
        sa.Column("half_life_days", sa.Double(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversions.id"], name=op.f("fk_attribution_credits_conversion_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"], ["touchpoints.id"], name=op.f("fk_attribution_credits_touchpoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribution_credits")),
    )
    op.create_index(
        op.f("ix_attribution_credits_conversion_id"), "attribution_credits", ["conversion_id"], unique=False
    )
    op.create_index(
        op.f("ix_attribution_credits_model_converted_at"),
        "attribution_credits",
        ["model", "converted_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_attribution_credits_touchpoint_id"), "attribution_credits", ["touchpoint_id"], unique=False
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ad_account_id", sa.String(), nullable=False),
        sa.Column("platform_campaign_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("objective", sa.String(), nullable=True),
        sa.Column("daily_budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["ad_account_id"], ["ad_accounts.id"], name=op.f("fk_campaigns_ad_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(op.f("ix_campaigns_name_key"), "campaigns", ["name_key"], unique=False)
    op.create_index(op.f("ix_campaigns_platform_campaign_id"), "campaigns", ["platform_campaign_id"], unique=False)
    op.create_table(
        "goal_completions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("goal_id", sa.String(), nullable=False),
        sa.Column("conversion_id", sa.String(), nullable=True),
        sa.Column("journey_event_id", sa.String(), nullable=True),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("completed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversions.id"], name=op.f("fk_goal_completions_conversion_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["goal_id"], ["goals.id"], name=op.f("fk_goal_completions_goal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["journey_event_id"],
            ["journey_events.id"],
            name=op.f("fk_goal_completions_journey_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_completions")),
    )
    op.create_index(op.f("ix_goal_completions_conversion_id"), "goal_completions", ["conversion_id"], unique=False)
    op.create_index(
        op.f("ix_goal_completions_goal_id_completed_at"), "goal_completions", ["goal_id", "completed_at"], unique=False
    )
    op.create_index(
        op.f("ix_goal_completions_journey_event_id"), "goal_completions", ["journey_event_id"], unique=False
    )
    op.create_table(
        "rejected_rows",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_rejected_rows_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_rows")),
    )
    op.create_index(op.f("ix_rejected_rows_import_id"), "rejected_rows", ["import_id"], unique=False)
    op.create_table(
        "ad_sets",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("platform_ad_set_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_ad_sets_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ad_sets")),
    )
    op.create_index(op.f("ix_ad_sets_campaign_id"), "ad_sets", ["campaign_id"], unique=False)
    op.create_table(
        "ads",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ad_set_id", sa.String(), nullable=False),
        sa.Column("platform_ad_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["ad_set_id"], ["ad_sets.id"], name=op.f("fk_ads_ad_set_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ads")),
    )
    op.create_index(op.f("ix_ads_ad_set_id"), "ads", ["ad_set_id"], unique=False)
    op.create_table(
        "daily_spend",
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("ad_set_id", sa.String(), nullable=True),
        sa.Column("ad_id", sa.String(), nullable=True),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("n_impressions", sa.BigInteger(), nullable=False),
        sa.Column("n_clicks", sa.BigInteger(), nullable=False),
        sa.Column("n_link_clicks", sa.BigInteger(), nullable=True),
        sa.Column("n_results", sa.Double(), nullable=True),
        sa.Column("result_type", sa.String(), nullable=True),
        sa.Column("import_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ad_id"], ["ads.id"], name=op.f("fk_daily_spend_ad_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["ad_set_id"], ["ad_sets.id"], name=op.f("fk_daily_spend_ad_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_daily_spend_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("object_id", "on", name=op.f("pk_daily_spend")),
    )
    op.create_index(op.f("ix_daily_spend_campaign_id"), "daily_spend", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_daily_spend_on"), "daily_spend", ["on"], unique=False)
