"""The touchpoints of imported events: made, or grown where an earlier file began their session."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, select

from adplanning.attribution.sessions import touchpoints_of
from adplanning.core.ids import new_ids
from adplanning.core.vocabulary import Platform, ResolutionMethod
from adplanning.imports.lookups import insert, look_up, replace
from adplanning.imports.readers import Context
from adplanning.imports.records import platform_of_source_column
from adplanning.store.tables.catalogue import TABLES

_TOUCHPOINTS = TABLES["touchpoints"]


def touch(connection: Connection, events: pl.DataFrame, context: Context) -> int:
    """Make the touchpoints of events just stored; answer how many are new.

    A session that has a touchpoint of the same visitor already gains page views, and begins earlier where the events
    do. A session without id, or with one that is another visitor's, goes by its visitor and first instant.

    Parameters
    ----------
    events : see `attribution.sessions.touchpoints_of`, and website_id.
    """
    found = touchpoints_of(events.lazy()).collect().sort("session_started_at", "visitor_id", "session_id")
    sites = events.sort("occurred_at").unique(["visitor_id", "session_id"], keep="first")
    found = found.join(
        sites.select("visitor_id", "session_id", "website_id"),
        on=["visitor_id", "session_id"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(by_visitor=pl.format("{}@{}", "visitor_id", pl.col("session_started_at").dt.epoch("us")))
    keys = pl.concat([found["session_id"], found["by_visitor"]]).drop_nulls().unique()
    known = look_up(
        connection,
        keys.to_frame("key"),
        lambda key: select(_TOUCHPOINTS).join_from(key, _TOUCHPOINTS, _TOUCHPOINTS.c.analytics_session_id == key.c.key),
    )
    owners = pl.concat(
        [
            known.select(session_id="analytics_session_id", owner="visitor_id"),
            found.select("session_id", owner="visitor_id"),
        ]
    ).unique("session_id", keep="first", maintain_order=True)
    keyed = found.join(owners, on="session_id", how="left", maintain_order="left").with_columns(
        analytics_session_id=pl.when(pl.col("owner") == pl.col("visitor_id")).then("session_id").otherwise("by_visitor")
    )
    _grow(connection, keyed, known)
    new = keyed.join(known, on="analytics_session_id", how="anti", maintain_order="left")
    insert(connection, _TOUCHPOINTS, _rows(new, context))
    return new.height


def _grow(connection: Connection, found: pl.DataFrame, known: pl.DataFrame) -> None:
    gained = known.join(
        found.select("analytics_session_id", "session_started_at", "session_pageviews"),
        on="analytics_session_id",
        suffix="_found",
    )
    grown = gained.with_columns(
        pl.min_horizontal("session_started_at", "session_started_at_found").alias("session_started_at"),
        pl.col("session_pageviews") + pl.col("session_pageviews_found"),
    )
    replace(connection, _TOUCHPOINTS, grown.select(known.columns), ("id",))


def _rows(found: pl.DataFrame, context: Context) -> pl.DataFrame:
    by_click = (
        pl.when(pl.col("entry_page").str.contains(r"[?&]fbclid="))
        .then(pl.lit(str(Platform.meta)))
        .when(pl.col("entry_page").str.contains(r"[?&]gclid="))
        .then(pl.lit(str(Platform.google)))
        .when(pl.col("entry_page").str.contains(r"[?&](msclkid|ttclid)="))
        .then(pl.lit(str(Platform.generic)))
        .otherwise(pl.lit(str(Platform.direct)))
    )
    return found.drop("session_id", "by_visitor", "owner").with_columns(
        id=pl.Series(new_ids("attr", found.height), dtype=pl.String),
        platform=pl.when(pl.col("utm_source").is_null()).then(by_click).otherwise(platform_of_source_column()),
        is_resolved=pl.lit(value=False),
        resolution_method=pl.lit(str(ResolutionMethod.unresolved)),
        is_bot=pl.lit(value=False),
        attributed_at=pl.lit(context.now),
    )
