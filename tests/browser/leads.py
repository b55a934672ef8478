"""Leads whose every answer wants to do harm, to be too long, or to be missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert

from adplanning.core.vocabulary import LeadStatus
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.browser.shop import HOSTILE


def leave_hostile_leads(engine: Engine) -> None:
    """One lead for each of `HOSTILE`, `lead_hostile<n>`, at the campaign and the conversion of that number."""
    statuses = list(LeadStatus)
    now = datetime.now(UTC)
    with write_transaction(engine) as connection:
        for n, words in enumerate(HOSTILE):
            at, status = now - timedelta(minutes=n + 1), statuses[n % 4]
            connection.execute(insert(TABLES["lead_forms"]).values(id=f"form_hostile{n}", name=words, updated_at=at))
            connection.execute(
                insert(TABLES["leads"]).values(
                    id=f"lead_hostile{n}", platform="meta", form_id=f"form_hostile{n}", form_name=words,
                    ad_campaign_id=f"camp_hostile{n}", campaign_name=words, ad_set_name=words, ad_name=words,
                    full_name=words, email=words, phone=words, answers={words: [words, words]}, status=status,
                    notes=words, assigned_to=words, currency="INR", actual_value_minor=100 * n,
                    conversion_id=f"conv_hostile{n}", submitted_at=at, received_at=at, updated_at=at,
                )
            )  # fmt: skip
            connection.execute(
                insert(TABLES["lead_steps"]).values(
                    lead_id=f"lead_hostile{n}", before="new", after="lost", at=at, by=words
                )
            )
        connection.execute(
            insert(TABLES["leads"]).values(
                id="lead_bare", platform="generic", answers={}, status="archived", currency="INR",
                submitted_at=now - timedelta(days=2), received_at=now, updated_at=now,
            )
        )  # fmt: skip
