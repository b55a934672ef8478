"""The way of a public event: admitted, read, stored with its neighbours, answered after the commit."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from adplanning.conversions.goals import GoalRule
from adplanning.conversions.service import goal_rules
from adplanning.core.errors import NotFound, StoreUnavailable
from adplanning.core.settings import Settings
from adplanning.journeys.stages import stage_of_event
from adplanning.store.group_commit import GroupCommit
from adplanning.store.session import reading
from adplanning.tracking import service
from adplanning.tracking.bots import is_bot, is_prefetch
from adplanning.tracking.events import NewEvent
from adplanning.tracking.limits import MinuteLimit, is_within, limited_network, nearest_address
from adplanning.tracking.public_events import Kind
from adplanning.tracking.reception import Reception, Rejected
from adplanning.tracking.websites import KnownWebsites
from adplanning.workflows.event_tracked import Tracked, track

# A little longer than a writer waits for a locked database, so that it can say so itself.
ANSWER_SECONDS = 6.0

# Reads a body, refusing one of more bytes than given.
ReadBody = Callable[[int], Awaitable[bytes]]


class Sender(NamedTuple):
    """Who sent a request: the address that limits count, whether it is a known bot, whether it is the shop itself."""

    address: str
    is_bot: bool
    is_internal: bool = False


class BatchTaken(NamedTuple):
    """What became of a batch: the stored and repeated events in their order, and the refused ones."""

    tracked: Sequence[Tracked]
    rejected: Sequence[Rejected]


class Intake:
    """Takes public events in; made once a process, and used from its event loop.

    Parameters
    ----------
    engine : the store.
    settings : bounds and limits.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._proxies = frozenset(proxy.strip() for proxy in settings.trusted_proxies.split(","))
        self._own_networks = settings.own_networks
        self._passed = settings.passed_domains
        self._reception = Reception(settings, stage_of_event)
        self._by_address = MinuteLimit("one address", settings.rate_limit_address)
        self._by_visitor = MinuteLimit("one visitor", settings.rate_limit_visitor)
        self._commits = GroupCommit(engine, self._write)
        self._goals: Sequence[object] | None = None
        self._rules: Sequence[GoalRule] = ()
        self._counts: Counter[str] = Counter(stored=0, duplicates=0, rejected=0, bots=0)
        self.websites = KnownWebsites(self._website_domains)

    def start(self) -> None:
        """Begin to take events in."""
        self._commits.start()

    def stop(self) -> None:
        """Store what waits, then end."""
        self._commits.stop()

    def counters(self) -> dict[str, int]:
        """Events since the start and what became of them: received = stored + duplicates + rejected."""
        counts = dict(self._counts)
        return {"received": counts["stored"] + counts["duplicates"] + counts["rejected"], **counts}

    def sender(self, peer: str, headers: Mapping[str, str]) -> Sender:
        """Who sent a request: the address at the other end, or the one that a trusted proxy names."""
        address = nearest_address(peer, headers.get("x-forwarded-for"), self._proxies)
        return Sender(
            limited_network(address),
            is_bot(headers.get("user-agent", "")) or is_prefetch(headers),
            bool(self._own_networks) and is_within(address, self._own_networks),
        )

    def admit(self, sender: Sender, n: int = 1) -> None:
        """Count requests or events against the limit of their address.

        Raises
        ------
        RateLimited : it is reached.
        """
        self._by_address.take(sender.address, n)

    async def take(self, kind: Kind, read_body: ReadBody, sender: Sender) -> Tracked:
        """Store one event; when this answers, it is committed.

        Raises
        ------
        InvalidData, TooLarge, RateLimited : the event is refused.
        NotFound : its website is not known.
        StoreUnavailable : it could not be stored now; the same event may be sent again.
        """
        try:
            self.admit(sender)
            body = await read_body(self._settings.max_event_bytes)
            event = self._reception.event(kind, body, is_bot=sender.is_bot, is_internal=sender.is_internal, now=_now())
            self._by_visitor.take(event.visitor_id or "")
            if not await self.websites.has(event.website_id or ""):
                raise NotFound(_unknown_website(event))
            [tracked] = await self._store([event])
        except Exception:
            self._counts["rejected"] += 1
            raise
        self._count([tracked], sender)
        return tracked

    async def take_batch(self, read_body: ReadBody, sender: Sender) -> BatchTaken:
        """Store the valid events of a batch, all in one transaction.

        Raises
        ------
        InvalidData, TooLarge, RateLimited : the whole batch is refused; nothing of it is stored.
        StoreUnavailable : it could not be stored now; the same batch may be sent again.
        """
        n_received = 1
        try:
            self.admit(sender)
            body = await read_body(self._settings.max_batch_bytes)
            by_index, rejected = self._reception.batch(
                body, is_bot=sender.is_bot, is_internal=sender.is_internal, now=_now()
            )
            n_received = len(by_index) + len(rejected)
            self.admit(sender, n_received - 1)
            rejected += await self._without_website(by_index)
            events = list(by_index.values())
            for visitor_id, n in Counter(event.visitor_id for event in events).items():
                self._by_visitor.take(visitor_id or "", n)
            tracked = await self._store(events)
        except Exception:
            self._counts["rejected"] += n_received
            raise
        self._counts["rejected"] += len(rejected)
        self._count(tracked, sender)
        return BatchTaken(tracked, sorted(rejected))

    async def _without_website(self, by_index: dict[int, NewEvent]) -> list[Rejected]:
        """Take the events of unknown websites out of a batch."""
        unknown = {
            website_id
            for website_id in {event.website_id or "" for event in by_index.values()}
            if not await self.websites.has(website_id)
        }
        rejected = [
            Rejected(index, _unknown_website(event)) for index, event in by_index.items() if event.website_id in unknown
        ]
        for index, _ in rejected:
            del by_index[index]
        if not by_index:
            raise NotFound(rejected[0].message)
        return rejected

    async def _store(self, events: Sequence[NewEvent]) -> Sequence[Tracked]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._commits.submit(events)
        except TimeoutError:
            raise StoreUnavailable(
                "the database has not answered in time; send the same again: what has an event_id is stored once"
            ) from None

    def _count(self, tracked: Sequence[Tracked], sender: Sender) -> None:
        n_duplicates = sum(outcome.duplicate for outcome in tracked)
        self._counts["duplicates"] += n_duplicates
        self._counts["stored"] += len(tracked) - n_duplicates
        if sender.is_bot:
            self._counts["bots"] += len(tracked) - n_duplicates

    def _write(self, connection: Connection, events: Sequence[NewEvent]) -> list[Tracked]:
        # Most groups find the goals as they were; reading them raw is ten times as fast as making rules of them.
        goals = connection.exec_driver_sql("SELECT * FROM goals ORDER BY id").all()
        if goals != self._goals:
            self._rules = goal_rules(Session(connection))
            self._goals = goals
        return track(connection, events, goals=self._rules, passed=self._passed)

    def _website_domains(self) -> Mapping[str, str]:
        with reading(self._engine) as session:
            return service.website_domains(session)


def _unknown_website(event: NewEvent) -> str:
    return f"website_id: {event.website_id!r} is not a known website; an admin adds one with POST /admin/websites"


def _now() -> int:
    return time.time_ns() // 1000
