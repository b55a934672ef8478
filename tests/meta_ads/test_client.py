from __future__ import annotations

import hashlib
import hmac
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from pydantic import SecretStr

from adplanning.core.errors import InvalidData
from adplanning.demo import graph_faults, graph_page_faults
from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_seeding import seeded
from adplanning.meta_ads import client as client_module
from adplanning.meta_ads.client import Credentials, MetaClient
from adplanning.meta_ads.graph_errors import (
    BadRequest,
    GraphError,
    NeedsReauthorisation,
    PermissionMissing,
    ReportFailed,
    Throttled,
    TooMuchData,
    Transient,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOKEN, SECRET = "canary-token", "canary-secret"
PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
Answer = httpx2.Response | Exception
Reply = Callable[[httpx2.Request], Answer]


class Clock:
    """Time that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


class Graph:
    """Answers in the order given, the last one for ever; remembers what it was asked."""

    def __init__(self, *answers: Answer | Reply) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx2.Response):
            # A stream is read once; the last answer is given again and again.
            return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)
        got = answer(request)
        assert isinstance(got, httpx2.Response)
        return got

    def params(self, name: str) -> list[str | None]:
        return [request.url.params.get(name) for request in self.asked]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(graph: Callable[[httpx2.Request], httpx2.Response], clock: Clock, **options: Any) -> MetaClient:
    credentials = Credentials(SecretStr(TOKEN), SecretStr(SECRET))
    transport = httpx2.MockTransport(graph)
    return MetaClient(credentials, now=clock, sleep=clock.sleep, transport=transport, **options)


def record(**content: Any) -> httpx2.Response:
    return httpx2.Response(200, json=content)


def page(
    *ids: str, after: str | None = None, more: bool = False, headers: dict[str, str] | None = None
) -> httpx2.Response:
    paging = {"cursors": {"after": after}, **({"next": "https://elsewhere.example/?access_token=x"} if more else {})}
    return httpx2.Response(200, json={"data": [{"id": each} for each in ids], "paging": paging}, headers=headers)


def error(
    code: int, subcode: int | None = None, message: str = "no", *, status: int = 400, headers: Any = None
) -> httpx2.Response:
    content = {"error": {"code": code, "error_subcode": subcode, "message": message}}
    return httpx2.Response(status, json=content, headers=headers)


def limit_header(percent: int, minutes: int = 0, *, kind: str = "ads_management", owner: str = "1") -> dict[str, str]:
    told = {"type": kind, "call_count": percent, "estimated_time_to_regain_access": minutes}
    return {"X-Business-Use-Case-Usage": json.dumps({owner: [{"type": "messenger", "call_count": 1}, told]})}


def ids(pages: Iterator[list[dict[str, Any]]]) -> list[str]:
    return [row["id"] for rows in pages for row in rows]


# --- One call


def test_a_call_carries_the_token_in_its_header_and_the_proof_beside_the_question(clock: Clock) -> None:
    graph = Graph(record(id="act_1"))
    with opened(graph, clock) as client:
        assert client.get("act_1", fields="id,name") == {"id": "act_1"}
        assert client.n_calls == 1
    (asked,) = graph.asked
    assert str(asked.url).startswith("https://graph.facebook.com/v26.0/act_1?")
    assert dict(asked.url.params) == {"fields": "id,name", "appsecret_proof": PROOF}
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.extensions["timeout"] == {"connect": 10, "read": 60, "write": 60, "pool": 60}


def test_without_the_app_s_secret_there_is_no_proof(clock: Clock) -> None:
    graph = Graph(record(id="1"))
    transport = httpx2.MockTransport(graph)
    MetaClient(Credentials(SecretStr(TOKEN)), now=clock, transport=transport).get("me")
    assert graph.params("appsecret_proof") == [None]


def test_the_token_of_a_page_has_its_own_proof_and_shares_counter_and_pauses(clock: Clock) -> None:
    graph = Graph(record(id="5"), error(4), record(id="never"))
    client = opened(graph, clock, patience_s=0)
    page_client = client.as_page(SecretStr("canary-page"))
    page_client.get("5")
    assert graph.asked[0].headers["Authorization"] == "Bearer canary-page"
    assert graph.params("appsecret_proof") == [hmac.new(b"canary-secret", b"canary-page", hashlib.sha256).hexdigest()]
    with pytest.raises(Throttled):
        page_client.get("5")
    with pytest.raises(Throttled):
        client.get("me")
    assert client.n_calls == page_client.n_calls == 2


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example", "//elsewhere.example/a", "../me", "act_1/", "me?a=b", ""]
)
def test_no_path_leads_elsewhere(path: str, clock: Clock) -> None:
    graph = Graph(record(id="1"))
    with pytest.raises(InvalidData, match="path: must be ids and edges"):
        opened(graph, clock).get(path)
    assert graph.asked == []


@pytest.mark.parametrize(
    "base_url", ["http://graph.facebook.com", "ftp://graph.facebook.com", "https://", "https://a/?b"]
)
def test_the_token_is_sent_only_over_https_and_to_this_computer(base_url: str, clock: Clock) -> None:
    with pytest.raises(InvalidData, match="base_url: must be an https address"):
        opened(Graph(record()), clock, base_url=base_url)
    opened(Graph(record()), clock, base_url="http://127.0.0.1:8000")


def test_a_redirect_is_not_followed(clock: Clock) -> None:
    graph = Graph(httpx2.Response(302, headers={"Location": "https://elsewhere.example/"}))
    with pytest.raises(BadRequest, match="a redirect"):
        opened(graph, clock).get("me")
    assert len(graph.asked) == 1


# --- Pages


def test_only_a_missing_next_ends_a_list_and_its_address_is_never_used(clock: Clock) -> None:
    graph = Graph(page("1", after="a", more=True), page(after="b", more=True), page("2", after="c"))
    assert ids(opened(graph, clock).pages("act_1/ads", fields="id")) == ["1", "2"]
    assert graph.params("after") == [None, "a", "b"]
    assert {request.url.host for request in graph.asked} == {"graph.facebook.com"}
    assert set(graph.params("limit")) == {"500"}
    assert set(graph.params("fields")) == {"id"}


def test_an_empty_page_is_a_page(clock: Clock) -> None:
    graph = Graph(page(after="a", more=True), record(data=[]))
    assert list(opened(graph, clock).pages("act_1/ads")) == [[], []]


def test_a_list_that_turns_in_a_circle_is_an_error_not_an_end(clock: Clock) -> None:
    graph = Graph(page("1", after="a", more=True), page("2", after="b", more=True), page("3", after="a", more=True))
    pages = opened(graph, clock).pages("act_1/ads")
    assert [next(pages)[0]["id"] for _ in range(3)] == ["1", "2", "3"]
    with pytest.raises(Transient, match="turns in a circle"):
        next(pages)
    assert len(graph.asked) == 3


def test_a_list_without_end_is_too_much(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MOST_PAGES", 3)
    count = iter(range(10))
    graph = Graph(lambda _: page("1", after=f"{next(count)}", more=True))
    with pytest.raises(TooMuchData, match="more than 3 pages"):
        list(opened(graph, clock).pages("act_1/ads"))
    assert len(graph.asked) == 3


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"data": {"id": "1"}},
        {"data": ["1"]},
        {"data": [], "paging": {"next": "https://elsewhere.example/"}},
        {"data": [], "paging": {"next": "x", "cursors": {"after": 1}}},
    ],
)
def test_what_is_no_page_is_an_error_not_an_end(content: dict[str, Any], clock: Clock) -> None:
    with pytest.raises(Transient):
        list(opened(Graph(record(**content)), clock).pages("act_1/ads"))


def test_pages_are_halved_until_meta_can_answer_and_stay_so(clock: Clock) -> None:
    def reply(request: httpx2.Request) -> httpx2.Response:
        if int(request.url.params["limit"]) > 31:
            return error(1, message="Please reduce the amount of data you're asking for", status=500)
        return page("2", after="b") if "after" in request.url.params else page("1", after="a", more=True)

    graph = Graph(reply)
    assert ids(opened(graph, clock).pages("act_1/insights")) == ["1", "2"]
    assert graph.params("limit") == ["500", "250", "125", "62", "31", "31"]
    assert clock.slept == []


def test_when_25_rows_are_too_many_the_caller_has_to_ask_for_fewer_days(clock: Clock) -> None:
    graph = Graph(error(100, message="reduce the amount of data"))
    with pytest.raises(TooMuchData, match="Ask for fewer days"):
        list(opened(graph, clock).pages("act_1/insights", limit=100))
    assert graph.params("limit") == ["100", "50", "25"]


def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pages(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MOST_BYTES", 1000)
    graph = Graph(lambda request: page(*["1"] * int(request.url.params["limit"])))
    assert len(ids(opened(graph, clock).pages("act_1/ads", limit=200))) == 50
    assert graph.params("limit") == ["200", "100", "50"]


# --- Faults that pass


@pytest.mark.parametrize(
    "fault",
    [
        error(2, status=500),
        error(100, 99),
        httpx2.Response(502, html="<html>Bad Gateway</html>"),
        httpx2.Response(200, content=b'{"data": [{"id": "1"'),
        httpx2.ConnectError("canary"),
        httpx2.ReadTimeout("canary"),
        httpx2.RemoteProtocolError("canary"),
        lambda _: httpx2.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(b"no gzip")),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_passing_fault_is_tried_five_times_with_longer_and_longer_waits(fault: Answer | Reply, clock: Clock) -> None:
    last = Graph(fault, fault, fault, fault, record(id="1"))
    assert opened(last, clock).get("me") == {"id": "1"}
    assert [int(wait / step) for wait, step in zip(clock.slept, (2, 4, 8, 16), strict=True)] == [1, 1, 1, 1]
    never = Graph(fault)
    with pytest.raises(Transient, match="Try again later"):
        opened(never, clock).get("me")
    assert len(never.asked) == 5


# --- Limits


def test_a_limit_is_waited_for_as_long_as_the_header_asks_and_longer_each_time(clock: Clock) -> None:
    limited = error(80004, headers=limit_header(100, 3))
    graph = Graph(limited, limited, limited, page("1"))
    assert ids(opened(graph, clock).pages("act_1/ads")) == ["1"]
    assert [180 <= clock.slept[n] <= 198 for n in range(2)] == [True, True]
    assert 240 <= clock.slept[2] <= 264


def test_a_limit_that_lasts_longer_than_the_patience_is_an_answer_with_a_time(clock: Clock) -> None:
    graph = Graph(error(80000, headers=limit_header(100, 47)), page("1"))
    client = opened(graph, clock)
    with pytest.raises(Throttled) as limited:
        list(client.pages("act_1/insights"))
    assert clock.slept == []
    assert timedelta(minutes=47) <= limited.value.resume_at - NOON <= timedelta(minutes=52)
    assert limited.value.scope == "figures of the account or page 1"


def test_the_waits_of_all_pages_together_are_within_the_patience(clock: Clock) -> None:
    nearly = limit_header(96)
    count = iter(range(100))
    graph = Graph(lambda _: page("1", after=f"{next(count)}", more=True, headers=nearly))
    with pytest.raises(Throttled) as limited:
        list(opened(graph, clock, patience_s=200).pages("act_1/ads"))
    assert clock.slept == [60, 60, 60]
    assert limited.value.resume_at == clock.now + timedelta(seconds=60)


def test_a_scope_is_left_alone_until_its_time_while_others_go_on(clock: Clock) -> None:
    def reply(request: httpx2.Request) -> httpx2.Response:
        return (
            error(17, 2446079) if "act_1" in request.url.path and clock.now < NOON + timedelta(hours=1) else page("2")
        )

    graph = Graph(reply)
    client = opened(graph, clock)
    with pytest.raises(Throttled) as first:
        list(client.pages("act_1/ads"))
    # 1, 2 and 4 minutes are within the patience, 8 more are not.
    assert len(graph.asked) == 4
    with pytest.raises(Throttled) as second:
        client.get("9001", account="act_1")
    assert second.value.resume_at == first.value.resume_at
    assert len(graph.asked) == 4
    assert ids(client.pages("act_2/ads")) == ["2"]
    clock.now = max(first.value.resume_at, NOON + timedelta(hours=1))
    assert ids(client.pages("act_1/ads")) == ["2"]


def test_a_limit_of_one_kind_leaves_the_others_of_the_account(clock: Clock) -> None:
    graph = Graph(error(80000, headers=limit_header(100, 60, kind="ads_insights")), page("1"))
    client = opened(graph, clock)
    with pytest.raises(Throttled):
        list(client.pages("act_1/insights"))
    assert ids(client.pages("act_1/campaigns")) == ["1"]
    assert clock.slept == []


def test_the_app_s_limit_pauses_everything(clock: Clock) -> None:
    graph = Graph(error(4), page("1"))
    client = opened(graph, clock, patience_s=30)
    with pytest.raises(Throttled, match="the app"):
        list(client.pages("act_1/ads"))
    with pytest.raises(Throttled, match="the app"):
        list(client.pages("act_2/ads"))
    assert len(graph.asked) == 1


def test_above_95_percent_the_next_call_of_the_scope_waits(clock: Clock) -> None:
    graph = Graph(page("1", headers=limit_header(96)), page("2"))
    client = opened(graph, clock)
    assert ids(client.pages("act_1/ads")) == ["1"]
    assert ids(client.pages("act_2/ads")) == ["2"]
    assert clock.slept == []
    assert ids(client.pages("act_1/ads")) == ["2"]
    assert clock.slept == [60]


def test_the_headers_of_an_error_count_too(clock: Clock) -> None:
    graph = Graph(error(100, headers=limit_header(96)), page("2"))
    client = opened(graph, clock)
    with pytest.raises(BadRequest):
        client.get("act_1")
    client.get("act_1")
    assert clock.slept == [60]


# --- Token and permissions


@pytest.mark.parametrize(("code", "subcode"), [(190, 463), (102, None), (190, None)])
def test_a_token_that_is_not_accepted_is_not_tried_again(code: int, subcode: int | None, clock: Clock) -> None:
    graph = Graph(page("1", after="a", more=True), error(code, subcode, f"Malformed access token {TOKEN}"), page("2"))
    client = opened(graph, clock)
    with pytest.raises(NeedsReauthorisation) as refused:
        list(client.pages("act_1/ads"))
    for again in (
        lambda: client.get("me"),
        lambda: list(client.report("act_2")),
        lambda: ids(client.pages("me/accounts")),
    ):
        with pytest.raises(NeedsReauthorisation) as later:
            again()
        assert (later.value.message, later.value.code, later.value.subcode) == (refused.value.message, code, subcode)
    assert len(graph.asked) == 2
    assert clock.slept == []
    assert ids(client.as_page(SecretStr("another")).pages("5/leadgen_forms")) == ["2"]


def test_a_missing_permission_is_final_for_its_call_alone(clock: Clock) -> None:
    graph = Graph(error(200, message="(#200) Requires leads_retrieval"), page("1"))
    client = opened(graph, clock).as_page(SecretStr("page"))
    with pytest.raises(PermissionMissing, match="leads_retrieval, pages_show_list") as missing:
        list(client.pages("66/leads"))
    assert "leads_retrieval" in missing.value.scopes
    assert ids(client.pages("5/feed")) == ["1"]


def test_a_single_lead_counts_with_the_leads_of_its_page_and_wants_their_permissions(clock: Clock) -> None:
    graph = Graph(error(10), error(80005), page("1"))
    client = opened(graph, clock, patience_s=0).as_page(SecretStr("page"))
    with pytest.raises(PermissionMissing, match="leads_retrieval"):
        client.get("77", account="5")
    with pytest.raises(Throttled, match="leads of the account or page 5"):
        client.get("77", account="5")
    with pytest.raises(Throttled):
        list(client.pages("66/leads", account="5"))
    assert ids(client.pages("5/feed")) == ["1"]


# --- Reports


def report_graph(*statuses: str | httpx2.Response) -> Graph:
    left = iter(statuses)
    runs = iter(range(9001, 9009))

    def reply(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return record(report_run_id=str(next(runs)))
        if request.url.path.endswith("/insights"):
            return page("2", after="b") if "after" in request.url.params else page("1", after="a", more=True)
        status = next(left, "Job Running")
        return (
            status if isinstance(status, httpx2.Response) else record(async_status=status, async_percent_completion=100)
        )

    return Graph(reply)


def test_a_report_is_complete_when_its_status_says_so_not_its_percentage(clock: Clock) -> None:
    graph = report_graph("Job Not Started", "Job Running", "Job Completed")
    assert ids(opened(graph, clock).report("act_1", level="ad", limit=100)) == ["1", "2"]
    assert [request.url.path.removeprefix("/v26.0/") for request in graph.asked] == [
        "act_1/insights", "9001", "9001", "9001", "9001/insights", "9001/insights",
    ]  # fmt: skip
    assert parse_qs(graph.asked[0].content.decode()) == {"level": ["ad"], "appsecret_proof": [PROOF]}
    assert graph.asked[0].url.query == b""
    assert graph.params("limit")[-2:] == ["100", "100"]
    assert clock.slept == [2, 4, 8]


@pytest.mark.parametrize("status", ["Job Failed", "Job Skipped"])
def test_a_report_that_fails_is_started_once_more(status: str, clock: Clock) -> None:
    assert ids(opened(report_graph(status, "Job Completed"), clock).report("act_1")) == ["1", "2"]
    graph = report_graph(status, status)
    with pytest.raises(ReportFailed, match="Ask for fewer days"):
        list(opened(graph, clock).report("act_1"))
    assert [request.method for request in graph.asked].count("POST") == 2


def test_a_report_that_never_ends_is_given_up_after_30_minutes(clock: Clock) -> None:
    graph = report_graph()
    with pytest.raises(ReportFailed, match="within 30 minutes"):
        list(opened(graph, clock).report("act_1"))
    assert timedelta(minutes=30) <= clock.now - NOON < timedelta(minutes=31)
    assert max(clock.slept) == 60
    assert [request.method for request in graph.asked].count("POST") == 1


def test_a_report_may_be_unknown_on_its_first_poll_only(clock: Clock) -> None:
    unknown = error(100, 33)
    assert ids(opened(report_graph(unknown, "Job Completed"), clock).report("act_1")) == ["1", "2"]
    with pytest.raises(BadRequest):
        list(opened(report_graph("Job Running", unknown), clock).report("act_1"))
    with pytest.raises(BadRequest):
        list(opened(report_graph(error(100, 34)), clock).report("act_1"))


@pytest.mark.parametrize("run", [None, "../me", {"id": "1"}])
def test_a_report_without_a_name_is_an_error(run: object, clock: Clock) -> None:
    with pytest.raises(Transient, match="has not named the report"):
        list(opened(Graph(record(report_run_id=run)), clock).report("act_1"))


def test_a_poll_counts_with_the_figures_of_its_account(clock: Clock) -> None:
    graph = report_graph(error(80000, headers=limit_header(100, 60, kind="ads_insights")))
    client = opened(graph, clock)
    with pytest.raises(Throttled) as limited:
        list(client.report("act_1"))
    assert limited.value.scope == "figures of the account or page 1"
    with pytest.raises(Throttled):
        list(client.pages("act_1/insights"))


# --- Secrets


FAULTS: list[Answer] = [
    error(100, message=f"Malformed access token {TOKEN} {SECRET} {PROOF}"),
    error(190, message=f"Malformed access token {TOKEN}"),
    error(10, message=f"no {PROOF}"),
    error(2, message=f"https://graph.facebook.com/me?access_token={TOKEN}", status=500),
    httpx2.ConnectError(f"https://graph.facebook.com/me?appsecret_proof={PROOF}"),
    httpx2.Response(200, content=b"not json"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_secret_is_in_an_error_a_log_or_a_text_of_the_client(
    fault: Answer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = opened(Graph(fault), clock)
    with pytest.raises(GraphError) as raised:
        client.get("me", fields="id")
    told = [
        caplog.text,
        repr(client),
        str(client),
        repr(vars(client)),
        "".join(traceback.format_exception(raised.value)),
    ]
    error_now: BaseException | None = raised.value
    while error_now is not None:
        told += [str(error_now), repr(error_now), repr(vars(error_now))]
        error_now = error_now.__cause__ or error_now.__context__
    assert not any(word in text for text in told for word in (TOKEN, SECRET, PROOF, "?"))


def test_the_filter_of_the_log_holds_back_addresses_with_a_query_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    opened(Graph(record()), Clock())
    opened(Graph(record()), Clock())
    assert logging.getLogger("httpx2").filters == [client_module._holds_no_query]
    logging.getLogger("httpx2").info("GET %s", httpx2.URL("http://localhost/a"))
    logging.getLogger("httpx2").info("GET %s", httpx2.URL("http://localhost/a?b=canary"))
    logging.getLogger("httpx2").warning("lost")
    assert [record.getMessage() for record in caplog.records] == ["GET http://localhost/a", "lost"]


# --- Over a real connection, against the invented Graph API

LAST_DAY = date(2026, 11, 23)
INSIGHTS: dict[str, Any] = {
    "level": "ad",
    "fields": "ad_id,spend,impressions",
    "time_increment": "1",
    "time_range": json.dumps({"since": "2026-11-20", "until": "2026-11-23"}),
}


@pytest.fixture
def server() -> Iterator[GraphServer]:
    data = seeded(until=LAST_DAY, days=5, n_leads=3, n_posts=2)
    with graph_server(data, today=lambda: LAST_DAY + timedelta(days=1)) as running:
        yield running


@pytest.fixture
def client(server: GraphServer, clock: Clock) -> Iterator[MetaClient]:
    credentials = Credentials(SecretStr(server.access_token), SecretStr(server.app_secret))
    with MetaClient(credentials, base_url=server.url, now=clock, sleep=clock.sleep) as opened_client:
        yield opened_client


def n_ads(server: GraphServer) -> int:
    return sum(part.node == "Ad" for part in server.data.objects.values())


def test_all_ads_come_over_three_pages(server: GraphServer, client: MetaClient) -> None:
    found = ids(client.pages("act_100/ads", limit=6, fields="id,name"))
    assert len(set(found)) == len(found) == n_ads(server) == 16
    assert client.n_calls == len(server.log) == 3


def test_an_empty_page_between_loses_nothing(server: GraphServer, client: MetaClient) -> None:
    server.arm(graph_page_faults.EmptyPage(where="ads", skip=1))
    assert len(set(ids(client.pages("act_100/ads", limit=6)))) == 16


def test_a_repeated_cursor_ends_in_an_error(server: GraphServer, client: MetaClient) -> None:
    server.arm(graph_page_faults.RepeatedCursor(where="ads", times=None))
    with pytest.raises(Transient, match="turns in a circle"):
        ids(client.pages("act_100/ads", limit=6))
    assert len(server.log) == 2


def test_another_host_in_next_is_never_asked(server: GraphServer, client: MetaClient) -> None:
    # Nobody listens there: to follow it would be an error.
    server.arm(graph_page_faults.ForeignNext(where="ads"))
    assert len(ids(client.pages("act_100/ads", limit=6))) == 16


def test_two_limits_are_waited_for_and_no_row_comes_twice(
    server: GraphServer, client: MetaClient, clock: Clock
) -> None:
    server.arm(graph_faults.Throttled(where="ads", times=2, skip=1))
    found = ids(client.pages("act_100/ads", limit=6))
    assert len(set(found)) == len(found) == 16
    assert sum(clock.slept) >= 60 + 120


def test_a_limit_that_is_near_slows_down(server: GraphServer, client: MetaClient, clock: Clock) -> None:
    server.arm(graph_faults.NearLimit(where="ads"))
    assert len(ids(client.pages("act_100/ads", limit=6))) == 16
    assert clock.slept == [60]


@pytest.mark.parametrize(
    "fault", [graph_faults.Passing, graph_faults.HtmlInstead, graph_faults.TruncatedJson, graph_faults.Dropped]
)
def test_faults_of_the_way_pass_or_end_after_five_tries(
    fault: type[graph_faults.Fault], server: GraphServer, client: MetaClient
) -> None:
    server.arm(fault(where="ads", times=4, skip=1))
    assert len(set(ids(client.pages("act_100/ads", limit=6)))) == 16
    server.disarm()
    server.log.clear()
    server.arm(fault(where="ads", times=None))
    with pytest.raises(Transient):
        ids(client.pages("act_100/ads"))
    assert len(server.log) == 5


def test_a_stalled_answer_is_tried_again(server: GraphServer, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT", httpx2.Timeout(0.2))
    server.arm(graph_faults.Stalled(where="ads", seconds=30))
    credentials = Credentials(SecretStr(server.access_token), SecretStr(server.app_secret))
    with MetaClient(credentials, base_url=server.url, now=clock, sleep=clock.sleep) as client:
        assert len(ids(client.pages("act_100/ads"))) == 16


def test_too_much_data_is_asked_for_in_smaller_pages(server: GraphServer, client: MetaClient) -> None:
    server.arm(graph_faults.TooMuchData(where="insights"))
    rows = [row for rows in client.pages("act_100/insights", **INSIGHTS) for row in rows]
    assert len({(row["ad_id"], row["date_start"]) for row in rows}) == len(rows) > 25


def test_a_token_that_expires_on_page_two_is_not_used_again(server: GraphServer, client: MetaClient) -> None:
    server.arm(graph_faults.TokenExpired(skip=1))
    pages = client.pages("act_100/ads", limit=6)
    assert len(next(pages)) == 6
    with pytest.raises(NeedsReauthorisation, match="has expired"):
        next(pages)
    with pytest.raises(NeedsReauthorisation):
        client.get("me")
    assert len(server.log) == 2


def test_a_report_holds_what_the_listing_of_the_same_figures_holds(server: GraphServer, client: MetaClient) -> None:
    server.arm(graph_faults.UnknownObject())
    server.arm(graph_faults.ReportIs(status="Job Not Started", percent=0))
    server.arm(graph_faults.ReportIs(status="Job Failed", skip=1))
    reported = [row for rows in client.report("act_100", limit=7, **INSIGHTS) for row in rows]
    listed = [row for rows in client.pages("act_100/insights", **INSIGHTS) for row in rows]
    assert reported == listed
    assert len(listed) > 7


def test_leads_want_the_page_s_token_and_a_wrong_proof_is_refused(
    server: GraphServer, client: MetaClient, clock: Clock
) -> None:
    (held,) = next(client.pages("me/accounts", fields="id,access_token"))
    page_client = client.as_page(SecretStr(held["access_token"]))
    forms = ids(page_client.pages(f"{held['id']}/leadgen_forms"))
    leads = [lead for form in forms for lead in ids(page_client.pages(f"{form}/leads", account=held["id"]))]
    assert len(leads) == 3
    assert page_client.get(leads[0], account=held["id"])["id"] == leads[0]
    wrong = Credentials(SecretStr(server.access_token), SecretStr("wrong"))
    with (
        MetaClient(wrong, base_url=server.url, now=clock, sleep=clock.sleep) as stranger,
        pytest.raises(BadRequest, match="appsecret_proof"),
    ):
        stranger.get("me")


def test_a_version_or_a_parameter_that_is_not_known_is_refused(
    server: GraphServer, client: MetaClient, clock: Clock
) -> None:
    with pytest.raises(BadRequest, match="Unknown parameters"):
        client.get("me", nonsense="1")
    credentials = Credentials(SecretStr(server.access_token), SecretStr(server.app_secret))
    with (
        MetaClient(credentials, base_url=server.url, version="v1.0", now=clock) as old,
        pytest.raises(BadRequest, match="must begin with"),
    ):
        old.get("me")


def test_no_secret_is_logged_on_a_real_connection(
    server: GraphServer, client: MetaClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.get("me")
    assert "httpcore2" in {record.name.split(".")[0] for record in caplog.records}
    assert server.access_token not in caplog.text
    assert "appsecret_proof" not in caplog.text
