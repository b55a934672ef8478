"""The user's guide, read aloud: each row of its endpoint tables, each filter that it names, and its examples."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from tests.api import told_shop
from tests.api.told_shop import LAST_MONTH, LAST_WEEK

TABLES = """
| GET | `/admin/ad-planning/conversions` | List conversions (filters: `conversion_type`, `platform`, `from_date`, `to_date`) |
| POST | `/admin/ad-planning/conversions` | Create a conversion event |
| GET | `/admin/ad-planning/conversions/stats` | Get conversion statistics and breakdowns |
| GET | `/admin/ad-planning/experiments` | List experiments (filters: `status`) |
| POST | `/admin/ad-planning/experiments` | Create an experiment |
| GET | `/admin/ad-planning/experiments/:id` | Get experiment details |
| POST | `/admin/ad-planning/experiments/:id/start` | Start an experiment |
| POST | `/admin/ad-planning/experiments/:id/stop` | Stop an experiment |
| DELETE | `/admin/ad-planning/experiments/:id` | Delete a draft experiment |
| GET | `/admin/ad-planning/experiments/:id/results` | Get experiment results |
| GET | `/admin/ad-planning/segments` | List segments (filters: `segment_type`, `is_active`) |
| POST | `/admin/ad-planning/segments` | Create a segment with rules |
| GET | `/admin/ad-planning/segments/:id` | Get segment details |
| POST | `/admin/ad-planning/segments/:id/build` | Rebuild segment membership |
| DELETE | `/admin/ad-planning/segments/:id` | Delete a segment |
| GET | `/admin/ad-planning/segments/:id/members` | List segment members |
| GET | `/admin/ad-planning/journeys` | List journey events (filters: `person_id`, `event_type`, `stage`) |
| POST | `/admin/ad-planning/journeys` | Create a journey event |
| GET | `/admin/ad-planning/journeys/funnel` | Get funnel analysis by stage |
| GET | `/admin/ad-planning/journeys/:personId` | Get journey for a specific person |
| GET | `/admin/ad-planning/scores` | List scores (filters: `score_type`, `person_id`) |
| POST | `/admin/ad-planning/scores` | Calculate and record a score |
| GET | `/admin/ad-planning/scores/tier-distribution` | Get tier distribution stats |
| GET | `/admin/ad-planning/attribution` | List attributions (filters: `attribution_model`, `platform`, `is_resolved`) |
| POST | `/admin/ad-planning/attribution` | Create an attribution record |
| POST | `/admin/ad-planning/attribution/resolve` | Resolve pending attributions |
| POST | `/admin/ad-planning/attribution/bulk-resolve` | Bulk resolve all unresolved |
| GET | `/admin/ad-planning/attribution/stats` | Get attribution statistics |
| GET | `/admin/ad-planning/goals` | List conversion goals |
| POST | `/admin/ad-planning/goals` | Create a conversion goal |
| GET | `/admin/ad-planning/goals/:id` | Get goal details |
| DELETE | `/admin/ad-planning/goals/:id` | Delete a goal |
| GET | `/admin/ad-planning/dashboard` | Dashboard summary data |
| GET | `/admin/ad-planning/nps` | NPS scores |
| GET | `/admin/ad-planning/sentiment` | Sentiment analysis data |
| GET | `/admin/ad-planning/predictive` | Predictive scores |
| GET | `/admin/ad-planning/predictive/at-risk` | At-risk customers |
| GET | `/admin/ad-planning/forecasts` | Budget forecasts |
| GET | `/admin/ad-planning/forecasts/accuracy` | Forecast accuracy metrics |
"""  # noqa: E501 - as the guide has it
EXAMPLES = """
curl -X POST /admin/ad-planning/conversions \\
  -H "Content-Type: application/json" \\
  -d '{
    "visitor_id": "vis_abc123",
    "conversion_type": "purchase",
    "conversion_value": 4999,
    "currency": "INR",
    "order_id": "order_xyz",
    "utm_source": "facebook",
    "utm_campaign": "summer_sale"
  }'

# Calculate NPS for a customer
curl -X POST /admin/ad-planning/scores \\
  -d '{"person_id": "person_abc", "score_type": "nps", "rating": 9, "scale": "10"}'

# Calculate engagement score
curl -X POST /admin/ad-planning/scores \\
  -d '{"person_id": "person_abc", "score_type": "engagement"}'
"""

# What each answer holds; a dotted name is a member of a member, or of a list's first row.
MEMBERS: Mapping[str, str] = {
    "GET conversions": "count limit offset conversions.id conversions.goal_ids conversions.conversion_value",
    "POST conversions": "conversion.id conversion.platform conversion.converted_at",
    "GET conversions/stats": "total_conversions total_value conversion_rate by_type totals.total_conversions "
    "totals.total_value totals.conversion_rate totals.by_type.purchase totals.by_platform.meta time_series.date "
    "time_series.count time_series.value period.from period.to unconverted",
    "GET experiments": "count limit offset experiments.id experiments.status experiments.variants",
    "POST experiments": "experiment.id experiment.status experiment.traffic_split experiment.confidence_level",
    "GET experiments/:id": "experiment.id experiment.results experiment.p_value experiment.improvement_percent",
    "POST experiments/:id/start": "experiment.started_at message",
    "POST experiments/:id/stop": "experiment.ended_at results.statistics results.recommendation message",
    "DELETE experiments/:id": "id deleted",
    "GET experiments/:id/results": "experiment.id statistics.control.conversions statistics.control.samples "
    "statistics.control.rate statistics.control.confidenceInterval.lower statistics.treatment.confidenceInterval.upper "
    "statistics.zScore statistics.pValue statistics.significance.level statistics.significance.confident "
    "statistics.significance.description statistics.lift.lift statistics.lift.liftPercent statistics.lift.direction "
    "statistics.lift.lower statistics.lift.upper statistics.winner statistics.difference.value "
    "statistics.sequential.p_value statistics.sequential.safe_to_stop statistics.bayesian.probability_to_beat_control "
    "statistics.bayesian.expected_loss statistics.sample_ratio.p_value statistics.sample_ratio.ok statistics.method "
    "variants.p_value_adjusted progress.percent progress.total_samples progress.target_samples "
    "progress.required_per_variant runtime.days runtime.hours runtime.total_ms runtime.estimated_days_to_significance "
    "recommendation",
    "GET segments": "count limit offset segments.id segments.customer_count segments.member_count",
    "POST segments": "segment.id segment.last_calculated_at build_result.total_evaluated build_result.matching_count",
    "GET segments/:id": "segment.criteria segment.is_active warnings",
    "POST segments/:id/build": "segment.id build_result.segment_id build_result.total_evaluated "
    "build_result.matching_count build_result.members_added build_result.members_removed message",
    "DELETE segments/:id": "id deleted",
    "GET segments/:id/members": "segment.id segment.name segment.customer_count members.person_id members.added_at "
    "members.added_reason members.person.id members.person.email members.person.first_name members.person.last_name "
    "members.person.phone count limit offset",
    "GET journeys": "count limit offset journeys.id journeys.stage journeys.channel journeys.event_data",
    "POST journeys": "journey.id journey.stage journey.occurred_at",
    "GET journeys/funnel": "funnel.stage funnel.count funnel.percentage funnel.dropoff_rate summary.total_customers "
    "summary.identified_customers summary.anonymous_visitors summary.awareness_to_conversion_rate "
    "summary.biggest_dropoff.stage summary.biggest_dropoff.rate summary.avg_stages_per_customer "
    "stage_events.awareness.page_view",
    "GET journeys/:personId": "person.id timeline.timestamp timeline.type timeline.stage timeline.description "
    "timeline.data summary.total_events summary.stages_reached summary.current_stage summary.first_interaction "
    "summary.latest_interaction summary.time_to_conversion.ms summary.time_to_conversion.days "
    "summary.total_conversions summary.total_purchase_value scores.nps scores.engagement scores.clv scores.churn_risk",
    "GET scores": "count limit offset scores.id scores.person_id scores.score_value scores.breakdown scores.confidence "
    "scores.previous_score scores.score_change scores.trend_direction scores.calculated_at scores.tier "
    "scores.percentile scores.display_name scores.person.email scores.metadata.history aggregates.nps.count "
    "aggregates.nps.avg aggregates.nps.min aggregates.nps.max",
    "POST scores": "score_type result.person_id result.engagement_score result.level result.breakdown "
    "result.total_activities result.is_new result.previous_score",
    "GET scores/tier-distribution": "distribution.platinum.count distribution.bronze.share total average",
    "GET attribution": "count limit offset attributions.id attributions.is_resolved attributions.campaign_name "
    "attributions.model attributions.touch_type attributions.converted attributions.conversion_value "
    "attributions.ad_spend attributions.date",
    "POST attribution": "attribution.id attribution.is_resolved attribution.resolution_method",
    "POST attribution/resolve": "success attribution.ad_campaign_id attribution.resolution_confidence resolved",
    "POST attribution/bulk-resolve": "success processed resolved failed errors",
    "GET attribution/stats": "totals.total_sessions totals.resolved_sessions totals.unresolved_sessions "
    "totals.resolution_rate by_platform.meta by_campaign.campaign_id by_campaign.sessions by_campaign.pageviews "
    "by_resolution_method.manual by_utm_source.source by_utm_source.count period.from",
    "GET goals": "count limit offset goals.id goals.completions.count goals.completions.value "
    "goals.completions.last_at",
    "POST goals": "goal.id goal.is_active goal.priority",
    "GET goals/:id": "goal.conditions.min_value goal.completions.count",
    "DELETE goals/:id": "id deleted",
    "GET dashboard": "period.from conversions.total conversions.total_value conversions.by_type.purchase.count "
    "conversions.by_type.purchase.value conversions.by_platform.meta attribution.total_sessions attribution.resolved "
    "attribution.resolution_rate attribution.top_utm_sources attribution.top_sources segments.total "
    "segments.total_customers experiments.active experiments.list.id campaign_roi.campaign_id "
    "campaign_roi.campaign_name campaign_roi.spend campaign_roi.conversions campaign_roi.revenue campaign_roi.roi "
    "daily_trend.date daily_trend.conversions daily_trend.value daily_trend.sessions",
    "GET nps": "nps.score nps.promoters nps.passives nps.detractors nps.total nps.promoter_percentage "
    "nps.passive_percentage nps.detractor_percentage trend.month trend.score trend.promoters trend.total",
    "GET sentiment": "sentiments.id stats.total stats.positive stats.negative stats.neutral stats.mixed "
    "stats.positive_rate stats.average_score top_keywords top_topics top_emotions top_entities recent_summaries count "
    "limit offset",
    "GET predictive": "predictions.person_id summary.churn_risk.total summary.churn_risk.avg_score "
    "summary.churn_risk.by_level.critical summary.clv.total summary.clv.avg_predicted summary.clv.total_predicted "
    "summary.clv.by_tier.bronze count limit offset",
    "GET predictive/at-risk": "at_risk_customers.person_id at_risk_customers.person.id "
    "at_risk_customers.churn_risk.score at_risk_customers.churn_risk.level "
    "at_risk_customers.churn_risk.contributing_factors at_risk_customers.churn_risk.recommendations "
    "at_risk_customers.clv.predicted at_risk_customers.clv.remaining at_risk_customers.clv.tier "
    "at_risk_customers.priority summary.total_at_risk summary.critical_count summary.high_value_at_risk "
    "summary.potential_revenue_at_risk count",
    "GET forecasts": "forecasts.id forecasts.status count limit offset",
    "GET forecasts/accuracy": "accuracy_reports overall_accuracy forecasts_analyzed",
}
# The least that each POST takes; those left out are sent without a body.
BODIES: Mapping[str, Mapping[str, Any]] = {
    "conversions": {"visitor_id": "vis_new", "conversion_type": "begin_checkout"},
    "experiments": {"name": "Summer banner or winter banner"},
    "segments": {
        "name": "Keen",
        "criteria": {
            "logic": "AND",
            "rules": [
                {"field": "total_orders", "operator": "greater_than", "value": "5"},
                {"field": "last_order_date", "operator": "within_days", "value": "30"},
            ],
        },
    },
    "journeys": {"visitor_id": "vis_new", "event_type": "ad_click"},
    "scores": {"person_id": "person", "score_type": "engagement"},
    "attribution": {"visitor_id": "vis_new", "analytics_session_id": "s9", "utm_campaign": "summer_sale"},
    "attribution/resolve": {"session_id": "s1"},
    "goals": {"name": "Any cart", "goal_type": "add_to_cart"},
}
MADE = frozenset({"conversions", "experiments", "segments", "journeys", "scores", "attribution", "goals"})
# What each filter of the guide is set to, so that it lets some rows through and others not.
FILTERS: Mapping[str, Mapping[str, str]] = {
    "conversions": {
        "conversion_type": "purchase",
        "platform": "meta",
        "from_date": str(LAST_WEEK.date() - timedelta(days=2)),
        "to_date": str(LAST_MONTH.date() + timedelta(days=2)),
    },
    "experiments": {"status": "running"},
    "segments": {"segment_type": "value-based", "is_active": "false"},
    "journeys": {"person_id": "person", "event_type": "page_view", "stage": "consideration"},
    "scores": {"score_type": "churn_risk", "person_id": "person"},
    "attribution": {"platform": "google", "is_resolved": "false"},
}


@dataclass(frozen=True)
class Endpoint:
    """A row of the guide."""

    method: str
    path: str
    filters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def endpoints() -> list[Endpoint]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLES.split("\n") if line]
    return [
        Endpoint(method, address.strip("`").removeprefix(f"{told_shop.PLANNING}/"), tuple(re.findall("`(.+?)`", words)))
        for method, address, words in rows
    ]


@pytest.fixture
def engine(any_engine: Engine) -> Engine:
    return any_engine


@pytest.fixture
def shop(admin: TestClient) -> dict[str, str]:
    """The ids of a small shop."""
    return told_shop.tell(admin)


def address_of(endpoint: Endpoint, shop: Mapping[str, str]) -> str:
    """Where a row of the guide is asked; only drafts can be started and deleted, only what runs can be stopped."""
    path = endpoint.path.replace(":personId", shop["person"])
    experiment = "running" if path.endswith(("/stop", "/results")) else "ready" if path.endswith("/start") else "draft"
    ids = {"experiments": shop[experiment], "segments": shop["segment"], "goals": shop["goal"]}
    return f"{told_shop.PLANNING}/{path.replace(':id', ids.get(path.partition('/')[0], ''))}"


def member(answer: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        answer = (answer[0] if isinstance(answer, list) else answer)[name]
    return answer


def test_every_row_of_the_guide_is_looked_at() -> None:
    assert [str(endpoint) for endpoint in endpoints()] == list(MEMBERS)
    with_filters = {endpoint.path: set(endpoint.filters) for endpoint in endpoints() if endpoint.filters}
    # Under another model the same touchpoints are listed, with another credit.
    assert with_filters == {
        path: set(values) | {"attribution_model"} & with_filters[path] for path, values in FILTERS.items()
    }


def test_every_endpoint_answers_what_the_contract_names(admin: TestClient, shop: dict[str, str]) -> None:
    # What is deleted cannot be asked for afterwards.
    for endpoint in sorted(endpoints(), key=lambda endpoint: endpoint.method == "DELETE"):
        body = BODIES.get(endpoint.path) if endpoint.method == "POST" else None
        sent = body and {name: shop["person"] if value == "person" else value for name, value in body.items()}
        address = address_of(endpoint, shop)
        answer = admin.request(endpoint.method, address, json=sent)
        is_made = endpoint.method == "POST" and endpoint.path in MADE
        assert answer.status_code == (201 if is_made else 200), (str(endpoint), answer.text)
        for name in MEMBERS[str(endpoint)].split():
            member(answer.json(), name)
        if endpoint.method == "DELETE":
            assert admin.get(address).json()["type"] == "not_found"


def test_a_filter_lets_through_what_matches_and_nothing_else(admin: TestClient, shop: dict[str, str]) -> None:
    for path, filters in FILTERS.items():
        address = f"{told_shop.PLANNING}/{path}"
        everything = admin.get(address).json()["count"]
        for name, told in filters.items():
            value = shop["person"] if told == "person" else told
            found = admin.get(address, params={name: value}).json()
            rows = found["attributions" if path == "attribution" else path]
            assert 0 < len(rows) == found["count"] < everything, (path, name)
            if not name.endswith("_date"):
                assert {str(row[name]).lower() for row in rows} == {value}, (path, name)

    assert_models_credit_otherwise(admin, shop)


def assert_models_credit_otherwise(admin: TestClient, shop: Mapping[str, str]) -> None:
    credited = {}
    for model in ("last_click", "first_click", "linear", "time_decay", "position_based"):
        listed = admin.get(f"{told_shop.PLANNING}/attribution", params={"attribution_model": model}).json()
        assert (listed["count"], {row["model"] for row in listed["attributions"]}) == (2, {model})
        credited[model] = {row["id"]: row["conversion_value"] for row in listed["attributions"]}
        assert sum(credited[model].values()) == pytest.approx(750)
    first, last = shop["touch"], shop["resolved"]
    assert credited["first_click"] == {first: 750, last: 0}
    assert credited["last_click"] == {first: 0, last: 750}
    assert credited["linear"] == credited["position_based"] == {first: 375, last: 375}
    assert credited["time_decay"][last] > credited["time_decay"][first] > 0


@pytest.fixture
def host(engine: Engine, settings: Settings) -> Iterator[str]:
    """The address of a server that listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(settings, engine), log_config=None))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_the_examples_of_the_guide_run_as_they_are_written(host: str, admin_key: str) -> None:
    """Only the host, the key and the person that the examples leave open are put in."""

    def run(script: str) -> list[Any]:
        with_key = f"curl -sS --fail-with-body -w '\\n' -H 'Authorization: Bearer {admin_key}' "
        script = script.replace("curl ", with_key).replace(" /admin", f" {host}/admin")
        told = subprocess.run(["bash", "-e"], input=script.encode(), capture_output=True, timeout=30, check=False)
        assert told.returncode == 0, told
        return [json.loads(line) for line in told.stdout.splitlines()]

    [person] = run("""curl /admin/persons -d '{"first_name": "Asha"}'""")
    bought, rated, engaged = run(EXAMPLES.replace("person_abc", person["person"]["id"]))
    conversion = {"conversion_value": 4999, "platform": "meta", "order_id": "order_xyz"}
    assert bought["conversion"].items() >= conversion.items()
    assert rated["result"].items() >= {"nps_value": 9, "category": "promoter"}.items()
    assert engaged["result"].items() >= {"engagement_score": 0, "level": "inactive"}.items()
