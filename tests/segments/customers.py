"""A few customers whose orders, visits and scores are known, for all tests of segments."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.segments.feature_service import CustomerFeatures, customer_features
from adplanning.store.session import writing
from adplanning.store.tables.ads import CurrencyRate
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.people import Person, Visitor
from adplanning.store.tables.scores import CustomerScore

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")
_numbers = itertools.count(1)


def person(name: str, **fields: Any) -> Person:
    """A person called by their id."""
    known_since = fields.pop("created_at", NOON - timedelta(days=400))
    email = fields.pop("email", f"{name}@example.in")
    return Person(
        id=name, first_name=name.capitalize(), email=email, email_key=email, created_at=known_since,
        updated_at=known_since, **fields,
    )  # fmt: skip


def order(
    visitor_id: str, *, days_ago: float, minor: int | None = 10_000, currency: str = "INR", **its: Any
) -> Conversion:
    """A purchase."""
    at = NOON - timedelta(days=days_ago)
    fields = {"conversion_type": "purchase", "origin": "admin", "is_bot": False, **its}
    return Conversion(
        id=f"conv_{next(_numbers):032x}",
        visitor_id=visitor_id,
        platform="direct",
        attribution_model="last_click",
        attribution_weight=1.0,
        value_minor=minor,
        currency=currency,
        converted_at=at,
        received_at=at,
        **fields,
    )


def view(visitor_id: str | None, *, minutes_ago: float, session_id: str | None = None, **its: Any) -> JourneyEvent:
    """A page view."""
    at = NOON - timedelta(minutes=minutes_ago)
    fields = {"event_type": "page_view", "stage": "awareness", "origin": "web", "is_bot": False, **its}
    return JourneyEvent(
        id=f"jour_{next(_numbers):032x}",
        visitor_id=visitor_id,
        session_id=session_id,
        occurred_at=at,
        received_at=at,
        **fields,
    )


def device(name: str, person_id: str | None) -> Visitor:
    """A browser that is a person's since ever."""
    since = NOON - timedelta(days=900)
    return Visitor(id=name, person_id=person_id, linked_at=since, first_seen_at=since)


def score(person_id: str, score_type: str, value: float, currency: str | None = None) -> CustomerScore:
    """A score that is kept."""
    return CustomerScore(
        id=f"score_{next(_numbers):032x}",
        person_id=person_id,
        score_type=score_type,
        score_value=value,
        currency=currency,
        method="rules",
        breakdown={},
        details={},
        history=[],
        calculated_at=NOON,
        created_at=NOON,
    )


def store(engine: Engine, *rows: object) -> None:
    """Store rows."""
    with writing(engine) as session:
        session.add_all(rows)


def shop(engine: Engine) -> None:
    """Asha bought six times over two devices, the last time today; Ravi twice, long ago; Meera paid in dollars;
    Dev only looked.
    """
    store(
        engine,
        person("asha", city="Mumbai", tags=["VIP", "wholesale"], date_of_birth=date(1990, 11, 21)),
        person("ravi", city="Pune", attributes={"size": 42, "colour": "Red"}),
        person("meera", city="mumbai", tags=[], attributes={"size": "38"}, created_at=NOON - timedelta(days=10)),
        person("dev", attributes={"likes": ["tea", "chai"]}),
        device("phone", "asha"),
        device("laptop", "asha"),
        device("tablet", "ravi"),
        device("pc", "meera"),
        device("mobile", "dev"),
        *(order("phone", days_ago=days) for days in (0, 40, 50)),
        *(order("laptop", days_ago=days) for days in (60, 70)),
        order("kiosk", days_ago=80, minor=25_000, person_id="asha"),
        order("phone", days_ago=1, is_bot=True),
        order("phone", days_ago=1, cancelled_at=NOON),
        order("tablet", days_ago=200, minor=30_000),
        order("tablet", days_ago=100, minor=None),
        order("tablet", days_ago=3, minor=500, conversion_type="add_to_cart"),
        order("pc", days_ago=5, minor=1_000, currency="USD"),
        view("phone", minutes_ago=10, session_id="s1"),
        view("laptop", minutes_ago=5, session_id="s1"),
        view("phone", minutes_ago=60 * 24 * 8, session_id="s2"),
        view("phone", minutes_ago=300),
        view("phone", minutes_ago=275),
        view("phone", minutes_ago=240),
        view("phone", minutes_ago=200, event_type="ad_click"),
        view("mobile", minutes_ago=30),
        view("stranger", minutes_ago=30),
        score("asha", "nps", 9.0),
        score("asha", "clv", 50_000.5, "INR"),
        score("ravi", "clv", 90.0, "USD"),
        score("ravi", "churn_risk", 81.0),
        score("ravi", "engagement", 12.0),
    )  # fmt: skip


def rate(on: date, value: float) -> CurrencyRate:
    """What one dollar bought."""
    return CurrencyRate(currency="USD", in_currency="INR", on=on, rate=value)


def features(engine: Engine, *fields: str) -> CustomerFeatures:
    """The table as of noon."""
    return customer_features(
        engine,
        as_of=NOON,
        currency="INR",
        zone=ZONE,
        public_revenue=PublicRevenue.counted,
        fields=fields or None,
    )


def table(engine: Engine, *fields: str) -> dict[str, dict[str, Any]]:
    """The table's rows by person."""
    return {row["person_id"]: row for row in features(engine, *fields).frame.to_dicts()}
