"""A customer of whom every table holds something, beside another who shares a tablet with her."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from adplanning.conversions.fields import GoalFields
from adplanning.conversions.service import create_goal, goal_rules
from adplanning.core.vocabulary import GoalType
from adplanning.leads.arrivals import NewLead
from adplanning.people import service
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion
from adplanning.tracking.events import NewConversion, NewJourneyEvent
from adplanning.workflows.event_tracked import track
from adplanning.workflows.lead_received import receive_leads

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMAIL, PHONE, NAME = "Asha.Rao@Example.in", "098765 43210", "Asha Rao"
# How texts spell what tells her.
TRACES = ("asha.rao@example.in", "9876543210", "98765 43210", "asha rao", "call me at home")
VARIANTS = [
    {"id": word, "name": word, "weight": 50.0, "config": None, "source_ids": []} for word in ("control", "treatment")
]
LEAD = NewLead(
    submitted_at=NOON - timedelta(days=3),
    answers={"full_name": [NAME], "email": [EMAIL], "phone_number": [PHONE], "size?": ["call me at home"]},
    platform_lead_id="71",
    source="ig",
    form_id="6",
)


def fill(engine: Engine, runs: Path) -> tuple[str, str]:
    """Let Asha and Ravi live in a store; answer their ids."""
    with writing(engine) as session:
        fields = {"first_name": "Asha", "last_name": "Rao", "email": EMAIL, "phone": PHONE, "tags": ["vip"]}
        asha = service.create_person(session, fields, now=NOON - timedelta(days=30)).id
        ravi = service.create_person(session, {"first_name": "Ravi", "email": "ravi@example.in"}, now=NOON).id
        create_goal(session, GoalFields(name="Order", goal_type=GoalType.purchase), currency="INR", now=NOON)
    with writing(engine) as session:
        receive_leads(session, [LEAD], currency="INR", now=NOON)
    with writing(engine) as session:
        track(session.connection(), _events(asha, ravi), goals=goal_rules(session))
    with writing(engine) as session:
        bought = session.scalars(select(Conversion.id).where(Conversion.person_id == asha)).all()
    _rest(engine, asha, ravi, bought[0])
    runs.mkdir(parents=True, exist_ok=True)
    (runs / "run_1.ipynb").write_text('{"cells": ["Top customer: asha.rao@EXAMPLE.in"]}')
    (runs / "run_1.log").write_text("scored 2 customers")
    (runs / "run_2.ipynb").write_text('{"cells": ["Top customer: ravi@example.in"]}')
    return asha, ravi


def step(number: int, visitor_id: str, person_id: str | None = None, **more: Any) -> NewJourneyEvent:
    """A page view, `number` hours after the day before yesterday's noon."""
    at = to_micros(NOON - timedelta(days=2) + timedelta(hours=number))
    values: dict[str, Any] = {
        **dict.fromkeys(NewJourneyEvent._fields),
        "id": f"jour_{number}",
        "person_id": person_id,
        "visitor_id": visitor_id,
        "session_id": f"visit_{visitor_id}_{number // 3}",
        "event_type": "page_view",
        "stage": "awareness",
        "page_url": "https://shop.in/",
        "origin": "web",
        "is_bot": False,
        "occurred_at": at,
        "received_at": at,
        "is_internal": False,
        **more,
    }
    return NewJourneyEvent(**values)


def purchase(number: int, visitor_id: str, person_id: str | None, value_minor: int, **more: Any) -> NewConversion:
    """An order of the shop, `number` hours after the day before yesterday's noon."""
    at = to_micros(NOON - timedelta(days=2) + timedelta(hours=number))
    values: dict[str, Any] = {
        **dict.fromkeys(NewConversion._fields),
        "id": f"conv_{number}",
        "conversion_type": "purchase",
        "platform": "direct",
        "attribution_model": "last_click",
        "attribution_weight": 1.0,
        "value_minor": value_minor,
        "currency": "INR",
        "order_id": f"order_{number}",
        "person_id": person_id,
        "visitor_id": visitor_id,
        "origin": "admin",
        "confirmed_at": at,
        "is_bot": False,
        "converted_at": at,
        "received_at": at,
        "is_internal": False,
        "refunded_minor": 0,
        **more,
    }
    return NewConversion(**values)


def _events(asha: str, ravi: str) -> list[NewConversion | NewJourneyEvent]:
    ad = {"utm_source": "facebook", "utm_medium": "cpc", "utm_campaign": "Diwali"}
    return [
        step(0, "phone-of-asha-1", page_url=f"https://shop.in/sale?email={EMAIL}&fbclid=abc", **ad),
        step(1, "phone-of-asha-1", asha, event_data='{"depth": 80, "comment": "call me at home"}'),
        step(2, "laptop-of-asha", asha, page_url="https://shop.in/cart?phone=9876543210"),
        purchase(3, f"order:{asha}", asha, 50_000, metadata='{"note": "for Asha Rao"}'),
        step(4, "tablet", asha),
        step(6, "tablet", ravi, **ad),
        purchase(7, "tablet", ravi, 20_000),
        step(9, "tablet", asha),
        step(10, "tablet"),
        step(12, "kiosk", page_url=f"https://shop.in/newsletter?to={EMAIL.upper()}"),
        purchase(13, "kiosk", None, 1_000),
    ]


def _rest(engine: Engine, asha: str, ravi: str, conversion_id: str) -> None:
    score = {"score_type": "clv", "score_value": 5.0, "method": "rules", "breakdown": {}, "details": {}, "history": []}
    said = {"source_type": "feedback", "keywords": ["home"], "entities": [NAME], "emotions": {}, "topics": []}
    rows: dict[str, list[dict[str, Any]]] = {
        "undone_merges": [{"visitor_id": "kiosk", "person_id": asha, "undone_at": NOON}],
        "attribution_credits": [
            {
                "model": "linear", "conversion_id": conversion_id, "credit": 1.0, "value_minor": 50_000,
                "currency": "INR", "converted_at": NOON, "lookback_days": 30, "half_life_days": 7.0,
            }
        ],
        "feedback": [
            {"id": "fb_1", "person_id": asha, "content": "call me at home", "given_at": NOON, "received_at": NOON},
            {"id": "fb_2", "person_id": ravi, "content": "fine", "given_at": NOON, "received_at": NOON},
        ],
        "sentiments": [
            {
                **said, "id": "sent_1", "source_id": "fb_1", "person_id": asha, "text": "call me at home",
                "sentiment_score": 0.5, "sentiment_label": "positive", "summary": NAME, "analyser": "vader",
                "is_fallback": False, "said_at": NOON, "analysed_at": NOON,
            }
        ],
        "ratings": [
            {
                "id": "rate_1", "person_id": asha, "rating": 9, "scale": "0-10", "nps_value": 9.0,
                "category": "promoter", "source_type": "feedback", "source_id": "fb_1", "rated_at": NOON,
            }
        ],
        "customer_scores": [
            {"id": f"score_{who}", "person_id": who, "calculated_at": NOON, "created_at": NOON, **score}
            for who in (asha, ravi)
        ],
        "segments": [
            {
                "id": "seg_1", "name": "Champions", "segment_type": "static", "criteria": {}, "is_active": True,
                "auto_update": False, "customer_count": 2, "created_at": NOON, "updated_at": NOON,
            }
        ],
        "segment_members": [
            {"segment_id": "seg_1", "person_id": who, "added_at": NOON, "added_reason": "manual"}
            for who in (asha, ravi)
        ],
        "experiments": [
            {
                "id": "exp_1", "name": "Banner", "experiment_type": "landing_page", "primary_metric": "revenue",
                "source": "observations", "variants": VARIANTS, "confidence_level": 0.95, "auto_stop": False,
                "currency": "INR", "status": "running", "n_contaminated": 0, "created_at": NOON, "updated_at": NOON,
            }
        ],
        "experiment_subjects": [
            {
                "experiment_id": "exp_1", "subject": subject, "variant_id": "control", "value": 5.0,
                "is_converted": True, "first_on": NOON.date(), "is_contaminated": False,
            }
            for subject in (asha, EMAIL, "phone-of-asha-1", ravi, "tablet")
        ],
        "imports": [
            {
                "id": "import_1", "kind": "orders", "file_name": "a.csv", "file_sha256": "0", "n_received": 2,
                "n_stored": 0, "n_duplicates": 0, "n_rejected": 2, "imported_at": NOON,
            }
        ],
        "rejected_rows": [
            {"import_id": "import_1", "line": 2, "reason": "total: 'x'", "row": {"email": EMAIL, "name": NAME}},
            {"import_id": "import_1", "line": 3, "reason": "total: 'x'", "row": {"email": "ravi@example.in"}},
        ],
        "quarantined_rows": [
            {"scope": "5", "stream": "leads", "reason": "id: is missing", "row": {"email": EMAIL}, "seen_at": NOON}
        ],
        "batch_runs": [
            {
                "id": "run_1", "notebook": "score_customers", "parameters": {"only": asha}, "status": "succeeded",
                "message": f"scored {EMAIL}", "output_path": "runs/run_1.ipynb", "started_at": NOON,
                "heartbeat_at": NOON,
            }
        ],
    }  # fmt: skip
    with write_transaction(engine) as connection:
        for name, given in rows.items():
            connection.execute(insert(TABLES[name]), given)
        connection.execute(
            insert(TABLES["lead_steps"]).from_select(
                ["lead_id", "before", "after", "at"],
                select(TABLES["leads"].c.id, TABLES["leads"].c.status, TABLES["leads"].c.status, to_micros(NOON)),
            )
        )
