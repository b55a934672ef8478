"""Listings of campaigns, ad sets and ads: every status, and only a whole one tells what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import Stream, StreamFault, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.demo import graph_page_faults as page_faults
from tests.sync.synced import Synced, small, synced

OBJECTS = (Stream.campaigns, Stream.ad_sets, Stream.ads)
CAMPAIGN = "1001000000"


@pytest.fixture
def meta(any_engine: Engine) -> Iterator[Synced]:
    with synced(any_engine) as made:
        yield made


def states(meta: Synced, table: str = "campaigns") -> list[tuple[str, str]]:
    return meta.rows(table, "name", "remote_state")


def test_archived_ones_are_listed_too_and_every_status_is_asked_for(meta: Synced) -> None:
    meta.server.data.archive(CAMPAIGN)
    meta.sync(only=OBJECTS)
    assert states(meta) == [("Campaign 1", "present"), ("Campaign 2", "present")]
    listed = [call for call in meta.server.log if call.path.endswith("/campaigns")]
    assert {"ARCHIVED", "DELETED"} <= set(json.loads(listed[0].params["effective_status"]))


def test_one_that_was_deleted_at_the_platform_is_missing_and_stays_here(meta: Synced) -> None:
    meta.sync(only=OBJECTS)
    meta.server.data.delete(CAMPAIGN)
    meta.sync(only=OBJECTS)
    assert states(meta) == [("Campaign 1", "missing"), ("Campaign 2", "present")]


def test_after_a_listing_that_broke_off_nothing_is_missing_and_what_came_is_kept(engine: Engine) -> None:
    with synced(engine, small(n_campaigns=3, n_ad_sets=1, n_ads=200)) as meta:
        meta.sync(only=OBJECTS)
        for ad in ("1003000000", "1003000599"):
            meta.server.data.delete(ad)
        meta.server.data.objects["1003000001"].name = "Another"
        meta.server.arm(faults.Passing(where="ads", skip=1, times=None))
        meta.sync(only=OBJECTS)
        row = meta.stream(Stream.ads)
        assert (row.status, row.fault) == (StreamStatus.partial, StreamFault.transient)
        assert {state for _, state in states(meta, "ads")} == {"present"}
        assert ("Another", "present") in states(meta, "ads")
        meta.server.disarm()
        meta.sync(only=OBJECTS)
        assert [state for _, state in states(meta, "ads")].count("missing") == 2


def test_fields_that_a_permission_leaves_out_overwrite_nothing(meta: Synced) -> None:
    meta.sync(only=OBJECTS)
    columns = ("name", "status", "objective", "daily_budget_minor")
    before = meta.rows("campaigns", *columns)
    omitted = ("name", "status", "objective", "daily_budget")
    meta.server.arm(page_faults.OmittedFields(where="campaigns", fields=omitted))
    assert meta.sync(only=OBJECTS).status is StreamStatus.ok
    assert meta.rows("campaigns", *columns) == before


def test_what_an_ad_is_part_of_is_brought_in_by_its_id_where_no_listing_has_told_of_it(meta: Synced) -> None:
    assert meta.sync(only=[Stream.ads]).status is StreamStatus.ok
    assert states(meta) == [("Campaign 1", "missing"), ("Campaign 2", "missing")]
    assert {state for _, state in states(meta, "ad_sets")} == {"missing"}
    assert len(states(meta, "ads")) == 4
    meta.sync(only=OBJECTS)
    assert {state for _, state in (*states(meta), *states(meta, "ad_sets"))} == {"present"}


def test_an_object_that_makes_no_sense_is_in_quarantine_and_not_missing(meta: Synced) -> None:
    meta.sync(only=OBJECTS)
    budget = meta.server.data.objects[CAMPAIGN]
    budget.daily_budget = "many"  # type: ignore[assignment]
    meta.sync(only=OBJECTS)
    row = meta.stream(Stream.campaigns)
    assert (row.status, row.n_quarantined) == (StreamStatus.partial, 1)
    assert states(meta) == [("Campaign 1", "present"), ("Campaign 2", "present")]
    assert "daily_budget" in meta.rows("quarantined_rows", "reason")[0][0]
    budget.daily_budget = 5000
    meta.sync(only=OBJECTS)
    assert meta.rows("quarantined_rows", "reason") == []
