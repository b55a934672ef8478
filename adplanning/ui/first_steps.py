"""What a page says while the store holds nothing of what it shows, and where the first of it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.visit import Visit


@dataclass(frozen=True)
class FirstStep:
    """Said above a page as long as none of the tables holds a row; the link leads to another page."""

    tables: Sequence[str]
    words: str
    link: str
    slug: str = "ad-planning/import"


_SPENT = ("daily_spend", "period_spend")
_ANYTHING = ("conversions", "journey_events", "touchpoints", "campaigns", "leads", "social_posts", *_SPENT)
_META = "meta-ads/connection"

# Pages that are not here say it in their own parts, or need nothing from elsewhere.
FIRST_STEPS: Mapping[str, FirstStep] = {
    "ad-planning/conversions": FirstStep(
        ("conversions",),
        "Purchases, lead forms and other conversions stand here; no order was imported and no shop has sent one yet.",
        "Import orders",
    ),
    "ad-planning/goals": FirstStep(
        ("conversions", "journey_events"),
        "A goal counts events and conversions; it can be made now, but nothing that it could count has come in yet.",
        "Import events or orders",
    ),
    "ad-planning/attribution": FirstStep(
        ("touchpoints",),
        "The sessions that ads and links have brought stand here; no visit was tracked or imported yet.",
        "Import events",
    ),
    "ad-planning/attribution-report": FirstStep(
        ("conversions", *_SPENT),
        "Who earned the conversions and what they cost is shown here; neither orders nor costs are known yet.",
        "Import orders and what ads cost",
    ),
    "ad-planning/campaign-names": FirstStep(
        ("touchpoints", "campaigns"),
        "The names in links are held against campaigns here; neither visits nor campaigns are known yet.",
        "Import events or an export of Ads Manager",
    ),
    "ad-planning/journeys": FirstStep(
        ("journey_events", "conversions"),
        "Every customer's way stands here, from the first visit on; no event was tracked or imported yet.",
        "Import events",
    ),
    "ad-planning/segments": FirstStep(
        ("persons",),
        "A segment picks customers by rules; it can be made now, but no customer is known yet.",
        "Import people or orders",
    ),
    "ad-planning/scores": FirstStep(
        ("persons",),
        "What customers are worth and whether they stay is shown here; no customer is known yet.",
        "Import people or orders",
    ),
    "ad-planning/sentiment": FirstStep(
        ("feedback", "sentiments", "leads", "journey_events"),
        "How customers' words sound is shown here; no feedback, and no form in which they wrote any, has come in yet.",
        "Import leads or events",
    ),
    "ad-planning/experiments": FirstStep(
        ("journey_events", "conversions", "touchpoints", "campaigns"),
        "A test compares what visitors or campaigns do; it can be made now, but neither is known yet.",
        "Import events, orders or an export of Ads Manager",
    ),
    "ad-planning/forecasts": FirstStep(
        ("conversions", *_SPENT),
        "A forecast learns from days of spend and results; neither is known yet.",
        "Import orders and what ads cost",
    ),
    "ad-planning/alerts": FirstStep(
        _ANYTHING,
        "A rule watches a number and speaks up; it can be made now, but there is no number to watch yet.",
        "Import a file",
    ),
    "meta-ads/campaigns": FirstStep(
        ("campaigns",),
        "Campaigns and what they cost stand here; none was read from Meta, and no export was imported yet.",
        "Connect Meta",
        _META,
    ),
    "meta-ads/leads": FirstStep(
        ("leads",),
        "Who left word in a lead form stands here; no lead was read from Meta or imported yet.",
        "Connect Meta",
        _META,
    ),
    "social-posts": FirstStep(
        ("social_posts",),
        "What was posted and is planned stands here; no post was read from Meta or added by hand yet.",
        "Connect Meta",
        _META,
    ),
}


def first_step(visit: Visit, slug: str) -> list[Component]:
    """The sentence with its link as long as the page has nothing to show; nothing from the first row on."""
    step = FIRST_STEPS.get(slug)
    if step is None:
        return []
    with visit.reading() as session:
        if session.scalar(select(or_(*(exists(select(1).select_from(TABLES[name])) for name in step.tables)))):
            return []
    notices = Notices()
    notices.show([Notice(step.words, "info", address_of(step.slug), step.link)])
    return [notices]
