"""Fetches the leads that Meta's webhook has announced."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.core.errors import AdplanningError, InvalidData
from adplanning.core.settings import Settings
from adplanning.leads import inbox_service
from adplanning.leads.arrivals import GRAPH_FIELDS, NewLead, lead_of_graph
from adplanning.meta_ads.client import Credentials, MetaClient
from adplanning.meta_ads.graph_errors import GraphError, NeedsReauthorisation, Throttled
from adplanning.store.session import reading, writing
from adplanning.store.tables.leads import AnnouncedLead, LeadForm
from adplanning.sync.token import is_refused, keep_refusal
from adplanning.workflows.lead_received import receive_leads

log = logging.getLogger(__name__)

AT_ONCE = 200
# Whoever fetches after a notification keeps a thread of the server.
PATIENCE_S = 30
_fetching = threading.Lock()


class Fetched(NamedTuple):
    """How many announced leads were stored, and how many are to be tried again."""

    n_stored: int
    n_put_off: int


def fetch_announced(
    engine: Engine,
    client: MetaClient,
    settings: Settings,
    pages: Mapping[str, SecretStr],
    *,
    now: Callable[[], datetime],
) -> Fetched:
    """Fetch the announced leads that are due, each stored by itself; one that fails is tried again later.

    Parameters
    ----------
    pages : the token of each page by its id.
    now : the clock; those count as due that were so at the start.

    Raises
    ------
    NeedsReauthorisation : a token is refused; the leads stay announced.
    """
    started = now()
    with writing(engine) as session:
        inbox_service.settle(session, now=started)
    n_stored = n_put_off = 0
    while announced := _due(engine, started):
        for each in announced:
            found = _asked(client, pages, each)
            with writing(engine) as session:
                if isinstance(found, NewLead):
                    receive_leads(session, [_named(session, found)], currency=settings.start_currency, now=now())
                    inbox_service.mark_fetched(session, each.platform_lead_id, now=now())
                    n_stored += 1
                else:
                    resume_at = found.resume_at if isinstance(found, Throttled) else None
                    inbox_service.put_off(
                        session, each.platform_lead_id, found.message, now=now(), not_before=resume_at
                    )
                    n_put_off += 1
            if isinstance(found, NeedsReauthorisation):
                raise found
    return Fetched(n_stored, n_put_off)


def fetch_now(engine: Engine, settings: Settings, *, now: Callable[[], datetime]) -> None:
    """Fetch what is due right after a notification; what cannot be fetched now is left to the next sync.

    Nothing is asked while somebody fetches already, or within an hour after Meta has refused the token.
    """
    token = settings.meta_access_token
    if token is None or not _fetching.acquire(blocking=False):
        return
    try:
        if not is_refused(engine, token, now()):
            _fetch_with(engine, settings, token, now)
    except AdplanningError as fault:
        log.warning("announced leads wait for the next sync: %s", fault.message)
    finally:
        _fetching.release()


def _fetch_with(engine: Engine, settings: Settings, token: SecretStr, now: Callable[[], datetime]) -> None:
    with _client(settings, token, now) as client:
        try:
            pages = page_tokens(client, settings)
        except NeedsReauthorisation as refused:
            keep_refusal(engine, token, refused, now=now)
            raise
        fetch_announced(engine, client, settings, pages, now=now)


def page_tokens(client: MetaClient, settings: Settings) -> dict[str, SecretStr]:
    """The token of each page that is to be synchronised, by its id."""
    return {
        str(page["id"]): SecretStr(str(page["access_token"]))
        for rows in client.pages("me/accounts", fields="id,access_token")
        for page in rows
        if page.get("access_token") and (not settings.page_ids or str(page.get("id")) in settings.page_ids)
    }


def _due(engine: Engine, started: datetime) -> list[AnnouncedLead]:
    with reading(engine) as session:
        found = inbox_service.due(session, now=started, limit=AT_ONCE)
        session.expunge_all()
    return found


def _asked(
    client: MetaClient, pages: Mapping[str, SecretStr], announced: AnnouncedLead
) -> NewLead | GraphError | InvalidData:
    """The lead, or why there is none."""
    page_id = announced.page_id
    if page_id is None or page_id not in pages:
        return InvalidData(f"Page {page_id} is none that the token reaches; give its system user access to the page")
    page = client.as_page(pages[page_id])
    try:
        row = page.get(announced.platform_lead_id, account=page_id, fields=",".join(GRAPH_FIELDS))
        return lead_of_graph(row, page_id=page_id)
    except (GraphError, InvalidData) as fault:
        return fault


def _named(session: Session, lead: NewLead) -> NewLead:
    """The lead with the name of its form, which Meta tells in the list of forms alone."""
    form = None if lead.form_id is None else session.get(LeadForm, lead.form_id)
    return lead if form is None else replace(lead, form_name=form.name)


def _client(settings: Settings, token: SecretStr, now: Callable[[], datetime]) -> MetaClient:
    return MetaClient(
        Credentials(token, settings.meta_app_secret),
        base_url=settings.meta_base_url,
        version=settings.meta_api_version,
        now=now,
        patience_s=PATIENCE_S,
    )
