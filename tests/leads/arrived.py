"""What the tests of leads share: one lead, the ads it came from, and the rows that it became."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Engine, select

from adplanning.leads.arrivals import NewLead
from adplanning.store.session import reading, writing
from adplanning.store.tables.ads import Ad, AdAccount, AdSet, Campaign
from adplanning.store.tables.base import Base
from adplanning.workflows.lead_received import Received, receive_leads

Row = TypeVar("Row", bound=Base)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEFT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ASHA = NewLead(
    submitted_at=LEFT,
    answers={
        "full_name": ["Asha Rao"],
        "email": ["Asha@Example.in"],
        "phone_number": ["+919876543210"],
        "q?": ["a", "b"],
    },
    platform_lead_id="71",
    source="ig",
    form_id="6",
    form_name="Festive enquiry",
    page_id="5",
    platform_campaign_id="c1",
    platform_ad_set_id="s1",
    platform_ad_id="a1",
    campaign_name="Diwali",
    ad_set_name="Mumbai",
    ad_name="Film",
    is_organic=False,
)


def received(engine: Engine, *leads: NewLead, now: datetime = NOON) -> Received:
    with writing(engine) as session:
        return receive_leads(session, leads, currency="INR", now=now)


def rows(engine: Engine, table: type[Row]) -> Sequence[Row]:
    with reading(engine) as session:
        found = session.scalars(select(table).order_by(*table.__table__.primary_key)).all()
        session.expunge_all()
    return found


def one(engine: Engine, table: type[Row]) -> Row:
    [row] = rows(engine, table)
    return row


def advertise(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(
            AdAccount(
                id="acct_1", platform="meta", platform_account_id="100", name="A", currency="INR", timezone="UTC",
                created_at=NOON,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Campaign(
                id="camp_1", ad_account_id="acct_1", platform_campaign_id="c1", name="Diwali", name_key="diwali",
                status="ACTIVE", created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip
        session.flush()
        session.add(AdSet(id="adset_1", campaign_id="camp_1", platform_ad_set_id="s1", name="Mumbai", created_at=NOON))
        session.flush()
        session.add(Ad(id="ad_1", ad_set_id="adset_1", platform_ad_id="a1", name="Film", created_at=NOON))
