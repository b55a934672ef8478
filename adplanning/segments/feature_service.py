"""Building the feature table from the store, once for any number of segments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.people.customers import of_persons
from adplanning.people.identity import owners
from adplanning.segments.criteria import Criteria, fields_of
from adplanning.segments.features import (
    FROM_PERSONS,
    feature_table,
    order_features,
    person_features,
    score_features,
    visit_features,
)
from adplanning.segments.fields import FIELDS, Kind, column_of
from adplanning.segments.matching import matches
from adplanning.segments.own_attributes import attribute_names, with_attributes
from adplanning.segments.queries import fact_statements
from adplanning.segments.visits import visits
from adplanning.store import facts

# What takes longest to read comes last: the others are worked on meanwhile.
_IN_ORDER: Final = ("persons", "sightings", "rates", "conversions", "scores", "page_views")


@dataclass(frozen=True)
class CustomerFeatures:
    """What is known of every customer at `as_of`.

    `frame` has a row per person: person_id and a column for each of `fields`; see `fields.column_of`.
    `own_attributes` are the attributes of persons' own that somebody has, among those asked for, with their kinds.
    """

    frame: pl.DataFrame
    fields: frozenset[str]
    own_attributes: Mapping[str, Kind]
    as_of: datetime
    zone: ZoneInfo
    currency: str

    def covers(self, criteria: Criteria) -> bool:
        """Whether the table has all that criteria ask for."""
        return fields_of(criteria) <= self.fields

    def matching(self, criteria: Criteria) -> pl.DataFrame:
        """The rows of those who match, in the order of the table."""
        holds = matches(criteria, as_of=self.as_of, zone=self.zone, currency=self.currency, own=self.own_attributes)
        return self.frame.filter(holds)


def customer_features(
    engine: Engine,
    *,
    as_of: datetime,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    fields: Collection[str] | None = None,
) -> CustomerFeatures:
    """Build the feature table on one snapshot of the store; nothing is locked meanwhile.

    Parameters
    ----------
    as_of : what happened later is left out.
    currency : the reporting currency of all amounts.
    zone : the reporting time zone, whose calendar days are meant.
    public_revenue : which purchases count.
    fields : names of `FIELDS` and of attributes of persons' own; only what they need is read. All of `FIELDS` and every
        attribute that somebody has when None.
    """
    own = None if fields is None else sorted(name for name in fields if name not in FIELDS)
    asked = FIELDS.keys() if fields is None else frozenset(fields)
    statements = fact_statements(asked, with_own=own != [], as_of=as_of, public_revenue=public_revenue)
    reading = facts.read_ahead(engine, *(statements[name] for name in _IN_ORDER if name in statements))
    persons = next(reading).rename({"id": "person_id"})
    known = owners(next(reading)) if "sightings" in statements else None
    kinds: dict[str, Kind] = {}
    if own != []:
        names = attribute_names(persons["attributes"]) if own is None else own
        persons, kinds = with_attributes(persons, names)
        asked = frozenset(asked) | frozenset(names)
    parts = []
    if known is not None and "conversions" in statements:
        rates = next(reading)
        theirs = of_persons(next(reading).lazy(), known, at="converted_at")
        # Persons who are gone are no buyers among whom others stand.
        theirs = theirs.join(persons.lazy().select("person_id"), on="person_id", how="semi").collect().lazy()
        parts.append(order_features(theirs, rates, as_of=as_of, zone=zone, currency=currency).collect())
    if "scores" in statements:
        parts.append(score_features(next(reading).lazy(), currency=currency).collect())
    if known is not None and "page_views" in statements:
        came = of_persons(visits(next(reading).lazy()), known, at="began_at")
        parts.append(visit_features(came, as_of=as_of).collect())
    people = person_features(persons.lazy(), asked & FROM_PERSONS, map(column_of, kinds), as_of=as_of, zone=zone)
    columns = [column_of(name) for name in asked]
    frame = feature_table(people, (part.lazy() for part in parts), columns).collect()
    return CustomerFeatures(frame, frozenset(asked), kinds, as_of, zone, currency)


def own_attributes(engine: Engine) -> dict[str, Kind]:
    """The attributes that persons have of their own, by name, and the kind of each."""
    [persons] = facts.read(engine, facts.statement("persons", ["attributes"]))
    return with_attributes(persons, attribute_names(persons["attributes"]))[1]
