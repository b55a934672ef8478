"""What the invented Graph API answers about objects, reports, pages, forms, leads and posts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adplanning.demo.graph_seeding import seeded
from tests.demo.graph_calls import UNTIL, Caller, calling, days


@pytest.fixture
def graph() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


@pytest.fixture
def page(graph: Caller) -> str:
    return next(iter(graph.data.pages))


def test_the_last_page_has_a_cursor_but_nothing_next(graph: Caller) -> None:
    content = graph.ask("/act_100/campaigns", limit="2").json()
    assert content["paging"]["next"].startswith(f"{graph.server.url}/v26.0/act_100/campaigns?")
    last = graph.ask("/act_100/campaigns", limit="2", after=content["paging"]["cursors"]["after"]).json()
    assert "after" in last["paging"]["cursors"]
    assert "next" not in last["paging"]
    assert [len(rows) for rows in graph.pages("/act_100/ads", limit="5")] == [5, 5, 2]


def test_only_the_asked_fields_are_answered(graph: Caller) -> None:
    (first, *_) = graph.rows("/act_100/ads", fields="name,creative{id}")
    assert first == {"name": "Ad 1", "creative": {"id": "10030000009"}, "id": "1003000000"}


def test_times_are_in_the_zone_of_the_account_and_budgets_in_metas_minor_unit() -> None:
    accounts = [("act_1", "JPY", "Pacific/Auckland"), ("act_2", "USD", "America/Los_Angeles")]
    with calling(seeded(until=UNTIL, days=3, accounts=accounts)) as graph:
        assert [row["id"] for row in graph.rows("/me/adaccounts")] == ["act_1", "act_2"]
        ours = [graph.rows(f"/{account}/campaigns", fields="daily_budget,created_time")[0] for account, *_ in accounts]
    assert [campaign["daily_budget"] for campaign in ours] == ["5000", "5000"]
    assert [campaign["created_time"][-5:] for campaign in ours] == ["+1300", "-0800"]


def test_deleted_objects_are_not_listed_and_archived_ones_only_when_asked_for(graph: Caller) -> None:
    first, second, third = (row["id"] for row in graph.rows("/act_100/campaigns"))
    graph.data.delete(first)
    graph.data.archive(second)
    assert [row["id"] for row in graph.rows("/act_100/campaigns")] == [third]
    assert {row["campaign_id"] for row in graph.rows("/act_100/ads", fields="campaign_id")} == {third}
    asked = json.dumps([{"field": "campaign.effective_status", "operator": "IN", "value": ["ACTIVE", "ARCHIVED"]}])
    assert [row["id"] for row in graph.rows("/act_100/campaigns", filtering=asked)] == [second, third]
    assert graph.rows("/act_100/campaigns", effective_status='["ARCHIVED","DELETED"]') == [{"id": second}]
    assert graph.ask(f"/{first}", fields="effective_status").json()["effective_status"] == "DELETED"
    graph.data.forget(third)
    assert graph.error(f"/{third}") == (100, 33)


def test_a_listing_holds_what_was_changed_after_an_instant(graph: Caller) -> None:
    before = int(graph.data.now.timestamp()) - 1
    graph.data.rename_campaign("1001000001", "Another name")
    asked = json.dumps([{"field": "updated_time", "operator": "GREATER_THAN", "value": before}])
    assert graph.rows("/act_100/campaigns", fields="name", filtering=asked) == [
        {"name": "Another name", "id": "1001000001"}
    ]
    unknown = '[{"field":"name","operator":"EQUAL","value":"x"}]'
    for filtering in (unknown, "5", '["name"]', '[{"field":"name"}]', "{"):
        assert graph.error("/act_100/campaigns", filtering=filtering) == (100, None)
    assert graph.error("/act_100/campaigns", updated_since="yesterday") == (100, None)


def test_an_ad_goes_with_the_ad_set_that_it_is_moved_to(graph: Caller) -> None:
    graph.data.move_ad("1003000000", "1002000005")
    moved = graph.ask("/1003000000", fields="adset_id,campaign_id").json()
    assert (moved["adset_id"], moved["campaign_id"]) == ("1002000005", "1001000002")
    assert "1003000000" in [row["id"] for row in graph.rows("/1002000005/ads")]


def test_a_report_is_read_after_its_asker_has_seen_that_it_is_complete(graph: Caller) -> None:
    asked = {"level": "ad", "time_increment": "1", "time_range": days(UNTIL, UNTIL), "fields": "ad_id,spend"}
    run = graph.ask("/act_100/insights", method="POST", **asked).json()["report_run_id"]
    assert graph.error(f"/{run}/insights") == (2601, None)
    assert graph.ask(f"/{run}/", fields="async_status").json()["async_status"] == "Job Completed"
    assert graph.rows(f"/{run}/insights", limit="3") == graph.rows("/act_100/insights", **asked)


def test_leads_come_newest_first_and_from_an_instant_on(graph: Caller, page: str) -> None:
    form = graph.rows(f"/{page}/leadgen_forms", token=graph.page_token, fields="id,leads_count,questions{key}")[0]
    leads = graph.rows(f"/{form['id']}/leads", token=graph.page_token, limit="3", fields="id,created_time,field_data")
    assert form["leads_count"] == len(leads) == 10
    told = [lead["created_time"] for lead in leads]
    assert told == sorted(told, reverse=True)
    at = int(datetime.fromisoformat(told[4]).timestamp())
    asked = json.dumps([{"field": "time_created", "operator": "GREATER_THAN", "value": at}])
    assert len(graph.rows(f"/{form['id']}/leads", token=graph.page_token, filtering=asked)) == 4


def test_a_lead_names_the_ad_that_it_came_from_unless_it_is_organic(graph: Caller) -> None:
    fields = "ad_id,ad_name,campaign_name,is_organic"
    leads = graph.data.leads()
    told = [graph.ask(f"/{leads[n].id}", token=graph.page_token, fields=fields).json() for n in (0, 6)]
    assert told[0] == {
        "ad_id": "1003000000",
        "ad_name": "Ad 1",
        "campaign_name": "Campaign 1",
        "is_organic": False,
        "id": leads[0].id,
    }
    assert told[1] == {"is_organic": True, "id": leads[6].id}


def test_a_lead_is_kept_for_90_days(graph: Caller) -> None:
    form = next(iter(graph.data.forms))
    old = graph.data.add_lead(form, created_at=datetime(2026, 8, 23, tzinfo=UTC), email="late@example.com")
    kept = graph.data.add_lead(form, created_at=datetime(2026, 8, 24, tzinfo=UTC), colours=["red", "blue"])
    assert graph.error(f"/{old}", token=graph.page_token) == (100, 33)
    answers = graph.ask(f"/{kept}", token=graph.page_token, fields="field_data").json()["field_data"]
    assert answers == [{"name": "colours", "values": ["red", "blue"]}]


def test_posts_tell_their_counts_when_the_summary_is_asked_for(graph: Caller, page: str) -> None:
    fields = "message,likes.summary(true).limit(0),comments.limit(0),insights.metric(post_clicks){name,values}"
    post = graph.rows(f"/{page}/feed", token=graph.page_token, fields=fields)[0]
    truth = next(held for held in graph.data.posts() if held.id == post["id"])
    assert post["likes"]["summary"]["total_count"] == truth.n_likes
    assert post["comments"] == {"data": []}
    assert truth.metrics
    clicks = {"name": "post_clicks", "values": [{"value": truth.metrics["post_clicks"]}]}
    assert post["insights"] == {"data": [clicks]}
    told = graph.ask(f"/{post['id']}/insights", token=graph.page_token, metric="post_clicks").json()["data"]
    assert told[0]["values"] == clicks["values"]
    withdrawn = {"token": graph.page_token, "metric": "post_impressions"}
    assert graph.error(f"/{post['id']}/insights", **withdrawn) == (100, None)


def test_planned_posts_are_in_a_list_of_their_own(graph: Caller, page: str) -> None:
    out = graph.rows(f"/{page}/published_posts", token=graph.page_token, fields="is_published")
    (planned,) = graph.rows(f"/{page}/scheduled_posts", token=graph.page_token, fields="scheduled_publish_time")
    assert [post["is_published"] for post in out] == [True] * 6
    assert planned["scheduled_publish_time"] > graph.data.now.timestamp()


def test_a_token_tells_its_scopes_and_its_end(graph: Caller) -> None:
    asked = {"input_token": graph.server.access_token}
    assert graph.ask("/debug_token", **asked).json()["data"]["expires_at"] == 0
    graph.data.token_expires_at = graph.data.now + timedelta(days=7)
    graph.data.scopes.remove("leads_retrieval")
    told = graph.ask("/debug_token", **asked).json()["data"]
    assert (told["is_valid"], "leads_retrieval" in told["scopes"]) == (True, False)
    assert told["expires_at"] == int(graph.data.token_expires_at.timestamp())


def test_the_token_of_a_page_is_told_to_its_user(graph: Caller, page: str) -> None:
    (told,) = graph.rows("/me/accounts", fields="id,access_token")
    assert told == {"id": page, "access_token": graph.page_token}
