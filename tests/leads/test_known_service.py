"""What the store knows already of leads that come in, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from adplanning.leads.known_service import known_leads, persons_by_email, persons_by_phone
from adplanning.people.service import create_person
from adplanning.store.session import reading, writing
from adplanning.store.tables.leads import Lead
from tests.leads.arrived import ASHA, received

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_leads_are_known_by_their_numbers_however_many_are_asked_for(any_engine: Engine) -> None:
    received(any_engine, ASHA)
    with reading(any_engine) as session:
        found = known_leads(session, Lead.platform_lead_id, (str(n) for n in range(12_000)))
        assert list(found) == ["71"]
        assert known_leads(session, Lead.fingerprint, []) == {}


def test_persons_are_found_by_either_key_and_all_of_one_phone(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        ids = [
            create_person(session, fields, now=NOON).id
            for fields in (
                {"email": "Asha@Example.in", "phone": "098765-43210"},
                {"phone": "+91 (98765) 43210"},
                {"phone": "98765 4321"},
                {"first_name": "Kabir"},
            )
        ]
    with reading(any_engine) as session:
        assert {key: person.id for key, person in persons_by_email(session, ["asha@example.in", "x@y.z"]).items()} == {
            "asha@example.in": ids[0]
        }
        by_phone = persons_by_phone(session, ["+919876543210", "+14155550123"])
        assert {key: {person.id for person in found} for key, found in by_phone.items()} == {
            "+919876543210": set(ids[:2])
        }
