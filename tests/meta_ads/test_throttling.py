from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.meta_ads.graph_errors import Throttled
from adplanning.meta_ads.throttling import Pauses, Scope, Usage, backoff, scope_of, usages

CALL = Scope("1", "ads_insights")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def use_cases(*elements: dict[str, object], owner: str = "1") -> dict[str, str]:
    return {"X-Business-Use-Case-Usage": json.dumps({owner: elements})}


def test_every_element_of_the_use_cases_is_read_not_only_the_first() -> None:
    headers = use_cases(
        {"type": "ads_insights", "call_count": 1, "total_cputime": 2, "total_time": 3},
        {"type": "ads_management", "call_count": 100, "estimated_time_to_regain_access": 47},
    )
    assert usages(headers, CALL) == [
        Usage(Scope("1", "ads_insights"), 3),
        Usage(Scope("1", "ads_management"), 100, 47 * MINUTE),
    ]


def test_a_refusal_waits_for_the_longest_time_of_any_kind_of_its_object() -> None:
    headers = use_cases({"type": "ads_management", "estimated_time_to_regain_access": 47})
    pauses = Pauses()
    pauses.refuse(headers, CALL, 80004, n_refusals=1, jitter=0.5, now=NOON)
    assert pauses.wait(CALL, NOON, DAY) == 47 * MINUTE * 1.05


def test_a_use_case_of_the_business_counts_for_the_call_that_is_not_named() -> None:
    headers = use_cases({"type": "ads_insights", "call_count": 96}, owner="business")
    assert {usage.scope.object_id for usage in usages(headers, CALL)} == {"business", "1"}


def test_another_account_beside_the_call_s_own_is_its_own() -> None:
    headers = {
        "x-business-use-case-usage": json.dumps(
            {"act_1": [{"type": "ads_insights", "call_count": 5}], "2": [{"type": "ads_insights", "call_count": 99}]}
        )
    }
    assert [(usage.scope.object_id, usage.percent) for usage in usages(headers, CALL)] == [("1", 5), ("2", 99)]


def test_the_app_s_usage_counts_for_all() -> None:
    headers = {"X-App-Usage": '{"call_count": 96, "total_cputime": 25, "total_time": 25}'}
    assert usages(headers, CALL) == [Usage(Scope(), 96)]


@pytest.mark.parametrize(("percent", "regain"), [(100, timedelta(seconds=300)), (99, timedelta())])
def test_an_account_s_reset_counts_only_when_it_is_full(percent: int, regain: timedelta) -> None:
    headers = {"X-Ad-Account-Usage": json.dumps({"acc_id_util_pct": percent, "reset_time_duration": 300})}
    assert usages(headers, CALL) == [Usage(Scope("1"), percent, regain)]


def test_the_insights_throttle_tells_of_app_and_account() -> None:
    headers = {"X-FB-Ads-Insights-Throttle": '{"app_id_util_pct": 97.5, "acc_id_util_pct": 10}'}
    assert usages(headers, CALL) == [Usage(Scope(None, "ads_insights"), 97.5), Usage(CALL, 10)]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"1": 5}', '{"1": [7]}', '{"1": [{}]}', '{"1": [{"call_count": "many"}]}',
     '{"1": [{"call_count": -5, "estimated_time_to_regain_access": null}]}'],
)  # fmt: skip
@pytest.mark.parametrize("name", ["X-Business-Use-Case-Usage", "X-App-Usage", "X-Ad-Account-Usage"])
def test_a_header_without_sense_stops_nothing(name: str, text: str) -> None:
    assert not any(usage.pause for usage in usages({name: text}, CALL))


def test_a_time_beyond_all_measure_is_a_day() -> None:
    headers = use_cases({"type": "ads_insights", "estimated_time_to_regain_access": 1e300})
    assert [usage.regain for usage in usages(headers, CALL)] == [DAY]


@pytest.mark.parametrize(
    ("usage", "pause"),
    [
        (Usage(CALL, 95), timedelta()),
        (Usage(CALL, 95.5), MINUTE),
        (Usage(CALL, 100, 19 * MINUTE), 19 * MINUTE),
        (Usage(CALL, 10, timedelta(seconds=5)), MINUTE),
    ],
)
def test_calls_slow_down_above_95_percent_and_stop_while_blocked(usage: Usage, pause: timedelta) -> None:
    assert usage.pause == pause


@given(st.integers(1, 10_000), st.floats(0, 1), st.integers(0, 1440))
def test_a_wait_is_never_shorter_than_the_header_or_a_minute(n: int, jitter: float, minutes: int) -> None:
    wait = backoff(n, minutes * MINUTE, jitter)
    assert wait >= max(minutes * MINUTE, MINUTE)
    assert wait <= max(minutes * MINUTE, 15 * MINUTE) * 1.1


@pytest.mark.parametrize(
    ("path", "kind"),
    [("act_1", "ads_management"), ("act_1/campaigns", "ads_management"), ("act_1/insights", "ads_insights")],
)
def test_a_call_counts_with_its_account_and_kind(path: str, kind: str) -> None:
    assert scope_of(path) == Scope("1", kind)


def test_a_lead_counts_with_the_leads_of_its_page() -> None:
    assert scope_of("77", "5", is_page=True) == scope_of("66/leads", "5", is_page=True) == Scope("5", "leadgen")


@pytest.mark.parametrize(
    ("code", "covered"),
    [
        (4, [CALL, Scope("1", "leadgen"), Scope("2", "leadgen")]),
        (17, [CALL, Scope("1", "leadgen")]),
        (32, [CALL, Scope("1", "leadgen")]),
        (613, [CALL, Scope("1", "leadgen")]),
        (80000, [CALL]),
    ],
)
def test_a_limit_holds_back_what_its_code_is_about_and_nothing_else(code: int, covered: list[Scope]) -> None:
    pauses = Pauses()
    pauses.refuse({}, CALL, code, n_refusals=2, jitter=0, now=NOON)
    for call in (CALL, Scope("1", "leadgen"), Scope("2", "leadgen")):
        assert pauses.wait(call, NOON, DAY) == (2 * MINUTE if call in covered else timedelta())


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    pauses = Pauses()
    pauses.refuse({}, CALL, 80000, n_refusals=2, jitter=0, now=NOON)
    pauses.learn(use_cases({"type": "ads_insights", "call_count": 96}), CALL, NOON)
    assert pauses.wait(CALL, NOON, DAY) == 2 * MINUTE


def test_the_longest_of_several_limits_tells_the_time_and_its_name() -> None:
    pauses = Pauses()
    pauses.refuse({}, CALL, 80000, n_refusals=1, jitter=0, now=NOON)
    pauses.refuse({}, CALL, 4, n_refusals=3, jitter=0, now=NOON)
    with pytest.raises(Throttled) as limited:
        pauses.wait(CALL, NOON, 3 * MINUTE)
    assert (limited.value.resume_at, limited.value.scope) == (NOON + 4 * MINUTE, "the app")


def test_what_is_given_up_once_is_not_waited_for_until_its_time() -> None:
    pauses = Pauses()
    pauses.refuse({}, CALL, 80000, n_refusals=1, jitter=0, now=NOON)
    assert pauses.wait(CALL, NOON, MINUTE) == MINUTE
    for patience in (MINUTE / 2, DAY):
        with pytest.raises(Throttled):
            pauses.wait(CALL, NOON, patience)
    for later in (NOON + MINUTE, NOON + DAY):
        assert pauses.wait(CALL, later, timedelta()) == timedelta()
    pauses.refuse({}, CALL, 80000, n_refusals=1, jitter=0, now=NOON + MINUTE)
    assert pauses.wait(CALL, NOON + MINUTE, DAY) == MINUTE


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(), "the app"),
        (Scope("1"), "the account or page 1"),
        (CALL, "figures of the account or page 1"),
        (Scope("1", "custom_audience"), "custom_audience of the account or page 1"),
    ],
)
def test_a_scope_is_told_in_words(scope: Scope, words: str) -> None:
    assert str(scope) == words
