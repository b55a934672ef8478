"""What an analyst asks about campaigns and what came of them directly: leads and posts, goals, and who said what."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl
from sqlalchemy import select

from adplanning.conversions.service import completions
from adplanning.core.money import to_major
from adplanning.social.engagement import engagement
from adplanning.social.queries import matching_posts
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.social import SocialPost
from adplanning.workspace_store import OpenStore, PeriodLike, in_own_currency

_LEAD = (
    "submitted_at",
    "status",
    "platform",
    "form_name",
    "ad_campaign_id",
    "campaign_name",
    "is_organic",
    "person_id",
)
_LEAD_STEPS = ("contacted_at", "qualified_at", "converted_at")
_POST = ("platform", "status", "posted_at", "scheduled_at", "caption", "post_url", "insights")
_COMPLETIONS: dict[str, pl.DataType] = {
    "goal_id": pl.String(),
    "completions": pl.Int64(),
    "value": pl.Float64(),
    "n_without_rate": pl.Int64(),
    "last_at": pl.Datetime("us", "UTC"),
}
_COUNTS = ("reactions", "comments", "shares", "engagement")


@dataclass(frozen=True)
class CampaignWorkspace(OpenStore):
    """An open store, asked about campaigns, leads, posts and goals; see `workspace.Workspace`."""

    def campaigns(self) -> pl.DataFrame:
        """All campaigns as they stand now; what they cost and brought is in `campaign_metrics` and `attribution`.

        Returns
        -------
        One row per campaign, by name: campaign_id, name, platform, status, objective, starts_at, stops_at,
        daily_budget, lifetime_budget (major units of currency; null where there is none), currency (of the account).

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.campaigns().select("name", "status", "daily_budget", "currency").head(2).rows()
        [('Diwali Festive Sale', 'PAUSED', 220.0, 'INR'), ('Engagement Boost | Reels', 'ACTIVE', 90.0, 'INR')]
        """
        of, account = TABLES["campaigns"].c, TABLES["ad_accounts"].c
        columns = [of.id.label("campaign_id"), of.name, account.platform, of.status, of.objective]
        columns += [of.starts_at, of.stops_at, of.daily_budget_minor, of.lifetime_budget_minor, account.currency]
        query = select(*columns).join_from(TABLES["campaigns"], TABLES["ad_accounts"], of.ad_account_id == account.id)
        rows = in_own_currency(facts.read(self.engine, query)[0], ["daily_budget", "lifetime_budget"])
        return rows.select(pl.exclude("currency"), "currency").sort("name", "campaign_id")

    def leads(self, period: PeriodLike = None) -> pl.DataFrame:
        """Each lead that was left in a period, oldest first, without names and addresses: `person_id` leads to them.

        Parameters
        ----------
        period : of the submission: None for all, a number of days up to now, or (first day, last day).

        Returns
        -------
        One row per lead: lead_id, submitted_at, status, platform, form_name, ad_campaign_id, campaign_name, is_organic,
        person_id, contacted_at, qualified_at, converted_at, estimated_value, actual_value (major units of currency;
        null where nobody has said), currency.

        Raises
        ------
        InvalidData : a date that does not exist.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.leads().height
        0
        """
        columns = ["id", *_LEAD, *_LEAD_STEPS, "currency", "estimated_value_minor", "actual_value_minor"]
        rows = facts.scan(self.engine, "leads", columns, self._period(period)).collect().rename({"id": "lead_id"})
        valued = in_own_currency(rows, ["estimated_value", "actual_value"])
        return valued.select(pl.exclude("currency"), "currency").sort("submitted_at", "lead_id")

    def social_posts(self, period: PeriodLike = None) -> pl.DataFrame:
        """Each post of a period, oldest first, with how people answered it.

        Parameters
        ----------
        period : in which the post went out, else is planned for, else was made.

        Returns
        -------
        One row per post: post_id, platform, status, posted_at, scheduled_at, caption, post_url, reactions, comments,
        shares (null where nobody has counted) and engagement, what is known of them added up.

        Raises
        ------
        InvalidData : a date that does not exist.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.social_posts().columns[-4:]
        ['reactions', 'comments', 'shares', 'engagement']
        """
        columns = [SocialPost.id.label("post_id"), *(getattr(SocialPost, name) for name in _POST)]
        query = matching_posts({}, self._period(period)).with_only_columns(*columns)
        rows = facts.read(self.engine, query)[0]
        counted = [engagement(json.loads(text) if text else None) for text in rows["insights"]]
        counts = pl.DataFrame(
            [(one.reactions, one.comments, one.shares, one.total) for one in counted],
            schema=dict.fromkeys(_COUNTS, pl.Int64),
            orient="row",
        )
        date = pl.coalesce("posted_at", "scheduled_at")
        return rows.drop("insights").hstack(counts).sort(date, "post_id")

    def goals(self) -> pl.DataFrame:
        """All goals, and how often each was completed.

        Returns
        -------
        One row per goal, those of higher priority first: goal_id, name, goal_type, is_active, priority, completions,
        value (of them, in the reporting currency), n_without_rate (completions that `value` leaves out, since no rate
        is known for their currency), last_at.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.goals().select("name", "completions").head(2).rows()
        [('Order of ₹500 or more', 37), ('Bulk enquiry', 8)]
        """
        of = TABLES["goals"].c
        query = select(of.id.label("goal_id"), of.name, of.goal_type, of.is_active, of.priority)
        rows = facts.read(self.engine, query)[0].sort("priority", "goal_id", descending=[True, False])
        currency = self.settings.currency
        met = completions(self.engine, rows["goal_id"].to_list(), currency=currency, zone=self.settings.zone)
        found = [
            (goal_id, one.count, to_major(one.value_minor, currency), one.n_unconverted, one.last_at)
            for goal_id, one in met.items()
        ]
        counted = pl.DataFrame(found, schema=_COMPLETIONS, orient="row")
        return rows.join(counted, on="goal_id", how="left", maintain_order="left")
