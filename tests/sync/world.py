"""The invented Meta, a store that is synchronised with it, and what both say of the same days; time only jumps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

import httpx2
import numpy as np
from pydantic import SecretStr
from sqlalchemy import Engine, select

from adplanning.core.money import to_minor
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Stream
from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_delivery import meta_offset
from adplanning.demo.graph_faults import Fault, TooMuchData
from adplanning.demo.graph_wire import Request
from adplanning.meta_ads.ad_objects import AD, CAMPAIGN, Kind
from adplanning.meta_ads.client import Credentials, MetaClient
from adplanning.store.session import reading
from adplanning.store.tables.ads import Ad, AdAccount, Campaign, DailySpend
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.syncing import QuarantinedRow, SyncStream
from adplanning.sync.meta import sync_meta
from adplanning.sync.outcome import SyncOutcome
from tests.leads.graph_page import settings_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = "act_100"
INSIGHTS = {Stream.campaign_insights: CAMPAIGN, Stream.ad_insights: AD}

# Spend and value in minor units, impressions, clicks, leads, purchases.
Figures = tuple[int, int, int, int, int, int]
# Of one level of one account: the figures of each object by its platform's id, day by day.
Days = dict[date, dict[str, Figures]]


@dataclass
class Clock:
    """An instant that moves only when somebody waits."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def today(self, zone: str = "UTC") -> date:
        return self.at.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True, kw_only=True)
class OnlyAsReport(TooMuchData):
    """Figures that can be answered as a report only."""

    where: str = f"/{ACCOUNT}/insights"

    def concerns(self, request: Request, stream: str) -> bool:
        """Is it asked for at once?"""
        return Fault.concerns(self, request, stream) and request.method == "GET"


@dataclass
class World:
    """A server and a store; each `sync` is as that of a new process."""

    graph: GraphServer
    engine: Engine
    clock: Clock

    @property
    def data(self) -> GraphData:
        return self.graph.data

    @cached_property
    def settings(self) -> Settings:
        return settings_of(self.graph)

    def client(self) -> MetaClient:
        """A client that knows nothing yet; without the certificates that no call needs here and that take a while."""
        return MetaClient(
            Credentials(SecretStr(self.graph.access_token), SecretStr(self.graph.app_secret)),
            base_url=self.graph.url,
            now=self.clock.now,
            sleep=self.clock.sleep,
            transport=httpx2.HTTPTransport(verify=False),
        )

    def sync(self, only: Collection[Stream] = (), told: Callable[[str, float], None] = lambda *_: None) -> SyncOutcome:
        self.clock.sleep(1)
        with self.client() as client:
            return sync_meta(self.engine, client, self.settings, now=self.clock.now, told=told, only=only)

    def stream(self, stream: Stream, scope: str = "100") -> SyncStream:
        with reading(self.engine) as session:
            row = session.get_one(SyncStream, (scope, stream.value))
            session.expunge(row)
        return row

    def calls(self, path: str) -> int:
        """How many calls of a path, or of one below it, have come in."""
        return sum(f"{call.path}/".startswith(f"/v26.0{path}/") for call in self.graph.log)

    def faults_of_rows(self) -> list[str]:
        """Why the rows in quarantine are there."""
        with reading(self.engine) as session:
            return list(session.scalars(select(QuarantinedRow.reason).order_by(QuarantinedRow.id)))

    def stored_leads(self) -> list[str]:
        with reading(self.engine) as session:
            return sorted(map(str, session.scalars(select(Lead.platform_lead_id))))

    def stored(self, account_id: str, kind: Kind) -> Days:
        """What the store says."""
        return stored_days(self.engine, account_id, kind)

    def truth(self, account_id: str, kind: Kind) -> Days:
        """What the server says of all days until today in the account's own time zone."""
        today = self.clock.today(self.data.accounts[account_id].timezone)
        return {day: rows for day, rows in told_days(self.data, account_id, kind).items() if day <= today}

    def assert_all_is_as_the_server_says(self) -> None:
        """Each object on each day, and the totals that the server adds up by itself."""
        for account_id, account in self.data.accounts.items():
            for stream, kind in INSIGHTS.items():
                stored = self.stored(account_id, kind)
                assert stored == self.truth(account_id, kind)
                last = self.clock.today(account.timezone)
                assert self.stream(stream, account.number).watermark_on == last
                totals = self.data.totals(account_id, kind.level, date.min, last)
                money = [to_minor(amount, account.currency) for amount in (totals.spend, totals.purchase_value)]
                counts = (totals.impressions, totals.clicks, totals.leads, totals.purchases)
                assert summed(stored) == (money[0], *counts, money[1])
        assert self.stored_leads() == sorted(lead.id for lead in self.data.leads())


@contextmanager
def world_of(engine: Engine, data: GraphData, at: datetime = NOON) -> Iterator[World]:
    """A world that begins at an instant."""
    clock = Clock(at)
    with graph_server(data, today=clock.today) as graph:
        yield World(graph, engine, clock)


def told_days(data: GraphData, account_id: str, kind: Kind) -> Days:
    """What the server has delivered, as the store is to hold it."""
    delivery = data.delivery(account_id, kind.level)
    currency = data.accounts[account_id].currency
    days: Days = {}
    for period, column in np.argwhere(delivery.delivered).tolist():
        told = {name: int(values[period, column]) for name, values in delivery.figures.items()}
        spend, value = (
            to_minor(Decimal(told[name]) / meta_offset(currency), currency) for name in ("spend", "purchase_value")
        )
        counts = (told["impressions"], told["clicks"], told["leads"], told["purchases"])
        day = delivery.periods[period][0]
        days.setdefault(day, {})[delivery.object_ids[column]] = (spend, *counts, value)
    return days


def stored_days(engine: Engine, account_id: str, kind: Kind) -> Days:
    """What the store holds; the table's key keeps our id to one row a day, but not the platform's."""
    platform_id = Campaign.platform_campaign_id if kind is CAMPAIGN else Ad.platform_ad_id
    query = (
        select(DailySpend, platform_id)
        .join(Campaign, Campaign.id == DailySpend.campaign_id)
        .join(AdAccount, AdAccount.id == Campaign.ad_account_id)
        .outerjoin(Ad, Ad.id == DailySpend.ad_id)
        .where(AdAccount.platform_account_id == account_id.removeprefix("act_"), DailySpend.level == kind.level)
    )
    days: Days = {}
    with reading(engine) as session:
        for row, told_id in session.execute(query):
            rows, id_ = days.setdefault(row.on, {}), str(told_id)
            assert id_ not in rows, f"{id_} has two rows on {row.on}"
            counts = (row.n_impressions, row.n_clicks, int(row.n_leads or 0), int(row.n_purchases or 0))
            rows[id_] = (row.spend_minor, *counts, row.purchase_value_minor or 0)
    return days


def summed(days: Mapping[date, Mapping[str, Figures]]) -> Figures:
    """All of it, added up."""
    sums = [0] * 6
    for rows in days.values():
        for figures in rows.values():
            sums = [so_far + figure for so_far, figure in zip(sums, figures, strict=True)]
    spend, impressions, clicks, leads, purchases, value = sums
    return spend, impressions, clicks, leads, purchases, value
