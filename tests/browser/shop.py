"""A small, recent shop, with rows in it that want to do harm, to be too long, or to be missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select

from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.core.names import name_key
from adplanning.core.vocabulary import LeadStatus
from adplanning.demo.filling import fill
from adplanning.demo.shop import WEBSITE_ID, shop
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

_HARM = "document.documentElement.dataset.xss = 1"
# Each would leave the attribute data-xss, a dialog or a 49 behind if it were taken for anything but text.
HOSTILE = (
    f'<img src=x onerror="{_HARM}">',
    f"<script>{_HARM}</script>",
    "{{7*7}} {{constructor.constructor('" + _HARM + "')()}}",
    "${7*7} `${" + _HARM + "}`",
    "javascript:alert(1)",
    f'"><svg onload="{_HARM}">',
    '=HYPERLINK("http://evil.example/","open")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "Diwali " + "with a name that does not end " * 12,
    "दिवाली 🪔 \u202eright to left",
)
RUN_WITH_HARM = "run_hostile0"


def filled(engine: Engine, home: Path) -> None:
    """Fill an empty store."""
    yesterday = datetime.now(ZoneInfo("Asia/Kolkata")).date() - timedelta(days=1)
    fill(engine, shop(21, 5, until=yesterday, size=0.105), lambda _: None)
    now = datetime.now(UTC)
    found = campaign_links(engine, cutoff=0.88, margin=0.05, now=now)
    with write_transaction(engine) as connection:
        for part in found.parts():
            store_links(connection, part)
        account = connection.scalar(select(TABLES["ad_accounts"].c.id))
        for n in range(len(HOSTILE)):
            _add_hostile(connection, n, account=account, at=now - timedelta(minutes=n + 1), home=home)
        _add_incomplete(connection, now)


def _add_hostile(connection: Connection, n: int, *, account: str | None, at: datetime, home: Path) -> None:
    words = HOSTILE[n]
    times = {"created_at": at, "updated_at": at}
    tags = {f"utm_{part}": words for part in ("source", "medium", "campaign", "term", "content")}

    def add(table: str, **values: Any) -> None:
        columns = {column.name for column in TABLES[table].columns}
        assert set(values) <= columns, set(values) - columns
        connection.execute(insert(TABLES[table]).values(**values))

    add(
        "campaigns",
        id=f"camp_hostile{n}", ad_account_id=account, name=words, name_key=name_key(words), status="ACTIVE", **times,
    )  # fmt: skip
    add(
        "daily_spend",
        object_id=f"camp_hostile{n}", on=at.date(), level="campaign", campaign_id=f"camp_hostile{n}",
        spend_minor=100_000, currency="INR", n_impressions=100, n_clicks=10,
    )  # fmt: skip
    add(
        "touchpoints",
        id=f"touch_hostile{n}", analytics_session_id=f"sess_{n} {words}", visitor_id=f"vis {words}",
        website_id=WEBSITE_ID, platform="generic", is_resolved=False, resolution_method="unresolved",
        entry_page=words, session_pageviews=1, is_bot=False, session_started_at=at, attributed_at=at, **tags,
    )  # fmt: skip
    add(
        "conversions",
        id=f"conv_hostile{n}", conversion_type="purchase", conversion_name=words, website_id=WEBSITE_ID,
        platform="generic", attribution_model="last_click", attribution_weight=1.0, value_minor=1_000_00 + n,
        currency="INR", order_id=f"{n} {words}", visitor_id=f"vis {words}", session_id=words, pathname=words,
        origin="web", is_bot=False, metadata={words: words}, converted_at=at, received_at=at, **tags,
    )  # fmt: skip
    add(
        "goals",
        id=f"goal_hostile{n}", name=words, description=words, goal_type="custom_event",
        conditions={"event_name": words, "custom_conditions": {words: words}}, currency="INR", value_from_event=True,
        is_active=True, priority=-1 - n, **times,
    )  # fmt: skip
    run_id = f"run_hostile{n}"
    add(
        "batch_runs",
        id=run_id, notebook="attribute_conversions", parameters={"as_of": words}, status="failed",
        message=words, output_path=str(_executed(home, run_id, words)), started_at=at, heartbeat_at=at, finished_at=at,
    )  # fmt: skip
    add(
        "social_posts",
        id=f"post_hostile{n}", platform="facebook", platform_post_id=f"7_{n}", page_id=words, caption=words,
        status="posted", posted_at=at, media_url=words, post_url=words, insights={"reactions": n, words: words},
        error=words, **times,
    )  # fmt: skip
    add("lead_forms", id=f"form_hostile{n}", name=words, updated_at=at)
    add(
        "leads",
        id=f"lead_hostile{n}", platform="meta", form_id=f"form_hostile{n}", form_name=words,
        ad_campaign_id=f"camp_hostile{n}", campaign_name=words, ad_set_name=words, ad_name=words, full_name=words,
        email=words, phone=words, answers={words: [words, words]}, status=list(LeadStatus)[n % 4].value, notes=words,
        assigned_to=words, currency="INR", actual_value_minor=100 * n, conversion_id=f"conv_hostile{n}",
        submitted_at=at, received_at=at, updated_at=at,
    )  # fmt: skip
    add("lead_steps", lead_id=f"lead_hostile{n}", before="new", after="lost", at=at, by=words)
    add(
        "sync_streams",
        scope=words, stream="campaigns", status="failed", message=words, n_read=0, n_stored=0, n_quarantined=1,
        started_at=at,
    )  # fmt: skip
    add("quarantined_rows", scope=words, stream="campaigns", reason=words, row={words: words}, seen_at=at)
    add(
        "imports",
        id=f"import_hostile{n}", kind="spend", file_name=words, file_sha256=str(n), n_received=1, n_stored=0,
        n_duplicates=0, n_rejected=1, imported_at=at,
    )  # fmt: skip
    add("rejected_rows", import_id=f"import_hostile{n}", line=2, reason=words, row={words: words})


def _executed(home: Path, run_id: str, words: str) -> Path:
    """An executed notebook that has printed it, as text and as HTML."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": words},
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": f"<p>{words}</p>", "text/plain": words}},
    ]
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "SOURCE = 1", "outputs": outputs}
    title = {"cell_type": "markdown", "metadata": {}, "source": f"# {words}"}
    path = home / "runs" / f"{run_id}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": [title, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


def _add_incomplete(connection: Connection, now: datetime) -> None:
    """A conversion and a lead with hardly anything known of them, a currency without a rate, a value below zero."""
    common = {
        "platform": "direct", "attribution_model": "last_click", "attribution_weight": 1.0, "origin": "admin",
        "is_bot": False, "received_at": now,
    }  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"id": "conv_bare", "conversion_type": "custom", "currency": "INR", "visitor_id": "v-bare"},
        {"id": "conv_iceland", "conversion_type": "purchase", "currency": "ISK", "visitor_id": "v-isk"}
        | {"value_minor": 123_456},
        {"id": "conv_refund", "conversion_type": "custom", "currency": "INR", "visitor_id": "v-refund"}
        | {"value_minor": -25_050},
    ]
    for n, row in enumerate(rows):
        at = now - timedelta(minutes=30 + n)
        connection.execute(insert(TABLES["conversions"]).values(**common, **row, converted_at=at))
    connection.execute(
        insert(TABLES["leads"]).values(
            id="lead_bare", platform="generic", answers={}, status="archived", currency="INR",
            submitted_at=now - timedelta(days=2), received_at=now, updated_at=now,
        )
    )  # fmt: skip
