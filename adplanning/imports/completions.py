"""Which goals imported events have met: each is held against the active ones, as every event is."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from adplanning.conversions.goals import EventView, Kind, met_goals, rules_by_event
from adplanning.conversions.service import goal_rules
from adplanning.imports.lookups import insert
from adplanning.store.tables.catalogue import TABLES

# Of a kind of event: the columns of its type, name, page and instant, and of the completion's link to it.
_COLUMNS: dict[Kind, tuple[str, str, str, str, str]] = {
    "conversion": ("conversion_type", "conversion_name", "pathname", "converted_at", "conversion_id"),
    "journey": ("event_type", "event_name", "page_url", "occurred_at", "journey_event_id"),
}


def complete_goals(connection: Connection, kind: Kind, rows: pl.DataFrame) -> None:
    """Record the goals that new rows of `conversions` or `journey_events` have met.

    Only rows of a type that some goal listens to are looked at one by one; most files have few of those.
    """
    by_event = rules_by_event(goal_rules(Session(connection)))
    type_column, name_column, page_column, at_column, link_column = _COLUMNS[kind]
    heard = [event_type for its_kind, event_type in by_event if its_kind == kind]
    candidates = rows.filter(pl.col(type_column).is_in(heard)) if heard else rows.clear()
    completions = []
    for row in candidates.iter_rows(named=True):
        event = EventView(
            kind=kind,
            event_type=row[type_column],
            event_name=row.get(name_column),
            page=row.get(page_column),
            website_id=row.get("website_id"),
            value_minor=row.get("value_minor"),
            currency=row.get("currency", ""),
            data={},
        )
        met = met_goals(event, by_event[kind, row[type_column]])
        completions += [(goal_id, row["id"], value, currency, row[at_column]) for goal_id, value, currency in met]
    frame = pl.DataFrame(
        completions,
        schema={
            "goal_id": pl.String,
            link_column: pl.String,
            "value_minor": pl.Int64,
            "currency": pl.String,
            "completed_at": pl.Datetime("us", "UTC"),
        },
        orient="row",
    )
    insert(connection, TABLES["goal_completions"], frame)
