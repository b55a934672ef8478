"""What can be done so that touchpoints find their campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from adplanning.attribution import resolution_queries as queries
from adplanning.attribution.campaign_names import candidates
from adplanning.attribution.resolution import Advertised, resolution
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.names import with_name_key
from adplanning.store.tables.attribution import Touchpoint

# What is written in one transaction: long enough to be quick, short enough to keep no event waiting.
LINKS_A_PART: Final = 50_000
# Campaigns that are less alike than this are not worth showing, nor are more than a few.
SHOWN_FROM: Final = 0.6
MAX_CANDIDATES: Final = 5


@dataclass(frozen=True)
class Candidate:
    """A campaign that a tag might mean; `why_not` is null when it is taken to mean it."""

    campaign_id: str
    name: str
    likeness: float
    why_not: str | None


@dataclass(frozen=True)
class CampaignLinks:
    """What touchpoints were found to mean on one snapshot of the store, not yet written."""

    links: pl.DataFrame
    n_processed: int
    by_method: dict[str, int]
    by_reason: dict[str, int]

    def parts(self) -> Iterator[pl.DataFrame]:
        """The links some at a time, each to be written by `store_links` in a transaction of its own."""
        return self.links.iter_slices(LINKS_A_PART)


@dataclass(frozen=True)
class SessionLink:
    """What one touchpoint means; while it is not sure, why not and what it might mean."""

    touchpoint: Touchpoint
    reason: str | None
    candidates: list[Candidate]


@dataclass(frozen=True)
class Proposal:
    """A UTM campaign that waits for its campaign, in its most frequent spelling, and what it might mean."""

    name_key: str
    utm_campaign: str
    n_spellings: int
    n_sessions: int
    first_seen_at: datetime
    last_seen_at: datetime
    reason: str
    candidates: list[Candidate]


def campaign_links(
    engine: Engine,
    *,
    cutoff: float,
    margin: float,
    now: datetime,
    days_back: int | None = None,
    website_id: str | None = None,
    limit: int | None = None,
) -> CampaignLinks:
    """Find the campaign, ad set and ad of touchpoints that wait for them; nothing is locked meanwhile.

    Touchpoints that are linked but whose ad set and ad are not known are looked at again, those linked by hand never.

    Parameters
    ----------
    cutoff, margin : the settings `match_cutoff` and `match_margin`.
    now, days_back : only touchpoints of so many days before now; all when not given.
    website_id : only touchpoints of one website.
    limit : only so many, the newest first; all when not given.

    Raises
    ------
    InvalidData : less than one day or touchpoint.
    """
    for name, number in (("days_back", days_back), ("limit", limit)):
        if number is not None and number < 1:
            raise InvalidData.at(name, f"must be 1 or more, not {number}; leave it out for all")
    since = None if days_back is None else now - timedelta(days=days_back)
    touchpoints, advertised = queries.facts_to_resolve(engine, since=since, website_id=website_id, limit=limit)
    found = resolution(touchpoints, advertised, cutoff=cutoff, margin=margin)
    new = pl.col("method").is_not_null()
    completed = pl.any_horizontal(pl.col("ad_set_id", "ad_id").is_not_null())
    return CampaignLinks(
        # Ids ascend with time, and so do the pages of the table.
        found.filter(new | completed).drop("reason").sort("id"),
        touchpoints["ad_campaign_id"].null_count(),
        _counts(found["method"]),
        _counts(found["reason"]),
    )


def store_links(connection: Connection, links: pl.DataFrame) -> int:
    """Write a part of `campaign_links`; answer how many touchpoints found their campaign by it.

    What has been linked meanwhile stays as it is. Run twice, it changes nothing more.
    """
    return queries.set_links(connection, links)


def resolve_session(session: Session, analytics_session_id: str, *, cutoff: float, margin: float) -> SessionLink:
    """Find what the touchpoint of one session means, and write it where it is sure.

    Raises
    ------
    NotFound : there is no touchpoint of that session.
    """
    touchpoint = session.scalar(select(Touchpoint).where(Touchpoint.analytics_session_id == analytics_session_id))
    if touchpoint is None:
        raise NotFound(
            f"session_id: there is no touchpoint of session {analytics_session_id!r}; "
            "GET /admin/ad-planning/attribution lists those there are"
        )
    if touchpoint.is_resolved:
        return SessionLink(touchpoint, None, [])
    connection = session.connection()
    advertised = queries.advertised_in(connection)
    waiting = queries.touchpoints_in(connection, Touchpoint.id == touchpoint.id)
    found = resolution(waiting, advertised, cutoff=cutoff, margin=margin)
    store_links(connection, found)
    session.refresh(touchpoint)
    tags = with_name_key(waiting, "utm_campaign", into="name_key")["name_key"].drop_nulls()
    shown = [] if touchpoint.is_resolved else shown_candidates(tags, advertised, cutoff=cutoff, margin=margin)
    return SessionLink(touchpoint, found["reason"].item(), [candidate for _, candidate in shown])


def proposals(
    engine: Engine,
    *,
    cutoff: float,
    margin: float,
    limit: int,
    offset: int,
    website_id: str | None = None,
    search: str | None = None,
) -> tuple[list[Proposal], int]:
    """One page of the UTM campaigns that wait for their campaign, most sessions first, and how many there are.

    Spellings with one name key are one. Sessions are counted as in all numbers; see `store.counted`.
    """
    tags, advertised = queries.unresolved_tags(engine, website_id=website_id, search=search)
    waiting = (
        with_name_key(tags, "utm_campaign", into="name_key")
        .sort(pl.col("n_sessions"), "utm_campaign", descending=[True, False])
        .group_by("name_key", maintain_order=True)
        .agg(
            pl.col("utm_campaign").first(),
            pl.len().alias("n_spellings"),
            pl.col("n_sessions").sum(),
            pl.col("first_seen_at").min(),
            pl.col("last_seen_at").max(),
        )
        .sort("n_sessions", "name_key", descending=[True, False])
    )
    page = waiting.slice(offset, limit)
    alone = page.select(
        "utm_campaign",
        *(pl.lit(None, pl.String).alias(name) for name in ("ad_campaign_id", "utm_term", "utm_content", "entry_page")),
        id="name_key",
    )
    reasons = dict(
        resolution(alone, advertised, cutoff=cutoff, margin=margin)
        .select("id", pl.col("reason").fill_null("its campaign has been found; resolve again to link its touchpoints"))
        .iter_rows()
    )
    might_mean: dict[str, list[Candidate]] = {}
    for key, candidate in shown_candidates(page["name_key"], advertised, cutoff=cutoff, margin=margin):
        might_mean.setdefault(key, []).append(candidate)
    return [
        Proposal(**row, reason=reasons[row["name_key"]], candidates=might_mean.get(row["name_key"], []))
        for row in page.iter_rows(named=True)
    ], waiting.height


def shown_candidates(
    tags: pl.Series, advertised: Advertised, *, cutoff: float, margin: float
) -> list[tuple[str, Candidate]]:
    """The `MAX_CANDIDATES` likest campaigns of each tag (a name key), each with why it is not meant."""
    found = candidates(
        tags.filter(tags != ""),
        advertised.names,
        advertised.refused,
        cutoff=cutoff,
        margin=margin,
        shown_from=SHOWN_FROM,
    )
    best = found.group_by("name_key", maintain_order=True).head(MAX_CANDIDATES)
    columns = ("name_key", "campaign_id", "name", "likeness", "why_not")
    return [(key, Candidate(*values)) for key, *values in best.select(columns).iter_rows()]


def _counts(values: pl.Series) -> dict[str, int]:
    counted = values.drop_nulls().value_counts(name="n").sort("n", values.name, descending=[True, False])
    return dict(counted.iter_rows())
