"""The facts behind scores, and the scores that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    Text,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.core.periods import RESOLUTION, Period
from adplanning.core.vocabulary import PublicRevenue, ScoreType
from adplanning.people.customer_queries import activity_statements
from adplanning.scores.churn import SENTIMENT_DAYS
from adplanning.scores.scoring import ScoreFacts
from adplanning.store import facts
from adplanning.store.counted import mirrors_nothing
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.base import Instant
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.people import Person
from adplanning.store.tables.scores import CustomerScore

# Both databases bound the number of values in one statement.
IDS_A_STATEMENT = 5_000
_SCORES, _PERSONS, _MEMBERS = TABLES["customer_scores"].c, TABLES["persons"].c, TABLES["segment_members"].c
_SEGMENTS = TABLES["segments"].c
SCORE_ORDERS: Orders = {
    "calculated_at": [_SCORES.calculated_at],
    "score_value": [_SCORES.score_value],
    "score_type": [_SCORES.score_type],
    "tier": [_SCORES.tier],
    "confidence": [_SCORES.confidence],
    "person_id": [_SCORES.person_id],
}
_INSTANT = pl.Datetime("us", "UTC")
_DTYPES = {str: pl.String, int: pl.Int64, float: pl.Float64, date: pl.Date}
_LATELY = timedelta(days=SENTIMENT_DAYS)
_NO_RATES = pl.DataFrame(schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64})
_RATING = ("id", "person_id", "nps_value", "category", "rated_at")


def score_facts(engine: Engine, *, as_of: datetime, public_revenue: PublicRevenue) -> tuple[ScoreFacts, pl.Series]:
    """The facts behind everybody's scores on one snapshot, and the ids of all persons in the store."""
    *found, persons = facts.read(
        engine,
        *_statements(as_of, as_of - _LATELY, public_revenue, None),
        facts.statement("persons", ["id"], Period(None, as_of + RESOLUTION)),
    )
    return ScoreFacts(*found), persons["id"]


def purchase_facts(
    engine: Engine, *, as_of: datetime, public_revenue: PublicRevenue
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The conversions, sightings and rates of `score_facts` alone: all that purchases are told from."""
    conversions, _, seen, rates, *_ = _statements(as_of, as_of - _LATELY, public_revenue, None)
    bought, seen_frame, rate_frame = facts.read(engine, conversions, seen, rates)
    return bought, seen_frame, rate_frame


def score_facts_of(
    session: Session, person_ids: Sequence[str], *, as_of: datetime, public_revenue: PublicRevenue
) -> ScoreFacts:
    """The same of a few persons, within a transaction."""
    conversions, steps, seen, rates, *others = _statements_of_some(public_revenue)
    values = {"person_ids": person_ids, "as_of": as_of, "since": as_of - _LATELY}
    bought, done, sightings, said, rated = (
        facts.read_within(session, query, values) for query in (conversions, steps, seen, *others)
    )
    # Rates are many rows, and most shops sell in one currency.
    is_in_one = len(set(bought["currency"])) <= 1
    return ScoreFacts(
        bought, done, sightings, _NO_RATES if is_in_one else facts.read_within(session, rates), said, rated
    )


def ratings_of(session: Session, person_id: str) -> pl.DataFrame:
    """All ratings of one person, as for `nps.latest_ratings`."""
    theirs = TABLES["ratings"].c.person_id == person_id
    return facts.read_within(session, facts.statement("ratings", _RATING, where=[theirs]))


def rating_facts(engine: Engine, period: Period, segment_id: str | None) -> pl.DataFrame:
    """The ratings of a period, as for `nps.latest_ratings`; with a segment, those of its members.

    Raises
    ------
    NotFound : there is no such segment.
    """
    if segment_id is None:
        return facts.read(engine, facts.statement("ratings", _RATING, period))[0]
    members = select(_MEMBERS.person_id).where(_MEMBERS.segment_id == segment_id)
    theirs = facts.statement("ratings", _RATING, period, where=[TABLES["ratings"].c.person_id.in_(members)])
    rated, segment = facts.read(engine, theirs, select(_SEGMENTS.id).where(_SEGMENTS.id == segment_id))
    if segment.is_empty():
        raise NotFound(f"segment_id: there is no segment {segment_id!r}; GET /admin/ad-planning/segments lists them")
    return rated


def is_current(currency: str) -> ColumnElement[bool]:
    """The condition that a score may be shown and counted: a lifetime value kept in another currency than the reporting
    one may not, until the customers are scored anew.
    """
    return or_(_SCORES.currency.is_(None), _SCORES.currency == currency)


def values_of_types(engine: Engine, score_types: Sequence[str], *, currency: str) -> pl.DataFrame:
    """Every current score of some types: score_type, score_value."""
    where = [_SCORES.score_type.in_(score_types), is_current(currency)]
    return facts.read(engine, facts.statement("customer_scores", ["score_type", "score_value"], where=where))[0]


def stored_scores(connection: Connection, person_ids: Sequence[str]) -> pl.DataFrame:
    """The scores that some persons have, as `scoring.score_rows` takes them."""
    columns = [_SCORES[name] for name in ("person_id", "score_type", "id", "currency", "created_at", "calculated_at")]
    parts = [
        facts.read_within(
            connection,
            select(*columns, cast(_SCORES.history, Text).label("history")).where(
                _SCORES.person_id.in_(person_ids[start : start + IDS_A_STATEMENT])
            ),
        )
        for start in range(0, max(len(person_ids), 1), IDS_A_STATEMENT)
    ]
    return pl.concat(parts)


def persons_with_scores(connection: Connection, person_ids: Sequence[str]) -> list[str]:
    """Those of some persons who have a score that follows from what they do."""
    query = (
        select(_SCORES.person_id)
        .where(_SCORES.person_id.in_(person_ids), _SCORES.score_type != ScoreType.nps)
        .distinct()
    )
    return list(connection.scalars(query))


def matching_scores(
    filters: Mapping[str, str | None],
    *,
    currency: str,
    search: str | None = None,
    score_types: Sequence[ScoreType] = tuple(ScoreType),
) -> Select[CustomerScore]:
    """The SELECT of a list of current scores: every filter given must hold; `search` is for a name, e-mail or id."""
    query = select(CustomerScore).where(
        _SCORES.score_type.in_(score_types),
        is_current(currency),
        *(_SCORES[name] == value for name, value in filters.items() if value is not None),
    )
    if search is None:
        return query
    name = func.coalesce(_PERSONS.first_name, "") + " " + func.coalesce(_PERSONS.last_name, "")
    found = containing([name, _PERSONS.email, _SCORES.person_id], search)
    return query.outerjoin(Person, _PERSONS.id == _SCORES.person_id).where(*found)


@cache
def _statements_of_some(public_revenue: PublicRevenue) -> tuple[Select[Any], ...]:
    """The same of some persons, whose `person_ids` are told with `as_of` and `since` when they run.

    Building them takes longer than running them.
    """
    as_of, since = (bindparam(name, type_=Instant()) for name in ("as_of", "since"))
    return _statements(as_of, since, public_revenue, bindparam("person_ids", type_=String(), expanding=True))


def _statements(
    as_of: datetime | BindParameter[datetime],
    since: datetime | BindParameter[datetime],
    public_revenue: PublicRevenue,
    person_ids: BindParameter[str] | None,
) -> tuple[Select[Any], ...]:
    """The SELECTs of the columns of `ScoreFacts`, in their order; texts from `since` on."""
    conversions, steps, seen = activity_statements(
        ["conversion_type", "currency", "value_minor"],
        ["event_type", "event_name"],
        as_of=as_of,
        public_revenue=public_revenue,
        person_ids=person_ids,
    )
    sentiments, ratings = TABLES["sentiments"].c, TABLES["ratings"].c
    theirs = [
        [c.person_id.is_not(None)] if person_ids is None else [c.person_id.in_(person_ids)]
        for c in (sentiments, ratings)
    ]
    lately = [sentiments.said_at >= since, sentiments.said_at <= as_of]
    return (
        conversions,
        steps.where(mirrors_nothing()),
        seen,
        facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"]),
        facts.statement("sentiments", ["person_id", "sentiment_label"], where=[*theirs[0], *lately]),
        facts.statement("ratings", _RATING, where=[*theirs[1], ratings.rated_at <= as_of]),
    )
