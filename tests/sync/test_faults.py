"""What can go wrong at Meta, one test each, from the server through the client and the sync into the store.

Each ends as it is meant to; and when all is right again and read once more, the store says what the server says.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from adplanning.api.app import create_app
from adplanning.core.vocabulary import AliasDecision, RemoteState, Stream, StreamFault, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.demo import graph_page_faults as page_faults
from adplanning.demo.graph import graph_server
from adplanning.demo.graph_faults import Fault
from adplanning.demo.graph_seeding import seeded
from adplanning.meta_ads.ad_objects import AD, CAMPAIGN
from adplanning.store.session import reading
from adplanning.store.tables.ads import Ad, AdAccount, AdChange, AdSet, Campaign, DailyActions, DailySpend
from adplanning.store.tables.attribution import CampaignAlias
from adplanning.store.tables.leads import AnnouncedLead, Lead
from adplanning.sync.announced import fetch_announced
from adplanning.sync.leads import sync_leads
from tests.leads.arrived import rows
from tests.leads.graph_page import PAGE, tokens
from tests.sync.world import ACCOUNT, OnlyAsReport, World, world_of

YESTERDAY = date(2026, 11, 21)
OBJECTS_AND_ADS = (Stream.campaigns, Stream.ad_sets, Stream.ads, Stream.ad_insights)


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    """16 ads, 20 days until yesterday."""
    with world_of(engine, seeded(until=YESTERDAY, days=20)) as small:
        yield small


@pytest.fixture
def wide_world(engine: Engine) -> Iterator[World]:
    """1,010 ads on one day: three pages of each listing and of the day."""
    wide = seeded(until=YESTERDAY, days=1, n_campaigns=2, n_ad_sets=5, n_ads=101)
    with world_of(engine, wide) as world:
        yield world


def state(world: World, stream: Stream, scope: str = "100") -> tuple[str, str | None]:
    row = world.stream(stream, scope)
    return row.status, row.fault


def assert_heals(world: World) -> None:
    """All is right again, and a day later everything is read."""
    world.graph.disarm()
    world.clock.sleep(86_400)
    assert world.sync().status == StreamStatus.ok
    world.assert_all_is_as_the_server_says()


# 1
def test_a_list_ends_where_no_page_follows_although_it_has_a_cursor(wide_world: World) -> None:
    assert wide_world.sync().status == StreamStatus.ok
    assert wide_world.calls(f"/{ACCOUNT}/ads") == 3
    assert len(rows(wide_world.engine, Ad)) == 1010
    assert_heals(wide_world)


# 2
def test_a_page_without_rows_ends_no_list(wide_world: World) -> None:
    wide_world.graph.arm(page_faults.EmptyPage(where="ads", skip=1))
    wide_world.graph.arm(page_faults.EmptyPage(where="insights", skip=4))
    assert wide_world.sync().status == StreamStatus.ok
    wide_world.assert_all_is_as_the_server_says()
    assert wide_world.calls(f"/{ACCOUNT}/ads") == 4
    assert_heals(wide_world)


def test_a_list_that_turns_in_a_circle_is_left_and_nothing_counts_as_missing(wide_world: World) -> None:
    wide_world.graph.arm(page_faults.RepeatedCursor(where="ads", times=None))
    wide_world.sync()
    assert state(wide_world, Stream.ads) == (StreamStatus.partial, StreamFault.transient)
    assert wide_world.calls(f"/{ACCOUNT}/ads") == 2
    assert_heals(wide_world)
    assert {ad.remote_state for ad in rows(wide_world.engine, Ad)} == {RemoteState.present}


# 3
def test_another_host_in_next_is_never_called(wide_world: World) -> None:
    with graph_server(wide_world.data) as elsewhere:
        wide_world.graph.arm(page_faults.ForeignNext(host=elsewhere.url))
        assert wide_world.sync().status == StreamStatus.ok
        assert elsewhere.log == []
    wide_world.assert_all_is_as_the_server_says()
    assert_heals(wide_world)


# 4
def test_a_limit_that_passes_is_waited_for(world: World) -> None:
    world.graph.arm(faults.Throttled(where="insights", code=80000, minutes=1, times=2, skip=1))
    world.graph.arm(faults.Throttled(where="ads", code=80004, minutes=1, times=2))
    begun_at = world.clock.at
    assert world.sync().status == StreamStatus.ok
    # 60 s, then twice as much, at each of the two.
    assert world.clock.at - begun_at >= timedelta(minutes=6)
    world.assert_all_is_as_the_server_says()
    assert_heals(world)


# 5
def test_a_limit_that_is_near_slows_the_next_call_down(world: World) -> None:
    world.graph.arm(faults.NearLimit(where="campaigns", percent=96))
    begun_at = world.clock.at
    assert world.sync().status == StreamStatus.ok
    assert timedelta(minutes=1) <= world.clock.at - begun_at < timedelta(minutes=2)
    assert_heals(world)


# 6
def test_an_account_whose_limit_does_not_end_is_put_off_and_the_other_is_read(engine: Engine) -> None:
    accounts = ((ACCOUNT, "INR", "Asia/Kolkata"), ("act_200", "USD", "UTC"))
    with world_of(engine, seeded(until=YESTERDAY, days=20, accounts=accounts)) as world:
        world.sync()
        before = world.stream(Stream.ad_insights).watermark_on
        world.clock.sleep(86_400)
        world.graph.arm(faults.Throttled(where=f"/{ACCOUNT}", code=17, subcode=2446079, minutes=10, times=None))
        world.sync()
        for stream in (Stream.campaigns, Stream.campaign_insights, Stream.ad_insights):
            assert state(world, stream) == (StreamStatus.throttled, StreamFault.throttled)
        put_off = world.stream(Stream.ad_insights)
        assert put_off.watermark_on == before
        assert put_off.resume_at is not None
        assert put_off.resume_at > world.clock.at
        assert world.stream(Stream.ad_insights, "200").watermark_on == world.clock.today()
        assert state(world, Stream.ad_insights, "200") == (StreamStatus.ok, None)
        world.graph.log.clear()
        world.sync()
        assert world.calls(f"/{ACCOUNT}") == 0
        assert world.calls("/act_200") > 0
        assert_heals(world)


# 7
PASSING = [faults.Passing, faults.HtmlInstead, faults.TruncatedJson, faults.Dropped, faults.Stalled]


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that takes a second counts as stalled."""
    monkeypatch.setattr("adplanning.meta_ads.client.TIMEOUT", httpx2.Timeout(0.5))


def passing(kind: type[Fault], **options: Any) -> Fault:
    fault = kind(where="insights", **options)
    return replace(fault, seconds=1.0) if isinstance(fault, faults.Stalled) else fault


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes_is_tried_again(world: World, kind: type[Fault]) -> None:
    world.graph.arm(passing(kind, times=2, skip=1))
    assert world.sync().status == StreamStatus.ok
    world.assert_all_is_as_the_server_says()
    assert_heals(world)


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_stays_ends_the_stream_after_five_tries_with_what_was_read(
    world: World, kind: type[Fault]
) -> None:
    world.graph.arm(passing(kind, times=None, skip=2))
    world.sync(only=[Stream.campaign_insights])
    assert state(world, Stream.campaign_insights) == (StreamStatus.partial, StreamFault.transient)
    assert world.calls(f"/{ACCOUNT}/insights") == 2 + 5
    # 7 and 14 days from the day on which the account was made.
    assert world.stream(Stream.campaign_insights).watermark_on == date(2026, 11, 12)
    stored = world.stored(ACCOUNT, CAMPAIGN)
    assert stored == {day: told for day, told in world.truth(ACCOUNT, CAMPAIGN).items() if day <= date(2026, 11, 12)}
    assert_heals(world)


# 8
def test_too_much_data_is_asked_for_in_smaller_pages(world: World) -> None:
    world.graph.arm(faults.TooMuchData(where="insights"))
    world.graph.arm(faults.TooMuchData(where="ads"))
    assert world.sync().status == StreamStatus.ok
    world.assert_all_is_as_the_server_says()
    assert {call.params["limit"] for call in world.graph.log if call.path.endswith("/ads")} == {
        "500", "250", "125", "62", "31", "25",
    }  # fmt: skip
    assert_heals(world)


# 9
def test_a_token_that_expires_in_the_middle_ends_everything_and_what_is_stored_stays(wide_world: World) -> None:
    # Two stretches of campaigns, one of ads, and the first page of the next.
    wide_world.graph.arm(faults.TokenExpired(where="insights", skip=4))
    wide_world.sync()
    assert state(wide_world, Stream.ad_insights) == (StreamStatus.failed, StreamFault.needs_reauthorisation)
    assert state(wide_world, Stream.token, "meta") == (StreamStatus.failed, StreamFault.needs_reauthorisation)
    assert state(wide_world, Stream.campaign_insights) == (StreamStatus.ok, None)
    assert wide_world.stored(ACCOUNT, CAMPAIGN) == wide_world.truth(ACCOUNT, CAMPAIGN)
    assert wide_world.stored(ACCOUNT, AD) == {}
    assert wide_world.stream(Stream.ad_insights).watermark_on == date(2026, 11, 17)
    assert [call.status for call in wide_world.graph.log if call.status != 200] == [400]
    assert wide_world.graph.log[-1].status == 400
    wide_world.graph.log.clear()
    wide_world.sync()
    assert wide_world.graph.log == []
    assert_heals(wide_world)


# 10
@pytest.mark.parametrize("code", [10, 200])
def test_without_permission_for_leads_all_else_is_read(world: World, code: int) -> None:
    world.graph.arm(faults.PermissionMissing(where="leads", code=code))
    outcome = world.sync()
    assert {one.stream: one.status for one in outcome.streams if one.status is not StreamStatus.ok} == {
        Stream.leads: StreamStatus.failed
    }
    assert state(world, Stream.leads, PAGE) == (StreamStatus.failed, StreamFault.permission)
    assert_heals(world)


# 11
def n_reports(world: World) -> int:
    return sum(call.method == "POST" for call in world.graph.log)


@pytest.mark.parametrize(
    ("wrong", "n_more"),
    [
        ([faults.ReportIs(status="Job Not Started", percent=0), faults.ReportIs(status="Job Running")], 0),
        ([faults.ReportIs(status="Job Failed")], 1),
        ([faults.ReportIs(status="Job Skipped")], 1),
        ([faults.UnknownObject()], 0),
    ],
)
def test_a_report_is_awaited_and_made_anew_once_where_it_fails(world: World, wrong: list[Fault], n_more: int) -> None:
    world.graph.arm(OnlyAsReport())
    for fault in wrong:
        world.graph.arm(fault)
    assert world.sync().status == StreamStatus.ok
    world.assert_all_is_as_the_server_says()
    # Stretches of 7, 14 and 10 days, at both levels.
    assert n_reports(world) == 6 + n_more
    assert_heals(world)


@pytest.mark.parametrize("status", ["Job Failed", "Job Skipped", "Job Running"])
def test_a_report_that_never_comes_is_asked_for_by_less_and_less_days_and_then_given_up(
    world: World, status: str
) -> None:
    world.graph.arm(OnlyAsReport())
    world.graph.arm(faults.ReportIs(status=status, times=None))
    begun_at = world.clock.at
    world.sync(only=[Stream.campaign_insights])
    run = world.stream(Stream.campaign_insights)
    assert (run.status, run.watermark_on, run.n_stored) == (StreamStatus.failed, None, 0)
    # 7, 3 and 1 days; one that goes on for ever is not begun a second time.
    assert n_reports(world) == (3 if status == "Job Running" else 6)
    assert world.clock.at - begun_at < timedelta(hours=2)
    assert_heals(world)


# 12
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("spend", "abc", "spend: 'abc' is not an amount of 0 or more"),
        ("spend", "NaN", "spend: 'NaN' is not an amount of 0 or more"),
        ("ad_id", None, "ad_id: is missing"),
        ("date_start", "2026-02-30", "date_start: '2026-02-30' is not one single day that exists"),
    ],
)
def test_a_row_that_makes_no_sense_is_put_aside_and_the_others_are_stored(
    world: World, name: str, value: str | None, reason: str
) -> None:
    # The first stretch is before the first delivery.
    world.graph.arm(page_faults.MalformedRow(name=name, value=value, skip=1))
    world.sync(only=OBJECTS_AND_ADS)
    assert state(world, Stream.ad_insights) == (StreamStatus.partial, StreamFault.rows)
    assert world.faults_of_rows() == [reason]
    assert world.stored(ACCOUNT, AD) == world.truth(ACCOUNT, AD)
    assert_heals(world)
    assert world.faults_of_rows() == []


# 13
def test_what_is_renamed_or_moved_stays_the_same_and_its_past_is_kept(world: World) -> None:
    world.sync()
    campaign, ad = rows(world.engine, Campaign)[0], rows(world.engine, Ad)[0]
    other = next(part for part in rows(world.engine, AdSet) if part.id != ad.ad_set_id)
    assert campaign.platform_campaign_id
    assert ad.platform_ad_id
    assert other.platform_ad_set_id
    world.data.rename_campaign(campaign.platform_campaign_id, "Diwali 2026")
    world.data.move_ad(ad.platform_ad_id, other.platform_ad_set_id)
    before = {kind.level: world.stored(ACCOUNT, kind) for kind in (CAMPAIGN, AD)}
    world.sync()
    with reading(world.engine) as session:
        renamed, moved = session.get_one(Campaign, campaign.id), session.get_one(Ad, ad.id)
        assert (renamed.name, renamed.platform_campaign_id) == ("Diwali 2026", campaign.platform_campaign_id)
        assert (moved.ad_set_id, moved.platform_ad_id) == (other.id, ad.platform_ad_id)
        aliases = session.scalars(select(CampaignAlias).where(CampaignAlias.campaign_id == campaign.id)).all()
        assert [(alias.name, alias.decision) for alias in aliases] == [(campaign.name, AliasDecision.former_name)]
        changes = session.scalars(select(AdChange).order_by(AdChange.what)).all()
        assert [(change.object_id, change.what, change.before, change.after) for change in changes] == [
            (ad.id, "ad_set", ad.ad_set_id, other.id),
            (campaign.id, "name", campaign.name, "Diwali 2026"),
        ]
        of_ad = session.execute(select(DailySpend.ad_set_id).where(DailySpend.ad_id == ad.id).distinct()).all()
        assert of_ad == [(other.id,)]
    assert {kind.level: world.stored(ACCOUNT, kind) for kind in (CAMPAIGN, AD)} == before
    assert (len(rows(world.engine, Campaign)), len(rows(world.engine, Ad))) == (4, 16)
    assert_heals(world)


# 14
def test_a_lead_on_two_pages_announced_and_read_by_ten_at_once_is_one(
    any_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adplanning.sync.leads.PAGE_ROWS", 5)
    with world_of(any_engine, seeded(until=YESTERDAY, days=20, n_leads=12)) as world:
        world.graph.arm(page_faults.Overlapping(where="leads"))
        announced_of(world, [lead.id for lead in world.data.leads()])

        def read(number: int) -> None:
            pages = tokens(world.graph)
            with world.client() as client:
                if number % 2:
                    fetch_announced(any_engine, client, world.settings, pages, now=world.clock.now)
                else:
                    sync_leads(any_engine, client, world.settings, pages, now=world.clock.now, told=lambda *_: None)

        world.sync(only=[Stream.lead_forms])
        with ThreadPoolExecutor(10) as readers:
            list(readers.map(read, range(10)))
        assert world.stored_leads() == sorted(lead.id for lead in world.data.leads())
        assert_heals(world)


# 15
def test_figures_that_settle_late_are_read_again_for_28_days(engine: Engine) -> None:
    with world_of(engine, seeded(until=YESTERDAY, days=40)) as world:
        world.sync()
        today = world.clock.today("Asia/Kolkata")
        first = {kind.level: world.truth(ACCOUNT, kind) for kind in (CAMPAIGN, AD)}
        settling, settled = today - timedelta(days=28), today - timedelta(days=29)
        for day in (today - timedelta(days=20), settling, settled):
            world.data.change_day(ACCOUNT, day)
        assert world.sync().status == StreamStatus.ok
        for kind in (CAMPAIGN, AD):
            changed = world.truth(ACCOUNT, kind)
            assert changed[settled] != first[kind.level][settled]
            assert world.stored(ACCOUNT, kind) == {**changed, settled: first[kind.level][settled]}


# 16
def test_a_row_that_vanishes_at_the_server_vanishes_here(world: World) -> None:
    world.sync()
    day = YESTERDAY - timedelta(days=3)
    gone = next(iter(world.truth(ACCOUNT, AD)[day]))
    campaign = world.data.objects[gone].campaign_id
    world.data.drop_row(ACCOUNT, "ad", gone, day)
    world.data.drop_row(ACCOUNT, "campaign", campaign, day)
    assert world.sync().status == StreamStatus.ok
    assert gone not in world.stored(ACCOUNT, AD)[day]
    assert campaign not in world.stored(ACCOUNT, CAMPAIGN).get(day, {})
    with reading(world.engine) as session:
        figures = set(session.execute(select(DailySpend.object_id, DailySpend.on)).all())
        assert set(session.execute(select(DailyActions.object_id, DailyActions.on)).all()) <= figures
    assert_heals(world)


# 17
def test_spend_of_what_no_listing_holds_is_not_lost(world: World) -> None:
    archived, deleted, forgotten, _ = [part.id for part in world.data.objects.values() if part.kind == "campaign"]
    world.data.archive(archived)
    world.data.delete(deleted)
    world.data.forget(forgotten)
    for part in world.data.objects.values():
        if part.campaign_id == forgotten:
            part.is_forgotten = True
    assert world.sync().status == StreamStatus.ok
    world.assert_all_is_as_the_server_says()
    known = {part.platform_campaign_id: part for part in rows(world.engine, Campaign)}
    assert {id_: known[id_].remote_state for id_ in (archived, deleted, forgotten)} == {
        archived: RemoteState.present,
        deleted: RemoteState.missing,
        forgotten: RemoteState.missing,
    }
    # The deleted one tells of itself when it is asked for; of the other one only the figures tell.
    assert (known[deleted].status, known[forgotten].status) == ("DELETED", "UNKNOWN")
    assert known[forgotten].name == world.data.objects[forgotten].name
    assert_heals(world)


# 18
def test_money_is_exact_in_every_currency(engine: Engine) -> None:
    accounts = [(f"act_{n}00", code, "UTC") for n, code in enumerate(("JPY", "HUF", "BHD", "USD"), 1)]
    with world_of(engine, seeded(until=YESTERDAY, days=8, accounts=accounts)) as world:
        assert world.sync().status == StreamStatus.ok
        world.assert_all_is_as_the_server_says()
        with reading(engine) as session:
            budgets = session.execute(
                select(AdAccount.currency, func.min(Campaign.daily_budget_minor))
                .join(Campaign, Campaign.ad_account_id == AdAccount.id)
                .group_by(AdAccount.currency)
            ).all()
            # 5,000 yen and forint, 50 dinars of 1,000 fils, 50 dollars of 100 cents.
            assert dict(budgets) == {
                "JPY": 5_000,
                "HUF": 500_000,
                "BHD": 50_000,
                "USD": 5_000,
            }
        assert_heals(world)


# 19
@pytest.mark.parametrize(
    ("at", "in_auckland", "in_los_angeles"),
    [
        (datetime(2026, 11, 22, 10, 59, tzinfo=UTC), date(2026, 11, 22), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 11, 1, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 7, 59, tzinfo=UTC), date(2026, 11, 22), date(2026, 11, 21)),
        (datetime(2026, 11, 22, 8, 1, tzinfo=UTC), date(2026, 11, 22), date(2026, 11, 22)),
    ],
)
def test_a_day_is_that_of_the_account(engine: Engine, at: datetime, in_auckland: date, in_los_angeles: date) -> None:
    accounts = (("act_300", "NZD", "Pacific/Auckland"), ("act_400", "USD", "America/Los_Angeles"))
    data = seeded(until=date(2026, 11, 24), days=8, accounts=accounts)
    with world_of(engine, data, at) as world:
        assert world.sync().status == StreamStatus.ok
        world.assert_all_is_as_the_server_says()
        for account_id, last in (("act_300", in_auckland), ("act_400", in_los_angeles)):
            assert max(world.stored(account_id, CAMPAIGN)) == max(world.stored(account_id, AD)) == last
        assert_heals(world)


# 21
def announced_of(world: World, leads: list[str], *, signature: Any = "good", times: int = 1) -> list[int]:
    """Send a notification to the application, some times over; answer the statuses. Nothing is fetched meanwhile."""
    body, headers = world.graph.webhook(leads, signature=signature)
    settings = world.settings.model_copy(update={"meta_access_token": None})
    with TestClient(create_app(settings, world.engine), raise_server_exceptions=False) as sender:
        return [sender.post("/webhooks/meta", content=body, headers=headers).status_code for _ in range(times)]


def test_a_notification_is_taken_with_its_signature_only_and_each_lead_of_it_is_one(any_engine: Engine) -> None:
    with world_of(any_engine, seeded(until=YESTERDAY, days=20, n_leads=1000)) as world:
        leads = [lead.id for lead in world.data.leads()]
        assert announced_of(world, leads, signature="bad") == [401]
        assert announced_of(world, leads, signature="missing") == [401]
        assert rows(any_engine, AnnouncedLead) == []
        assert announced_of(world, leads, times=3) == [200] * 3
        assert len(rows(any_engine, AnnouncedLead)) == 1000
        world.sync(only=[Stream.lead_forms, Stream.leads])
        assert announced_of(world, leads) == [200]
        assert len(rows(any_engine, Lead)) == 1000
        assert all(announced.fetched_at is not None for announced in rows(any_engine, AnnouncedLead))
        assert world.calls(f"/{leads[0]}") == 0
        assert_heals(world)
