"""What counts as a result, told anew from all that Meta has told, without asking it again."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from sqlalchemy import Connection, Engine, bindparam, func, select, update

from adplanning.meta_ads.actions import told_results, with_results
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES

_SPEND, _ACTIONS, _CAMPAIGNS = TABLES["daily_spend"], TABLES["daily_actions"], TABLES["campaigns"]
_PART = timedelta(days=7)
_TOLD = ("n_leads", "n_purchases", "purchase_value_minor", "n_results", "result_type")
_SCHEMA = {
    "object_id": pl.String,
    "on": pl.Date,
    "objective": pl.String,
    "n_leads": pl.Float64,
    "n_purchases": pl.Float64,
    "purchase_value_minor": pl.Int64,
}


def tell_results_anew(engine: Engine) -> int:
    """Compute leads, purchases, their value and the result of every stored day anew; answer how many there are.

    For when what counts as one has changed (`meta_ads/actions.py`), or a campaign's objective was not known. Each week
    is a transaction of its own; told twice, nothing changes more.
    """
    with reading(engine) as session:
        first, last = session.execute(select(func.min(_ACTIONS.c.on), func.max(_ACTIONS.c.on))).one()
    n_told = 0
    while first is not None and first <= last:
        with write_transaction(engine) as connection:
            n_told += _tell(connection, first, first + _PART)
        first += _PART
    return n_told


def _tell(connection: Connection, first: date, before: date) -> int:
    key = (_SPEND.c.object_id == _ACTIONS.c.object_id, _SPEND.c.on == _ACTIONS.c.on)
    query = (
        select(_ACTIONS, _SPEND.c.currency, _CAMPAIGNS.c.objective)
        .join(_SPEND, key[0] & key[1])
        .join(_CAMPAIGNS, _CAMPAIGNS.c.id == _SPEND.c.campaign_id)
        .where(_ACTIONS.c.on >= first, _ACTIONS.c.on < before)
    )
    rows = []
    for row in connection.execute(query):
        told = told_results(row.actions, row.action_values, row.currency)
        rows.append((row.object_id, row.on, row.objective, told.n_leads, told.n_purchases, told.purchase_value_minor))
    frame = with_results(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
    if rows:
        of_day = update(_SPEND).where(_SPEND.c.object_id == bindparam("of"), _SPEND.c.on == bindparam("day"))
        values = frame.select(of="object_id", day="on", **{f"new_{name}": name for name in _TOLD}).to_dicts()
        connection.execute(of_day.values({name: bindparam(f"new_{name}") for name in _TOLD}), values)
    return len(rows)
