"""Every page: its address, its words, and where its function stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

ROOT = "/app/"


@dataclass(frozen=True)
class Page:
    """A page of the dashboards.

    `function` is `module:name` below `adplanning.ui.pages`, imported when the page is opened. With `has_records`, the
    address may go on with one record's id. `heading` stands above it where that says more than its `title`.
    """

    title: str
    group: str
    icon: str
    help: str
    function: str
    has_records: bool = False
    heading: str = ""


PAGES = {
    "ad-planning": Page(
        "Ad planning",
        "Overview",
        "mdi-view-dashboard-outline",
        "Manage conversions, experiments, segments, journeys, scores and attribution, and see how each stands.",
        "home:home",
        heading="Ad Planning & Attribution",
    ),
    "ad-planning/conversions": Page(
        "Conversions",
        "Measure",
        "mdi-cart-check",
        "Purchases, lead forms and whatever else counts, from every channel.",
        "conversions:conversions",
        has_records=True,
    ),
    "ad-planning/goals": Page(
        "Goals",
        "Measure",
        "mdi-flag-checkered",
        "What you want visitors to do; every event is held against these.",
        "goals:goals",
        has_records=True,
    ),
    "ad-planning/attribution": Page(
        "Attribution",
        "Measure",
        "mdi-source-branch",
        "Which campaigns the conversions came from, and what each brought for what it cost.",
        "attribution:attribution",
        has_records=True,
    ),
    "ad-planning/attribution-report": Page(
        "Attribution report",
        "Measure",
        "mdi-scale-balance",
        "Who earned how much credit under which model, what it cost, and how sure that is.",
        "attribution_report:attribution_report_page",
        has_records=True,
    ),
    "ad-planning/campaign-names": Page(
        "Campaign names",
        "Measure",
        "mdi-tag-check-outline",
        "Which campaign the name in a link means: names that wait for an answer, and the answers given.",
        "campaign_names:campaign_names",
    ),
    "ad-planning/journeys": Page(
        "Customer journeys",
        "Customers",
        "mdi-map-marker-path",
        "How far customers come, how long it takes, and each one's way.",
        "journeys:journeys_page",
        has_records=True,
    ),
    "ad-planning/segments": Page(
        "Customer segments",
        "Customers",
        "mdi-account-group-outline",
        "Groups of customers by rules, for targeting and analysis.",
        "segments:segments_page",
        has_records=True,
    ),
    "ad-planning/scores": Page(
        "Customer scores",
        "Customers",
        "mdi-star-outline",
        "Lifetime value, engagement, churn risk and NPS.",
        "scores:scores_page",
    ),
    "ad-planning/sentiment": Page(
        "Sentiment",
        "Customers",
        "mdi-emoticon-outline",
        "How what customers say sounds, and what it is about.",
        "sentiment:sentiment_page",
        has_records=True,
    ),
    "ad-planning/experiments": Page(
        "A/B experiments",
        "Decide",
        "mdi-flask-outline",
        "Tests of ads, pages and audiences.",
        "experiments:experiments_page",
        has_records=True,
    ),
    "ad-planning/forecasts": Page(
        "Forecasts and budgets",
        "Decide",
        "mdi-chart-timeline-variant",
        "What to expect of the days to come, how often that was right, and where to put the budget.",
        "forecasts:forecasts_page",
        has_records=True,
    ),
    "ad-planning/alerts": Page(
        "Alerts",
        "Decide",
        "mdi-bell-outline",
        "What is out of bounds now, and the rules that watch the numbers for you.",
        "alerts:alerts_page",
        has_records=True,
    ),
    "ad-planning/metrics": Page(
        "Metrics",
        "Decide",
        "mdi-chart-box-outline",
        "The headline numbers of all modules on one page.",
        "metrics:metrics_page",
    ),
    "meta-ads/campaigns": Page(
        "Meta Ads campaigns",
        "Channels",
        "mdi-bullhorn-outline",
        "Synced campaigns and their spend.",
        "meta_campaigns:meta_campaigns",
        has_records=True,
    ),
    "meta-ads/leads": Page(
        "Meta Ads leads",
        "Channels",
        "mdi-account-plus-outline",
        "Who left word in a lead form, and how far each has come.",
        "meta_leads:meta_leads",
        has_records=True,
    ),
    "meta-ads/connection": Page(
        "Meta connection",
        "Channels",
        "mdi-connection",
        "Which accounts and pages are read from Meta, how far each has come, and what is missing.",
        "connection:connection_page",
    ),
    "social-posts": Page(
        "Social posts",
        "Channels",
        "mdi-post-outline",
        "What was posted and what is planned.",
        "social_posts:social_posts",
        has_records=True,
    ),
    "ad-planning/import": Page(
        "Import a file",
        "Operate",
        "mdi-file-upload-outline",
        "Exports of Ads Manager or Google Ads, leads, orders: what a file holds, and taking it in.",
        "import_files:import_files_page",
        has_records=True,
    ),
    "ad-planning/batch-runs": Page(
        "Batch runs",
        "Operate",
        "mdi-notebook-check-outline",
        "The nightly notebooks: how they ended, and starting one by hand.",
        "batch_runs:batch_runs_page",
        has_records=True,
    ),
    "ad-planning/settings": Page(
        "Settings",
        "Operate",
        "mdi-cog-outline",
        "The currency and the time zone of every number, and the rates between currencies.",
        "settings:settings_page",
    ),
}
HOME = "ad-planning"
SETTINGS = "ad-planning/settings"


class PageMatch(NamedTuple):
    """A page that an address names, and the record of it that is to be opened."""

    slug: str
    page: Page
    record_id: str | None


def page_at(path: str) -> PageMatch | None:
    """The page at a path below `/app/`; None when there is none.

    >>> page_at("ad-planning/goals/goal_1").record_id
    'goal_1'
    >>> page_at("ad-planning/nowhere") is None
    True
    """
    slug = path.strip("/")
    if slug in PAGES:
        return PageMatch(slug, PAGES[slug], None)
    above, _, record_id = slug.rpartition("/")
    page = PAGES.get(above)
    if page is None or not page.has_records or not record_id:
        return None
    return PageMatch(above, page, record_id)


def address_of(slug: str, record_id: str | None = None) -> str:
    """Where a page, or one of its records, is found.

    >>> address_of("ad-planning/goals", "goal_1")
    '/app/ad-planning/goals/goal_1'
    """
    return ROOT + slug + (f"/{record_id}" if record_id else "")
