"""What can be done with journey events."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from adplanning.core.periods import Period
from adplanning.journeys import queries
from adplanning.store import lists
from adplanning.store.tables.events import JourneyEvent


def list_events(
    session: Session,
    filters: Mapping[str, str | bool | None],
    period: Period,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = True,
) -> tuple[list[JourneyEvent], int]:
    """One page of journey events, and how many match in all.

    Parameters
    ----------
    filters : columns of an event and the value that each must have; None asks for nothing.
    period : when they happened.
    limit, offset : which of the rows make the page.
    search : what one of person, visitor, name, page, UTM source or campaign, source or id must hold, in whatever case.
    sort, descending : an order of `queries.JOURNEY_ORDERS`; newest first when there is none.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    return lists.page(
        session,
        queries.matching_events(filters, period, search=search),
        queries.JOURNEY_ORDERS,
        sort=sort,
        usual="occurred_at",
        ties=JourneyEvent.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )
