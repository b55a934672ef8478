"""Which touchpoints a stream of events holds: one per session that a campaign brought."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.periods import SESSION_GAP
from adplanning.core.vocabulary import PLATFORM_OF_CLICK_ID

UTM_TAGS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def bears_campaign() -> pl.Expr:
    """Whether an event was brought by a campaign: a UTM tag is not blank, or the query of its page has a click id.

    >>> seen = pl.DataFrame({tag: [None] * 3 for tag in UTM_TAGS}, schema=dict.fromkeys(UTM_TAGS, pl.String))
    >>> pages = pl.Series("page_url", ["/a?x=1&gclid=Cj0", "/gclid=no", None])
    >>> seen.with_columns(pages).select(bears_campaign()).to_series().to_list()
    [True, False, False]
    """
    tagged = pl.any_horizontal(pl.col(tag).str.strip_chars() != "" for tag in UTM_TAGS)
    clicked = pl.col("page_url").str.contains(rf"^[^?#]*\?([^#]*&)?({'|'.join(PLATFORM_OF_CLICK_ID)})=[^&#]")
    return pl.any_horizontal(tagged.fill_null(value=False), clicked.fill_null(value=False))


def touchpoints_of(events: pl.LazyFrame) -> pl.LazyFrame:
    """Find the campaign-bearing sessions among events.

    Formula: a session is what has one session_id of one visitor; events without one are a session as long as each
    follows the one before of their visitor in less than `SESSION_GAP`. The first event that bears a campaign gives the
    session its tags and entry page; a session without such an event is no touchpoint.

    Parameters
    ----------
    events : one row per event: event_id, visitor_id, session_id (may be null), event_type, occurred_at, page_url and
        the five UTM tags.

    Returns
    -------
    One row per touchpoint: session_id (null when none was given), visitor_id, session_started_at (of the session's
    first event, whatever it bears), the UTM tags, entry_page, session_pageviews. Rows are in no order.

    >>> from datetime import datetime
    >>> tags = {tag: [None] * 3 for tag in UTM_TAGS} | {"utm_source": [None, "facebook", "google"]}
    >>> day = [datetime(2026, 3, 1, 10, minute) for minute in (0, 20, 40)]
    >>> events = pl.LazyFrame({
    ...     "event_id": ["1", "2", "3"], "visitor_id": ["v"] * 3, "session_id": [None] * 3, "occurred_at": day,
    ...     "event_type": ["page_view"] * 3, "page_url": ["/", "/sale", "/sale?x"], **tags,
    ... }, schema_overrides=dict.fromkeys(UTM_TAGS, pl.String))
    >>> found = touchpoints_of(events).select("session_started_at", "utm_source", "entry_page", "session_pageviews")
    >>> found.collect().rows()
    [(datetime.datetime(2026, 3, 1, 10, 0), 'facebook', '/sale', 3)]
    """
    columns = ["event_id", "visitor_id", "session_id", "event_type", "occurred_at", "page_url", *UTM_TAGS]
    require_columns(events, columns, what="events")
    is_bearing = pl.col("__bears_campaign")
    begins = (pl.col("occurred_at").diff() >= SESSION_GAP).fill_null(value=False)
    numbered = events.sort("visitor_id", "session_id", "occurred_at", "event_id").with_columns(
        bears_campaign().alias("__bears_campaign"),
        pl.when(pl.col("session_id").is_null())
        .then(begins.cum_sum().over("visitor_id", "session_id"))
        .otherwise(0)
        .alias("__run"),
    )
    return (
        numbered.group_by("visitor_id", "session_id", "__run", maintain_order=True)
        .agg(
            pl.col("occurred_at").min().alias("session_started_at"),
            pl.col(*UTM_TAGS).filter(is_bearing).first(),
            pl.col("page_url").filter(is_bearing).first().alias("entry_page"),
            (pl.col("event_type") == "page_view").sum().cast(pl.Int64).alias("session_pageviews"),
            is_bearing.any(),
        )
        .filter(is_bearing)
        .drop("__run", "__bears_campaign")
    )
