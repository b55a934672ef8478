"""A store that is synchronised with the invented Graph API under a clock that only moves when somebody waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import Engine, func, select

from adplanning.core.money import minor_digits
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Stream
from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_seeding import seeded
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.syncing import SyncStream
from adplanning.sync.accounts import Account
from adplanning.sync.meta import client_of, sync_meta
from adplanning.sync.outcome import SyncOutcome

UNTIL = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
ADS_ALONE = (Stream.campaigns, Stream.ad_sets, Stream.ads, Stream.campaign_insights, Stream.ad_insights)


def small(**options: Any) -> GraphData:
    """Two campaigns with an ad set of two ads each, on ten days."""
    shape: dict[str, Any] = {"n_campaigns": 2, "n_ad_sets": 1, "n_ads": 2, "days": 10, "n_leads": 0, "n_posts": 0}
    return seeded(until=UNTIL, **(shape | options))


@dataclass
class Synced:
    """The store, the server with the truth, and the clock."""

    engine: Engine
    server: GraphServer
    at: datetime = NOON
    token: str | None = None
    waited: list[float] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(
            home=Path("nowhere"),
            meta_access_token=SecretStr(self.token or self.server.access_token),
            meta_app_secret=SecretStr(self.server.app_secret),
            meta_base_url=self.server.url,
            _env_file=None,
        )

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += timedelta(seconds=seconds)

    def sync(self, **options: Any) -> SyncOutcome:
        settings = options.pop("settings", self.settings)
        only = options.pop("only", ADS_ALONE)
        with client_of(settings, now=self.now, sleep=self.wait) as client:
            return sync_meta(
                self.engine,
                client,
                settings,
                now=self.now,
                told=lambda words, share: self.told.append((words, share)),
                only=only,
                **options,
            )

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        found = select(*(TABLES[table].c[name] for name in columns))
        with reading(self.engine) as session:
            return sorted((tuple(row) for row in session.execute(found)), key=repr)

    def stream(self, stream: Stream, scope: str = "100") -> SyncStream:
        with reading(self.engine) as session:
            row = session.get_one(SyncStream, (scope, stream.value))
            session.expunge(row)
            return row

    def stored_spend(self, account_id: str, level: str, since: date = LONG_AGO, until: date = UNTIL) -> Decimal:
        spend, campaigns, accounts = (TABLES[name] for name in ("daily_spend", "campaigns", "ad_accounts"))
        query = (
            select(func.sum(spend.c.spend_minor), func.min(accounts.c.currency))
            .join(campaigns, campaigns.c.id == spend.c.campaign_id)
            .join(accounts, accounts.c.id == campaigns.c.ad_account_id)
            .where(accounts.c.platform_account_id == account_id.removeprefix("act_"))
            .where(spend.c.level == level, spend.c.on.between(since, until))
        )
        with reading(self.engine) as session:
            minor, currency = session.execute(query).one()
        return Decimal(minor or 0).scaleb(-minor_digits(currency or "INR"))

    def is_the_truth(self, account_id: str = "act_100") -> bool:
        """Whether both levels of an account come to what the server has delivered."""
        return all(
            self.stored_spend(account_id, level) == self.server.data.totals(account_id, level, LONG_AGO, UNTIL).spend  # type: ignore[arg-type]
            for level in ("campaign", "ad")
        )


@contextmanager
def synced(engine: Engine, data: GraphData | None = None) -> Iterator[Synced]:
    with graph_server(data or small(), today=lambda: UNTIL) as server:
        yield Synced(engine, server)


def an_account(engine: Engine, number: str = "100", currency: str = "INR") -> Account:
    """An account that is in the store, with no server behind it."""
    account = Account(f"acct_{number}", number, f"Account {number}", currency, ZoneInfo("Asia/Kolkata"), None)
    values = {
        "id": account.id,
        "platform": "meta",
        "platform_account_id": number,
        "name": account.name,
        "currency": currency,
        "timezone": "Asia/Kolkata",
        "created_at": NOON,
    }
    with write_transaction(engine) as connection:
        connection.execute(TABLES["ad_accounts"].insert().values(values))
    return account
