"""After a change of the reporting currency: every answer with an amount names its currency, and sums are converted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, delete

from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.store.engine import make_engine
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame
from tests.api.conftest import ADMIN_KEY

PERIOD = {"from_date": "2026-08-01", "to_date": "2026-10-31"}
RUPEES = 80
_AMOUNT = re.compile(
    r"(^|_)(value|spend|spent|revenue|amount|cost|budget|price|profit|clv|predicted|remaining|cpc|cpm|cpa|cpl)($|_)"
)
# Shares, counts and scores are no amounts; what rules of a segment or an experiment's metric hold has its own unit.
_NO_AMOUNT = re.compile(r"^(score_value|value_from_event|high_value_at_risk)$|_rate$|roas")
_OWN_UNIT = {"criteria", "statistics", "variants", "conditions"}


@pytest.fixture(scope="module")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("currencies") / "store.db"
    engine = open_store(f"sqlite:///{path}")
    fill(engine, shop(21, 5, until=date(2026, 10, 31), size=0.105), lambda _: None)
    with write_transaction(engine) as connection:
        connection.execute(delete(TABLES["currency_rates"]))
    engine.dispose()
    return path


@pytest.fixture
def engine(_filled: Path, tmp_path: Path) -> Iterator[Engine]:
    """A shop in rupees alone."""
    shutil.copy(_filled, tmp_path / "store.db")
    opened = make_engine(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def admin(engine: Engine, settings: Settings) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    with TestClient(create_app(settings, engine), headers=headers) as client:
        yield client


def report_in(admin: TestClient, currency: str | None) -> None:
    assert admin.put("/admin/ad-planning/settings", json={"currency": currency}).status_code == 200


def get(admin: TestClient, address: str, **query: Any) -> Any:
    answer = admin.get(address, params=PERIOD | query)
    assert answer.status_code == 200, (address, answer.text)
    return answer.json()


def tell_rates(engine: Engine) -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(700)]
    rates = pl.DataFrame({"on": days}).with_columns(
        currency=pl.lit("USD"), in_currency=pl.lit("INR"), rate=pl.lit(float(RUPEES))
    )
    with write_transaction(engine) as connection:
        insert_frame(connection, TABLES["currency_rates"], rates)


def unnamed(answer: Any, path: str = "", *, is_named: bool = False) -> Iterator[str]:
    """The amounts of an answer beside and above which no currency stands."""
    if isinstance(answer, list):
        for part in answer[:5]:
            yield from unnamed(part, f"{path}[]", is_named=is_named)
    elif isinstance(answer, dict):
        named = (
            is_named or any("currency" in str(key) for key in answer) or "currency" in (answer.get("metadata") or ())
        )
        for key, value in answer.items():
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if is_number and not named and _AMOUNT.search(key) and not _NO_AMOUNT.search(key):
                yield f"{path}.{key}"
            elif key not in _OWN_UNIT:
                yield from unnamed(value, f"{path}.{key}", is_named=named)


def a_buyer(admin: TestClient) -> str:
    rows = get(admin, "/admin/ad-planning/conversions", conversion_type="purchase", limit=1000)["conversions"]
    return str(next(row["person_id"] for row in rows if row["person_id"]))


def addresses(admin: TestClient) -> Iterator[str]:
    """Every address that is read without a question of its own, each id being that of the first row of its list."""
    person = a_buyer(admin)
    for template, methods in get(admin, "/openapi.json")["paths"].items():
        asked = {one["name"] for one in methods.get("get", {}).get("parameters", []) if one["required"]}
        if not template.startswith("/admin/") or "get" not in methods:
            continue
        ids = re.findall(r"{(\w+)}", template)
        if asked - set(ids):
            continue
        address = template
        for name in ids:
            found = [person] if name == "person_id" else first_ids(admin, template.partition("/{")[0])
            if not found:
                break
            address = address.replace(f"{{{name}}}", found[0])
        else:
            yield address


def first_ids(admin: TestClient, address: str) -> list[str]:
    rows = next(value for value in admin.get(address, params={"limit": 1}).json().values() if isinstance(value, list))
    return [row["id"] for row in rows if "id" in row]


def score(admin: TestClient) -> None:
    body = {"person_id": a_buyer(admin), "prediction_type": "all"}
    assert admin.post("/admin/ad-planning/predictive", json=body).status_code == 201


def test_every_answer_with_an_amount_names_its_currency(admin: TestClient, engine: Engine) -> None:
    tell_rates(engine)
    report_in(admin, "USD")
    score(admin)
    asked = list(addresses(admin))
    assert len(asked) > 40
    assert {address: found for address in asked if (found := list(unnamed(get(admin, address))))} == {}


def test_sums_are_those_of_before_at_the_rates_of_their_days(admin: TestClient, engine: Engine) -> None:
    tell_rates(engine)

    def sums() -> dict[str, float]:
        stats = get(admin, "/admin/ad-planning/conversions/stats")
        overview = get(admin, "/admin/ad-planning/dashboard")
        totals = get(admin, "/admin/meta-ads/campaigns/totals")
        report = get(admin, "/admin/ad-planning/attribution/report", attribution_model="linear")
        metrics = get(admin, "/admin/ad-planning/metrics")["metrics"]
        assert {answer["currency"] for answer in (stats, overview, report)} == {currency}
        return {
            "stats": stats["total_value"],
            "by day": sum(day["value"] for day in stats["time_series"]),
            "overview": overview["conversions"]["total_value"],
            "spend": totals["totals"]["spend"],
            "credited": sum(row["credited_value"] for row in report["models"][0]["rows"]),
            "metric spend": metrics["ad_spend"]["value"],
            "metric revenue": metrics["revenue"]["value"],
        }

    currency = "INR"
    rupees = sums()
    currency = "USD"
    report_in(admin, currency)
    dollars = sums()
    assert min(rupees.values()) > 0
    # Each row is rounded to the cent by itself.
    assert dollars == pytest.approx({name: value / RUPEES for name, value in rupees.items()}, rel=1e-3)
    report_in(admin, None)
    currency = "INR"
    assert sums() == rupees


def test_without_rates_nothing_is_added_up_and_what_is_left_out_is_told(admin: TestClient) -> None:
    before = get(admin, "/admin/ad-planning/conversions/stats")
    report_in(admin, "USD")
    stats = get(admin, "/admin/ad-planning/conversions/stats")
    assert stats["total_conversions"] == before["total_conversions"]
    # The two currencies have changed places.
    for one, other in ((before, stats), (stats, before)):
        [apart] = one["unconverted"]
        assert (apart["currency"], apart["value"]) == (other["currency"], other["total_value"])
    metrics = get(admin, "/admin/ad-planning/metrics")["metrics"]
    for name in ("ad_spend", "revenue", "roas"):
        assert metrics[name]["value"] is None, name
        assert metrics[name]["unknown_because"], name
    coverage = get(admin, "/admin/ad-planning/currency-rates/coverage")["currencies"]
    without = {one["currency"]: one["days"] - one["days_without_rate"] for one in coverage}
    assert without == {"INR": 0, "USD": next(one["days"] for one in coverage if one["currency"] == "USD")}


def test_a_lifetime_value_of_before_is_not_shown_as_one_of_now(admin: TestClient) -> None:
    score(admin)
    address = f"/admin/ad-planning/journeys/{a_buyer(admin)}"
    assert get(admin, address)["scores"]["clv"] > 0
    report_in(admin, "USD")
    told = get(admin, address)
    assert (told["currency"], told["scores"]["clv"]) == ("USD", None)
    assert get(admin, "/admin/ad-planning/predictive", score_type="clv")["summary"]["clv"]["total"] == 0
