"""What storefronts call without a key, through the real application."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, insert, select

from adplanning.api.app import create_app
from adplanning.api.routes import web
from adplanning.core.settings import Settings
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

PREFIX = "/web/ad-planning"
CONVERSION = {"website_id": "web_1", "visitor_id": "v1", "conversion_type": "purchase", "conversion_value": 4999.5}
STEP = {"website_id": "web_1", "visitor_id": "v1", "event_type": "page_view"}


def add_website(engine: Engine, website_id: str, domain: str) -> None:
    times = dict.fromkeys(("created_at", "updated_at"), datetime.now(UTC))
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES["websites"]).values(id=website_id, domain=domain, status="active", **times))


def with_events_first(app: FastAPI) -> FastAPI:
    app.add_middleware(web.EventsFirst)
    return app


@pytest.fixture(params=["first", "routed"])
def shop(request: pytest.FixtureRequest, engine: Engine, settings: Settings) -> Iterator[TestClient]:
    """A storefront with a known website; the middleware and the routes have to answer alike."""
    add_website(engine, "web_1", "shop.example")
    app = create_app(settings, engine)
    if request.param == "first":
        with_events_first(app)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def total(engine: Engine) -> int:
    with engine.connect() as connection:
        return sum(
            connection.scalar(select(func.count()).select_from(TABLES[table])) or 0
            for table in ("conversions", "journey_events", "touchpoints", "visitors")
        )


def test_a_conversion_is_answered_with_its_id_and_can_be_read_at_once(shop: TestClient, admin_key: str) -> None:
    answer = shop.post(f"{PREFIX}/track-conversion", json=CONVERSION)
    assert answer.status_code == 200
    assert answer.json().keys() == {"success", "message", "conversion_id"}
    read = shop.get(
        f"/admin/ad-planning/conversions/{answer.json()['conversion_id']}",
        headers={"Authorization": f"Bearer {admin_key}"},
    )
    assert read.json()["conversion"]["conversion_value"] == 4999.5
    assert read.json()["conversion"]["origin"] == "web"


def test_a_journey_event_is_answered_with_its_id(shop: TestClient) -> None:
    answer = shop.post(f"{PREFIX}/track-journey", json=STEP).json()
    assert answer["success"] is True
    assert answer["journey_id"].startswith("jour_")


@pytest.mark.parametrize("repeated", [{"event_id": "e1"}, {"order_id": "o1"}])
def test_the_same_again_answers_the_same_id(shop: TestClient, engine: Engine, repeated: dict[str, str]) -> None:
    first, again = (shop.post(f"{PREFIX}/track-conversion", json=CONVERSION | repeated).json() for _ in range(2))
    assert "duplicate" not in first
    assert again["duplicate"] is True
    assert again["conversion_id"] == first["conversion_id"]
    assert total(engine) == 2  # one conversion, one visitor


def test_a_batch_tells_what_became_of_each_event(shop: TestClient) -> None:
    events = [
        {"kind": "conversion", **CONVERSION, "event_id": "e1"},
        {"kind": "journey", **STEP},
        {"kind": "journey", **STEP, "website_id": "web_9"},
        {"kind": "conversion", **CONVERSION, "event_id": "e1"},
        {"kind": "conversion", **CONVERSION, "currency": "???"},
    ]
    answer = shop.post(f"{PREFIX}/batch", json={"events": events}).json()
    assert (answer["success"], answer["accepted"], answer["duplicates"]) == (True, 2, 1)
    assert [at["index"] for at in answer["rejected"]] == [2, 4]
    assert "web_9" in answer["rejected"][0]["message"]
    assert "currency" in answer["rejected"][1]["message"]
    assert answer["ids"][0] == answer["ids"][2] != answer["ids"][1]


def test_what_send_beacon_sends_as_text_is_read(shop: TestClient) -> None:
    body = json.dumps({"events": [{"kind": "journey", **STEP}]})
    answer = shop.post(f"{PREFIX}/batch", content=body, headers={"Content-Type": "text/plain;charset=UTF-8"})
    assert answer.json()["accepted"] == 1


def test_every_event_that_came_in_is_accounted_for(shop: TestClient) -> None:
    for fields in (CONVERSION, CONVERSION | {"event_id": "e"}, CONVERSION | {"event_id": "e"}, {}):
        shop.post(f"{PREFIX}/track-conversion", json=fields)
    shop.post(f"{PREFIX}/track-conversion", content=b"{", headers={"User-Agent": "Googlebot/2.1"})
    shop.post(f"{PREFIX}/track-journey", json=STEP, headers={"User-Agent": "Googlebot/2.1"})
    shop.post(f"{PREFIX}/batch", json={"events": [{"kind": "journey", **STEP}, {}]})
    counters = shop.get("/health").json()["counters"]
    assert counters == {"received": 8, "stored": 4, "duplicates": 1, "rejected": 3, "bots": 1}


# --- T1, T3, T4, T6, T9, T12 of the security checklist: nothing is stored


@pytest.mark.parametrize("address", ["track-conversion", "track-journey", "batch"])
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"\xff", b'{"website_id":"\\ud800"}', b"[" * 50_000, gzip.compress(b"x" * 60_000)],
    ids=["empty", "cut", "null", "no UTF-8", "lone surrogate", "deep", "compressed"],
)
def test_t1_t12_what_is_no_event_is_refused_with_a_reason(
    shop: TestClient, engine: Engine, address: str, body: bytes
) -> None:
    answer = shop.post(f"{PREFIX}/{address}", content=body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "invalid_data"
    assert answer.json()["issues"]
    assert total(engine) == 0


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("address", "most"), [("track-conversion", 64_000), ("batch", 1_000_000)])
def test_t1_a_body_beyond_the_bound_is_too_large(
    shop: TestClient, engine: Engine, address: str, most: int, chunked: bool
) -> None:
    body = json.dumps(CONVERSION).encode().ljust(most + 1)
    parts = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
    answer = shop.post(f"{PREFIX}/{address}", content=parts if chunked else body)
    assert (answer.status_code, answer.json()["type"]) == (413, "too_large")
    assert total(engine) == 0
    fits = shop.post(f"{PREFIX}/track-conversion", content=json.dumps(CONVERSION).encode().ljust(64_000))
    assert fits.status_code == 200


def test_t2_a_body_that_does_not_come_in_is_not_waited_for(shop: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "BODY_SECONDS", 0.05)
    app: Any = shop.app
    sent: list[Any] = []

    async def call() -> None:
        async def receive() -> Any:
            await asyncio.sleep(60)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": f"{PREFIX}/batch", "headers": [], "query_string": b""}
        await app(scope | {"client": ("127.0.0.1", 1), "root_path": ""}, receive, send)

    shop.portal.call(call)  # type: ignore[union-attr]
    assert sent[0]["status"] == 400
    assert b"has not come in whole" in sent[1]["body"]


def test_t3_too_many_events_of_a_visitor_are_refused_and_others_are_not(engine: Engine, tmp_path: Any) -> None:
    add_website(engine, "web_1", "shop.example")
    limited = Settings(home=tmp_path, rate_limit_visitor=3, _env_file=None)
    with TestClient(create_app(limited, engine)) as client:
        answers = [client.post(f"{PREFIX}/track-journey", json=STEP) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
        assert client.post(f"{PREFIX}/track-journey", json=STEP | {"visitor_id": "v2"}).status_code == 200
        many = {"events": [{"kind": "journey", **STEP, "visitor_id": "v3"}] * 4}
        assert client.post(f"{PREFIX}/batch", json=many).status_code == 429
    assert total(engine) == 4 + 2


def test_t3_the_address_is_limited_over_all_its_visitors_and_cannot_be_made_up(engine: Engine, tmp_path: Any) -> None:
    add_website(engine, "web_1", "shop.example")
    limited = Settings(home=tmp_path, rate_limit_address=3, _env_file=None)
    with TestClient(create_app(limited, engine)) as client:
        codes = [
            client.post(
                f"{PREFIX}/track-journey",
                json=STEP | {"visitor_id": f"v{n}"},
                headers={"X-Forwarded-For": f"203.0.113.{n}"},
            ).status_code
            for n in range(4)
        ]
        assert codes == [200, 200, 200, 429]
        assert client.get(f"{PREFIX}/intent?visitor_id=v1").status_code == 429


def test_t3_behind_a_trusted_proxy_each_address_has_its_own_limit(engine: Engine, tmp_path: Any) -> None:
    add_website(engine, "web_1", "shop.example")
    limited = Settings(home=tmp_path, rate_limit_address=1, trusted_proxies="testclient, 10.0.0.1", _env_file=None)
    with TestClient(create_app(limited, engine)) as client:
        for address, code in (("203.0.113.1", 200), ("203.0.113.2", 200), ("203.0.113.1", 429)):
            answer = client.post(f"{PREFIX}/track-journey", json=STEP, headers={"X-Forwarded-For": address})
            assert answer.status_code == code


def test_t4_an_unknown_website_is_not_found(shop: TestClient, engine: Engine) -> None:
    answer = shop.post(f"{PREFIX}/track-conversion", json=CONVERSION | {"website_id": "web_2"})
    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")
    assert total(engine) == 0
    add_website(engine, "web_2", "other.example")
    assert shop.post(f"{PREFIX}/track-conversion", json=CONVERSION | {"website_id": "web_2"}).status_code == 200


def test_t5_a_public_caller_reaches_no_person(shop: TestClient, engine: Engine) -> None:
    shop.post(f"{PREFIX}/track-conversion", json=CONVERSION | {"person_id": "victim"})
    shop.post(f"{PREFIX}/track-journey", json=STEP | {"person_id": "victim"})
    with engine.connect() as connection:
        for table in ("conversions", "journey_events", "visitors"):
            assert connection.scalars(select(TABLES[table].c.person_id)).all() == [None]


def test_t8_what_a_bot_sends_is_stored_flagged(shop: TestClient, engine: Engine) -> None:
    shop.post(f"{PREFIX}/track-conversion", json=CONVERSION, headers={"User-Agent": "Googlebot/2.1"})
    shop.post(f"{PREFIX}/track-journey", json=STEP, headers={"Sec-Purpose": "prefetch"})
    shop.post(f"{PREFIX}/track-journey", json=STEP | {"visitor_id": "v2"})
    with engine.connect() as connection:
        assert connection.scalars(select(TABLES["conversions"].c.is_bot)).all() == [True]
        assert sorted(connection.scalars(select(TABLES["journey_events"].c.is_bot))) == [False, True]


def flags(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [
            list(connection.scalars(select(TABLES[table].c.is_internal).order_by(TABLES[table].c.id)))
            for table in ("conversions", "journey_events", "touchpoints")
        ]


def test_a_browser_that_calls_itself_internal_is_stored_flagged(shop: TestClient, engine: Engine) -> None:
    shop.post(f"{PREFIX}/track-journey", json=STEP | {"internal": True, "referrer": ""})
    shop.post(f"{PREFIX}/track-conversion", json=CONVERSION | {"internal": True})
    batch = [{"kind": "journey", **STEP, "internal": internal} for internal in (False, None)]
    shop.post(f"{PREFIX}/batch", json={"events": batch})
    assert flags(engine) == [[True], [True, False, False], [True]]
    assert shop.post(f"{PREFIX}/track-journey", json=STEP | {"internal": "perhaps"}).status_code == 400


@pytest.mark.parametrize(
    ("address", "is_internal"), [("198.51.100.7", True), ("203.0.113.9", False), ("2001:db8::9", True)]
)
def test_what_comes_from_the_shops_own_network_is_stored_flagged(
    engine: Engine, tmp_path: Any, address: str, is_internal: bool
) -> None:
    add_website(engine, "web_1", "shop.example")
    settings = Settings(
        home=tmp_path,
        _env_file=None,
        trusted_proxies="testclient",
        internal_networks="198.51.100.0/24, 2001:db8::/32",
    )
    with TestClient(with_events_first(create_app(settings, engine))) as office:
        headers = {"X-Forwarded-For": address}
        office.post(f"{PREFIX}/track-journey", json=STEP | {"utm_source": "fb"}, headers=headers)
        office.post(f"{PREFIX}/batch", json={"events": [{"kind": "conversion", **CONVERSION}]}, headers=headers)
    assert flags(engine) == [[is_internal]] * 3


def test_of_a_referrer_no_query_is_stored(shop: TestClient, engine: Engine) -> None:
    shop.post(f"{PREFIX}/track-journey", json=STEP | {"referrer": "https://mail.example/inbox?user=me"})
    shop.post(f"{PREFIX}/track-journey", json=STEP)
    with engine.connect() as connection:
        stored = TABLES["journey_events"].c
        assert connection.scalars(select(stored.referrer).order_by(stored.id)).all() == [
            "https://mail.example/inbox",
            None,
        ]
    assert shop.post(f"{PREFIX}/track-journey", json=STEP | {"referrer": "x" * 2001}).status_code == 400


@pytest.mark.parametrize("origin", ["https://shop.example", "https://www.shop.example"])
def test_t9_the_websites_own_pages_may_read_every_answer(shop: TestClient, origin: str) -> None:
    for body, code in ((CONVERSION, 200), ({}, 400), (CONVERSION | {"website_id": "x"}, 404)):
        answer = shop.post(f"{PREFIX}/track-conversion", json=body, headers={"Origin": origin})
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (code, origin)
        assert answer.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    preflight = shop.options(f"{PREFIX}/batch", headers=asked)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, origin)
    assert preflight.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert int(preflight.headers["Access-Control-Max-Age"]) <= 600
    assert (
        shop.get(f"{PREFIX}/intent?visitor_id=v", headers={"Origin": origin}).headers["Access-Control-Allow-Origin"]
        == origin
    )


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://shop.example.evil.example", "*"])
def test_t9_nobody_elses_pages_may(shop: TestClient, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for answer in (
        shop.post(f"{PREFIX}/track-conversion", json=CONVERSION, headers={"Origin": origin}),
        shop.options(f"{PREFIX}/track-conversion", headers=asked),
        shop.get(f"{PREFIX}/intent?visitor_id=v", headers={"Origin": origin}),
    ):
        assert not [name for name in answer.headers if name == "access-control-allow-origin"]


# --- Intent and the script


def test_intent_adds_up_what_a_visitor_did_lately(shop: TestClient) -> None:
    yesterday = (datetime.now(UTC) - timedelta(hours=30)).isoformat()
    events: list[dict[str, Any]] = [{"kind": "journey", **STEP} for _ in range(3)]
    conversions: list[dict[str, Any]] = [
        {"conversion_type": "scroll_depth", "metadata": {"depth": 60}},
        {"conversion_type": "scroll_depth", "metadata": {"depth": "nan"}},
        {"conversion_type": "time_on_site", "metadata": {"seconds": 50}, "pathname": "/a"},
        {"conversion_type": "time_on_site", "metadata": {"seconds": 90}, "pathname": "/a"},
        {"conversion_type": "time_on_site", "metadata": {"seconds": "30", "page": "/b"}},
        {"conversion_type": "page_engagement"},
        {"conversion_type": "scroll_depth", "metadata": {"depth": 100}, "occurred_at": yesterday},
        {"conversion_type": "scroll_depth", "metadata": {"depth": 100}, "visitor_id": "v2"},
    ]
    events += [{"kind": "conversion", "website_id": "web_1", "visitor_id": "v1", **fields} for fields in conversions]
    assert shop.post(f"{PREFIX}/batch", json={"events": events}).json()["accepted"] == len(events)
    bot = {"User-Agent": "Googlebot"}
    shop.post(f"{PREFIX}/track-journey", json=STEP, headers=bot)
    answer = shop.get(f"{PREFIX}/intent?visitor_id=v1").json()
    assert answer["breakdown"] == {"pageviews": 15, "scroll": 18, "time": 12, "engagement": 10}
    assert (answer["score"], answer["level"], answer["window_hours"]) == (55, "medium", 24)
    assert shop.get(f"{PREFIX}/intent?visitor_id=v1&window_hours=168").json()["breakdown"]["scroll"] == 30
    nobody = shop.get(f"{PREFIX}/intent?visitor_id=nobody").json()
    assert (nobody["score"], nobody["level"]) == (0, "low")


@pytest.mark.parametrize("query", ["", "visitor_id=", "visitor_id=v&window_hours=0", "visitor_id=v&window_hours=169"])
def test_intent_refuses_what_it_cannot_answer(shop: TestClient, query: str) -> None:
    assert shop.get(f"{PREFIX}/intent?{query}").status_code == 400


def test_the_script_is_served_to_be_kept(shop: TestClient) -> None:
    answer = shop.get(f"{PREFIX}/tracker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.text.startswith("//")


def test_the_description_says_what_the_bodies_hold(shop: TestClient, admin_key: str) -> None:
    document = shop.get("/openapi.json", headers={"Authorization": f"Bearer {admin_key}"}).json()
    operation = document["paths"][f"{PREFIX}/track-conversion"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == {"website_id", "visitor_id", "conversion_type"}
    assert "purchase" in schema["properties"]["conversion_type"]["enum"]
    assert "conversion_id" in operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
