"""The campaigns, ad sets and ads of an account: taken in by their platform's id, changes kept, nothing forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Select, bindparam, literal, null, or_, select, update

from adplanning.core.ids import new_ids
from adplanning.core.money import major_units
from adplanning.core.vocabulary import AliasDecision, Platform, RemoteState
from adplanning.meta_ads.ad_objects import AD, AD_SET, CAMPAIGN, Kind
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame
from adplanning.sync.accounts import Account

UNKNOWN_STATUS: Final = "UNKNOWN"
_CAMPAIGNS, _AD_SETS, _ADS = TABLES["campaigns"], TABLES["ad_sets"], TABLES["ads"]
_ACCOUNTS = TABLES["ad_accounts"]
_TABLES = {"campaign": _CAMPAIGNS, "ad_set": _AD_SETS, "ad": _ADS}
_PREFIXES = {"campaign": "camp", "ad_set": "adset", "ad": "ad"}
_BUDGETS = ("daily_budget_minor", "lifetime_budget_minor")
_NO_ID = null().label("no_id")


def store_objects(
    connection: Connection,
    account: Account,
    kind: Kind,
    rows: pl.DataFrame,
    *,
    remote_state: RemoteState,
    now: datetime,
) -> int:
    """Take in objects of one kind; answer how many found their place.

    An object is the one that has its platform's id. One that was known by name only, as from a file, is adopted: a
    campaign of the account, or of one that Meta has not numbered, by its `name_key`; an ad set or ad of the same
    campaign by its name; but only where the name is one object's on both sides. What is null changes nothing. What
    changed is kept in `ad_changes`, and a campaign's other name as a former one. An object whose parent is not known is
    left out.

    Parameters
    ----------
    connection : inside a write transaction.
    rows : of `ad_objects.object_rows`.
    remote_state : whether a listing held them.
    """
    known = _known(connection, account, kind)
    placed = _with_id(_with_parent(connection, rows, account, kind), known, kind)
    before = known.rename({name: f"{name}_before" for name in known.columns if name != "id"})
    both = _merged(placed.join(before, on="id", how="left", maintain_order="left"), kind, now).with_columns(
        remote_state=pl.lit(remote_state.value)
    )
    columns = [column.name for column in _TABLES[kind.level].c if column.name != "id"]
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in columns)
    changed = both.filter(differs)
    _keep_changes(connection, account, kind, changed, now)
    stamped = changed.with_columns(updated_at=pl.lit(now)) if kind is CAMPAIGN else changed
    insert_frame(connection, _TABLES[kind.level], stamped.select("id", *columns), on_conflict="replace", key=["id"])
    return placed.height


def mark_missing(connection: Connection, account: Account, kind: Kind, listed: Collection[str]) -> None:
    """Say of the objects that a complete listing did not hold that they are missing; nothing is deleted."""
    numbered = object_ids(connection, account, kind).filter(~pl.col("platform_id").is_in(list(listed)))
    gone = numbered[f"{kind.level}_id"].to_list()
    if gone:
        table = _TABLES[kind.level]
        by_id = update(table).where(table.c.id == bindparam("gone"))
        state = {"remote_state": RemoteState.missing.value}
        connection.execute(by_id.values(state), [{"gone": id_} for id_ in gone])


def object_ids(connection: Connection, account: Account, kind: Kind) -> pl.DataFrame:
    """The account's objects of one kind that Meta has numbered, and what they are part of.

    Returns
    -------
    platform_id, campaign_id, ad_set_id and ad_id (null below the kind), objective of the campaign.
    """
    platform_id = _TABLES[kind.level].c[kind.platform_id]
    query = _below(
        kind,
        platform_id.label("platform_id"),
        _CAMPAIGNS.c.id.label("campaign_id"),
        (_NO_ID if kind is CAMPAIGN else _AD_SETS.c.id).label("ad_set_id"),
        (_ADS.c.id if kind is AD else _NO_ID).label("ad_id"),
        _CAMPAIGNS.c.objective,
    )
    theirs = query.where(_CAMPAIGNS.c.ad_account_id == account.id, platform_id.is_not(None))
    return facts.read_within(connection, theirs)


def _below(kind: Kind, *columns: Any) -> Select[Any]:
    """A SELECT of objects of a kind beside what they are part of."""
    tree: Any = _CAMPAIGNS
    if kind is not CAMPAIGN:
        tree = tree.join(_AD_SETS, _AD_SETS.c.campaign_id == _CAMPAIGNS.c.id)
    if kind is AD:
        tree = tree.join(_ADS, _ADS.c.ad_set_id == _AD_SETS.c.id)
    return select(*columns).select_from(tree)


def _known(connection: Connection, account: Account, kind: Kind) -> pl.DataFrame:
    """What is in the store, the account's own first: all columns, `platform_id`, and `place`, within which a name tells
    an object.
    """
    table = _TABLES[kind.level]
    own = _CAMPAIGNS.c.ad_account_id == account.id
    place = literal("") if kind is CAMPAIGN else _CAMPAIGNS.c.id
    query = _below(kind, table, table.c[kind.platform_id].label("platform_id"), place.label("place"))
    if kind is CAMPAIGN:
        query = query.where(or_(own, _CAMPAIGNS.c.ad_account_id.in_(_unnumbered_accounts(connection))))
    else:
        query = query.where(own)
    return facts.read_within(connection, query.order_by(own.desc(), table.c.id))


def _unnumbered_accounts(connection: Connection) -> list[str]:
    """The accounts at Meta that only files have told of."""
    c = _ACCOUNTS.c
    found = connection.execute(select(c.id, c.platform_account_id).where(c.platform == Platform.meta.value))
    return [row.id for row in found if not row.platform_account_id.removeprefix("act_").isdecimal()]


def _with_parent(connection: Connection, rows: pl.DataFrame, account: Account, kind: Kind) -> pl.DataFrame:
    """Add what each is part of under its column's name, null if unknown, and `place`."""
    if kind is CAMPAIGN:
        return rows.with_columns(ad_account_id=pl.lit(account.id), place=pl.lit(""))
    parents = object_ids(connection, account, CAMPAIGN if kind is AD_SET else AD_SET)
    return rows.join(
        parents.select(
            pl.col("platform_id").alias("parent_platform_id"),
            pl.col(kind.parent).alias("parent"),
            pl.col("campaign_id").alias("place"),
        ),
        on="parent_platform_id",
        how="left",
        maintain_order="left",
    ).rename({"parent": kind.parent})


def _with_id(rows: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Add our id of each: found, adopted or new. Those that have neither a parent nor a record are gone."""
    numbered = known.filter(pl.col("platform_id").is_not_null()).unique("platform_id", keep="first")
    form = "name_key" if kind is CAMPAIGN else "name"
    by_name = ["place", form]
    only = pl.len().over(by_name) == 1
    nameless = known.filter(pl.col("platform_id").is_null()).filter(only)
    found = rows.join(
        numbered.select("platform_id", "id", pl.col(kind.parent).alias("parent")), on="platform_id", how="left"
    ).with_columns(pl.coalesce(kind.parent, "parent").alias(kind.parent))
    wanting = found.filter(only).filter(pl.col("id").is_null())
    adopted = wanting.join(nameless.select(*by_name, pl.col("id").alias("adopted")), on=by_name)
    with_both = found.join(adopted.select("platform_id", "adopted"), on="platform_id", how="left")
    known_or_placed = with_both.with_columns(id=pl.coalesce("id", "adopted")).filter(pl.col(kind.parent).is_not_null())
    fresh = pl.Series("fresh", new_ids(_PREFIXES[kind.level], known_or_placed.height), dtype=pl.String)
    return known_or_placed.with_columns(id=pl.coalesce("id", fresh)).drop("adopted", "parent")


def _merged(both: pl.DataFrame, kind: Kind, now: datetime) -> pl.DataFrame:
    """What is told, else what was known."""
    known = ["name", *kind.fields, *(["name_key"] if kind is CAMPAIGN else [])]
    merged = both.with_columns(
        pl.col("platform_id").alias(kind.platform_id),
        created_at=pl.coalesce("created_at_before", pl.lit(now)),
        **{name: pl.coalesce(name, f"{name}_before") for name in known},
    ).with_columns(name=pl.coalesce("name", "platform_id"))
    # Meta writes 0 for a budget that is not there.
    budgets = [name for name in _BUDGETS if name in kind.fields]
    merged = merged.with_columns(pl.when(pl.col(name) != 0).then(name).alias(name) for name in budgets)
    if kind is CAMPAIGN:
        merged = merged.with_columns(
            name_key=pl.coalesce("name_key", "platform_id"),
            status=pl.coalesce("status", pl.lit(UNKNOWN_STATUS)),
            updated_at=pl.col("updated_at_before"),
        )
    return merged


def _keep_changes(connection: Connection, account: Account, kind: Kind, changed: pl.DataFrame, now: datetime) -> None:
    """Keep what objects were when the platform last told of them, and the former names of campaigns."""
    told = changed.filter(pl.col("remote_state_before").is_not_null())
    followed = {"name": "name", "status": "status", kind.parent: kind.parent.removesuffix("_id")}
    parts = [_change(told, what, pl.col(f"{name}_before"), pl.col(name)) for name, what in followed.items()]
    for name in _BUDGETS:
        if name in kind.fields:
            before, after = (_amount(column, account.currency) for column in (f"{name}_before", name))
            parts.append(_change(told, name.removesuffix("_minor"), before, after))
    insert_frame(connection, TABLES["ad_changes"], pl.concat(parts).with_columns(seen_at=pl.lit(now)))
    if kind is CAMPAIGN:
        renamed = changed.filter(pl.col("name_key") != pl.col("name_key_before"), pl.col("name_key_before") != "")
        former = renamed.select(
            campaign_id="id",
            name_key="name_key_before",
            name="name_before",
            decision=pl.lit(AliasDecision.former_name.value),
            decided_at=pl.lit(now),
        )
        # What people said about that name stays.
        insert_frame(connection, TABLES["campaign_aliases"], former, on_conflict="ignore")


def _change(rows: pl.DataFrame, what: str, before: pl.Expr, after: pl.Expr) -> pl.DataFrame:
    both = rows.select(object_id="id", what=pl.lit(what), before=before, after=after)
    return both.filter(pl.col("before").ne_missing(pl.col("after")), pl.col("before").ne_missing(UNKNOWN_STATUS))


def _amount(minor: str, currency: str) -> pl.Expr:
    return pl.format("{} {}", major_units(pl.col(minor), currency), pl.lit(currency))
