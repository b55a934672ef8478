"""What the public may send, and the rows it becomes."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import AdplanningError, InvalidData, TooLarge
from adplanning.core.settings import Settings
from adplanning.journeys.stages import stage_of_event
from adplanning.tracking.events import NewConversion, NewEvent, NewJourneyEvent
from adplanning.tracking.public_events import Kind
from adplanning.tracking.reception import Reception

NOW = 1_795_357_600_000_000  # 2026-11-22T14:26:40Z
RECEPTION = Reception(Settings(_env_file=None, currency="INR", timezone="Asia/Kolkata"), stage_of_event)
CONVERSION = {"website_id": "web_1", "visitor_id": "v1", "conversion_type": "purchase"}
STEP = {"website_id": "web_1", "visitor_id": "v1", "event_type": "page_view"}


def row_of(kind: Kind, fields: dict[str, Any] | bytes) -> NewEvent:
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return RECEPTION.event(kind, body, is_bot=False, now=NOW)


def conversion(**fields: Any) -> NewConversion:
    row = row_of("conversion", {**CONVERSION, **fields})
    assert isinstance(row, NewConversion)
    return row


def step(**fields: Any) -> NewJourneyEvent:
    row = row_of("journey", {**STEP, **fields})
    assert isinstance(row, NewJourneyEvent)
    return row


def refused(kind: Kind, fields: dict[str, Any] | bytes) -> InvalidData:
    with pytest.raises(InvalidData) as fault:
        row_of(kind, fields)
    return fault.value


def test_a_conversion_becomes_a_row_with_the_servers_time_and_its_platform() -> None:
    row = conversion(
        conversion_value=4999.5, utm_source=" FB ", order_id="o1", metadata={"size": "L"}, pathname="/thanks"
    )
    assert row.id.startswith("conv_")
    assert (row.value_minor, row.currency, row.platform, row.utm_source) == (499950, "INR", "meta", "FB")
    assert (row.origin, row.is_bot, row.converted_at, row.received_at) == ("web", False, NOW, NOW)
    assert row.metadata == '{"size":"L"}'


def test_a_journey_event_gets_its_types_stage_and_the_web_as_channel_when_it_names_none() -> None:
    assert (step().stage, step().channel) == ("awareness", "web")
    assert step(event_type="purchase").stage == "conversion"
    named = step(event_type="email_open", stage="advocacy", channel="email", event_data={"list": 7})
    assert (named.stage, named.channel, named.event_data) == ("advocacy", "email", '{"list":7}')


def test_links_to_persons_goals_and_campaigns_are_not_the_publics_to_set() -> None:
    claimed = {
        "person_id": "p",
        "ad_campaign_id": "c",
        "ad_set_id": "s",
        "ad_id": "a",
        "lead_id": "l",
        "goal_ids": ["g"],
    }
    row = conversion(**claimed, origin="admin", is_bot=True, confirmed_at=1, attribution_weight=9, id="conv_1")
    assert (row.person_id, row.ad_campaign_id, row.ad_set_id, row.ad_id, row.lead_id) == (None,) * 5
    assert (row.origin, row.is_bot, row.confirmed_at, row.attribution_weight) == ("web", False, None, 1.0)
    assert row.id != "conv_1"
    assert (step(**claimed).person_id, step(**claimed).ad_campaign_id) == (None, None)


def test_what_is_empty_is_absent() -> None:
    row = conversion(utm_source="", order_id="  ", session_id="", event_id="", metadata={}, currency="")
    assert (row.utm_source, row.order_id, row.session_id, row.event_id, row.metadata) == (None,) * 5
    assert (row.platform, row.currency) == ("direct", "INR")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"website_id": ""}, "website_id"),
        ({"website_id": None}, "website_id"),
        ({"visitor_id": 5}, "visitor_id"),
        ({"visitor_id": "v" * 257}, "visitor_id"),
        ({"conversion_type": "purchas"}, "conversion_type"),
        ({"conversion_type": None}, "conversion_type"),
        ({"conversion_value": -1}, "conversion_value"),
        ({"conversion_value": True}, "conversion_value"),
        ({"conversion_value": 1e308}, "conversion_value"),
        ({"conversion_value": float("nan")}, "conversion_value"),
        ({"conversion_value": float("inf")}, "conversion_value"),
        ({"conversion_value": "1.234,56"}, "conversion_value"),
        ({"currency": "XXX<"}, "currency"),
        ({"currency": "RUPEE"}, "currency"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2026-02-30T10:00:00Z"}, "occurred_at"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": {"a": float("nan")}}, "metadata"),
        ({"metadata": {"a": 2**80}}, "metadata"),
        ({"pathname": "/" * 2001}, "pathname"),
        ({"utm_source": "a\0b"}, "utm_source"),
        ({"metadata": {"a": "\0"}}, "metadata"),
        ({"metadata": {"\0": "a"}}, "metadata"),
        ({"kind": "journey"}, "kind"),
    ],
)
def test_a_fault_names_its_field(fields: dict[str, Any], path: str) -> None:
    fault = refused("conversion", {**CONVERSION, **fields})
    assert [at for at, _ in fault.issues] == [path]
    assert path in fault.message


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    assert "Did you mean 'purchase'?" in refused("conversion", {**CONVERSION, "conversion_type": "purchas"}).message
    assert "Did you mean 'page_view'?" in refused("journey", {**STEP, "event_type": "pageview"}).message


def test_all_faults_are_named_at_once() -> None:
    assert {path for path, _ in refused("journey", {"visitor_id": 1}).issues} == {
        "website_id", "visitor_id", "event_type",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"a":1}}',
        b'{"website_id":"\\ud800"}',
        b'"' + b"[" * 5000,
        b"[" * 100_000,
    ],
)
def test_what_is_not_an_event_in_json_is_refused(body: bytes) -> None:
    assert refused("conversion", body).issues


def test_json_as_deep_as_a_well_is_refused() -> None:
    deep = "[" * 150 + "]" * 150
    assert (
        "nested deeper"
        in refused(
            "conversion", json.dumps(CONVERSION)[:-1].encode() + f',"metadata":{{"a":{deep}}}}}'.encode()
        ).message
    )
    deeper = "[" * 5000 + "]" * 5000
    refused("conversion", json.dumps(CONVERSION)[:-1].encode() + f',"metadata":{{"a":{deeper}}}}}'.encode())


def test_text_of_every_script_is_kept_as_it_is() -> None:
    row = conversion(conversion_name="धन्यवाद 🙏 \u202eمرحبا", metadata={"__proto__": {"x": 1}}, utm_term="\\u0000")
    assert row.conversion_name == "धन्यवाद 🙏 \u202eمرحبا"
    assert row.utm_term == "\\u0000"
    assert orjson.loads(row.metadata or "") == {"__proto__": {"x": 1}}


def test_more_metadata_than_allowed_is_too_large() -> None:
    with pytest.raises(TooLarge, match="metadata: 8008 bytes of JSON; send at most 8000"):
        conversion(metadata={"a": "x" * 8000})


@pytest.mark.parametrize(
    ("given_at", "stored", "clamped"),
    [
        ("2026-11-22T14:26:40Z", NOW, False),
        ("2026-11-22T19:56:40.000001+05:30", NOW + 1, False),
        ("2026-11-22T19:56:40", NOW, False),  # without offset it is the reporting zone's
        ("2026-11-22T14:31:40Z", NOW + 300_000_000, False),
        ("2026-11-22T14:31:41Z", NOW + 300_000_000, True),
        ("2026-11-15T14:26:40Z", NOW - 7 * 86_400_000_000, False),
        ("2026-11-15T14:26:39Z", NOW - 7 * 86_400_000_000, True),
        ("1970-01-01T00:00:00Z", NOW - 7 * 86_400_000_000, True),
        ("0001-01-01T00:00:00Z", NOW - 7 * 86_400_000_000, True),
        ("9999-12-31T23:59:59Z", NOW + 300_000_000, True),
    ],
)
def test_a_clients_time_is_believed_within_bounds_and_flagged_beyond(given_at: str, stored: int, clamped: bool) -> None:
    row = step(occurred_at=given_at, event_data={"a": 1})
    assert (row.occurred_at, row.received_at) == (stored, NOW)
    flag = {"occurred_at_clamped": True} if clamped else {}
    assert orjson.loads(row.event_data or "") == {"a": 1, **flag}


def batch_of(*events: Any) -> tuple[dict[int, NewEvent], list[Any]]:
    return RECEPTION.batch(json.dumps({"events": events}).encode(), is_bot=True, now=NOW)


def test_a_batch_keeps_what_is_valid_and_says_what_is_wrong_with_the_rest() -> None:
    rows, rejected = batch_of(
        {"kind": "conversion", **CONVERSION},
        {"kind": "conversion", **CONVERSION, "conversion_value": -1},
        {"kind": "journey", **STEP},
        {"kind": "other"},
        "an event",
        {"kind": "journey", **STEP, "stage": "purchased"},
        {**STEP},
    )
    assert {index: type(row) for index, row in rows.items()} == {0: NewConversion, 2: NewJourneyEvent}
    assert all(row.is_bot for row in rows.values())
    assert [index for index, _ in rejected] == [1, 3, 4, 5, 6]
    assert "conversion_value" in rejected[0].message
    assert "choose one of: conversion, journey" in rejected[1].message


def test_a_batch_without_a_valid_event_is_refused_as_a_whole() -> None:
    with pytest.raises(InvalidData) as fault:
        batch_of({"kind": "journey", **STEP, "event_type": "x"}, {})
    assert [path for path, _ in fault.value.issues] == ["events.0", "events.1"]


@pytest.mark.parametrize("body", [b"{}", b'{"events":{}}', b'{"events":[]}', b"[]", b"x"])
def test_a_batch_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidData):
        RECEPTION.batch(body, is_bot=False, now=NOW)


def test_a_batch_of_more_events_than_allowed_is_too_large() -> None:
    with pytest.raises(TooLarge, match="501 in one batch; send at most 500"):
        batch_of(*[{"kind": "journey", **STEP}] * 501)


def test_every_event_has_an_id_of_its_own_in_the_order_of_the_batch() -> None:
    rows, _ = batch_of(
        *[{"kind": kind, **fields} for kind, fields in (("journey", STEP), ("conversion", CONVERSION))] * 50
    )
    unique = [row.id.partition("_")[2] for row in rows.values()]
    assert unique == sorted(set(unique))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
some_fields = st.dictionaries(
    st.sampled_from(
        [
            "website_id",
            "visitor_id",
            "conversion_type",
            "conversion_value",
            "currency",
            "metadata",
            "occurred_at",
            "order_id",
        ]
    ),
    json_values,
)


@given(some_fields)
def test_whatever_is_sent_it_is_a_row_or_a_refusal(fields: dict[str, Any]) -> None:
    try:
        row = row_of("conversion", {**CONVERSION, **fields})
    except AdplanningError:
        return
    assert isinstance(row, NewConversion)
    assert row.value_minor is None or row.value_minor >= 0
    assert NOW - 7 * 86_400_000_000 <= row.converted_at <= NOW + 300_000_000


@given(st.binary(max_size=200))
def test_whatever_bytes_come_in_they_are_refused_and_harm_nothing(body: bytes) -> None:
    with pytest.raises(AdplanningError):
        row_of("conversion", body)
    with pytest.raises(AdplanningError):
        RECEPTION.batch(body, is_bot=False, now=NOW)


def test_of_a_referrer_scheme_host_and_path_are_kept_and_nothing_is_not_nowhere() -> None:
    assert step(referrer="https://a.example/b?email=me#c").referrer == "https://a.example/b"
    assert (conversion(referrer="").referrer, conversion().referrer, conversion(referrer=None).referrer) == (
        "",
        None,
        None,
    )
    assert [path for path, _ in refused("journey", {**STEP, "referrer": "h" * 2001}).issues] == ["referrer"]


def test_an_event_may_call_itself_internal_and_not_what_its_sender_is() -> None:
    body = json.dumps(STEP | {"internal": False}).encode()
    assert RECEPTION.event("journey", body, is_bot=False, is_internal=True, now=NOW).is_internal
    assert [step(internal=True).is_internal, conversion(internal=True).is_internal, step().is_internal] == [
        True,
        True,
        False,
    ]
