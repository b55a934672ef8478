"""What can go wrong with the invented Graph API does go wrong: where it is armed, and as often."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx2
import pytest

from adplanning.demo.graph_control import FAULTS, named_fault
from adplanning.demo.graph_faults import (
    Dropped,
    Fault,
    HtmlInstead,
    NearLimit,
    Passing,
    PermissionMissing,
    ReportIs,
    Stalled,
    Throttled,
    TokenExpired,
    TooMuchData,
    TruncatedJson,
    UnknownObject,
)
from adplanning.demo.graph_page_faults import (
    MALFORMED,
    EmptyPage,
    ForeignNext,
    MalformedRow,
    OmittedFields,
    Overlapping,
    RepeatedCursor,
)
from tests.demo.graph_calls import UNTIL, Caller, calling, days

ADS = "/act_100/ads"
BY_KIND = "X-Business-Use-Case-Usage"


@pytest.fixture
def graph() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


def test_a_fault_hits_as_often_as_it_is_armed_for_after_those_that_it_lets_pass(graph: Caller) -> None:
    graph.server.arm(Passing(where="ads", times=2, skip=1))
    assert [graph.ask(ADS).status_code for _ in range(5)] == [200, 500, 500, 200, 200]


def test_a_fault_hits_its_stream_or_what_is_below_its_path_and_nothing_else(graph: Caller) -> None:
    graph.server.arm(Passing(where="/act_10", times=None))
    graph.server.arm(Passing(where="adsets", times=None))
    assert graph.ask("/act_100/ads").status_code == 200
    assert graph.ask("/1001000000/adsets").status_code == 500
    graph.server.arm(Passing(where="/act_100", times=None))
    assert [graph.ask(path).status_code for path in ("/act_100", "/act_100/ads", "/me")] == [500, 500, 200]
    graph.server.disarm()
    assert graph.ask("/act_100").status_code == 200


def test_the_fault_that_was_armed_first_comes_first(graph: Caller) -> None:
    graph.server.arm(HtmlInstead())
    graph.server.arm(Passing())
    assert [graph.ask(ADS).status_code for _ in range(3)] == [502, 500, 200]


def test_a_limit_by_kind_says_in_its_header_how_many_minutes_to_wait(graph: Caller) -> None:
    graph.server.arm(Throttled(minutes=47))
    refusal = graph.ask(ADS)
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (400, 80004)
    far, reached = json.loads(refusal.headers[BY_KIND])["100"]
    assert (far["estimated_time_to_regain_access"], reached["estimated_time_to_regain_access"]) == (0, 47)
    assert reached["type"] == "ads_management"


def test_the_limits_of_an_app_and_of_an_account_have_headers_of_their_own(graph: Caller) -> None:
    graph.server.arm(Throttled(code=4))
    graph.server.arm(Throttled(code=17, subcode=2446079, times=None, where="/act_100", minutes=5))
    assert json.loads(graph.ask(ADS).headers["X-App-Usage"])["call_count"] == 100
    for _ in range(3):
        assert graph.error(ADS) == (17, 2446079)
    assert json.loads(graph.ask(ADS).headers["X-Ad-Account-Usage"])["reset_time_duration"] == 300
    assert graph.ask("/me").status_code == 200


def test_a_limit_that_is_near_is_told_beside_the_answer(graph: Caller) -> None:
    graph.server.arm(NearLimit())
    answer = graph.ask(ADS)
    assert answer.status_code == 200
    assert json.loads(answer.headers[BY_KIND])["100"][1]["call_count"] == 96


def test_what_passes_says_so(graph: Caller) -> None:
    graph.server.arm(Passing())
    assert graph.ask(ADS).json()["error"]["is_transient"] is True


def test_a_broken_answer_is_no_json_or_does_not_come_to_its_end(graph: Caller) -> None:
    graph.server.arm(HtmlInstead())
    graph.server.arm(TruncatedJson())
    graph.server.arm(Dropped())
    assert graph.ask(ADS).headers["Content-Type"] == "text/html"
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        graph.ask(ADS).json()
    with pytest.raises(httpx2.RemoteProtocolError):
        graph.ask(ADS)
    assert graph.ask(ADS).status_code == 200


def test_a_stalled_answer_lets_others_pass_and_ends_with_the_server() -> None:
    begun = time.monotonic()
    with calling() as graph:
        graph.server.arm(Stalled(seconds=600, where="ads"))
        with pytest.raises(httpx2.ReadTimeout):
            graph.http.get(
                f"{graph.server.url}/v26.0{ADS}",
                params={"appsecret_proof": graph.ask("/me").request.url.params["appsecret_proof"]},
                headers={"Authorization": f"Bearer {graph.server.access_token}"},
                timeout=0.1,
            )
        assert graph.ask("/act_100/campaigns").status_code == 200
    assert time.monotonic() - begun < 60


def test_fewer_rows_are_answered_where_many_are_too_many(graph: Caller) -> None:
    graph.server.arm(TooMuchData(where="ads"))
    assert "reduce the amount of data" in graph.ask(ADS, limit="26").json()["error"]["message"]
    assert len(graph.rows(ADS, limit="25")) == 12


def test_a_token_ends_in_the_middle_of_a_list(graph: Caller) -> None:
    graph.server.arm(TokenExpired(where="ads", skip=1))
    cursor = graph.ask(ADS, limit="5").json()["paging"]["cursors"]["after"]
    assert graph.error(ADS, limit="5", after=cursor) == graph.error(ADS) == (190, 463)


def test_a_missing_permission_is_named(graph: Caller) -> None:
    graph.server.arm(PermissionMissing(where="leads"))
    form = next(iter(graph.data.forms))
    refusal = graph.ask(f"/{form}/leads", token=graph.page_token)
    assert (refusal.status_code, "leads_retrieval" in refusal.text) == (403, True)


def test_with_too_little_permission_fields_are_left_out(graph: Caller) -> None:
    graph.server.arm(OmittedFields(where="leads"))
    graph.server.arm(OmittedFields(where="lead"))
    lead = graph.data.leads()[0]
    (first, *_) = graph.rows(f"/{lead.form_id}/leads", token=graph.page_token, fields="ad_id,platform")
    assert first.keys() == {"id", "platform"}
    assert "ad_id" not in graph.ask(f"/{lead.id}", token=graph.page_token, fields="ad_id,platform").json()


def test_a_report_runs_on_fails_or_is_not_known_yet(graph: Caller) -> None:
    asked = {"level": "ad", "time_increment": "1", "time_range": days(UNTIL, UNTIL), "fields": "spend"}
    run = graph.ask("/act_100/insights", method="POST", **asked).json()["report_run_id"]
    graph.server.arm(UnknownObject())
    graph.server.arm(ReportIs(status="Job Not Started", percent=0))
    graph.server.arm(ReportIs(status="Job Running", percent=100))
    graph.server.arm(ReportIs(status="Job Failed"))
    assert graph.error(f"/{run}") == (100, 33)
    told = [graph.ask(f"/{run}").json() for _ in range(3)]
    assert [(status["async_status"], status["async_percent_completion"]) for status in told] == [
        ("Job Not Started", 0),
        ("Job Running", 100),
        ("Job Failed", 100),
    ]
    assert told[2]["error_code"] == 2
    assert graph.error(f"/{run}/insights") == (2601, None)
    assert graph.ask(f"/{run}").json()["async_status"] == "Job Completed"
    assert graph.rows(f"/{run}/insights") != []


def test_an_empty_page_in_the_middle_takes_no_row_away(graph: Caller) -> None:
    graph.server.arm(EmptyPage(where="ads", skip=1))
    pages = graph.pages(ADS, limit="5")
    assert [len(page) for page in pages] == [5, 0, 5, 2]
    cursors = [call.params.get("after") for call in graph.server.log]
    assert len(set(cursors)) == 4


def test_a_cursor_that_repeats_leads_nowhere(graph: Caller) -> None:
    graph.server.arm(RepeatedCursor(where="ads", times=None))
    cursor = graph.ask(ADS, limit="5").json()["paging"]["cursors"]["after"]
    again = graph.ask(ADS, limit="5", after=cursor).json()["paging"]
    assert again["cursors"]["after"] == cursor
    assert "next" in again


def test_next_leads_to_another_host(graph: Caller) -> None:
    graph.server.arm(ForeignNext(where="ads", host="http://stranger.example"))
    following = graph.ask(ADS, limit="5").json()["paging"]["next"]
    assert following.startswith("http://stranger.example/v26.0/act_100/ads?")
    assert len(graph.rows(ADS, limit="5")) == 12


def test_a_row_stands_on_two_pages(graph: Caller) -> None:
    graph.server.arm(Overlapping(where="ads"))
    ids = [row["id"] for row in graph.rows(ADS, limit="5")]
    assert len(ids) > len(set(ids)) == 12


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_row_that_makes_no_sense_stands_among_the_good_ones(graph: Caller, name: str, value: str | None) -> None:
    asked = {"level": "ad", "time_increment": "1", "time_range": days(UNTIL, UNTIL), "fields": "ad_id,spend"}
    good = graph.rows("/act_100/insights", **asked)
    graph.server.arm(MalformedRow(name=name, value=value))
    bad = graph.rows("/act_100/insights", **asked)
    assert bad[1].get(name) == value
    assert [bad[0], *bad[2:]] == good


@pytest.mark.parametrize("kind", FAULTS.values(), ids=FAULTS)
def test_after_any_fault_the_server_answers_rightly_again(graph: Caller, kind: type[Fault]) -> None:
    good = graph.pages(ADS, limit="5")
    fault = kind(where="ads", times=2, **({"seconds": 0} if kind is Stalled else {}))
    graph.server.arm(fault)
    for _ in range(3):
        try:
            graph.ask(ADS, limit="5")
        except httpx2.RemoteProtocolError:
            assert kind is Dropped
    graph.server.disarm()
    assert graph.pages(ADS, limit="5") == good


def test_an_unknown_fault_is_refused_with_its_nearest_name() -> None:
    with pytest.raises(Exception, match="Did you mean 'Throttled'"):
        named_fault("Throtled")
    with pytest.raises(Exception, match="see the fields of Throttled"):
        named_fault("Throttled", hours=1)
