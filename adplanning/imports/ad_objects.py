"""Which account, campaign, ad set and ad a row of spend belongs to: found in the store or made."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, Table, bindparam, select, update

from adplanning.core.ids import new_id
from adplanning.core.names import name_key, with_name_key
from adplanning.imports.ad_accounts import with_account
from adplanning.imports.campaign_renames import former_names, keep_renames
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import insert, look_up
from adplanning.imports.readers import Context
from adplanning.store.tables.catalogue import TABLES

UNKNOWN_STATUS = "UNKNOWN"


@dataclass(frozen=True)
class Level:
    """One level of the tree under an account."""

    name: str
    table: Table
    id_prefix: str
    parent: str  # the table's column of the parent's id
    platform_id: str  # the table's column of the platform's own id


LEVELS = (
    Level("campaign", TABLES["campaigns"], "camp", "ad_account_id", "platform_campaign_id"),
    Level("ad_set", TABLES["ad_sets"], "adset", "campaign_id", "platform_ad_set_id"),
    Level("ad", TABLES["ads"], "ad", "ad_set_id", "platform_ad_id"),
)


def with_objects(connection: Connection, rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Give each row the object it is about, making those that are not there.

    An object is the same as one of its parent that has the platform's id, or without ids the same name (campaigns: the
    same `name_key`); one that was known by name only takes the id when a file brings it. See `campaign_renames` for a
    campaign that is called otherwise than before.

    Parameters
    ----------
    rows : `LINE`, currency, platform, account, account_id, and for each level its name and its platform's id
        (`campaign`, `platform_campaign_id`), null below the row's own level.

    Returns
    -------
    The rows, in their order, with ad_account_id (see `ad_accounts.with_account`), campaign_id, ad_set_id, ad_id,
    `object_id` of the deepest, and `level`.
    """
    placed = with_account(connection, rows, context)
    for level in LEVELS:
        placed = _with_level(connection, placed, level, context)
    return placed.with_columns(
        object_id=pl.coalesce("ad_id", "ad_set_id", "campaign_id"),
        level=pl.when(pl.col("ad_id").is_not_null())
        .then(pl.lit("ad"))
        .when(pl.col("ad_set_id").is_not_null())
        .then(pl.lit("ad_set"))
        .otherwise(pl.lit("campaign")),
    )


def _with_level(connection: Connection, rows: pl.DataFrame, level: Level, context: Context) -> pl.DataFrame:
    given, form = f"platform_{level.name}_id", f"{level.name}_form"
    key = [level.parent, given, form]
    named = rows.with_columns(pl.col(level.name).alias(form))
    if level.name == "campaign":
        named = with_name_key(rows, level.name, into=form)
    objects = (
        named.filter(pl.col(level.name).is_not_null())
        .sort(LINE)
        .select(*key, level.name)
        .unique(key, keep="first", maintain_order=True)
    )
    found = _found(connection, objects, level, context)
    if level.name == "campaign":
        known_by_id = objects.with_columns(pl.Series("campaign_id", found, dtype=pl.String)).filter(
            pl.col(given).is_not_null()
        )
        keep_renames(connection, known_by_id.select("campaign_id", name="campaign", name_key=form), now=context.now)
    return named.join(
        objects.select(key).with_columns(pl.Series(f"{level.name}_id", found, dtype=pl.String)),
        on=key,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )


def _found(connection: Connection, objects: pl.DataFrame, level: Level, context: Context) -> list[str]:
    """The id of each object, in order; those that are not in the store are made."""
    by_platform_id: dict[tuple[str, str], str] = {}
    by_name: dict[tuple[str, str], tuple[str, str | None]] = {}
    for id_, parent, platform_id, name in _known(connection, objects[level.parent], level).iter_rows():
        by_name.setdefault((parent, _form(level, name)), (id_, platform_id))
        if platform_id is not None:
            by_platform_id[parent, platform_id] = id_
    found, new, adopted = [], [], []
    for parent, platform_id, form, name in objects.iter_rows():
        namesake, its_platform_id = by_name.get((parent, form), (None, None))
        id_ = by_platform_id.get((parent, platform_id))
        if id_ is None and (platform_id is None or its_platform_id is None):
            id_ = namesake
            if id_ is not None and platform_id is not None:
                adopted.append({"object_id": id_, "platform_id": platform_id})
        if id_ is None:
            id_ = new_id(level.id_prefix)
            new.append((id_, parent, platform_id, form, name))
        by_name.setdefault((parent, form), (id_, None))
        if platform_id is not None:
            by_platform_id[parent, platform_id] = id_
            if by_name[parent, form][0] == id_:
                by_name[parent, form] = (id_, platform_id)
        found.append(id_)
    insert(connection, level.table, _new_rows(new, level, context))
    _adopt(connection, level, adopted)
    return found


def _known(connection: Connection, parents: pl.Series, level: Level) -> pl.DataFrame:
    c = level.table.c
    columns = (c.id, c[level.parent], c[level.platform_id], c.name)
    parent = parents.unique().to_frame("parent")
    known = look_up(
        connection,
        parent,
        lambda keys: select(*columns).join_from(keys, level.table, c[level.parent] == keys.c.parent).order_by(c.id),
    )
    # After the names that campaigns have now: these go first.
    return pl.concat([known, former_names(connection, parent)]) if level.name == "campaign" else known


def _form(level: Level, name: str) -> str:
    return name_key(name) if level.name == "campaign" else name


def _new_rows(new: list[tuple[str, str, str | None, str, str]], level: Level, context: Context) -> pl.DataFrame:
    columns = ["id", level.parent, level.platform_id, "name_key", "name"]
    made = pl.DataFrame(new, schema=dict.fromkeys(columns, pl.String), orient="row").with_columns(
        created_at=pl.lit(context.now)
    )
    if level.name == "campaign":
        return made.with_columns(status=pl.lit(UNKNOWN_STATUS), updated_at=pl.lit(context.now))
    return made.drop("name_key")


def _adopt(connection: Connection, level: Level, adopted: list[dict[str, str]]) -> None:
    """Write the platform's id down for objects that were known by name only."""
    if adopted:
        by_id = update(level.table).where(level.table.c.id == bindparam("object_id"))
        connection.execute(by_id.values({level.platform_id: bindparam("platform_id")}), adopted)
