from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, select

from adplanning.attribution import resolution as reasons
from adplanning.attribution import resolution_service as service
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.names import name_key
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SURE = {"cutoff": 0.88, "margin": 0.05}


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Two campaigns with ad sets and ads."""
    times = {"created_at": NOON}
    with write_transaction(any_engine) as connection:
        connection.execute(
            TABLES["ad_accounts"]
            .insert()
            .values(
                id="acc", platform="meta", platform_account_id="1", name="Shop", currency="INR", timezone="UTC", **times
            )
        )
        for n, name in enumerate(("Cotton Quilts", "Bath Towels"), start=1):
            add_campaign(connection, f"c{n}", name, f"12000{n}")
            connection.execute(
                TABLES["ad_sets"]
                .insert()
                .values(id=f"s{n}", campaign_id=f"c{n}", platform_ad_set_id=f"50000{n}", name="Men 25+", **times)
            )
            connection.execute(
                TABLES["ads"]
                .insert()
                .values(id=f"a{n}", ad_set_id=f"s{n}", platform_ad_id=f"60000{n}", name="Hero", **times)
            )
    return any_engine  # fmt: skip


def add_campaign(connection: Any, campaign_id: str, name: str, platform_id: str | None = None) -> None:
    connection.execute(TABLES["campaigns"].insert().values(
        id=campaign_id, ad_account_id="acc", platform_campaign_id=platform_id, name=name, name_key=name_key(name),
        status="active", created_at=NOON, updated_at=NOON))  # fmt: skip


def add_touchpoints(engine: Engine, **named: dict[str, Any]) -> None:
    plain = {"platform": "meta", "is_resolved": False, "resolution_method": "unresolved", "session_pageviews": 1,
             "is_bot": False, "attributed_at": NOON, "session_started_at": NOON, "visitor_id": "v"}  # fmt: skip
    with write_transaction(engine) as connection:
        for name, row in named.items():
            known = plain | {"id": name, "analytics_session_id": f"session_{name}"} | row
            connection.execute(TABLES["touchpoints"].insert().values(**known))


def run(engine: Engine, **options: Any) -> int:
    found = service.campaign_links(engine, **(SURE | {"now": NOON} | options))
    n = 0
    for part in found.parts():
        with write_transaction(engine) as connection:
            n += service.store_links(connection, part)
    return n


def links(engine: Engine, *columns: str) -> dict[str, Any]:
    table = TABLES["touchpoints"].c
    wanted = columns or ("ad_campaign_id", "ad_set_id", "ad_id")
    with reading(engine) as session:
        rows = session.execute(select(table.id, *(table[name] for name in wanted))).all()
    return {row[0]: tuple(row[1:]) if len(row) > 2 else row[1] for row in rows}


def test_all_that_is_sure_is_linked_and_nothing_else(shop: Engine) -> None:
    add_touchpoints(
        shop,
        by_name={"utm_campaign": "cotton_quilts", "utm_term": "men 25+", "utm_content": "HERO"},
        by_id={"utm_campaign": "120002"},
        by_page={"utm_campaign": "{{campaign.name}}", "entry_page": "/a?utm_id=120002&ad_id=600002"},
        alike={"utm_campaign": "coton-quilts"},
        unlike={"utm_campaign": "cotton_quilts_q1"},
        nothing={},
    )
    found = service.campaign_links(shop, now=NOON, **SURE)
    assert (found.n_processed, found.by_method) == (6, {"exact_utm_match": 3, "fuzzy_name_match": 1})
    assert found.by_reason == {reasons.NONE_ALIKE: 1, reasons.NO_TAG: 1}
    assert run(shop) == 4
    assert links(shop) == {
        "by_name": ("c1", "s1", "a1"),
        "by_id": ("c2", None, None),
        "by_page": ("c2", "s2", "a2"),
        "alike": ("c1", None, None),
        "unlike": (None, None, None),
        "nothing": (None, None, None),
    }
    how = links(shop, "is_resolved", "resolution_method", "resolution_confidence")
    assert how["by_name"] == (True, "exact_utm_match", 1.0)
    assert how["alike"] == (True, "fuzzy_name_match", 0.96)
    assert how["unlike"] == (False, "unresolved", None)


def test_run_twice_it_changes_nothing_more(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "coton quilts", "utm_term": "Nobody"}, t2={"utm_campaign": "else"})
    assert run(shop) == 1
    before = links(shop, "ad_campaign_id", "resolution_confidence", "resolution_method")
    assert run(shop) == 0
    assert links(shop, "ad_campaign_id", "resolution_confidence", "resolution_method") == before


def test_what_was_linked_by_hand_is_kept(shop: Engine) -> None:
    by_hand = {"is_resolved": True, "resolution_method": "manual"}
    add_touchpoints(
        shop,
        manual={"utm_campaign": "cotton quilts", "ad_campaign_id": "c2", "utm_term": "Men 25+", **by_hand},
        # Made by hand without a campaign: it waits as all others do.
        waits={"utm_campaign": "cotton quilts", "resolution_method": "manual"},
    )
    assert run(shop) == 1
    assert links(shop) == {"manual": ("c2", None, None), "waits": ("c1", None, None)}


def test_a_campaign_that_turns_up_later_resolves_what_waited(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "velvet_curtains"})
    assert run(shop) == 0
    with write_transaction(shop) as connection:
        add_campaign(connection, "c3", "Velvet Curtains")
    assert run(shop) == 1
    assert links(shop, "ad_campaign_id") == {"t1": "c3"}


def test_ad_set_and_ad_of_what_was_linked_when_it_came_in_are_found_later(shop: Engine) -> None:
    linked = {
        "ad_campaign_id": "c2",
        "is_resolved": True,
        "resolution_method": "exact_utm_match",
        "resolution_confidence": 1.0,
    }
    add_touchpoints(
        shop,
        t1={"utm_term": "men 25+", "utm_content": "hero", **linked},
        t2={"entry_page": "/a?hsa_ad=600002", **linked},
    )
    # They have their campaign already.
    assert run(shop) == 0
    assert links(shop) == {"t1": ("c2", "s2", "a2"), "t2": ("c2", "s2", "a2")}
    assert links(shop, "resolution_method", "resolution_confidence")["t1"] == ("exact_utm_match", 1.0)


def test_what_is_linked_meanwhile_stays_as_it_is(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "cotton quilts", "utm_term": "men 25+"})
    found = service.campaign_links(shop, now=NOON, **SURE)
    by_hand = {"ad_campaign_id": "c2", "is_resolved": True, "resolution_method": "manual"}
    with write_transaction(shop) as connection:
        connection.execute(TABLES["touchpoints"].update().values(by_hand))
        assert sum(service.store_links(connection, part) for part in found.parts()) == 0
    assert links(shop) == {"t1": ("c2", None, None)}


def test_only_recent_touchpoints_of_one_website_or_so_many_are_resolved(shop: Engine) -> None:
    add_touchpoints(
        shop,
        old={"utm_campaign": "cotton quilts", "session_started_at": NOON - 9 * DAY, "website_id": "w1"},
        mid={"utm_campaign": "cotton quilts", "session_started_at": NOON - 3 * DAY, "website_id": "w2"},
        new={"utm_campaign": "cotton quilts", "session_started_at": NOON - DAY, "website_id": "w1"},
    )
    assert service.campaign_links(shop, now=NOON, days_back=3, **SURE).links["id"].to_list() == ["mid", "new"]
    assert service.campaign_links(shop, now=NOON, website_id="w1", **SURE).links["id"].to_list() == ["new", "old"]
    assert service.campaign_links(shop, now=NOON, limit=2, **SURE).links["id"].to_list() == ["mid", "new"]


def test_links_are_written_some_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LINKS_A_PART", 2)
    found = service.CampaignLinks(pl.DataFrame({"id": ["a", "b", "c"]}), 3, {}, {})
    assert [part["id"].to_list() for part in found.parts()] == [["a", "b"], ["c"]]


def test_one_session_is_resolved_at_once(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "cotton quilts"}, t2={"utm_campaign": "cotton quilts q1"})
    with writing(shop) as session:
        found = service.resolve_session(session, "session_t1", **SURE)
        assert (found.touchpoint.ad_campaign_id, found.reason, found.candidates) == ("c1", None, [])
        assert service.resolve_session(session, "session_t1", **SURE) == found
        left = service.resolve_session(session, "session_t2", **SURE)
    assert (left.touchpoint.is_resolved, left.reason) == (False, reasons.NONE_ALIKE)
    assert left.candidates == [
        service.Candidate("c1", "Cotton Quilts", 0.8966, "the number differs: q1 against none"),
    ]
    assert links(shop, "ad_campaign_id") == {"t1": "c1", "t2": None}


def test_a_session_that_is_not_known_cannot_be_resolved(shop: Engine) -> None:
    with writing(shop) as session, pytest.raises(NotFound, match="no touchpoint of session 'nobody'"):
        service.resolve_session(session, "nobody", **SURE)


def test_what_waits_is_listed_by_its_sessions_with_what_it_might_mean(shop: Engine) -> None:
    add_touchpoints(
        shop,
        t1={"utm_campaign": "cotton_quilts_q1", "session_started_at": NOON - DAY},
        t2={"utm_campaign": "Cotton Quilts Q1"},
        t3={"utm_campaign": "Cotton Quilts Q1", "session_started_at": NOON - 2 * DAY},
        t4={"utm_campaign": "letter"},
        t5={"utm_campaign": "{{campaign.name}}", "website_id": "w"},
        bot={"utm_campaign": "letter", "is_bot": True},
        own={"utm_campaign": "letter", "is_internal": True},
        linked={"utm_campaign": "bath towels", "is_resolved": True, "ad_campaign_id": "c2"},
        tagless={},
    )
    found, total = service.proposals(shop, limit=50, offset=0, **SURE)
    assert total == 3
    assert [(row.name_key, row.utm_campaign, row.n_spellings, row.n_sessions, row.reason) for row in found] == [
        ("cotton-quilts-q1", "Cotton Quilts Q1", 2, 3, reasons.NONE_ALIKE),
        ("letter", "letter", 1, 1, reasons.NONE_ALIKE),
        ("{{campaign-name}}", "{{campaign.name}}", 1, 1, reasons.UNREPLACED),
    ]
    assert (found[0].first_seen_at, found[0].last_seen_at) == (NOON - 2 * DAY, NOON)
    assert [candidate.why_not for candidate in found[0].candidates] == ["the number differs: q1 against none"]
    second, total = service.proposals(shop, limit=1, offset=1, **SURE)
    assert ([row.name_key for row in second], total) == (["letter"], 3)
    searched, total = service.proposals(shop, limit=50, offset=0, search="QUILT", **SURE)
    assert ([row.name_key for row in searched], total) == (["cotton-quilts-q1"], 1)
    of_website, total = service.proposals(shop, limit=50, offset=0, website_id="w", **SURE)
    assert ([row.name_key for row in of_website], total) == (["{{campaign-name}}"], 1)


def test_nothing_waits_in_an_empty_store(engine: Engine) -> None:
    assert service.proposals(engine, limit=50, offset=0, **SURE) == ([], 0)
    assert service.campaign_links(engine, now=NOON, **SURE).n_processed == 0


def test_a_search_for_what_no_text_can_hold_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidData, match="search"):
        service.proposals(engine, limit=50, offset=0, search="\x00", **SURE)


@pytest.mark.parametrize("bad", [{"days_back": -5}, {"limit": 0}])
def test_no_day_and_no_touchpoint_are_refused_instead_of_finding_nothing(shop: Engine, bad: dict[str, int]) -> None:
    [(name, number)] = bad.items()
    with pytest.raises(InvalidData, match=f"{name}: must be 1 or more, not {number}; leave it out for all"):
        service.campaign_links(shop, now=NOON, **SURE, **bad)
