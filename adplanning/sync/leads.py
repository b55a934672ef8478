"""Reads the lead forms of pages, and the leads that were left in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Stream
from adplanning.leads.arrivals import GRAPH_FIELDS, NewLead, lead_of_graph
from adplanning.leads.link_service import link_leads
from adplanning.meta_ads.client import MetaClient
from adplanning.meta_ads.connection import LEADS_LATE
from adplanning.meta_ads.graph_errors import BadRequest
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.leads import LeadForm
from adplanning.store.tables.syncing import SyncStream
from adplanning.sync.announced import fetch_announced
from adplanning.sync.streams import StreamRun, quarantine, stream
from adplanning.workflows.lead_received import receive_leads

FORM_FIELDS = "id,name,status,locale,questions,leads_count"
PAGE_ROWS = 500
# A lead may be listed a while after it was left.
OVERLAP = timedelta(days=1)
# In the stream's details: how far each form has been read. A form that fails does not hold the others back.
_READ_UNTIL = "read_until"
Told = Callable[[str, float], None]


@dataclass(frozen=True)
class WantedLeads:
    """Which leads are read: of one form or of all, and those left since an instant once more."""

    form_id: str | None = None
    since: datetime | None = None


NEW_LEADS = WantedLeads()


def sync_leads(
    engine: Engine,
    client: MetaClient,
    settings: Settings,
    pages: Mapping[str, SecretStr],
    *,
    now: Callable[[], datetime],
    told: Told,
    wanted: WantedLeads = NEW_LEADS,
) -> None:
    """Read the forms of each page, the leads of each form since the last one read, and the leads announced meanwhile.

    Forms of every status are read, archived ones too: their leads are no fewer. Each page of leads is stored by itself.
    Leads that name a campaign which has come to be known since are linked with it.

    Parameters
    ----------
    pages : the token of each page by its id.
    told : told which page is read, and the share that is done.
    wanted : new leads of all forms, unless it says otherwise; no lead is passed over by an instant after the last read.

    Raises
    ------
    InvalidData : the wanted form is of none of the pages.
    NeedsReauthorisation : a token is refused; kept in the stream too.
    """
    forms: set[str] = set()
    for n, (page_id, token) in enumerate(pages.items()):
        told(_words(engine, page_id, now()), n / len(pages))
        page = _Page(engine, client.as_page(token), page_id, settings.start_currency, now, wanted)
        with stream(engine, page_id, Stream.lead_forms, now=now) as run:
            if run.is_due:
                page.read_forms(run)
        with stream(engine, page_id, Stream.leads, now=now) as run:
            if run.is_due:
                forms |= page.read_leads(run)
    with writing(engine) as session:
        link_leads(session)
    fetch_announced(engine, client, settings, pages, now=now)
    if wanted.form_id is not None and wanted.form_id not in forms:
        raise InvalidData.at("form_id", f"{wanted.form_id!r} is no form of these pages that can be read now")


def _words(engine: Engine, page_id: str, now: datetime) -> str:
    with reading(engine) as session:
        kept = session.get(SyncStream, (page_id, Stream.leads.value))
    last = None if kept is None else kept.succeeded_at or kept.started_at
    if last is None or now - last < LEADS_LATE:
        return f"leads of page {page_id}"
    days = (now - last).days
    return f"leads of page {page_id}: last read whole {days} days ago, and Meta keeps a lead for 90 days only"


@dataclass
class _Page:
    """A page that is read, with a client that bears its token."""

    engine: Engine
    client: MetaClient
    page_id: str
    currency: str
    now: Callable[[], datetime]
    wanted: WantedLeads
    rejects: list[tuple[None, str, dict[str, Any]]] = field(default_factory=list)

    def read_forms(self, run: StreamRun) -> None:
        for rows in self.client.pages(f"{self.page_id}/leadgen_forms", fields=FORM_FIELDS):
            with writing(self.engine) as session:
                n_stored = sum(_store_form(session, self.page_id, row, self.now()) for row in rows)
            run.n_read += len(rows)
            run.n_stored += n_stored

    def read_leads(self, run: StreamRun) -> set[str]:
        """Store leads of the wanted forms; answer which forms these are."""
        with reading(self.engine) as session:
            query = select(LeadForm.id, LeadForm.name).where(LeadForm.page_id == self.page_id).order_by(LeadForm.id)
            forms = [
                (form_id, name) for form_id, name in session.execute(query) if self.wanted.form_id in (None, form_id)
            ]
        run.is_whole = self.wanted.form_id is None
        read_until: dict[str, str] = run.details.setdefault(_READ_UNTIL, {})
        run.details["n_new"] = 0
        for form_id, name in forms:
            n_rejects, last = len(self.rejects), read_until.get(form_id)
            try:
                newest = self._read_form(form_id, name, None if last is None else datetime.fromisoformat(last), run)
            except BadRequest as refused:
                # As for a form that was deleted; the others can be read.
                run.missing.append(refused.message)
                continue
            # What could not be read is asked for again: Meta may have put it right.
            if newest is not None and len(self.rejects) == n_rejects:
                read_until[form_id] = newest.isoformat()
        run.cursor_at = max((datetime.fromisoformat(at) for at in read_until.values()), default=None)
        with write_transaction(self.engine) as connection:
            # Those of forms that were not read stay.
            again = [None] if run.is_whole else []
            quarantine(connection, self.page_id, Stream.leads, self.rejects, now=self.now(), replacing=again)
        return {form_id for form_id, _ in forms}

    def _read_form(self, form_id: str, name: str, last: datetime | None, run: StreamRun) -> datetime | None:
        """Store the leads of a form; answer when the latest that is known was left."""
        newest = [] if last is None else [last]
        asked = {"fields": ",".join(GRAPH_FIELDS)} | _since(last, self.wanted.since)
        for rows in self.client.pages(f"{form_id}/leads", limit=PAGE_ROWS, account=self.page_id, **asked):
            leads = self._leads_of(rows, form_id, name)
            with writing(self.engine) as session:
                received = receive_leads(session, leads, currency=self.currency, now=self.now())
            newest += [lead.submitted_at for lead in leads]
            run.n_read += len(rows)
            run.n_stored += len(leads)
            run.n_quarantined = len(self.rejects)
            run.details["n_new"] += received.n_new
        return max(newest, default=None)

    def _leads_of(self, rows: Sequence[Mapping[str, Any]], form_id: str, name: str) -> list[NewLead]:
        leads = []
        for row in rows:
            try:
                leads.append(lead_of_graph({"form_id": form_id, **row}, page_id=self.page_id, form_name=name))
            except InvalidData as fault:
                # Without the answers: they are a stranger's own words.
                kept = {key: value for key, value in row.items() if key != "field_data"}
                self.rejects.append((None, fault.message, kept))
        return leads


def _store_form(session: Session, page_id: str, row: Mapping[str, Any], now: datetime) -> bool:
    """Store a form as it is now; what the answer leaves out stays as it was known."""
    form_id = row.get("id")
    if not form_id:
        return False
    form = session.get(LeadForm, str(form_id)) or LeadForm(id=str(form_id), name=str(form_id))
    answered = {
        "page_id": page_id,
        "name": row.get("name"),
        "status": row.get("status"),
        "locale": row.get("locale"),
        "questions": row.get("questions"),
        "n_leads": row.get("leads_count"),
    }
    for name, value in answered.items():
        if value is not None:
            setattr(form, name, value)
    form.updated_at = now
    session.add(form)
    return True


def _since(last: datetime | None, wanted: datetime | None) -> dict[str, str]:
    """What is asked for: all leads, or those left since a day before the latest that is known, or earlier if wanted."""
    if last is None:
        return {}
    begin = min(last - OVERLAP, wanted or last)
    condition = {"field": "time_created", "operator": "GREATER_THAN", "value": int(begin.timestamp())}
    return {"filtering": json.dumps([condition])}
