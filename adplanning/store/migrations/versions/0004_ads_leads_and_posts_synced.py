"""What Meta knows of campaigns, leads and posts, how far it has been read, and spend that is known by period only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adplanning.store.tables.base import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _add(table: str, *columns: sa.Column[object]) -> None:
    for column in columns:
        op.add_column(table, column)


def _text(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _minor(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, Instant(), nullable=nullable)


def _json(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _claims() -> list[sa.Column[object]]:
    return [
        sa.Column("n_reach", sa.BigInteger(), nullable=True),
        sa.Column("n_leads", sa.Double(), nullable=True),
        sa.Column("n_purchases", sa.Double(), nullable=True),
        _minor("purchase_value_minor"),
        _text("attribution_setting"),
    ]


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=unique)


def upgrade() -> None:
    """Go one step forward."""
    _add("ad_accounts", _text("status"), _minor("amount_spent_minor"))
    _add(
        "campaigns",
        _text("effective_status"),
        _text("buying_type"),
        _minor("lifetime_budget_minor"),
        _at("starts_at"),
        _at("stops_at"),
        _text("remote_state"),
    )
    _add(
        "ad_sets",
        _text("status"),
        _text("effective_status"),
        _text("optimization_goal"),
        _minor("daily_budget_minor"),
        _minor("lifetime_budget_minor"),
        _text("remote_state"),
    )
    _add("ads", _text("status"), _text("effective_status"), _text("creative_id"), _text("remote_state"))
    _index("ad_sets", "platform_ad_set_id")
    _index("ads", "platform_ad_id")
    op.create_table(
        "ad_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _text("object_id", nullable=False),
        _text("what", nullable=False),
        _text("before"),
        _text("after"),
        _at("seen_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ad_changes")),
    )
    _index("ad_changes", "object_id")
    _add("daily_spend", *_claims())
    op.create_table(
        "daily_actions",
        _text("object_id", nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        _json("actions", nullable=False),
        _json("action_values", nullable=False),
        sa.PrimaryKeyConstraint("object_id", "on", name=op.f("pk_daily_actions")),
    )
    op.create_table(
        "period_spend",
        _text("object_id", nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        _text("level", nullable=False),
        _text("campaign_id", nullable=False),
        _text("ad_set_id"),
        _text("ad_id"),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
        _text("currency", nullable=False),
        sa.Column("n_impressions", sa.BigInteger(), nullable=False),
        sa.Column("n_clicks", sa.BigInteger(), nullable=False),
        sa.Column("n_link_clicks", sa.BigInteger(), nullable=True),
        sa.Column("n_results", sa.Double(), nullable=True),
        _text("result_type"),
        *_claims(),
        _text("import_id"),
        *(
            sa.ForeignKeyConstraint(
                [f"{part}_id"], [f"{part}s.id"], name=op.f(f"fk_period_spend_{part}_id"), ondelete="CASCADE"
            )
            for part in ("campaign", "ad_set", "ad")
        ),
        sa.PrimaryKeyConstraint("object_id", "first_on", "last_on", name=op.f("pk_period_spend")),
    )
    _index("period_spend", "campaign_id")
    _create_leads()
    _create_posts()
    _create_syncing()


def _create_leads() -> None:
    op.create_table(
        "lead_forms",
        _text("id", nullable=False),
        _text("page_id"),
        _text("name", nullable=False),
        _text("status"),
        _text("locale"),
        _json("questions"),
        sa.Column("n_leads", sa.Integer(), nullable=True),
        _at("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_forms")),
    )
    _index("lead_forms", "page_id")
    op.create_table(
        "leads",
        _text("id", nullable=False),
        _text("platform", nullable=False),
        _text("platform_lead_id"),
        _text("fingerprint"),
        *(_text(name) for name in ("form_id", "form_name", "page_id", "ad_campaign_id", "ad_set_id", "ad_id")),
        *(_text(name) for name in ("campaign_name", "ad_set_name", "ad_name")),
        sa.Column("is_organic", sa.Boolean(), nullable=True),
        *(_text(name) for name in ("full_name", "email", "phone")),
        _json("answers", nullable=False),
        _text("status", nullable=False),
        _text("notes"),
        _text("assigned_to"),
        _text("currency", nullable=False),
        _minor("estimated_value_minor"),
        _minor("actual_value_minor"),
        _text("person_id"),
        _text("conversion_id"),
        _at("submitted_at", nullable=False),
        *(_at(name) for name in ("contacted_at", "qualified_at", "converted_at")),
        _at("received_at", nullable=False),
        _at("updated_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversions.id"], name=op.f("fk_leads_conversion_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("platform_lead_id", name=op.f("uq_leads_platform_lead_id")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_leads_fingerprint")),
    )
    for column in ("form_id", "ad_campaign_id", "status", "person_id", "submitted_at"):
        _index("leads", column)
    op.create_table(
        "lead_steps",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _text("lead_id", nullable=False),
        _text("before", nullable=False),
        _text("after", nullable=False),
        _at("at", nullable=False),
        _text("by"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_steps_lead_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_steps")),
    )
    _index("lead_steps", "lead_id")
    op.create_table(
        "announced_leads",
        _text("platform_lead_id", nullable=False),
        _text("page_id"),
        _text("form_id"),
        _at("announced_at", nullable=False),
        _at("fetched_at"),
        sa.Column("n_tries", sa.Integer(), nullable=False),
        _at("next_try_at", nullable=False),
        _text("fault"),
        sa.PrimaryKeyConstraint("platform_lead_id", name=op.f("pk_announced_leads")),
    )
    _index("announced_leads", "fetched_at")


def _create_posts() -> None:
    op.create_table(
        "social_pages",
        _text("id", nullable=False),
        _text("name", nullable=False),
        _at("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_pages")),
    )
    op.create_table(
        "social_posts",
        _text("id", nullable=False),
        _text("platform", nullable=False),
        *(_text(name) for name in ("platform_post_id", "page_id", "caption")),
        _text("status", nullable=False),
        _at("scheduled_at"),
        _at("posted_at"),
        _text("media_url"),
        _text("post_url"),
        _json("insights"),
        _text("error"),
        _at("created_at", nullable=False),
        _at("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_posts")),
        sa.UniqueConstraint("platform_post_id", name=op.f("uq_social_posts_platform_post_id")),
    )
    for column in ("page_id", "status", "posted_at"):
        _index("social_posts", column)


def _create_syncing() -> None:
    op.create_table(
        "sync_streams",
        _text("scope", nullable=False),
        _text("stream", nullable=False),
        _text("status", nullable=False),
        _text("fault"),
        _text("message"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("n_read", "n_stored", "n_quarantined")),
        sa.Column("watermark_on", sa.Date(), nullable=True),
        _at("cursor_at"),
        _at("resume_at"),
        _at("started_at", nullable=False),
        _at("finished_at"),
        _at("succeeded_at"),
        _json("details"),
        sa.PrimaryKeyConstraint("scope", "stream", name=op.f("pk_sync_streams")),
    )
    op.create_table(
        "sync_leases",
        _text("scope", nullable=False),
        _text("holder", nullable=False),
        _at("lease_until", nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_sync_leases")),
    )
    op.create_table(
        "quarantined_rows",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _text("scope", nullable=False),
        _text("stream", nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        _text("reason", nullable=False),
        _json("row", nullable=False),
        _at("seen_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_rows")),
    )
    _index("quarantined_rows", "scope", "stream", "on")
