"""Meta's own SDK speaks with the invented Graph API: that is what makes it a fake of Graph and not of our client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.lead import Lead
from facebook_business.adobjects.leadgenform import LeadgenForm
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from adplanning.demo.graph_faults import Throttled
from adplanning.demo.graph_insights import FIELDS
from tests.demo.graph_calls import UNTIL, Caller, calling

DAY = {"since": UNTIL.isoformat(), "until": UNTIL.isoformat()}
ASKED = {"level": "ad", "time_range": DAY, "time_increment": 1}


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    with calling() as caller:
        monkeypatch.setattr(FacebookSession, "GRAPH", caller.server.url)
        yield caller


def api_with(graph: Caller, token: str) -> FacebookAdsApi:
    return FacebookAdsApi.init(
        app_secret=graph.server.app_secret, access_token=token, api_version="v26.0", crash_log=False
    )


@pytest.fixture
def account(graph: Caller) -> Iterator[AdAccount]:
    api = api_with(graph, graph.server.access_token)
    yield AdAccount("act_100", api=api)
    api._session.requests.close()


def test_it_reads_three_pages_of_ads(graph: Caller, account: AdAccount) -> None:
    ads = list(account.get_ads(fields=["name", "adset_id", "creative"], params={"limit": 5}))
    assert [ad["id"] for ad in ads] == [part.id for part in graph.data.objects.values() if part.kind == "ad"]
    assert len(graph.server.log) == 3


def test_it_reads_insights(graph: Caller, account: AdAccount) -> None:
    rows = list(account.get_insights(fields=["ad_id", "spend", "actions"], params={**ASKED, "limit": 5}))
    truth = graph.data.totals("act_100", "ad", UNTIL, UNTIL)
    assert sum(round(float(row["spend"]) * 100) for row in rows) == truth.spend * 100
    assert rows[0]["actions"][0]["action_type"] == "link_click"


def test_it_runs_a_report(graph: Caller, account: AdAccount) -> None:
    run = account.get_insights_async(fields=["ad_id", "spend"], params=dict(ASKED))
    assert run.api_get()[AdReportRun.Field.async_status] == "Job Completed"
    assert len(list(run.get_insights(params={"limit": 5}))) == graph.data.delivery("act_100", "ad").delivered[-1].sum()


def test_it_understands_a_refusal(graph: Caller, account: AdAccount) -> None:
    graph.server.arm(Throttled(code=17, subcode=2446079))
    with pytest.raises(FacebookRequestError) as refusal:
        account.get_campaigns()
    told = refusal.value
    assert (told.http_status(), told.api_error_code(), told.api_error_subcode()) == (400, 17, 2446079)
    assert "X-Ad-Account-Usage" in told.http_headers()


def test_it_reads_forms_leads_and_posts_with_the_token_of_their_page(graph: Caller, account: AdAccount) -> None:
    held = next(iter(graph.data.pages.values()))
    api = api_with(graph, held.access_token)
    page = Page(held.id, api=api)
    leads = [lead for form in page.get_lead_gen_forms() for lead in form.get_leads(params={"limit": 4})]
    posts = page.get_published_posts(fields=["message", "created_time"])
    assert {lead["id"] for lead in leads} == {lead.id for lead in graph.data.leads()}
    assert len(list(posts)) == 6
    api._session.requests.close()


@pytest.mark.parametrize(
    ("kind", "node"),
    [("campaign", Campaign), ("adset", AdSet), ("ad", Ad)],
)
def test_every_field_of_an_object_is_one_of_metas(graph: Caller, kind: str, node: type) -> None:
    part = next(part for part in graph.data.objects.values() if part.kind == kind)
    assert part.record("UTC", "ACTIVE").keys() <= names_of(node)


def test_every_field_of_an_account_a_row_a_form_a_lead_and_a_post_is_one_of_metas(graph: Caller) -> None:
    data = graph.data
    # Counts of a post and its insights are edges that may be asked for like fields.
    edges = {"likes", "comments", "reactions", "shares", "insights"}
    assert data.accounts["act_100"].record(0).keys() <= names_of(AdAccount)
    assert FIELDS.keys() <= names_of(AdsInsights)
    assert data.leads()[0].record(data.objects).keys() <= names_of(Lead)
    assert next(iter(data.forms.values())).record([]).keys() <= names_of(LeadgenForm)
    assert data.posts()[0].record().keys() - edges <= names_of(PagePost)
    assert next(iter(data.pages.values())).record().keys() - {"tasks"} <= names_of(Page)


def names_of(node: type) -> set[str]:
    return {name for name in vars(node.Field).values() if isinstance(name, str)}  # type: ignore[attr-defined]
