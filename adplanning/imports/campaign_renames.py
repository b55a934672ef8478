"""A campaign that was renamed at its platform stays itself: it takes the new name, and the former one is kept."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from sqlalchemy import Connection, and_, bindparam, select, update

from adplanning.core.vocabulary import AliasDecision
from adplanning.imports.lookups import look_up
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

_CAMPAIGNS, _ALIASES = TABLES["campaigns"], TABLES["campaign_aliases"]


def keep_renames(connection: Connection, named: pl.DataFrame, *, now: datetime) -> None:
    """Rename campaigns as a file calls them, and keep every other name as a former one.

    A campaign takes a name that it never had when the file calls it by no other. Where a file has several names for it,
    nobody knows which is the latest: the stored name stays, and the others are kept as former names. A name that it had
    before, as in an older file, changes nothing. What people said about a name stays.

    Parameters
    ----------
    named : campaigns that were found by their platform's id: campaign_id, name, name_key; each pair once.
    """
    ids = named.select("campaign_id").unique()
    stored = look_up(
        connection,
        ids,
        lambda key: select(_CAMPAIGNS.c.id.label("campaign_id"), _CAMPAIGNS.c.name, _CAMPAIGNS.c.name_key).join_from(
            key, _CAMPAIGNS, _CAMPAIGNS.c.id == key.c.campaign_id
        ),
    )
    former = look_up(
        connection,
        ids,
        lambda key: select(_ALIASES.c.campaign_id, _ALIASES.c.name_key).join_from(
            key,
            _ALIASES,
            and_(_ALIASES.c.campaign_id == key.c.campaign_id, _ALIASES.c.decision == AliasDecision.former_name.value),
        ),
    )
    key = ["campaign_id", "name_key"]
    new = (
        named.filter(pl.col("name_key") != "")
        .join(stored, on=key, how="anti")
        .join(former, on=key, how="anti")
        .sort("campaign_id", "name_key")
    )
    called_otherwise = named.filter(pl.len().over("campaign_id") > 1)
    renamed = new.join(called_otherwise, on="campaign_id", how="anti")
    _rename(connection, renamed, now)
    kept = pl.concat(
        [
            stored.join(renamed, on="campaign_id", how="semi").select(*key, "name"),
            new.join(renamed, on="campaign_id", how="anti").select(*key, "name"),
        ]
    ).filter(pl.col("name_key") != "")
    rows = kept.with_columns(decision=pl.lit(AliasDecision.former_name.value), decided_at=pl.lit(now))
    insert_frame(connection, _ALIASES, rows, on_conflict="ignore")


def former_names(connection: Connection, accounts: pl.DataFrame) -> pl.DataFrame:
    """The names that one campaign of an account had and no other: id, ad_account_id, platform_campaign_id, name.

    A file without ids may still call a campaign as it was called.

    Parameters
    ----------
    accounts : parent (the account's id), each once.
    """
    c = _CAMPAIGNS.c
    found = look_up(
        connection,
        accounts,
        lambda keys: (
            select(c.id, c.ad_account_id, c.platform_campaign_id, _ALIASES.c.name, _ALIASES.c.name_key)
            .join_from(keys, _CAMPAIGNS, c.ad_account_id == keys.c.parent)
            .join(_ALIASES, _ALIASES.c.campaign_id == c.id)
            .where(_ALIASES.c.decision == AliasDecision.former_name.value)
        ),
    )
    return found.filter(pl.len().over("ad_account_id", "name_key") == 1).drop("name_key")


def _rename(connection: Connection, renamed: pl.DataFrame, now: datetime) -> None:
    if renamed.height:
        by_id = update(_CAMPAIGNS).where(_CAMPAIGNS.c.id == bindparam("campaign"))
        values = {"name": bindparam("new_name"), "name_key": bindparam("new_key"), "updated_at": now}
        rows = renamed.select(campaign="campaign_id", new_name="name", new_key="name_key").to_dicts()
        connection.execute(by_id.values(values), rows)
