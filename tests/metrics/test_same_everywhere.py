"""One number is the same wherever it is shown: by the service, over HTTP, in Python, on a shop of three weeks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, insert, select, update

from adplanning.api.app import create_app
from adplanning.attribution.crediting_service import credit_changes, keep_credits
from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import PublicRevenue
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.metrics.definitions import shown
from adplanning.metrics.figures_service import campaign_figures, daily_figures, period_figures
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.workspace import Workspace
from tests.metrics.conftest import USUAL
from tests.telling import ZONE, on

DAYS = {"from_date": "2026-10-15", "to_date": "2026-10-28"}
PERIOD = Period.of(*DAYS.values(), ZONE)
KEY = "an-admin-key-for-tests"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A made-up shop whose visits are resolved and conversions credited, with leads, posts and claims beside."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('same')}/store.db")
    fill(engine, shop(21, 5, until=date(2026, 10, 31), size=0.105), lambda _: None)
    with write_transaction(engine) as connection:
        campaign = connection.scalar(select(func.min(TABLES["campaigns"].c.id)))
        usual = {"received_at": on(date(2026, 10, 1)), "updated_at": on(date(2026, 10, 1))}
        for day in (14, 15, 20, 28, 29):
            left = on(date(2026, 10, day), 1)
            connection.execute(
                insert(TABLES["leads"]).values(
                    id=f"lead_{day}", platform="meta", answers={}, status="new", currency="INR", submitted_at=left,
                    ad_campaign_id=campaign if day % 2 else None, **usual,
                )
            )  # fmt: skip
            connection.execute(
                insert(TABLES["social_posts"]).values(
                    id=f"post_{day}", platform="facebook", status="posted", posted_at=left, created_at=left,
                    updated_at=left,
                )
            )  # fmt: skip
        spend = TABLES["daily_spend"]
        connection.execute(update(spend).values(purchase_value_minor=spend.c.spend_minor * 3, n_leads=2.0))
    links = campaign_links(engine, cutoff=0.88, margin=0.05, now=on(date(2026, 11, 1)))
    for link in links.parts():
        with write_transaction(engine) as connection:
            store_links(connection, link)
    for part in credit_changes(engine, period=Period(), public_revenue=PublicRevenue.counted).parts():
        with write_transaction(engine) as connection:
            keep_credits(connection, part)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), admin_key=KEY, timezone=ZONE.key, _env_file=None)


@pytest.fixture(scope="module")
def told(store: Engine) -> dict[str, float | None]:
    """What the service tells, in the units that people read."""
    figures = period_figures(store, PERIOD, **USUAL)
    return {name: shown(name, figure.value, "INR") for name, figure in figures.items()}


@pytest.fixture(scope="module")
def site(store: Engine, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, store), headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


@pytest.fixture(scope="module")
def ws(store: Engine, settings: Settings) -> Workspace:
    return Workspace(store, settings)


def get(site: TestClient, path: str, **params: Any) -> Any:
    answer = site.get(f"/admin/{path}", params=DAYS | params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_shop_has_something_of_everything(told: dict[str, float | None]) -> None:
    assert not [name for name, value in told.items() if not value]


def test_the_metrics_endpoint(site: TestClient, told: dict[str, float | None]) -> None:
    answer = get(site, "ad-planning/metrics", daily=True)
    assert {name: one["value"] for name, one in answer["metrics"].items()} == pytest.approx(told)
    by_day = pl.DataFrame([one["metrics"] for one in answer["daily"]])
    for name in ("ad_spend", "revenue", "conversions", "leads", "social_posts", "sessions", "attributed_revenue"):
        assert by_day[name].sum() == pytest.approx(told[name])


def test_python(ws: Workspace, told: dict[str, float | None]) -> None:
    days = tuple(DAYS.values())
    assert dict(ws.metrics(days).select("metric", "value").iter_rows()) == pytest.approx(told)
    conversions = ws.conversions(days)
    assert conversions.height == told["conversions"]
    assert conversions["value"].sum() == pytest.approx(told["revenue"])
    assert ws.touchpoints(days).height == told["sessions"]
    brought = ws.attribution("last_click", days)
    assert brought["credited_conversions"].sum() == pytest.approx(told["conversions"])
    assert brought["credited_value"].sum() == pytest.approx(told["revenue"])
    assert brought["spend"].sum() == pytest.approx(told["ad_spend"])


def test_conversion_statistics(site: TestClient, told: dict[str, float | None]) -> None:
    stats = get(site, "ad-planning/conversions/stats")
    assert stats["total_conversions"] == told["conversions"]
    assert stats["total_value"] == told["revenue"]
    assert stats["totals"]["conversion_rate"] == pytest.approx(told["conversion_rate"])
    assert stats["totals"]["by_type"]["purchase"] == told["purchases"]


def test_the_dashboard(site: TestClient, told: dict[str, float | None]) -> None:
    dashboard = get(site, "ad-planning/dashboard")
    assert dashboard["conversions"]["total"] == told["conversions"]
    assert dashboard["conversions"]["total_value"] == told["revenue"]
    assert dashboard["conversions"]["by_type"]["purchase"]["value"] == told["purchase_revenue"]
    assert dashboard["attribution"]["total_sessions"] == told["sessions"]
    assert dashboard["attribution"]["resolved"] == told["resolved_sessions"]
    assert dashboard["attribution"]["resolution_rate"] == pytest.approx(told["resolution_rate"])
    rows = pl.DataFrame(dashboard["campaign_roi"])
    assert rows["spend"].sum() == pytest.approx(told["ad_spend"])
    assert rows["revenue"].sum() == pytest.approx(told["attributed_revenue"])
    assert rows["conversions"].sum() == pytest.approx(told["attributed_conversions"])
    trend = pl.DataFrame(dashboard["daily_trend"])
    assert trend["value"].sum() == pytest.approx(told["revenue"])


def test_each_day_and_each_campaign_of_the_dashboard(site: TestClient, store: Engine) -> None:
    dashboard = get(site, "ad-planning/dashboard")
    days = daily_figures(store, PERIOD, **USUAL, names=["conversions", "revenue", "sessions"])
    of_trend = {one["date"]: (one["conversions"], one["value"], one["sessions"]) for one in dashboard["daily_trend"]}
    assert {str(day): (n, value / 100, sessions) for day, n, value, sessions in days.iter_rows()} == of_trend
    names = ["ad_spend", "attributed_conversions", "attributed_revenue"]
    campaigns = campaign_figures(store, PERIOD, **USUAL, names=names)
    by_id = {one["campaign_id"]: one for one in dashboard["campaign_roi"]}
    for campaign_id, name, spend, n, revenue in campaigns.iter_rows():
        if spend or n:
            row = by_id.pop(campaign_id)
            assert (row["campaign_name"], row["spend"], row["revenue"]) == (name, spend / 100, revenue / 100)
            assert row["conversions"] == pytest.approx(n)
    assert not by_id


def test_the_totals_of_campaigns(site: TestClient, told: dict[str, float | None]) -> None:
    totals = get(site, "meta-ads/campaigns/totals")["totals"]
    same = {
        "spend": "ad_spend", "impressions": "impressions", "clicks": "clicks", "link_clicks": "link_clicks",
        "conversions": "claimed_purchases", "leads": "claimed_leads", "cpl": "cpl",
        "conversion_value": "claimed_revenue", "roas": "claimed_roas",
        "ctr": "ctr", "cpc": "cpc", "cpm": "cpm", "cpa": "cpa",
    }  # fmt: skip
    assert {name: totals[name] for name in same} == pytest.approx({name: told[ours] for name, ours in same.items()})
    listed = pl.DataFrame(get(site, "meta-ads/campaigns", limit=1000)["campaigns"], infer_schema_length=None)
    assert listed["spend"].sum() == pytest.approx(told["ad_spend"])


def test_the_attribution_report_and_its_counts(site: TestClient, told: dict[str, float | None]) -> None:
    [model] = get(site, "ad-planning/attribution/report")["models"]
    assert model["totals"]["conversions"] == pytest.approx(told["conversions"])
    assert model["totals"]["value"] == pytest.approx(told["revenue"])
    assert model["totals"]["spend"] == pytest.approx(told["ad_spend"])
    stats = get(site, "ad-planning/attribution/stats")["totals"]
    assert (stats["total_sessions"], stats["resolved_sessions"]) == (told["sessions"], told["resolved_sessions"])


def test_leads_and_posts(site: TestClient, told: dict[str, float | None]) -> None:
    leads = get(site, "meta-ads/leads", since=DAYS["from_date"], until=DAYS["to_date"])
    assert leads["total"] == told["leads"] == 3
    posts = get(site, "social-posts", status="posted")["socialPosts"]
    within = [one for one in posts if PERIOD.start.isoformat() <= one["posted_at"] < PERIOD.end.isoformat()]
    assert len(within) == told["social_posts"] == 3


def test_the_funnel_counts_no_more_customers_than_there_were_visitors(
    site: TestClient, ws: Workspace, told: dict[str, float | None]
) -> None:
    funnel = get(site, "ad-planning/journeys/funnel")
    of_ws = ws.funnel(tuple(DAYS.values()))
    assert [one["count"] for one in funnel["funnel"]] == of_ws["n"].to_list()
    assert 0 < funnel["summary"]["total_customers"] <= told["visitors"]
