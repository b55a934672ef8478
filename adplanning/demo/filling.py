"""Puts the demo shop into an empty store: all of it or nothing, and only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, exists, select

from adplanning.core.errors import Conflict
from adplanning.demo.experiments import keep_results_of
from adplanning.demo.shop import WEBSITE_ID, Shop
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

# What a row refers to comes before it.
TABLES_IN_ORDER = (
    "websites",
    "persons",
    "visitors",
    "ad_accounts",
    "campaigns",
    "ad_sets",
    "ads",
    "daily_spend",
    "currency_rates",
    "touchpoints",
    "journey_events",
    "feedback",
    "ratings",
    "conversions",
    "goals",
    "goal_completions",
    "planned_events",
    "experiments",
    "experiment_days",
    "experiment_changes",
)
# A store that holds nothing but these is still an empty one: a key or a user may have been made first.
_NOT_DATA = {"api_keys", "users", "sign_ins", "preferences", "alert_rules", "alerts", "batch_runs", "batch_leases"}


@dataclass(frozen=True)
class FillSummary:
    """What was written, in rows a table (nothing when the demo was there already), and that as a sentence."""

    n_rows: Mapping[str, int]
    message: str


def fill(engine: Engine, shop: Shop, progress: Callable[[str], None]) -> FillSummary:
    """Write the shop in one transaction; a second call, with whatever shop, changes nothing and says so.

    Parameters
    ----------
    engine : an upgraded store.
    shop : from `shop.py`.
    progress : is told after each table, in a few words.

    Raises
    ------
    Conflict : the store holds other data, which a demo is never mixed with.
    """
    with write_transaction(engine) as connection:
        if connection.scalar(select(exists().where(TABLES["websites"].c.id == WEBSITE_ID))):
            return FillSummary({}, "The demo shop is in this store already; nothing was changed.")
        _refuse_other_data(connection)
        n_rows = {}
        for name in TABLES_IN_ORDER:
            n_rows[name] = insert_frame(connection, TABLES[name], getattr(shop, name))
            progress(f"{name.replace('_', ' ')}: {n_rows[name]:,}")
        keep_results_of(connection, shop.experiments)
    total = sum(n_rows.values())
    return FillSummary(n_rows, f"The demo shop is in the store: {total:,} rows in {len(n_rows)} tables.")


def _refuse_other_data(connection: Connection) -> None:
    held = [
        name
        for name, table in TABLES.items()
        if name not in _NOT_DATA and connection.scalar(select(exists(select(table.primary_key.columns[0]))))
    ]
    if held:
        raise Conflict(
            f"this store holds other data ({', '.join(sorted(held))}), and the demo shop only goes into an empty one; "
            "set ADPLANNING_HOME or ADPLANNING_DATABASE_URL to a new place and call it again"
        )
