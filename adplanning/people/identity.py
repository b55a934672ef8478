"""Whose visits are whose: who owned a browser when, and on whose path a conversion or a touchpoint is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import polars as pl

from adplanning.core.frames import collected, require_columns

PERSON_KEY: Final = "person:"
"""How the key of a person's path begins."""

MAX_PERSONS: Final = 5
"""More persons than a household shares a browser with: a till, a kiosk or a call centre."""

MAX_VISITORS: Final = 100
"""More browsers than a person has, even one whose cookies last a week: a script or a shared log-in."""

NOBODY: Final = (
    "",
    "(not set)",
    "0",
    "00000000-0000-0000-0000-000000000000",
    "[object object]",
    "anonymous",
    "distinct_id",
    "distinctid",
    "email",
    "false",
    "guest",
    "id",
    "n/a",
    "nan",
    "nil",
    "none",
    "not_authenticated",
    "null",
    "test",
    "true",
    "undefined",
    "unknown",
)
"""Ids that programs write where they know none; in small letters, without quotes and space around them.

Source: those that PostHog refuses to identify (its manual, "Identifying users"), and their like.
"""

_AROUND = " \t\r\n\"'"
# Before all that happened: where the time of a visitor's first person begins.
SINCE_EVER: Final = datetime(1, 1, 1, tzinfo=UTC)


class Source(StrEnum):
    """What told whose a visitor is."""

    sign_in = "sign_in"
    order = "order"
    lead = "lead"


@dataclass(frozen=True)
class Owners:
    """Who owned each visitor from when, as from `owners`.

    `timeline` has visitor_id, person_id, from_at: the owner until the visitor's next row. `shared` has the person_id of
    log-ins that many use.
    """

    timeline: pl.DataFrame
    shared: pl.DataFrame


def is_placeholder(name: str) -> bool:
    """Whether an id is a word for nobody.

    >>> [is_placeholder(name) for name in ("person_1", " Guest", '"null"', "")]
    [False, True, True, True]
    """
    return name.strip(_AROUND).lower() in NOBODY


def _is_somebody(column: str) -> pl.Expr:
    """The same of a column, the other way round; null is nobody either."""
    word = pl.col(column).str.strip_chars(_AROUND).str.to_lowercase()
    return word.is_not_null() & ~word.is_in(NOBODY)


def beyond_limits(
    sightings: pl.DataFrame, *, max_persons: int = MAX_PERSONS, max_visitors: int = MAX_VISITORS
) -> pl.DataFrame:
    """Find the visitors and persons that are nobody's and nobody.

    Formula: a visitor seen with more than max_persons persons, a person seen on more than max_visitors visitors, and
    any visitor or person whose id is in `NOBODY`.

    Parameters
    ----------
    sightings : as for `owners`.
    max_persons, max_visitors : default 5 and 100; see `MAX_PERSONS` and `MAX_VISITORS`.

    Returns
    -------
    One row each: `kind` (visitor or person), `id`, `n_others` it was seen with, `is_placeholder`; by kind and id.

    >>> from datetime import datetime, UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> seen = pl.DataFrame({"visitor_id": ["till"] * 3 + ["phone"], "person_id": ["asha", "ravi", "meera", "guest"],
    ...     "seen_at": [noon] * 4})
    >>> beyond_limits(seen, max_persons=2).rows()
    [('person', 'guest', 1, True), ('visitor', 'till', 3, False)]
    """
    require_columns(sightings, ["visitor_id", "person_id"], what="sightings")
    pairs = (
        sightings.lazy()
        .select("visitor_id", "person_id")
        .drop_nulls()
        .unique()
        .with_columns(visitor=_is_somebody("visitor_id"), person=_is_somebody("person_id"))
    )
    # A word for nobody is no other person; those seen under it are counted by itself alone.
    found = [
        pairs.filter(pl.col(other) | ~pl.col(kind))
        .group_by(pl.col(f"{kind}_id").alias("id"))
        .agg(n_others=pl.len().cast(pl.Int64), is_placeholder=~pl.col(kind).first())
        .filter(pl.col("is_placeholder") | (pl.col("n_others") > most))
        .with_columns(kind=pl.lit(kind))
        for kind, other, most in (("visitor", "person", max_persons), ("person", "visitor", max_visitors))
    ]
    plan = pl.concat(found).select("kind", "id", "n_others", "is_placeholder").sort("kind", "id")
    return collected(plan, n_rows=sightings.height)


def owners(sightings: pl.DataFrame, *, max_persons: int = MAX_PERSONS, max_visitors: int = MAX_VISITORS) -> Owners:
    """Tell whose each visitor was, from when on.

    Formula: a visitor is the latest person seen there; before the first sighting it was the first person already, who
    had not yet signed in. Of persons seen at one instant the greatest id counts. Visitors and persons that are
    `beyond_limits` join nothing: such a visitor has no owner, such a person owns none.

    Parameters
    ----------
    sightings : one row per time that a person was known on a visitor: visitor_id, person_id, seen_at (UTC).
    max_persons, max_visitors : default 5 and 100; see `MAX_PERSONS` and `MAX_VISITORS`.

    Returns
    -------
    The changes of owner of each visitor, in their order; the first of each begins at `SINCE_EVER`.

    Raises
    ------
    InvalidData : a missing column.

    >>> monday, wednesday = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
    >>> seen = pl.DataFrame({"visitor_id": ["tablet"] * 2, "person_id": ["asha", "ravi"],
    ...     "seen_at": [monday, wednesday]})
    >>> [(person, from_at.day) for _, person, from_at in owners(seen).timeline.rows()]
    [('asha', 1), ('ravi', 4)]
    """
    require_columns(sightings, ["visitor_id", "person_id", "seen_at"], what="sightings")
    unjoined = beyond_limits(sightings, max_persons=max_persons, max_visitors=max_visitors)
    of_kind = {kind: unjoined.filter(pl.col("kind") == kind) for kind in ("visitor", "person")}
    is_first = pl.col("visitor_id") != pl.col("visitor_id").shift()
    changes = is_first | (pl.col("person_id") != pl.col("person_id").shift())
    timeline = (
        sightings.lazy()
        .drop_nulls(["visitor_id", "person_id", "seen_at"])
        .join(of_kind["visitor"].lazy(), left_on="visitor_id", right_on="id", how="anti")
        .join(of_kind["person"].lazy(), left_on="person_id", right_on="id", how="anti")
        .group_by("visitor_id", "seen_at")
        .agg(pl.col("person_id").max())
        .sort("visitor_id", "seen_at")
        .with_columns(is_first.fill_null(value=True).alias("is_first"), changes.fill_null(value=True).alias("changes"))
        .filter("changes")
        .select(
            "visitor_id",
            "person_id",
            pl.when("is_first").then(pl.lit(SINCE_EVER)).otherwise("seen_at").alias("from_at"),
        )
    )
    shared = of_kind["person"].filter(~pl.col("is_placeholder")).select(person_id="id")
    return Owners(collected(timeline, n_rows=sightings.height), shared)


def path_keys(rows: pl.LazyFrame, known: Owners, *, at: str) -> pl.LazyFrame:
    """Give each conversion or touchpoint the key of the one path it is on.

    Formula: the person whom the row names, else who owned its visitor at its time, else the visitor. A name in `NOBODY`
    is none. A row that names a shared log-in is its visitor's own, since nobody knows who that was.

    Identity: each row has one key, so no touchpoint is on the paths of two persons.

    Parameters
    ----------
    rows : one row per conversion or touchpoint: visitor_id (may be null beside a person), the column `at` (UTC), and
        person_id if they name one.
    known : as from `owners`.
    at : the column with the instant of each row.

    Returns
    -------
    The rows with `path_key`: `person:` or `visitor:` and the id, since either may call itself like the other; null
    where neither is known. Rows are in no order.

    Raises
    ------
    InvalidData : a missing column.

    >>> monday, wednesday = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
    >>> known = owners(pl.DataFrame({"visitor_id": ["tablet"], "person_id": ["asha"], "seen_at": [wednesday]}))
    >>> touches = pl.LazyFrame({"visitor_id": ["tablet", "kiosk"], "touched_at": [monday, monday]})
    >>> path_keys(touches, known, at="touched_at").sort("visitor_id").collect()["path_key"].to_list()
    ['visitor:kiosk', 'person:asha']
    """
    columns = [name for name in rows.collect_schema().names() if name != "path_key"]
    person, visitor = pl.lit(PERSON_KEY) + pl.col("owner_id"), pl.lit("visitor:") + pl.col("visitor_id")
    return with_owners(rows, known, at=at).select(*columns, path_key=pl.coalesce(person, visitor))


def with_owners(rows: pl.LazyFrame, known: Owners, *, at: str) -> pl.LazyFrame:
    """Give each conversion or touchpoint the person on whose path it is, as `path_keys` tells.

    Parameters
    ----------
    rows, known, at : as for `path_keys`.

    Returns
    -------
    The rows with `owner_id`, null where the path is nobody's but the visitor's. Rows are in no order.

    Raises
    ------
    InvalidData : a missing column.

    >>> monday = datetime(2026, 3, 2, tzinfo=UTC)
    >>> known = owners(pl.DataFrame({"visitor_id": ["tablet"], "person_id": ["asha"], "seen_at": [monday]}))
    >>> touches = pl.LazyFrame({"visitor_id": ["tablet", "kiosk"], "touched_at": [monday, monday]})
    >>> with_owners(touches, known, at="touched_at").sort("visitor_id").collect()["owner_id"].to_list()
    [None, 'asha']
    """
    require_columns(rows, ["visitor_id", at], what="rows")
    columns = rows.collect_schema().names()
    named = pl.when(_is_somebody("person_id")).then("person_id") if "person_id" in columns else pl.lit(None, pl.String)
    told = rows.with_columns(__named=named)
    is_first = pl.col("from_at") == pl.lit(SINCE_EVER)
    first, later = known.timeline.filter(is_first), known.timeline.filter(~is_first)
    first = first.select("visitor_id", __owner="person_id")
    if later.is_empty():
        parts = [told.join(first.lazy(), on="visitor_id", how="left")]
    else:
        # Few visitors change hands: only their rows pay for a search by time.
        changes = first.with_columns(__changes=pl.col("visitor_id").is_in(later["visitor_id"].implode()))
        told = told.join(changes.lazy(), on="visitor_id", how="left")
        searched = (
            told.filter(pl.col("__changes"))
            .drop("__owner")
            .sort(at)
            .join_asof(
                known.timeline.lazy().rename({"person_id": "__owner"}).sort("from_at"),
                left_on=at,
                right_on="from_at",
                by="visitor_id",
                strategy="backward",
                check_sortedness=False,  # polars cannot check it within visitors; both sides are sorted here
            )
        )
        parts = [told.filter(~pl.col("__changes").fill_null(value=False)), searched]
    owner = pl.coalesce("__named", "__owner")
    if known.shared.height:
        owner = pl.when(~pl.col("__named").is_in(known.shared["person_id"].implode()).fill_null(value=False)).then(
            owner
        )
    return pl.concat([part.select(*(name for name in columns if name != "owner_id"), owner_id=owner) for part in parts])
