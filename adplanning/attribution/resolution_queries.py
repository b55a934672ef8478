"""What resolution reads and writes: touchpoints that wait, what was advertised, what names are said to mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Double,
    Engine,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from adplanning.attribution.campaign_ids import ID_PARAMETERS
from adplanning.attribution.resolution import Advertised
from adplanning.core.names import with_name_key
from adplanning.core.vocabulary import AliasDecision, ResolutionMethod
from adplanning.store import facts
from adplanning.store.counted import counted_events
from adplanning.store.lists import containing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

_TOUCHPOINTS, _ALIASES = TABLES["touchpoints"], TABLES["campaign_aliases"]
_T = _TOUCHPOINTS.c
NOT_MANUAL = _T.resolution_method != ResolutionMethod.manual.value


def facts_to_resolve(
    engine: Engine, *, since: datetime | None, website_id: str | None, limit: int | None
) -> tuple[pl.DataFrame, Advertised]:
    """On one snapshot: the touchpoints without campaign, those whose ad set and ad are not known although a tag may
    tell them, and all that was advertised. With `limit`, at most so many of each, the newest first.
    """
    scope = [
        *([] if since is None else [_T.session_started_at >= since]),
        *([] if website_id is None else [_T.website_id == website_id]),
    ]
    wanting = (
        _T.is_resolved.is_(True),
        NOT_MANUAL,
        _T.ad_set_id.is_(None),
        _T.ad_id.is_(None),
        or_(
            _T.utm_term.is_not(None),
            _T.utm_content.is_not(None),
            *(
                _T.entry_page.contains(f"{name}=", autoescape=True)
                for level in ("ad_set", "ad")
                for name in ID_PARAMETERS[level]
            ),
        ),
    )
    statements = [_touchpoints(*condition, *scope) for condition in ([_T.is_resolved.is_(False)], wanting)]
    if limit is not None:
        statements = [query.order_by(_T.session_started_at.desc(), _T.id).limit(limit) for query in statements]
    waiting, incomplete, *advertised = facts.read(engine, *statements, *_advertised())
    return pl.concat([waiting, incomplete]), _as_advertised(advertised)


def touchpoints_in(connection: Connection, *conditions: ColumnElement[bool]) -> pl.DataFrame:
    """Some touchpoints as resolution takes them, inside a transaction."""
    return facts.read_within(connection, _touchpoints(*conditions))


def advertised_in(connection: Connection) -> Advertised:
    """All that was advertised, inside a transaction."""
    return _as_advertised([facts.read_within(connection, query) for query in _advertised()])


def spellings_of(connection: Connection, key: str) -> list[str]:
    """The UTM campaigns of all touchpoints that have this name key."""
    tags = facts.read_within(connection, select(_T.utm_campaign).where(_T.utm_campaign.is_not(None)).distinct())
    return with_name_key(tags, "utm_campaign", into="key").filter(pl.col("key") == key)["utm_campaign"].to_list()


def with_tags(spellings: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions on touchpoints: one of these UTM campaigns, and not linked by hand."""
    by_hand = and_(_T.resolution_method == ResolutionMethod.manual.value, _T.is_resolved.is_(True))
    return [_T.utm_campaign.in_(spellings), ~by_hand]


def unresolved_tags(engine: Engine, *, website_id: str | None, search: str | None) -> tuple[pl.DataFrame, Advertised]:
    """On one snapshot: each UTM campaign of counted touchpoints without campaign, and all that was advertised.

    The columns are utm_campaign, n_sessions, first_seen_at, last_seen_at.
    """
    query = (
        select(
            _T.utm_campaign,
            func.count().label("n_sessions"),
            func.min(_T.session_started_at).label("first_seen_at"),
            func.max(_T.session_started_at).label("last_seen_at"),
        )
        .where(_T.is_resolved.is_(False), _T.utm_campaign.is_not(None), *counted_events("touchpoints"))
        .where(*containing([_T.utm_campaign], search))
        .group_by(_T.utm_campaign)
    )
    if website_id is not None:
        query = query.where(_T.website_id == website_id)
    tags, *advertised = facts.read(engine, query, *_advertised())
    return tags, _as_advertised(advertised)


def unlink(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Set touchpoints back to unresolved; answer how many."""
    nothing = {
        "ad_campaign_id": None,
        "ad_set_id": None,
        "ad_id": None,
        "is_resolved": False,
        "resolution_confidence": None,
        "resolution_method": ResolutionMethod.unresolved.value,
    }
    return connection.execute(update(_TOUCHPOINTS).where(*conditions).values(nothing)).rowcount


def set_links(connection: Connection, links: pl.DataFrame) -> int:
    """Write what touchpoints mean, where they still wait for it; answer how many were written.

    Parameters
    ----------
    links : id, campaign_id, ad_set_id, ad_id, confidence, method; without method, only the ad set and the ad of a
        touchpoint that is still linked to the campaign and has neither.
    """
    new = links.filter(pl.col("method").is_not_null())
    completed = links.filter(pl.col("method").is_null() & pl.any_horizontal(pl.col("ad_set_id", "ad_id").is_not_null()))
    columns = [Column(name, String) for name in ("id", "campaign_id", "ad_set_id", "ad_id", "method")]
    table = Table("resolved", MetaData(), *columns, Column("confidence", Double), prefixes=["TEMPORARY"])
    parts = {"ad_set_id": table.c.ad_set_id, "ad_id": table.c.ad_id}
    campaign = {
        "ad_campaign_id": table.c.campaign_id,
        "is_resolved": True,
        "resolution_confidence": table.c.confidence,
        "resolution_method": table.c.method,
    }
    table.create(connection)
    insert_frame(connection, table, pl.concat([new, completed]).select(table.c.keys()))
    by_id = update(_TOUCHPOINTS).where(_T.id == table.c.id)
    linked = connection.execute(
        by_id.where(table.c.method.is_not(None), _T.is_resolved.is_(False)).values(campaign | parts)
    )
    connection.execute(
        by_id.where(
            table.c.method.is_(None),
            _T.ad_campaign_id == table.c.campaign_id,
            _T.ad_set_id.is_(None),
            _T.ad_id.is_(None),
            NOT_MANUAL,
        ).values(parts)
    )
    table.drop(connection)
    return linked.rowcount


def decide(
    connection: Connection,
    name_key: str,
    campaign_id: str,
    decision: AliasDecision,
    *,
    name: str,
    at: datetime,
    by: str | None,
) -> None:
    """Keep what is known of a name and a campaign, in place of what was known before."""
    texts = {
        "name_key": name_key,
        "campaign_id": campaign_id,
        "decision": decision.value,
        "name": name,
        "decided_by": by,
    }
    row = pl.DataFrame([texts], schema=dict.fromkeys(texts, pl.String)).with_columns(decided_at=pl.lit(at))
    insert_frame(connection, _ALIASES, row, on_conflict="replace", key=("name_key", "campaign_id"))


def forget_decisions(
    connection: Connection, name_key: str, decisions: Sequence[AliasDecision], campaign_id: str | None = None
) -> int:
    """Forget decisions about a name, of one campaign or of all; answer how many."""
    one = [] if campaign_id is None else [_ALIASES.c.campaign_id == campaign_id]
    decided = [_ALIASES.c.name_key == name_key, _ALIASES.c.decision.in_(decisions), *one]
    return connection.execute(delete(_ALIASES).where(*decided)).rowcount


def _touchpoints(*conditions: ColumnElement[bool]) -> Select[Any]:
    known = case((_T.is_resolved, _T.ad_campaign_id)).label("ad_campaign_id")
    return select(_T.id, known, _T.utm_campaign, _T.utm_term, _T.utm_content, _T.entry_page).where(*conditions)


def _advertised() -> list[Select[Any]]:
    campaigns, ad_sets, ads = (TABLES[name].c for name in ("campaigns", "ad_sets", "ads"))
    return [
        select(campaigns.id, campaigns.name, campaigns.name_key, campaigns.platform_campaign_id),
        select(ad_sets.id, ad_sets.campaign_id, ad_sets.platform_ad_set_id, ad_sets.name),
        select(ads.id, ads.ad_set_id, ad_sets.campaign_id, ads.platform_ad_id, ads.name).join_from(
            TABLES["ads"], TABLES["ad_sets"], ads.ad_set_id == ad_sets.id
        ),
        select(_ALIASES.c.name_key, _ALIASES.c.campaign_id, _ALIASES.c.decision, _ALIASES.c.name),
    ]


def _as_advertised(frames: Sequence[pl.DataFrame]) -> Advertised:
    campaigns, ad_sets, ads, aliases = frames
    return Advertised(
        campaigns.rename({"id": "campaign_id"}),
        with_name_key(ad_sets.rename({"id": "ad_set_id"}), "name", into="name_key"),
        with_name_key(ads.rename({"id": "ad_id"}), "name", into="name_key"),
        aliases,
    )
