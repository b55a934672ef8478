"""What a file says of whether its campaigns run."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, bindparam, update

from adplanning.imports.lines import LINE
from adplanning.imports.readers import Context
from adplanning.store.tables.catalogue import TABLES

_CAMPAIGNS = TABLES["campaigns"]
# What is set, in the platform's own words. Why a campaign does not deliver now, as "not_delivering" or "completed",
# says nothing of that.
STATUS = {
    "active": "ACTIVE",
    "enabled": "ACTIVE",
    "inactive": "PAUSED",
    "off": "PAUSED",
    "paused": "PAUSED",
    "archived": "ARCHIVED",
    "deleted": "DELETED",
    "removed": "DELETED",
}


def keep_status(connection: Connection, rows: pl.DataFrame, context: Context) -> None:
    """Set the status of campaigns that no synchronisation has listed, as the latest row of each says it.

    Parameters
    ----------
    rows : `LINE`, level, campaign_id, last_on, status (as the file says it), delivery_level (of what `status` is told,
        null where that is the row's own level).
    """
    is_its_own = (pl.col("level") == "campaign") & pl.col("delivery_level").fill_null("campaign").eq("campaign")
    told = (
        rows.filter(is_its_own)
        .with_columns(pl.col("status").str.to_lowercase().replace_strict(STATUS, default=None, return_dtype=pl.String))
        .filter(pl.col("status").is_not_null())
        .sort("last_on", LINE)
        .unique("campaign_id", keep="last", maintain_order=True)
    )
    if told.is_empty():
        return
    c = _CAMPAIGNS.c
    unlisted = (c.id == bindparam("campaign")) & c.remote_state.is_(None) & (c.status != bindparam("told"))
    values = {"status": bindparam("told"), "updated_at": context.now}
    rows_told = told.select(campaign="campaign_id", told="status").to_dicts()
    connection.execute(update(_CAMPAIGNS).where(unlisted).values(values), rows_told)
