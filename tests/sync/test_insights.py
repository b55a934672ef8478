"""Daily figures: replaced whole, resumed where they stopped, and true however Meta answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from adplanning.core.vocabulary import Stream, StreamFault, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.demo import graph_page_faults as page_faults
from adplanning.demo.graph_wire import Request
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.sync.synced import UNTIL, Synced, small, synced

CAMPAIGN, AD = "1001000000", "1003000000"
FIGURES = (Stream.campaign_insights, Stream.ad_insights)


@dataclass(frozen=True, kw_only=True)
class NotAtOnce(faults.TooMuchData):
    """However small the page, only a report of it is answered."""

    where: str = "/act_100/insights"
    limit: int = 0

    def concerns(self, request: Request, stream: str) -> bool:
        return request.method == "GET" and super().concerns(request, stream)


@pytest.fixture
def meta(any_engine: Engine) -> Iterator[Synced]:
    with synced(any_engine) as made:
        yield made


@pytest.fixture
def old(engine: Engine) -> Iterator[Synced]:
    """Forty days of figures; nothing here hangs on the database."""
    with synced(engine, small(days=40)) as made:
        yield made


def asked(meta: Synced, level: str = "ad") -> list[tuple[str, str]]:
    """The days of each call for figures."""
    ranges = [json.loads(call.params["time_range"]) for call in meta.server.log if call.params.get("level") == level]
    return [(days["since"], days["until"]) for days in ranges]


def test_each_figure_stands_in_its_own_column_and_the_levels_are_kept_apart(meta: Synced) -> None:
    meta.sync()
    columns = ("level", "spend_minor", "n_impressions", "n_clicks", "n_leads", "n_purchases", "purchase_value_minor")
    rows = meta.rows("daily_spend", *columns)
    for level in ("campaign", "ad"):
        truth = meta.server.data.totals("act_100", level, date(2020, 1, 1), UNTIL)  # type: ignore[arg-type]
        sums = [sum(row[n] or 0 for row in rows if row[0] == level) for n in range(1, 7)]
        assert sums == [
            int(truth.spend * 100),
            truth.impressions,
            truth.clicks,
            truth.leads,
            truth.purchases,
            int(truth.purchase_value * 100),
        ]
    assert set(meta.rows("daily_spend", "attribution_setting", "result_type", "currency")) == {
        ("7d_click_1d_view", "purchases", "INR")
    }


def test_what_the_platform_says_of_each_ad_stands_under_its_own_campaign_and_ad_set(meta: Synced) -> None:
    meta.sync()
    of_ads = {row[0]: row[1:] for row in meta.rows("ads", "id", "ad_set_id")}
    for ad_id, ad_set_id, level in meta.rows("daily_spend", "ad_id", "ad_set_id", "level"):
        assert (level == "ad") == (ad_id is not None)
        assert ad_id is None or of_ads[ad_id] == (ad_set_id,)


def test_what_changes_within_28_days_is_picked_up_and_what_changes_later_is_not(old: Synced) -> None:
    old.sync()
    old.server.data.change_day("act_100", UNTIL - timedelta(days=20))
    assert not old.is_the_truth()
    old.sync(only=FIGURES)
    assert old.is_the_truth()
    old.server.data.change_day("act_100", UNTIL - timedelta(days=29))
    old.sync(only=FIGURES)
    assert not old.is_the_truth()


def test_a_row_that_meta_takes_back_is_gone_at_its_level_with_its_actions(meta: Synced) -> None:
    meta.sync()
    level, day = "ad", next(on for name, on in meta.rows("daily_spend", "level", "on") if name == "ad")
    data = meta.server.data
    ad = next(row["ad_id"] for row in data_rows(meta, day))
    n_actions = len(meta.rows("daily_actions", "on"))
    data.drop_row("act_100", level, ad, day)
    meta.sync(only=FIGURES)
    assert meta.is_the_truth()
    assert len(meta.rows("daily_actions", "on")) == n_actions - 1


def data_rows(meta: Synced, day: date) -> list[dict[str, Any]]:
    """The ads that were delivered on a day."""
    delivery = meta.server.data.delivery("act_100", "ad").within(day, day)
    return [{"ad_id": ad} for ad, got in zip(delivery.object_ids, delivery.delivered[0], strict=True) if got]


def test_figures_of_a_file_give_way_to_the_platforms_own_and_no_money_is_counted_twice(meta: Synced) -> None:
    meta.sync(only=[Stream.campaigns])
    campaign = meta.rows("campaigns", "platform_campaign_id", "id")[0][1]
    of_file = {"object_id": campaign, "campaign_id": campaign, "level": "campaign", "currency": "INR"}
    with write_transaction(meta.engine) as connection:
        values = {"on": UNTIL, "spend_minor": 99, "n_impressions": 1, "n_clicks": 1, "import_id": "imp_1"}
        connection.execute(insert(TABLES["daily_spend"]).values(of_file | values))
    meta.sync()
    assert meta.is_the_truth()
    assert meta.rows("daily_spend", "import_id").count(("imp_1",)) == 0


def test_a_backfill_that_stopped_goes_on_at_its_watermark(old: Synced) -> None:
    old.server.arm(faults.Passing(where="insights", skip=2, times=None))
    old.sync(only=[Stream.campaign_insights])
    row = old.stream(Stream.campaign_insights)
    assert (row.status, row.fault) == (StreamStatus.partial, StreamFault.transient)
    assert row.watermark_on == UNTIL - timedelta(days=49 - 20)
    old.server.disarm()
    n_calls = len(asked(old, "campaign"))
    old.sync(only=[Stream.campaign_insights])
    since, _ = asked(old, "campaign")[n_calls]
    assert since == str(UNTIL - timedelta(days=49))
    old.sync(only=[Stream.ads, Stream.ad_insights])
    assert old.is_the_truth()


def test_days_are_read_oldest_first_and_each_once(old: Synced) -> None:
    old.sync()
    ranges = [(date.fromisoformat(since), date.fromisoformat(until)) for since, until in asked(old)]
    assert ranges[0][0] == UNTIL - timedelta(days=49)
    assert ranges[-1][1] == UNTIL
    assert all(after[0] == before[1] + timedelta(days=1) for before, after in pairwise(ranges))


def test_more_than_meta_answers_at_once_is_read_from_its_report(meta: Synced) -> None:
    meta.server.arm(NotAtOnce())
    assert meta.sync().status is StreamStatus.ok
    assert meta.is_the_truth()
    assert [call for call in meta.server.log if call.method == "POST"]


def test_smaller_pages_are_enough_where_only_the_page_is_too_large(meta: Synced) -> None:
    meta.server.arm(faults.TooMuchData(where="insights", limit=25))
    assert meta.sync().status is StreamStatus.ok
    assert meta.is_the_truth()
    assert not [call for call in meta.server.log if call.method == "POST"]


def test_days_are_halved_where_no_report_comes_and_a_day_that_cannot_be_read_ends_it(engine: Engine) -> None:
    with synced(engine, small(days=3)) as meta:
        meta.server.arm(NotAtOnce())
        meta.server.arm(faults.ReportIs(status="Job Failed", times=None))
        meta.sync()
        row = meta.stream(Stream.campaign_insights)
        assert (row.status, row.watermark_on) == (StreamStatus.failed, None)
        n_days = [(date.fromisoformat(u) - date.fromisoformat(s)).days + 1 for s, u in asked(meta, "campaign")]
        assert sorted(set(n_days), reverse=True) == [7, 3, 1]
        meta.server.disarm()
        assert meta.sync().status is StreamStatus.ok
        assert meta.is_the_truth()


@pytest.mark.parametrize(("name", "value"), page_faults.MALFORMED)
def test_a_row_that_makes_no_sense_goes_to_quarantine_and_the_good_ones_are_stored(
    engine: Engine, name: str, value: str | None
) -> None:
    with synced(engine) as meta:
        meta.server.arm(page_faults.MalformedRow(name=name, value=value, skip=3, times=1))
        meta.sync()
        row = meta.stream(Stream.ad_insights)
        assert (row.status, row.fault, row.n_quarantined) == (StreamStatus.partial, StreamFault.rows, 1)
        assert meta.is_the_truth()
        assert all(reason.startswith(name) for (reason,) in meta.rows("quarantined_rows", "reason"))
        meta.server.disarm()
        assert meta.sync().status is StreamStatus.ok
        assert meta.rows("quarantined_rows", "reason") == []


def test_rows_that_come_twice_count_once(meta: Synced) -> None:
    meta.server.arm(page_faults.Overlapping(where="insights"))
    meta.server.arm(faults.TooMuchData(where="insights", limit=25))
    meta.sync()
    assert meta.is_the_truth()


def test_figures_of_what_no_listing_holds_bring_it_in_by_its_id(meta: Synced) -> None:
    meta.server.data.delete(CAMPAIGN)
    meta.server.data.delete(AD)
    assert meta.sync().status is StreamStatus.ok
    assert meta.is_the_truth()
    states = {row[0]: row[1:] for row in meta.rows("campaigns", "platform_campaign_id", "status", "remote_state")}
    assert states[CAMPAIGN] == ("DELETED", "missing")
    ads = {row[0]: row[1:] for row in meta.rows("ads", "platform_ad_id", "name", "remote_state")}
    assert ads[AD] == ("Ad 1", "missing")


def test_figures_of_what_meta_knows_no_more_bring_it_in_by_the_name_they_tell(meta: Synced) -> None:
    for object_id in (CAMPAIGN, "1002000000", AD):
        meta.server.data.forget(object_id)
    assert meta.sync().status is StreamStatus.ok
    assert meta.is_the_truth()
    known = {row[0]: row[1:] for row in meta.rows("campaigns", "platform_campaign_id", "name", "status")}
    assert known[CAMPAIGN] == ("Campaign 1", "UNKNOWN")


def test_figures_that_nobody_can_place_are_kept_aside(engine: Engine) -> None:
    with synced(engine) as meta:
        meta.server.data.forget(AD)
        omitted = ("adset_id", "adset_name", "campaign_id", "campaign_name")
        meta.server.arm(page_faults.OmittedFields(where="insights", fields=omitted, skip=2))
        meta.sync()
        row = meta.stream(Stream.ad_insights)
        assert row.status == StreamStatus.partial
        assert {reason for (reason,) in meta.rows("quarantined_rows", "reason")} == {
            "nobody says which campaign and ad set this belongs to"
        }
        assert row.n_stored + row.n_quarantined == row.n_read


def test_an_ad_that_moved_leaves_every_sum_as_it_was(meta: Synced) -> None:
    meta.sync()
    before = meta.stored_spend("act_100", "ad")
    meta.server.data.move_ad(AD, "1002000001")
    meta.sync()
    assert meta.stored_spend("act_100", "ad") == before
    assert meta.is_the_truth()
    assert [what for (what,) in meta.rows("ad_changes", "what")] == ["ad_set"]


def test_what_no_ad_has_of_the_spend_is_told_with_the_stream(meta: Synced) -> None:
    meta.sync()
    details = meta.stream(Stream.ad_insights).details or {}
    spent = {
        level: int(meta.server.data.totals("act_100", level, date(2020, 1, 1), UNTIL).spend * 100)  # type: ignore[arg-type]
        for level in ("campaign", "ad")
    }
    assert details["campaign_spend_minor"] == spent["campaign"]
    assert details["ad_spend_minor"] == spent["ad"]
    assert details["difference_minor"] == spent["campaign"] - spent["ad"] > 0
    assert (details["last_on"], details["currency"]) == (str(UNTIL), "INR")


def test_a_row_in_quarantine_is_asked_for_again_however_old_its_day_is(engine: Engine) -> None:
    with synced(engine, small(days=60)) as meta:
        meta.server.arm(page_faults.MalformedRow(name="spend", value="abc", skip=2, times=1))
        meta.sync()
        [(on,)] = meta.rows("quarantined_rows", "on")
        assert on < UNTIL - timedelta(days=28)
        meta.server.disarm()
        assert meta.sync().status is StreamStatus.ok
        assert meta.rows("quarantined_rows", "on") == []
        assert meta.is_the_truth()


def test_a_day_in_quarantine_beyond_what_meta_keeps_is_asked_for_no_more(engine: Engine) -> None:
    with synced(engine) as meta:
        assert meta.sync().status is StreamStatus.ok
        row = {"scope": "100", "stream": Stream.ad_insights.value, "on": date(2021, 1, 1), "reason": "spend: 'abc'"}
        with write_transaction(engine) as connection:
            connection.execute(insert(TABLES["quarantined_rows"]).values(**row, row={}, seen_at=meta.at))
        assert meta.sync().status is StreamStatus.ok
        assert meta.rows("quarantined_rows", "on") == [(date(2021, 1, 1),)]
