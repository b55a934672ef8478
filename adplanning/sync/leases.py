"""Who synchronises an account now: one at a time, for as long as they keep at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from sqlalchemy import Connection, Engine, delete, select, update

from adplanning.core.errors import Conflict
from adplanning.core.ids import new_id
from adplanning.core.periods import isoformat
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

LEASE = timedelta(minutes=10)
_LEASES = TABLES["sync_leases"]


@dataclass(frozen=True)
class Lease:
    """The right to write what belongs to one account."""

    scope: str
    holder: str
    now: Callable[[], datetime]

    def renew(self, connection: Connection) -> None:
        """Keep it for another `LEASE`, in the transaction that writes: nothing is written without it.

        Raises
        ------
        Conflict : it had expired, and another synchronisation has taken it.
        """
        held = update(_LEASES).where(_LEASES.c.scope == self.scope, _LEASES.c.holder == self.holder)
        if not connection.execute(held.values(lease_until=self.now() + LEASE)).rowcount:
            raise Conflict(f"another sync of account {self.scope} has taken over; wait for its end")


@contextmanager
def lease(engine: Engine, scope: str, *, now: Callable[[], datetime]) -> Iterator[Lease]:
    """Hold an account while the block lasts.

    Raises
    ------
    Conflict : another synchronisation holds it, with the instant until which it does.
    """
    held = Lease(scope, new_id("sync"), now)
    _take(engine, held)
    try:
        yield held
    finally:
        with write_transaction(engine) as connection:
            connection.execute(delete(_LEASES).where(_LEASES.c.scope == scope, _LEASES.c.holder == held.holder))


def _take(engine: Engine, held: Lease) -> None:
    c, begun_at = _LEASES.c, held.now()
    wanted = {"scope": held.scope, "holder": held.holder, "lease_until": begun_at + LEASE}
    with write_transaction(engine) as connection:
        if insert_frame(connection, _LEASES, pl.DataFrame([wanted]), on_conflict="ignore"):
            return
        expired = update(_LEASES).where(c.scope == held.scope, c.lease_until <= begun_at)
        if connection.execute(expired.values(wanted)).rowcount:
            return
        until = connection.scalar(select(c.lease_until).where(c.scope == held.scope))
        raise Conflict(
            f"account {held.scope} is being synchronised already; wait for the end of that, or until "
            f"{isoformat(until)} if it has died"
        )
