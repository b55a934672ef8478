"""Pages of the invented Meta with forms, leads and posts, and all the fields that Graph answers for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adplanning.demo.graph_fields import Field, picked
from adplanning.demo.graph_objects import AdObject, Record, utc_text
from adplanning.demo.graph_wire import refused

# The older post_impressions and its kind were withdrawn.
POST_METRICS = frozenset({"post_media_view", "post_total_media_view_unique", "post_clicks"})


@dataclass
class Page:
    """A page, with the token that its forms, leads and posts need."""

    id: str
    name: str
    access_token: str
    account_id: str

    def record(self) -> Record:
        """All fields, as Graph writes them."""
        tasks = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE"]
        return {"id": self.id, "name": self.name, "access_token": self.access_token, "category": "Shop", "tasks": tasks}


@dataclass
class LeadForm:
    """A form below ads; `questions` by key."""

    id: str
    page_id: str
    name: str
    questions: Mapping[str, str]
    created_at: datetime
    status: str = "ACTIVE"

    def record(self, leads: Sequence[Lead]) -> Record:
        """All fields, as Graph writes them; counted from its leads."""
        return {
            "id": self.id,
            "page_id": self.page_id,
            "page": {"id": self.page_id},
            "name": self.name,
            "status": self.status,
            "locale": "en_IN",
            "questions": [
                {"key": key, "label": label, "type": "CUSTOM", "id": f"{self.id}{n}"}
                for n, (key, label) in enumerate(self.questions.items())
            ],
            "leads_count": len(leads),
            "expired_leads_count": 0,
            "organic_leads_count": sum(lead.ad_id is None for lead in leads),
            "created_time": utc_text(self.created_at),
        }


@dataclass
class Lead:
    """What somebody answered, a list of values for each question; without an ad it is organic."""

    id: str
    form_id: str
    page_id: str
    created_at: datetime
    answers: Mapping[str, Sequence[str]]
    ad_id: str | None = None
    platform: str = "fb"

    def record(self, objects: Mapping[str, AdObject]) -> Record:
        """All fields, as Graph writes them."""
        ad = objects.get(self.ad_id or "")
        parents = (objects[ad.ad_set_id or ""], objects[ad.campaign_id]) if ad else (None, None)
        named: Record = {}
        for kind, part in zip(("ad", "adset", "campaign"), (ad, *parents), strict=True):
            named |= {f"{kind}_id": part and part.id, f"{kind}_name": part and part.name}
        return {
            "id": self.id,
            "created_time": utc_text(self.created_at),
            **named,
            "form_id": self.form_id,
            "field_data": [{"name": name, "values": list(values)} for name, values in self.answers.items()],
            "is_organic": ad is None,
            "platform": self.platform,
            "custom_disclaimer_responses": None,
            "retailer_item_id": None,
        }


@dataclass
class Post:
    """A post of a page, out since `created_at` or planned for `scheduled_at`."""

    id: str
    page_id: str
    message: str
    created_at: datetime
    n_likes: int = 0
    n_comments: int = 0
    n_shares: int = 0
    metrics: Mapping[str, int] | None = None
    scheduled_at: datetime | None = None

    def record(self) -> Record:
        """All fields, as Graph writes them."""
        return {
            "id": self.id,
            "message": self.message,
            "created_time": utc_text(self.created_at),
            "updated_time": utc_text(self.created_at),
            "permalink_url": f"https://www.facebook.com/{self.id.replace('_', '/posts/')}",
            "full_picture": f"https://scontent.example.com/{self.id}.jpg",
            "status_type": "added_photos",
            "is_published": self.scheduled_at is None,
            "scheduled_publish_time": self.scheduled_at and int(self.scheduled_at.timestamp()),
            "likes": _counted(self.n_likes),
            "comments": _counted(self.n_comments),
            "reactions": _counted(self.n_likes),
            "shares": {"count": self.n_shares} if self.n_shares else None,
            "insights": lambda field: {"data": self.insights(field.options.get("metric", "").split(","), field.inner)},
        }

    def insights(self, metrics: Sequence[str], fields: tuple[Field, ...] = ()) -> list[Record]:
        """The asked metrics over the life of the post, as far as they are counted; others are refused."""
        if not set(metrics) <= POST_METRICS:
            raise refused("(#100) The value must be a valid insights metric")
        told = [
            {
                "name": name,
                "period": "lifetime",
                "values": [{"value": (self.metrics or {})[name]}],
                "title": name.replace("_", " "),
                "id": f"{self.id}/insights/{name}/lifetime",
            }
            for name in metrics
            if name in (self.metrics or {})
        ]
        return [picked(metric, fields, "InsightsResult") for metric in told] if fields else told


def _counted(n: int) -> Callable[[Field], Record]:
    # The total is told only to those who ask for the summary.
    return lambda field: (
        {"data": []}
        | ({"summary": {"total_count": n}} if field.options.get("summary") in ("true", "1", "total_count") else {})
    )
