"""Whatever fails, changes or is cut off, in whatever order: the store never says what the server has not said."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import event, select

from adplanning.core.vocabulary import RemoteState, Stream, StreamFault, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.demo import graph_page_faults as page_faults
from adplanning.demo.graph_faults import Fault
from adplanning.demo.graph_seeding import seeded
from adplanning.meta_ads.account_days import SETTLING_DAYS
from adplanning.meta_ads.ad_objects import Kind
from adplanning.meta_ads.client import MetaClient
from adplanning.store.engine import make_engine
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.syncing import SyncLease, SyncStream
from adplanning.store.upgrading import open_store
from adplanning.sync.leases import LEASE
from adplanning.sync.listings import KIND_OF_STREAM as KINDS
from tests.leads.graph_page import PAGE
from tests.sync.world import ACCOUNT, INSIGHTS, Days, OnlyAsReport, World, world_of

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = "Asia/Kolkata"
# Delivery goes on after the beginning, and began so long before it that some days have settled.
LAST_DAY, N_DAYS = date(2026, 12, 1), 44
READ = (Stream.campaigns, Stream.ad_sets, Stream.ads, *INSIGHTS, Stream.lead_forms, Stream.leads)
# So few that most lists have several pages.
PAGE_ROWS = 30

LISTINGS = ("campaigns", "adsets", "ads")
ANYWHERE = ("", "debug_token", "adaccounts", "accounts", *LISTINGS, "insights", "leadgen_forms", "leads", f"/{ACCOUNT}")
# Figures have the most pages, and are most of what can go wrong.
ON_LISTS = ("insights", *LISTINGS, "insights", "leads", "insights")


def hitting(kind: type[Fault], places: Sequence[str], **options: st.SearchStrategy[object]) -> st.SearchStrategy[Fault]:
    """A kind of fault somewhere, now or later, some times or for ever."""
    often = st.sampled_from([1, 2, 6, None])
    return st.builds(kind, where=st.sampled_from(places), times=often, skip=st.integers(0, 5), **options)


LIMITS = [
    hitting(faults.NearLimit, ANYWHERE),
    hitting(
        faults.Throttled,
        ANYWHERE,
        code=st.sampled_from([4, 17, 613, 80000, 80004, 80005]),
        minutes=st.sampled_from([1, 9, 47]),
    ),
]
PASSING = [
    hitting(kind, ANYWHERE) for kind in (faults.Passing, faults.HtmlInstead, faults.TruncatedJson, faults.Dropped)
]
REFUSALS = [
    hitting(faults.TokenExpired, ANYWHERE),
    hitting(faults.PermissionMissing, ANYWHERE),
    hitting(faults.UnknownObject, ("object", "leads", "insights")),
]
REPORTS = [
    hitting(OnlyAsReport, (f"/{ACCOUNT}/insights",)),
    hitting(faults.TooMuchData, ON_LISTS, limit=st.sampled_from([25, 20])),
    hitting(faults.ReportIs, ("report_status",), status=st.sampled_from(["Job Running", "Job Failed", "Job Skipped"])),
    hitting(faults.UnknownObject, ("report", "report_status")),
]
PAGES = [
    hitting(kind, ON_LISTS)
    for kind in (page_faults.EmptyPage, page_faults.RepeatedCursor, page_faults.Overlapping, page_faults.ForeignNext)
]
ROWS = [
    hitting(page_faults.OmittedFields, (*LISTINGS, "leads")),
    *(
        hitting(page_faults.MalformedRow, ("insights",), name=st.just(name), value=st.just(value))
        for name, value in page_faults.MALFORMED
    ),
]
any_fault = st.sampled_from([LIMITS, PASSING, REFUSALS, REPORTS, PAGES, ROWS]).flatmap(st.one_of)
any_number = st.integers(0, 3)
# 28 days settle, and a day that is older is not read again: most of all it is there that something may be wrong.
days_ago = st.integers(0, 3) | st.integers(SETTLING_DAYS - 7, SETTLING_DAYS + 3)


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store to copy: the schema is made once only."""
    path = tmp_path_factory.mktemp("chain") / "store.db"
    open_store(f"sqlite:///{path}").dispose()
    return path


class ChainOfFaults(RuleBasedStateMachine):
    """A server that changes and fails, and a store that is held against it after each sync.

    `seen` is what the store held before: a sync that does not come to its end may leave a day as it was, or as the
    server tells it now, whole, and in no other way.
    """

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.engine = make_engine(f"sqlite:///{shutil.copy(self.empty, folder)}")
        # No power fails here.
        event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        self.stack.callback(self.engine.dispose)
        data = seeded(
            until=LAST_DAY,
            days=N_DAYS,
            accounts=[(ACCOUNT, "INR", ZONE)],
            n_campaigns=2,
            n_ad_sets=2,
            n_ads=1,
            n_leads=0,
            n_posts=0,
        )
        self.world: World = self.stack.enter_context(world_of(self.engine, data, BEGIN))
        self.stack.enter_context(patch.dict(MetaClient.pages.__kwdefaults__, limit=PAGE_ROWS))
        self.seen: dict[Stream, Days] = {stream: {} for stream in INSIGHTS}
        self.ids = {
            kind: [id_ for id_, part in data.objects.items() if part.kind == kind]
            for kind in ("campaign", "adset", "ad")
        }

    @initialize(is_first=st.booleans())
    def begin(self, is_first: bool) -> None:
        if not is_first:
            self.synced()

    @rule()
    def sync_as_all_is_right_again(self) -> None:
        self.world.graph.disarm()
        self.synced()

    @rule(n=any_number, name=st.sampled_from(["Diwali", "Campaign 2", "दिवाली"]))
    def rename(self, n: int, name: str) -> None:
        self.world.data.rename_campaign(self.any_of("campaign", n), name)

    @rule(n=any_number, to=any_number)
    def move(self, n: int, to: int) -> None:
        self.world.data.move_ad(self.any_of("ad", n), self.any_of("adset", to))

    @rule(
        kind=st.sampled_from(["campaign", "adset", "ad"]),
        n=any_number,
        how=st.sampled_from(["archive", "delete", "forget"]),
    )
    def end(self, kind: str, n: int, how: str) -> None:
        getattr(self.world.data, how)(self.any_of(kind, n))

    @rule(before=days_ago)
    def change_day(self, before: int) -> None:
        self.world.data.change_day(ACCOUNT, self.day(before))

    @rule(level=st.sampled_from(["campaign", "ad"]), n=any_number, before=days_ago)
    def drop_row(self, level: str, n: int, before: int) -> None:
        self.world.data.drop_row(ACCOUNT, level, self.any_of(level, n), self.day(before))

    @rule(n=any_number)
    def leave_lead(self, n: int) -> None:
        form_id = sorted(self.world.data.forms)[n % 2]
        ad_id = self.any_of("ad", n) if n else None
        email = f"{len(self.world.data.leads())}@example.in"
        self.world.data.add_lead(form_id, ad_id=ad_id, created_at=self.world.clock.at, email=email)

    @rule(days=st.integers(1, 3))
    def let_days_pass(self, days: int) -> None:
        self.world.clock.sleep(days * 86_400)

    @rule()
    def let_an_hour_pass(self) -> None:
        self.world.clock.sleep(3_600)

    @rule(several=st.lists(any_fault, min_size=1, max_size=3), is_more=st.booleans())
    def sync_with_faults(self, several: list[Fault], is_more: bool) -> None:
        """They stay until all is right again; here they may come to those that are there already."""
        if not is_more:
            self.world.graph.disarm()
        for fault in several:
            self.world.graph.arm(fault)
        self.synced()

    @rule()
    def sync_twice(self) -> None:
        """The second time nothing changes where both went well."""
        statuses, dumps = [], []
        for _ in range(2):
            statuses.append(self.synced())
            dumps.append(self.dumped())
        assert statuses != [StreamStatus.ok] * 2 or dumps[0] == dumps[1]

    @rule(n=st.integers(0, 16), is_abrupt=st.booleans())
    def sync_and_be_killed(self, n: int, is_abrupt: bool) -> None:
        """The process ends after some lines; abruptly: its lease stays, too."""
        self.synced(kill_after=n)
        if is_abrupt:
            with writing(self.engine) as session:
                session.merge(SyncLease(scope="100", holder="killed", lease_until=self.world.clock.at + LEASE))

    def teardown(self) -> None:
        """All is right again, and everything is read, whatever has happened."""
        with self.stack:
            self.world.graph.disarm()
            self.world.clock.sleep(2 * 86_400)
            assert self.synced() == StreamStatus.ok
            assert self.world.stored_leads() == sorted(lead.id for lead in self.world.data.leads())

    def any_of(self, kind: str, n: int) -> str:
        return self.ids[kind][n % len(self.ids[kind])]

    def day(self, before: int) -> date:
        """A day up to today that was delivered on."""
        return min(self.world.clock.today(ZONE) - timedelta(days=before), LAST_DAY)

    def synced(self, *, kill_after: int | None = None) -> StreamStatus | None:
        """Synchronise, and hold the store against the server."""
        begun_at = self.world.clock.at
        watermarks = {stream: row.watermark_on if row else None for stream, row in self.streams(*INSIGHTS)}
        lines = 0

        def told(*_: object) -> None:
            nonlocal lines
            lines += 1
            if lines - 1 == kill_after:
                raise Killed

        try:
            status = self.world.sync(only=READ, told=told).status
        except Killed:
            status = None
        for stream, row in self.streams(*INSIGHTS):
            self.hold_figures(stream, row, before=watermarks[stream], begun_at=begun_at)
        for stream, row in self.streams(*KINDS):
            if row and row.started_at > begun_at and row.status == StreamStatus.ok:
                self.hold_objects(KINDS[stream])
        self.hold_leads(begun_at)
        return status

    def hold_figures(self, stream: Stream, row: SyncStream | None, *, before: date | None, begun_at: datetime) -> None:
        """Nothing beyond the watermark, which never goes back; up to it each day as `seen` allows."""
        stored, truth = (says(ACCOUNT, INSIGHTS[stream]) for says in (self.world.stored, self.world.truth))
        watermark = row.watermark_on if row else None
        reread = self.reread(row, before, begun_at)
        for day in stored.keys() | truth.keys():
            told_now, was = truth.get(day, {}), self.seen[stream].get(day, {})
            if watermark is None or day > watermark:
                allowed = [{}]
            elif before is None or day > before or (reread and day >= reread):
                allowed = [told_now]
            else:
                allowed = [told_now, was]
            assert stored.get(day, {}) in allowed, f"{stream.value} on {day}, read until {watermark}"
        if before is not None:
            assert watermark is not None
            assert watermark >= before
        self.seen[stream] = stored

    def reread(self, row: SyncStream | None, before: date | None, begun_at: datetime) -> date | None:
        """From which day on a sync that came to its end has read everything anew; None where it did not."""
        if row is None or row.started_at <= begun_at or row.watermark_on is None:
            return None
        if row.status != StreamStatus.ok and (row.status, row.fault) != (StreamStatus.partial, StreamFault.rows):
            return None
        today = row.started_at.astimezone(ZoneInfo(ZONE)).date()
        assert row.watermark_on == today
        return date.min if before is None else before - timedelta(days=SETTLING_DAYS)

    def hold_objects(self, kind: Kind) -> None:
        """A listing that came to its end tells the name of each object, and which objects are there no more."""
        data, table = self.world.data, TABLES[f"{kind.level}s"]
        listed = {
            part.id: part.name
            for part in data.objects.values()
            if part.kind == kind.level.replace("_", "") and data.effective_status(part) != "DELETED"
        }
        query = select(table.c[kind.platform_id], table.c.name)
        with reading(self.engine) as session:
            found = session.execute(query.where(table.c.remote_state == RemoteState.present)).all()
        assert sorted(found) == sorted(listed.items())

    def hold_leads(self, begun_at: datetime) -> None:
        stored, truth = self.world.stored_leads(), {lead.id for lead in self.world.data.leads()}
        assert len(stored) == len(set(stored))
        assert set(stored) <= truth
        rows = [row for _, row in self.streams(Stream.lead_forms, Stream.leads, scope=PAGE)]
        if all(row and row.started_at > begun_at and row.status == StreamStatus.ok for row in rows):
            assert set(stored) == truth

    def streams(self, *streams: Stream, scope: str = "100") -> Iterator[tuple[Stream, SyncStream | None]]:
        with reading(self.engine) as session:
            rows = [session.get(SyncStream, (scope, stream.value)) for stream in streams]
            session.expunge_all()
        yield from zip(streams, rows, strict=True)

    def dumped(self) -> dict[str, list[object]]:
        """All that a sync stores, without how and when it went."""
        names = ("campaigns", "ad_sets", "ads", "ad_changes", "daily_spend", "daily_actions", "leads", "conversions")
        with reading(self.engine) as session:
            return {
                name: list(session.execute(select(TABLES[name]).order_by(*TABLES[name].primary_key))) for name in names
            }


def test_no_chain_of_faults_makes_a_difference_or_a_double(empty_store: Path) -> None:
    machine = type("Machine", (ChainOfFaults,), {"empty": empty_store})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=200,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
