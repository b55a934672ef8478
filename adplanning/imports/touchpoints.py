"""The touchpoints of imported events: made, or grown where an earlier file began their session."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, bindparam, select, update

from adplanning.attribution.sessions import touchpoints_of
from adplanning.core.click_ids import CLICK_IDS
from adplanning.core.ids import new_ids
from adplanning.core.referrers import excluded_domains
from adplanning.core.vocabulary import ResolutionMethod
from adplanning.imports.lookups import insert, look_up
from adplanning.imports.readers import Context
from adplanning.imports.records import platform_of_source_column
from adplanning.store.tables.catalogue import TABLES

_TOUCHPOINTS = TABLES["touchpoints"]


def touch(connection: Connection, events: pl.DataFrame, context: Context) -> int:
    """Make the touchpoints of events just stored; answer how many are new.

    A session whose first touchpoint is there already, of the same visitor, gains the page views of the first one here
    and begins earlier where that does. Without session_id, or with one that is another visitor's, a touchpoint goes by
    its visitor and first instant; a further one of a visit also by the event that began it.

    Parameters
    ----------
    events : see `attribution.sessions.touchpoints_of`.
    """
    websites = connection.execute(select(TABLES["websites"].c.domain)).scalars()
    excluded = excluded_domains(websites, context.settings.passed_domains)
    found = touchpoints_of(events.lazy(), excluded=excluded).collect()
    further = pl.when("is_first").then(pl.lit("")).otherwise("#" + pl.col("event_id"))
    named = found.sort("session_started_at", "visitor_id", "session_id", "event_id").with_columns(
        by_session=pl.col("session_id") + further,
        by_visitor=pl.format("{}@{}", "visitor_id", pl.col("session_started_at").dt.epoch("us")) + further,
    )
    keys = pl.concat([named["session_id"], named["by_session"], named["by_visitor"]]).drop_nulls().unique()
    known = look_up(connection, keys.to_frame("key"), _of_keys)
    owners = pl.concat(
        [
            known.select(session_id="analytics_session_id", owner="visitor_id"),
            named.select("session_id", owner="visitor_id"),
        ]
    ).unique("session_id", keep="first", maintain_order=True)
    keyed = named.join(owners, on="session_id", how="left", maintain_order="left").with_columns(
        analytics_session_id=pl.when(pl.col("owner") == pl.col("visitor_id")).then("by_session").otherwise("by_visitor")
    )
    _grow(connection, keyed, known)
    new = keyed.join(known, on="analytics_session_id", how="anti", maintain_order="left")
    insert(connection, _TOUCHPOINTS, _rows(new, context))
    return new.height


def _of_keys(keys: Table) -> Select[Any]:
    c = _TOUCHPOINTS.c
    columns = (c.analytics_session_id, c.visitor_id, c.session_started_at, c.session_pageviews)
    return select(*columns).join_from(keys, _TOUCHPOINTS, c.analytics_session_id == keys.c.key)


def _grow(connection: Connection, found: pl.DataFrame, known: pl.DataFrame) -> None:
    grown = known.join(found, on="analytics_session_id", suffix="_found").select(
        key="analytics_session_id",
        started_at=pl.min_horizontal("session_started_at", "session_started_at_found"),
        n_pageviews=pl.col("session_pageviews") + pl.col("session_pageviews_found"),
    )
    if grown.height:
        connection.execute(
            update(_TOUCHPOINTS)
            .where(_TOUCHPOINTS.c.analytics_session_id == bindparam("key"))
            .values(session_started_at=bindparam("started_at"), session_pageviews=bindparam("n_pageviews")),
            grown.to_dicts(),
        )


def _rows(found: pl.DataFrame, context: Context) -> pl.DataFrame:
    clicks = [click.partition("=") for click in found["click"].unique().drop_nulls()]
    by_click = pl.col("utm_source").is_null() & pl.col("click").is_not_null()
    told = {
        "click_id": {name + mark + value: name for name, mark, value in clicks},
        "metadata": {name + mark + value: json.dumps({name: value}) for name, mark, value in clicks},
        "platform": {name + mark + value: str(CLICK_IDS[name].platform) for name, mark, value in clicks},
    }
    of_click = {
        name: pl.col("click").replace_strict(meanings, default=None, return_dtype=pl.String)
        for name, meanings in told.items()
    }
    rows = found.with_columns(
        id=pl.Series(new_ids("attr", found.height), dtype=pl.String),
        click_id=of_click["click_id"],
        metadata=of_click["metadata"],
        platform=pl.when(by_click).then(of_click["platform"]).otherwise(platform_of_source_column()),
        is_resolved=pl.lit(value=False),
        resolution_method=pl.lit(str(ResolutionMethod.unresolved)),
        is_bot=pl.lit(value=False),
        attributed_at=pl.lit(context.now),
    )
    return rows.select(name for name in rows.columns if name in _TOUCHPOINTS.c)
