"""All that the invented Meta knows: exact in its totals, and changeable as the real one changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from adplanning.core.errors import NotFound
from adplanning.demo.graph_content import Content
from adplanning.demo.graph_delivery import Delivery, Totals
from adplanning.demo.graph_objects import Account, AdObject, Level
from adplanning.demo.graph_pages import Lead, LeadForm, Page, Post

SCOPES = (
    *("ads_read", "leads_retrieval", "pages_show_list", "pages_read_engagement", "pages_manage_ads"),
    *("pages_manage_metadata", "read_insights", "business_management"),
)


@dataclass
class GraphData:
    """Accounts, ad objects, delivery, pages, forms, leads, posts; what the token may do, and until when.

    `now` is the instant that a change is stamped with (updated_time, created_time); each change moves it on a second.
    """

    now: datetime
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    # A token of a server lives until it is taken back.
    token_expires_at: datetime | None = None
    accounts: dict[str, Account] = field(default_factory=dict)
    objects: dict[str, AdObject] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    forms: dict[str, LeadForm] = field(default_factory=dict)
    _leads: dict[str, Lead] = field(default_factory=dict)
    _posts: dict[str, Post] = field(default_factory=dict)
    # Kept for ads and for campaigns, which get a little that no ad got; the other levels are sums of these.
    _delivery: dict[tuple[str, Level], Delivery] = field(default_factory=dict)

    def add_account(self, account: Account, objects: Sequence[AdObject], ads: Delivery, campaigns: Delivery) -> None:
        """Take in an account with its objects and delivery."""
        self.accounts[account.id] = account
        self.objects |= {part.id: part for part in objects}
        self._delivery |= {(account.id, "ad"): ads, (account.id, "campaign"): campaigns}

    def add_content(self, content: Content) -> None:
        """Take in a page with its forms, leads and posts."""
        self.pages[content.page.id] = content.page
        self.forms |= {form.id: form for form in content.forms}
        self._leads |= {lead.id: lead for lead in content.leads}
        self._posts |= {post.id: post for post in content.posts}

    def totals(self, account_id: str, level: Level, since: date, until: date) -> Totals:
        """The truth about a period of one account at one level, both days included."""
        return self.delivery(account_id, level).within(since, until).totals(self.accounts[account_id].currency)

    def delivery(self, account_id: str, level: Level) -> Delivery:
        """The figures of one account by day and object: ad sets add up ads, the account adds up campaigns."""
        if level == "adset":
            ads = self._delivery[account_id, "ad"]
            return ads.by([self.objects[ad].ad_set_id or "" for ad in ads.object_ids])
        if level == "account":
            campaigns = self._delivery[account_id, "campaign"]
            return campaigns.by([account_id] * len(campaigns.object_ids))
        return self._delivery[account_id, level]

    def effective_status(self, part: AdObject) -> str:
        """What its own status comes to below those of its ad set and campaign."""
        above = [self.objects[up] for up in (part.ad_set_id, part.campaign_id) if up not in (None, part.id)]
        for gone in ("DELETED", "ARCHIVED"):
            if any(each.state == gone for each in (part, *above)):
                return gone
        if part.status != "ACTIVE":
            return part.status
        return next((f"{up.kind.upper()}_PAUSED" for up in above if up.status != "ACTIVE"), "ACTIVE")

    def leads(self) -> list[Lead]:
        """All leads."""
        return list(self._leads.values())

    def posts(self) -> list[Post]:
        """All posts, planned ones too."""
        return list(self._posts.values())

    def lead(self, lead_id: str) -> Lead | None:
        """One lead."""
        return self._leads.get(lead_id)

    def post(self, post_id: str) -> Post | None:
        """One post."""
        return self._posts.get(post_id)

    def rename_campaign(self, campaign_id: str, name: str) -> None:
        """Give a campaign another name."""
        self._changed(campaign_id).name = name

    def move_ad(self, ad_id: str, ad_set_id: str) -> None:
        """Put an ad into another ad set; its past counts there from now on."""
        ad = self._changed(ad_id)
        ad.ad_set_id, ad.campaign_id = ad_set_id, self.objects[ad_set_id].campaign_id

    def archive(self, object_id: str) -> None:
        """List it only where archived ones are asked for."""
        self._changed(object_id).status = "ARCHIVED"

    def delete(self, object_id: str) -> None:
        """List it no more; its insights and its id are still answered."""
        self._changed(object_id).status = "DELETED"

    def forget(self, object_id: str) -> None:
        """Know it no more, not even by its id; its insights are still answered."""
        self._changed(object_id).is_forgotten = True

    def change_day(self, account_id: str, day: date) -> None:
        """Count more conversions, and a little less spend, on a day: late attribution, invalid clicks paid back."""
        ads, campaigns = self._delivery[account_id, "ad"], self._delivery[account_id, "campaign"]
        row = ads.periods.index((day, day))
        got = ads.delivered[row].astype(np.int64)
        spend = ads.figures["spend"][row]
        home = [campaigns.object_ids.index(self.objects[ad].campaign_id) for ad in ads.object_ids]
        for name, more in (
            ("leads", got),
            ("purchases", got),
            ("purchase_value", got * 49_900),
            ("spend", -spend // 50),
        ):
            of_campaigns = campaigns.figures[name][row]
            np.add.at(of_campaigns, home, more)
            of_campaigns *= campaigns.delivered[row]
            ads.figures[name][row] += more

    def drop_row(self, account_id: str, level: Level, object_id: str, day: date) -> None:
        """Take one row away, as Meta does when it retracts it; the other level keeps its own."""
        self._delivery[account_id, level].drop(object_id, day)

    def add_lead(
        self,
        form_id: str,
        *,
        ad_id: str | None = None,
        created_at: datetime | None = None,
        **answers: str | Sequence[str],
    ) -> str:
        """Leave a lead now, or at a given instant, and answer its id; one value or several for each question."""
        form = self.forms[form_id]
        lead_id = f"{form.page_id}7{len(self._leads):08d}"
        given = {name: [value] if isinstance(value, str) else list(value) for name, value in answers.items()}
        self._leads[lead_id] = Lead(lead_id, form_id, form.page_id, created_at or self.now, given, ad_id)
        self._tick()
        return lead_id

    def _changed(self, object_id: str) -> AdObject:
        if object_id not in self.objects:
            raise NotFound(f"no campaign, ad set or ad has the id {object_id}; see `objects`")
        self.objects[object_id].updated_at = self.now
        self._tick()
        return self.objects[object_id]

    def _tick(self) -> None:
        self.now += timedelta(seconds=1)
