from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import AdplanningError
from adplanning.meta_ads.graph_errors import (
    THROTTLE_CODES,
    BadRequest,
    GraphError,
    NeedsReauthorisation,
    PermissionMissing,
    Refusal,
    Throttled,
    TooMuchData,
    Transient,
    answer,
    scopes_of,
)


def refusal(
    code: int | None, subcode: int | None = None, *, status: int = 400, message: str = "no", transient: bool = False
) -> Refusal:
    error = {"code": code, "error_subcode": subcode, "message": message, "is_transient": transient}
    got = answer(status, json.dumps({"error": error}).encode())
    assert isinstance(got, Refusal)
    return got


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014])
def test_each_limit_is_a_limit_although_it_says_that_it_passes(code: int) -> None:
    assert refusal(code, transient=True).kind is Throttled


def test_codes_that_only_look_like_limits_are_none() -> None:
    assert not THROTTLE_CODES & {80007, 80010, 800008, 800009}


@pytest.mark.parametrize(
    ("code", "subcode"), [(190, None), (190, 463), (190, 460), (190, 467), (102, None), (100, 458), (None, 459)]
)
def test_a_token_that_is_not_accepted_needs_a_new_one(code: int | None, subcode: int | None) -> None:
    assert refusal(code, subcode, transient=True).kind is NeedsReauthorisation


@pytest.mark.parametrize("code", [3, 10, 200, 299])
def test_a_permission_that_is_missing(code: int) -> None:
    assert refusal(code, status=403).kind is PermissionMissing


@pytest.mark.parametrize(
    ("code", "subcode", "status", "transient"),
    [
        (1, None, 400, False),
        (2, None, 400, False),
        (341, None, 400, False),
        (100, 99, 400, False),
        (100, None, 400, True),
        (100, None, 500, False),
        (100, None, 503, False),
    ],
)
def test_what_passes_by_itself(code: int, subcode: int | None, status: int, transient: bool) -> None:
    assert refusal(code, subcode, status=status, transient=transient).kind is Transient


@pytest.mark.parametrize("code", [1, 100])
def test_too_much_data_is_known_by_its_words_under_either_code(code: int) -> None:
    said = "Please Reduce the amount of data you're asking for, then retry your request"
    assert refusal(code, status=500, message=said).kind is TooMuchData


@pytest.mark.parametrize("code", [100, 300, 2500, 800008, None])
def test_what_is_left_is_a_bad_call(code: int | None) -> None:
    assert refusal(code).kind is BadRequest


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b'{"data": [{"id": "1"', b"[]", b"true", b"\xff", b"[" * 9999]
)
@pytest.mark.parametrize("status", [200, 400, 502])
def test_what_is_no_record_passes_by_itself(body: bytes, status: int) -> None:
    got = answer(status, body)
    assert isinstance(got, Refusal)
    assert got.kind is Transient


def test_a_redirect_is_refused() -> None:
    assert answer(302, b"{}") == Refusal(BadRequest, "HTTP 302, a redirect; it is not followed")


def test_a_status_counts_where_no_error_is_told() -> None:
    bad, passing = answer(404, b"{}"), answer(500, b"{}")
    assert isinstance(bad, Refusal)
    assert isinstance(passing, Refusal)
    assert (bad.kind, passing.kind) == (BadRequest, Transient)


def test_an_error_counts_under_status_200_too() -> None:
    assert refusal(190, status=200).kind is NeedsReauthorisation


def test_meta_s_words_are_told_without_secrets_and_queries() -> None:
    said = "Malformed access token canary\n see https://graph.facebook.com/me?access_token=EAAB&x=1 now"
    got = answer(400, json.dumps({"error": {"code": 100, "message": said}}).encode(), secrets=["canary"])
    assert isinstance(got, Refusal)
    assert got.said == "Malformed access token … see https://graph.facebook.com/me now"


@given(st.text(min_size=400), st.text("abcdef", min_size=3))
def test_no_secret_and_no_more_than_300_letters_get_through(said: str, secret: str) -> None:
    body = json.dumps({"error": {"code": 100, "message": said[:20] + secret + said[20:]}}).encode()
    got = answer(400, body, secrets=[secret])
    assert isinstance(got, Refusal)
    assert secret not in got.said
    assert len(got.said) <= 300


@pytest.mark.parametrize(
    ("path", "is_page", "first"),
    [
        ("act_1/campaigns", False, "ads_read"),
        ("123/leads", True, "leads_retrieval"),
        ("123/leadgen_forms", True, "leads_retrieval"),
        ("123", True, "leads_retrieval"),
        ("123", False, "ads_read"),
        ("123/published_posts", True, "pages_show_list"),
        ("me/accounts", False, "pages_show_list"),
    ],
)
def test_a_missing_permission_names_the_scopes_that_the_path_needs(path: str, is_page: bool, first: str) -> None:
    error = refusal(200).error(path, is_page=is_page)
    assert isinstance(error, PermissionMissing)
    assert error.scopes == scopes_of(path, is_page=is_page)
    assert error.scopes[0] == first
    assert all(scope in error.message for scope in error.scopes)
    assert error.code == 200


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NeedsReauthorisation, "it has expired. Make a new one"),
        (TooMuchData, "Ask for fewer days"),
        (Transient, "Try again later"),
        (BadRequest, "Check that the object still exists"),
    ],
)
def test_each_error_says_what_to_do(kind: type[GraphError], words: str) -> None:
    error = Refusal(kind, "said", 190, 463).error("act_1/ads")
    assert type(error) is kind
    assert words in str(error)
    assert (error.code, error.subcode) == (190, 463)


def test_a_limit_says_when_it_goes_on() -> None:
    limited = Throttled(datetime(2026, 11, 24, 9, 5, tzinfo=UTC), "figures of the account or page 1")
    assert isinstance(limited, AdplanningError)
    assert "goes on after 2026-11-24 09:05 UTC" in limited.message
