"""Where the store names a person: rows of any table that hold their e-mail, phone or id in some text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    cast,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from adplanning.people.erasures import BETWEEN_DIGITS, Marks
from adplanning.store.engine import is_sqlite
from adplanning.store.tables.catalogue import TABLES

# Words of our own lists, and ids that we drew ourselves.
_CODES: Final = frozenset(
    {
        *("origin", "stage", "channel", "platform", "currency", "conversion_type", "event_type", "attribution_model"),
        *("website_id", "ad_campaign_id", "ad_set_id", "ad_id", "lead_id", "resolution_method", "kind", "click_id"),
        *("model", "conversion_id", "touchpoint_id", "journey_event_id", "goal_id", "run_id"),
    }
)
_EVENTS: Final = ("conversions", "journey_events", "touchpoints")

PERSONAL: Final = frozenset(
    {
        *("persons", "visitors", "undone_merges", "conversions", "journey_events", "touchpoints"),
        *("leads", "lead_steps", "goal_completions", "attribution_credits"),
        *("feedback", "sentiments", "ratings", "customer_scores"),
        *("segment_members", "rejected_rows", "quarantined_rows", "batch_runs"),
        "experiment_subjects",
    }
)
"""The tables that hold what is a person's, or may name one."""

IMPERSONAL: Final[Mapping[str, str]] = {
    **dict.fromkeys(("api_keys", "users", "sign_ins"), "who works here, no customers"),
    **dict.fromkeys(("campaigns", "ad_sets", "ads", "ad_accounts", "ad_changes", "campaign_aliases"), "ads"),
    **dict.fromkeys(("daily_spend", "daily_actions", "period_spend", "currency_rates"), "sums and rates"),
    **dict.fromkeys(("goals", "websites", "lead_forms", "social_pages", "social_posts"), "the shop's own words"),
    **dict.fromkeys(("segments", "segment_sizes", "customer_models", "credited_paths"), "rules, sums and hashes"),
    **dict.fromkeys(("sync_streams", "sync_leases", "batch_leases", "imports"), "how runs and files went"),
    **dict.fromkeys(("experiments", "experiment_days", "experiment_changes"), "the shop's own words, and sums"),
    **dict.fromkeys(("forecasts", "forecast_days", "response_curves"), "sums and what they come to"),
    **dict.fromkeys(("alert_rules", "alerts", "preferences"), "the shop's own rules, and what they found of sums"),
    **dict.fromkeys(("budget_plans", "plan_allocations", "planned_events"), "the shop's own plans"),
    "announced_leads": "a platform's numbers, kept so that an erased lead is not fetched anew",
    **dict.fromkeys(("erased_contacts", "erasure_salt"), "hashes of those who were erased"),
}
"""The tables that hold nothing of persons, and why not."""


def mentions(session: Session, marks: Marks) -> dict[str, list[RowMapping]]:
    """The rows of each table of `PERSONAL` in which a text names a person; every row is looked at."""
    is_embedded = is_sqlite(session.connection())
    if not is_embedded:
        # A look at each row of a large store outlasts the bound of other statements.
        session.execute(text("SET LOCAL statement_timeout = 0"))
    found: dict[str, list[RowMapping]] = {}
    for name in sorted(name for name in PERSONAL if _texts(TABLES[name])):
        candidates = session.execute(_mentioning(TABLES[name], marks, is_embedded=is_embedded)).mappings().all()
        found[name] = [row for row in candidates if any(marks.are_in(part) for part in texts_of(TABLES[name], row))]
    return found


def rows_of(
    session: Session, table: str, column: str, values: Collection[str], *, part: int = 500
) -> Sequence[RowMapping]:
    """The rows of a table with some values in a column, oldest id first."""
    ordered = sorted(values)
    query = select(TABLES[table]).order_by(*TABLES[table].primary_key)
    asked = TABLES[table].c[column]
    return [
        row
        for start in range(0, len(ordered), part)
        for row in session.execute(query.where(asked.in_(ordered[start : start + part]))).mappings()
    ]


def texts_of(table: Table, row: RowMapping) -> list[str]:
    """All that a row says in texts, JSON included."""
    return [str(row[column.key]) for column in _texts(table) if row[column.key] is not None]


def text_columns(table: Table) -> list[str]:
    """The columns of a table whose texts may name somebody."""
    return [str(column.key) for column in _texts(table)]


def _mentioning(table: Table, marks: Marks, *, is_embedded: bool) -> Select[Any]:
    """The rows in which one of the marks may stand."""
    parts = [cast(column, Text) if isinstance(column.type, JSON) else column for column in _texts(table)]
    # One call, where a chain of `||` would copy what it has so far for each column.
    joined = func.printf("%s\n" * len(parts), *parts) if is_embedded else func.concat_ws("\n", *parts)
    position = func.instr if is_embedded else func.strpos
    whole: ColumnElement[str] = func.lower(joined)
    bare: ColumnElement[str] = whole
    # Programs write the numbers in events, people those elsewhere; and of events there are many.
    for mark in BETWEEN_DIGITS if marks.digits and table.name not in _EVENTS else ():
        bare = func.replace(bare, mark, "")
    wanted = [position(whole, spelled) > 0 for spelled in sorted(marks.spellings)]
    wanted += [position(bare, digits) > 0 for digits in sorted(marks.digits)]
    return select(table).where(or_(*wanted))


def _texts(table: Table) -> list[Any]:
    return [column for column in table.c if isinstance(column.type, (String, JSON)) and column.name not in _CODES]
