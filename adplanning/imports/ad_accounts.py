"""Which ad account a row of spend belongs to, also where its file does not say so."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, select

from adplanning.core.ids import new_ids
from adplanning.core.names import with_name_key
from adplanning.imports.campaign_renames import former_names
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import insert, look_up
from adplanning.imports.readers import Context
from adplanning.store.tables.catalogue import TABLES

OWN_ACCOUNT = "imported"

_ACCOUNTS, _CAMPAIGNS = TABLES["ad_accounts"], TABLES["campaigns"]
_CLAIM = ["platform", "account_id", "account"]
_CAMPAIGN = ["platform_campaign_id", "campaign_key"]
_NUMBERED = r"^\d[\d-]*$"


def with_account(connection: Connection, rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Give each row its ad account, making those that are not there.

    A row that tells the platform's id of its account belongs to that one. Any other may belong to the accounts of the
    name that it tells, or of the platform when it tells none: it goes where its campaign is known, by the platform's
    id or else by name, if that is one account; else where all other known campaigns of its file are; else to the one
    account of its currency that the platform has numbered, if there is exactly one. Failing all that, the account is
    the shop's own, of that name or `OWN_ACCOUNT`.

    Parameters
    ----------
    rows : `LINE`, platform, currency, account_id, account, campaign, platform_campaign_id; null where not told.

    Returns
    -------
    The rows, in their order, with ad_account_id.
    """
    accounts = _stored_accounts(connection)
    candidates = _candidates(rows, accounts)
    told = [*_CLAIM, "platform_campaign_id", "campaign"]
    first = rows.sort(LINE).unique(told, keep="first", maintain_order=True).select(LINE, "currency", *told)
    named = with_name_key(first, "campaign", into="campaign_key")
    known = _where_campaigns_are_known(named, _campaigns(connection, candidates))
    placed = _joined(named, known, [*_CLAIM, *_CAMPAIGN])
    placed = _joined(placed, _homes(placed, candidates), _CLAIM)
    return _joined(rows, _made(connection, placed, accounts, context).select(*told, "ad_account_id"), told)


def _stored_accounts(connection: Connection) -> pl.DataFrame:
    c = _ACCOUNTS.c
    columns = (c.id, c.platform, c.platform_account_id, c.name, c.currency)
    rows = [tuple(row) for row in connection.execute(select(*columns))]
    return pl.DataFrame(rows, schema={column.name: pl.String for column in columns}, orient="row")


def _candidates(rows: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Which stored accounts each claim may mean."""
    id_told, name_told = pl.col("account_id"), pl.col("account")
    fits = (
        pl.when(id_told.is_not_null())
        .then(pl.col("platform_account_id") == id_told)
        .when(name_told.is_not_null())
        .then((pl.col("platform_account_id") == name_told) | (_folded("name") == _folded("account")))
        .otherwise(pl.lit(value=True))
    )
    numbers = pl.col("platform_account_id").str.strip_prefix("act_")
    stored = accounts.with_columns(numbers).rename({"currency": "its_currency"})
    pairs = rows.select(_CLAIM).unique().join(stored, on="platform")
    return pairs.filter(fits).select(
        *_CLAIM, "its_currency", ad_account_id="id", is_numbered=pl.col("platform_account_id").str.contains(_NUMBERED)
    )


def _campaigns(connection: Connection, candidates: pl.DataFrame) -> pl.DataFrame:
    """The campaigns of each claim's candidates, by every name that they have or had."""
    c = _CAMPAIGNS.c
    parents = candidates.filter(pl.col("account_id").is_null()).select(parent="ad_account_id").unique()
    now = look_up(
        connection,
        parents,
        lambda keys: select(c.ad_account_id, c.platform_campaign_id, c.name_key).join_from(
            keys, _CAMPAIGNS, c.ad_account_id == keys.c.parent
        ),
    )
    before = with_name_key(former_names(connection, parents), "name", into="name_key").select(now.columns)
    return candidates.join(pl.concat([now, before]), on="ad_account_id").rename({"name_key": "campaign_key"})


def _where_campaigns_are_known(named: pl.DataFrame, campaigns: pl.DataFrame) -> pl.DataFrame:
    asked = named.select(*_CLAIM, *_CAMPAIGN).unique()
    has_id = pl.col("platform_campaign_id").is_not_null()
    found = _joined(asked, _the_one(campaigns.filter(has_id), "platform_campaign_id", "by_id"), [*_CLAIM, _CAMPAIGN[0]])
    found = _joined(found, _the_one(campaigns, "campaign_key", "by_name"), [*_CLAIM, _CAMPAIGN[1]])
    # Two ids of one name are two campaigns.
    without_id = _the_one(campaigns.filter(~has_id), "campaign_key", "by_name_without_id")
    found = _joined(found, without_id, [*_CLAIM, _CAMPAIGN[1]])
    by_name = pl.when(has_id).then("by_name_without_id").otherwise("by_name")
    return found.select(*_CLAIM, *_CAMPAIGN, known_account=pl.coalesce("by_id", by_name))


def _the_one(campaigns: pl.DataFrame, key: str, into: str) -> pl.DataFrame:
    account = pl.col("ad_account_id")
    return (
        campaigns.group_by(*_CLAIM, key).agg(account.first().alias(into), n=account.n_unique()).filter(pl.col("n") == 1)
    ).drop("n")


def _homes(placed: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """The account of each claim's rows whose campaign is not known; null where nothing tells."""
    known = pl.col("known_account").drop_nulls()
    claims = placed.group_by(_CLAIM).agg(
        pl.col("currency").sort_by(LINE).first(),
        pl.when(known.n_unique() == 1).then(known.first()).alias("of_known"),
    )
    fits = pl.col("account_id").is_not_null() | (pl.col("is_numbered") & (pl.col("currency") == pl.col("its_currency")))
    fitting = _joined(candidates, claims, _CLAIM).filter(fits)
    only = fitting.group_by(_CLAIM).agg(only=pl.col("ad_account_id").first(), n=pl.len()).filter(pl.col("n") == 1)
    return _joined(claims, only, _CLAIM).select(*_CLAIM, home=pl.coalesce("of_known", "only"))


def _made(connection: Connection, placed: pl.DataFrame, accounts: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The campaigns with their account; those that have none get that of the name they tell, stored or new."""
    key = ["platform", "platform_account_id"]
    named = placed.with_columns(platform_account_id=pl.coalesce("account_id", "account", pl.lit(OWN_ACCOUNT)))
    found = _joined(named, accounts.select(*key, own="id"), key).with_columns(
        ad_account_id=pl.coalesce("known_account", "home", "own")
    )
    homeless = found.filter(pl.col("ad_account_id").is_null()).sort(LINE)
    new = homeless.unique(key, keep="first", maintain_order=True).select(
        *key,
        "currency",
        name=pl.coalesce("account", "platform_account_id"),
        timezone=pl.lit(context.settings.start_timezone),
        created_at=pl.lit(context.now),
    )
    new = new.with_columns(id=pl.Series(new_ids("acct", new.height), dtype=pl.String))
    insert(connection, _ACCOUNTS, new)
    return _joined(found, new.select(*key, made="id"), key).with_columns(
        ad_account_id=pl.coalesce("ad_account_id", "made")
    )


def _folded(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().str.to_lowercase()


def _joined(left: pl.DataFrame, right: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    return left.join(right, on=on, how="left", nulls_equal=True, maintain_order="left")
