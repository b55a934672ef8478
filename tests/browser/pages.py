"""Every page that one can be at, with what shows that it is there."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

RUN = "run_hostile0"
PAGES = {
    "home": "/app/ad-planning",
    "conversions": "/app/ad-planning/conversions",
    "conversion": "/app/ad-planning/conversions/conv_hostile0",
    "goals": "/app/ad-planning/goals",
    "goal": "/app/ad-planning/goals/goal_hostile0",
    "attribution": "/app/ad-planning/attribution",
    "touchpoint": "/app/ad-planning/attribution/touch_hostile0",
    "attribution-report": "/app/ad-planning/attribution-report?attribution_model=markov",
    "credited-touchpoints": "/app/ad-planning/attribution-report/touchpoints?by=source&key=google",
    "campaign-names": "/app/ad-planning/campaign-names",
    "meta-campaigns": "/app/meta-ads/campaigns",
    "meta-campaign": "/app/meta-ads/campaigns/camp_hostile0",
    "social-posts": "/app/social-posts",
    "social-post": "/app/social-posts/post_hostile0",
    "leads": "/app/meta-ads/leads",
    "leads-board": "/app/meta-ads/leads?view=board",
    "lead": "/app/meta-ads/leads/lead_hostile0",
    "meta-connection": "/app/meta-ads/connection",
    "import": "/app/ad-planning/import",
    "imported": "/app/ad-planning/import/import_hostile0",
    "settings": "/app/ad-planning/settings",
    "batch-runs": "/app/ad-planning/batch-runs",
    "batch-run": "/app/ad-planning/batch-runs/run_hostile0",
    "journeys": "/app/ad-planning/journeys",
    "time-to-purchase": "/app/ad-planning/journeys?view=time",
    "retention": "/app/ad-planning/journeys?view=retention",
    "top-ways": "/app/ad-planning/journeys?view=ways",
    "person": "/app/ad-planning/journeys/person_hostile0",
    "sentiment": "/app/ad-planning/sentiment",
    "analysed-text": "/app/ad-planning/sentiment/sent_hostile0",
    "segments": "/app/ad-planning/segments",
    "segment": "/app/ad-planning/segments/seg_hostile0",
    "scores": "/app/ad-planning/scores",
    "at-risk": "/app/ad-planning/scores?view=at-risk",
    "nps": "/app/ad-planning/scores?view=nps",
    "customer-model": "/app/ad-planning/scores?view=model",
    "experiments": "/app/ad-planning/experiments",
    "experiment": "/app/ad-planning/experiments/exp_hostile0",
    "experiment-completed": "/app/ad-planning/experiments/exp_banner",
    "forecasts": "/app/ad-planning/forecasts",
    "forecast": "/app/ad-planning/forecasts/fcst_hostile0",
    "forecast-accuracy": "/app/ad-planning/forecasts?view=accuracy",
    "budget": "/app/ad-planning/forecasts?view=budget",
    "budget-plans": "/app/ad-planning/forecasts?view=plans",
    "budget-plan": "/app/ad-planning/forecasts/plan_hostile0",
    "alerts": "/app/ad-planning/alerts",
    "alert-rule": "/app/ad-planning/alerts/rule_hostile0",
    "metrics": "/app/ad-planning/metrics",
    "metrics-dialog": "/app/ad-planning?metrics=1",
}
CONTENT = (
    ".adp-table tbody .v-data-table__td, .adp-lane-card, .adp-details dd, .adp-module .adp-badge, .adp-kpi-value, "
    "#adp-content [role=alert]"
)


def at(visitor: Visitor, name: str) -> Visitor:
    """Go to a page and wait for its content, its cards and its chart."""
    visitor.go(PAGES[name])
    expect(visitor.page.locator(CONTENT).filter(visible=True).first).to_be_visible()
    expect(visitor.page.locator(".v-skeleton-loader:visible")).to_have_count(0)
    n_charts = {
        "attribution": 1,
        "attribution-report": 5,
        "meta-campaigns": 2,
        "meta-campaign": 1,
        "leads": 1,
        "leads-board": 1,
        "journeys": 1,
        "sentiment": 4,
        "segment": 1,
        "experiment": 3,
        "experiment-completed": 1,
        "forecasts": 3,
        "forecast-accuracy": 1,
        "budget": 5,
        "budget-plan": 1,
        "time-to-purchase": 1,
        "scores": 2,
        "nps": 1,
        "customer-model": 1,
    }.get(name, 0)
    expect(visitor.page.locator(".adp-chart-place svg.marks")).to_have_count(n_charts)
    return visitor
