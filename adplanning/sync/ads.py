"""The synchronisation of one ad account: its campaigns, ad sets and ads, then their daily figures."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Engine

from adplanning.core.vocabulary import Stream
from adplanning.meta_ads.client import MetaClient
from adplanning.sync.accounts import Account
from adplanning.sync.insights import KIND_OF_INSIGHTS, read_insights
from adplanning.sync.leases import lease
from adplanning.sync.listings import KIND_OF_STREAM, AccountSync, read_listing
from adplanning.sync.streams import stream

STREAMS = (*KIND_OF_STREAM, *KIND_OF_INSIGHTS)


def sync_account(
    engine: Engine,
    client: MetaClient,
    account: Account,
    *,
    streams: Collection[Stream],
    now: Callable[[], datetime],
    told: Callable[[str, float], None],
) -> None:
    """Read some of an account's `STREAMS`, one after the other, each for itself.

    Raises
    ------
    NeedsReauthorisation : the token is refused.
    Conflict : another synchronisation is at this account, or has taken it over.
    """
    chosen = [kind for kind in STREAMS if kind in streams]
    with lease(engine, account.number, now=now) as held:
        for n_done, kind in enumerate(chosen):
            steps = len(chosen)
            sync = AccountSync(engine, client, account, held, now, told=_part_of(told, n_done, steps))
            sync.told(f"{account.name}: {kind.value.replace('_', ' ')}", 0)
            with stream(engine, account.number, kind, now=now) as run:
                if run.is_due:
                    (read_listing if kind in KIND_OF_STREAM else read_insights)(sync, kind, run)


def _part_of(told: Callable[[str, float], None], n_done: int, n_all: int) -> Callable[[str, float], None]:
    return lambda words, share: told(words, (n_done + share) / n_all)
