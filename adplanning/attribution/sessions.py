"""Which touchpoints a stream of events holds: what brought each visit, and each new campaign within one."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.click_ids import first_click
from adplanning.core.frames import require_columns
from adplanning.core.periods import SESSION_GAP
from adplanning.core.referrers import PASSED_THROUGH, referrer_domains
from adplanning.core.vocabulary import KIND_OF_EVENT, TouchKind

UTM_TAGS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
# What tells one campaign from another; term and content tell its ads apart.
MARKS: Final = ("utm_source", "utm_medium", "utm_campaign", "click")
_KINDS: Final = {str(event): str(kind) for event, kind in KIND_OF_EVENT.items()}
_VISIT: Final = "__visit"


def bears_campaign() -> pl.Expr:
    """Whether an event was brought by a campaign: a UTM tag is not blank, or the query of its page has a click id.

    >>> seen = pl.DataFrame({tag: [None] * 3 for tag in UTM_TAGS}, schema=dict.fromkeys(UTM_TAGS, pl.String))
    >>> pages = pl.Series("page_url", ["/a?x=1&gclid=Cj0", "/gclid=no", None])
    >>> seen.with_columns(pages).select(bears_campaign()).to_series().to_list()
    [True, False, False]
    """
    told = pl.any_horizontal(pl.col(tag).str.strip_chars() != "" for tag in UTM_TAGS)
    return pl.any_horizontal(told.fill_null(value=False), first_click("page_url").is_not_null())


def touchpoints_of(events: pl.LazyFrame, *, excluded: frozenset[str] = PASSED_THROUGH) -> pl.LazyFrame:
    """Find the touchpoints among events.

    Formula: a visit is what has one session_id of one visitor. An event without one belongs to the visit of the
    visitor's event before it if that was less than `SESSION_GAP` ago, or if it came back over an excluded domain; else
    it begins a visit. Within a visit, in the order of (occurred_at, event_id), a touchpoint begins

    - with an event that bears a campaign, unless it has a mark (source, medium, campaign, click id) in common with
      those that the visit bore last and none that differs; an event with a term or content only begins the first alone;
    - else with the first event, if its referrer counts (see `core.referrers`): from another site, or from nowhere.
      A referrer that nobody told begins none.

    An event belongs to the last touchpoint begun in its visit, those before any to the first. A touchpoint takes tags
    and click id of the event that began it, and a mark that the visit had not borne before of a later one.

    Parameters
    ----------
    events : one row per event: event_id, visitor_id, session_id (may be null), website_id, event_type, occurred_at,
        page_url, referrer (empty: from nowhere, null: not told) and the five UTM tags.
    excluded : domains that are never a visit's origin; see `core.referrers.excluded_domains`.

    Returns
    -------
    One row per touchpoint: visitor_id, session_id (of its visit, null when none was given), is_first (of its visit),
    session_started_at (of its first event); of the event that began it: event_id, website_id, entry_page, kind,
    referrer_domain; the UTM tags, click (`name=value`), session_pageviews. Rows are in no order.

    Source: half an hour and a new campaign begin a session in web analytics since Google Analytics (2011); here a
    campaign whose tags a client repeats on each event is not new.

    >>> from datetime import datetime
    >>> tags = {tag: [None] * 3 for tag in UTM_TAGS} | {"utm_source": [None, "facebook", "google"]}
    >>> day = [datetime(2026, 3, 1, 10, minute) for minute in (0, 20, 40)]
    >>> events = pl.LazyFrame({
    ...     "event_id": ["1", "2", "3"], "visitor_id": ["v"] * 3, "session_id": [None] * 3, "website_id": [None] * 3,
    ...     "occurred_at": day, "event_type": ["page_view"] * 3, "page_url": ["/", "/sale", "/sale?x"],
    ...     "referrer": [None] * 3, **tags,
    ... }, schema_overrides=dict.fromkeys((*UTM_TAGS, "session_id", "referrer"), pl.String))
    >>> found = touchpoints_of(events).select("session_started_at", "utm_source", "entry_page", "session_pageviews")
    >>> found.sort("session_started_at").collect().rows()
    [(datetime.datetime(2026, 3, 1, 10, 0), 'facebook', '/sale', 2), \
(datetime.datetime(2026, 3, 1, 10, 40), 'google', '/sale?x', 1)]
    """
    columns = (
        "event_id",
        "visitor_id",
        "session_id",
        "website_id",
        "event_type",
        "occurred_at",
        "page_url",
        "referrer",
    )
    require_columns(events, [*columns, *UTM_TAGS], what="events")
    visits = _kept_in_order(_with_touchpoint(_with_beginnings(_with_visit(events, excluded))))
    held = visits.group_by("__touchpoint").agg(
        pl.col("occurred_at").min().alias("session_started_at"),
        (pl.col("event_type") == "page_view").sum().cast(pl.Int64).alias("session_pageviews"),
        # There is at most one: what a touchpoint has been given is known from then on.
        *(pl.when(f"__gives_{mark}").then(mark).max().alias(mark) for mark in MARKS),
    )
    return (
        visits.filter("__begins")
        .select("visitor_id", *_OF_BEGINNING, "__touchpoint", session_id="__session", is_first=~pl.col("__has_come"))
        .join(held, on="__touchpoint")
        .rename({"page_url": "entry_page"})
        .drop("__touchpoint")
    )


_OF_BEGINNING: Final = ("event_id", "website_id", "page_url", "kind", "referrer_domain", "utm_term", "utm_content")
_ROW: Final = pl.int_range(pl.len())


def _with_visit(events: pl.LazyFrame, excluded: frozenset[str]) -> pl.LazyFrame:
    """Add the session of each event's visit, `referrer_domain` and `click`; visits follow each other, event by event.

    `__visit` numbers the row of the visit's first event.
    """
    is_hop = (pl.col("referrer") != "") & pl.col("referrer_domain").is_null()
    is_apart = (pl.col("occurred_at").diff() >= SESSION_GAP) & ~is_hop.fill_null(value=False)
    begins_alone = pl.col("session_id").is_null() & (_changes("visitor_id") | is_apart)
    # A visit is named by its session, or by the event that began it.
    name = pl.struct(__session="session_id", __alone=pl.when(begins_alone).then("event_id"))
    is_first = _changes("visitor_id") | _changes("__session") | _changes("__alone")
    told = events.with_columns(referrer_domains(excluded), first_click("page_url").alias("click"))
    named = (
        _kept_in_order(told.sort("visitor_id", "occurred_at", "event_id"))
        .with_columns(
            pl.when(pl.col("session_id").is_not_null() | begins_alone).then(name).forward_fill().alias("__name")
        )
        .unnest("__name")
        .sort("visitor_id", "__session", "__alone", "occurred_at", "event_id")
    )
    return _kept_in_order(named).with_columns(_last(is_first).alias("__visit"))


def _with_beginnings(visits: pl.LazyFrame) -> pl.LazyFrame:
    """Add `__begins`, the kind of touchpoint, and for each mark whether a touchpoint takes it from this event."""
    mark = {name: _told(name) for name in MARKS}
    known = {name: pl.col(f"__known_{name}") for name in MARKS}
    shares = pl.any_horizontal((mark[name] == known[name]).fill_null(value=False) for name in MARKS)
    differs = pl.any_horizontal((mark[name] != known[name]).fill_null(value=False) for name in MARKS)
    is_marked = pl.any_horizontal(mark[name].is_not_null() for name in MARKS)
    comes = bears_campaign() | ((pl.col("__visit") == _ROW) & pl.col("referrer_domain").is_not_null())
    gives = [
        (mark[name].is_not_null() & (pl.col("__begins") | known[name].is_null())).alias(f"__gives_{name}")
        for name in MARKS
    ]
    return (
        visits.with_columns(
            comes.alias("__comes"),
            pl.col("event_type").replace_strict(_KINDS, default=str(TouchKind.session)).alias("kind"),
            *(mark[name].gather(_before(mark[name].is_not_null())).alias(f"__known_{name}") for name in MARKS),
        )
        .with_columns(_before(pl.col("__comes")).is_not_null().alias("__has_come"))
        .with_columns(
            pl.when(is_marked)
            .then(differs | ~shares)
            .otherwise(pl.col("__comes") & ~pl.col("__has_come"))
            .alias("__begins")
        )
        .with_columns(gives)
    )


def _with_touchpoint(visits: pl.LazyFrame) -> pl.LazyFrame:
    """Add `__touchpoint`, the row of the event that began the touchpoint of each; null in a visit that has none."""
    begun, coming = _last(pl.col("__begins")), pl.when("__begins").then(_ROW).backward_fill()
    in_visit = begun >= pl.col("__visit")
    is_its = pl.col("__visit").gather(coming) == pl.col("__visit")
    return visits.with_columns(pl.when(in_visit).then(begun).when(is_its).then(coming).alias("__touchpoint"))


def _kept_in_order(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rows as they stand: what looks at the row before must not be streamed, which promises no order."""
    return frame.collect(engine="in-memory").lazy()


def _told(mark: str) -> pl.Expr:
    return pl.when(pl.col(mark).str.strip_chars() != "").then(mark)


def _changes(column: str) -> pl.Expr:
    """Whether a row has another value than the one before; the first row has."""
    return pl.col(column).ne_missing(pl.col(column).shift(1)) | (_ROW == 0)


def _last(condition: pl.Expr) -> pl.Expr:
    """The last row up to this one that meets a condition."""
    return pl.when(condition).then(_ROW).forward_fill()


def _before(condition: pl.Expr) -> pl.Expr:
    """The last row before this one, in the same visit, that meets a condition."""
    row = _last(condition).shift(1)
    return pl.when(row >= pl.col("__visit")).then(row)
