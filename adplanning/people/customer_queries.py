"""What customers did: the facts behind their scores and segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select

from adplanning.core.vocabulary import PublicRevenue
from adplanning.people import identity_queries
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.tables.catalogue import TABLES


def activity_statements(
    conversion_columns: Sequence[str],
    step_columns: Sequence[str],
    *,
    as_of: datetime | BindParameter[datetime],
    public_revenue: PublicRevenue,
    person_ids: Sequence[str] | BindParameter[str] | None = None,
) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """The SELECTs of counted conversions, counted steps and sightings, to be read on one snapshot.

    The first two have visitor_id, person_id, converted_at or occurred_at and the columns asked for. What the frames say
    of persons is told by `identity.owners` of the third and `customers.of_persons`.

    Parameters
    ----------
    as_of : what happened later is left out.
    public_revenue : which purchases count.
    person_ids : only what can be theirs; everybody's when None. A few: each database bounds the values of a statement.

    Either may be a parameter whose value is told when the SELECTs run, so that they are built once.
    """
    conversions = [*counted_conversions(public_revenue), TABLES["conversions"].c.converted_at <= as_of]
    steps = [*counted_events("journey_events"), TABLES["journey_events"].c.occurred_at <= as_of]
    seen = identity_queries.sightings()
    if person_ids is not None:
        reach = identity_queries.around(person_ids)
        seen = reach.sightings
        conversions.append(identity_queries.theirs(TABLES["conversions"], reach, person_ids))
        steps.append(identity_queries.theirs(TABLES["journey_events"], reach, person_ids))
    return (
        facts.statement(
            "conversions", ["visitor_id", "person_id", "converted_at", *conversion_columns], where=conversions
        ),
        facts.statement("journey_events", ["visitor_id", "person_id", "occurred_at", *step_columns], where=steps),
        seen,
    )
