from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.attribution import alias_service as service
from adplanning.attribution.resolution_service import campaign_links, proposals, store_links
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.names import name_key
from adplanning.core.vocabulary import AliasDecision
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
SURE = {"cutoff": 0.88, "margin": 0.05}
SAID = {"by": "asha", "now": NOON, **SURE}


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Two campaigns, each with an ad set and an ad."""
    with write_transaction(any_engine) as connection:
        connection.execute(
            TABLES["ad_accounts"]
            .insert()
            .values(
                id="acc",
                platform="meta",
                platform_account_id="1",
                name="Shop",
                currency="INR",
                timezone="UTC",
                created_at=NOON,
            )
        )
        for n, name in enumerate(("Cotton Quilts", "Bath Towels"), start=1):
            connection.execute(
                TABLES["campaigns"]
                .insert()
                .values(
                    id=f"c{n}",
                    ad_account_id="acc",
                    name=name,
                    name_key=name_key(name),
                    status="active",
                    created_at=NOON,
                    updated_at=NOON,
                )
            )
            connection.execute(
                TABLES["ad_sets"].insert().values(id=f"s{n}", campaign_id=f"c{n}", name="Men", created_at=NOON)
            )
            connection.execute(
                TABLES["ads"].insert().values(id=f"a{n}", ad_set_id=f"s{n}", name="Hero", created_at=NOON)
            )
    return any_engine  # fmt: skip


def add_touchpoints(engine: Engine, **named: dict[str, Any]) -> None:
    plain = {"platform": "meta", "is_resolved": False, "resolution_method": "unresolved", "session_pageviews": 1,
             "is_bot": False, "attributed_at": NOON, "session_started_at": NOON, "visitor_id": "v"}  # fmt: skip
    with write_transaction(engine) as connection:
        for name, row in named.items():
            known = plain | {"id": name, "analytics_session_id": f"session_{name}"} | row
            connection.execute(TABLES["touchpoints"].insert().values(**known))


def links(engine: Engine) -> dict[str, str | None]:
    table = TABLES["touchpoints"].c
    with reading(engine) as session:
        return dict(session.execute(select(table.id, table.ad_campaign_id)).all())


def run(engine: Engine) -> None:
    for part in campaign_links(engine, now=NOON, **SURE).parts():
        with write_transaction(engine) as connection:
            store_links(connection, part)


def accept(engine: Engine, name: str, campaign_id: str) -> service.Decided:
    with write_transaction(engine) as connection:
        return service.accept_alias(connection, name, campaign_id, **SAID)


def refuse(engine: Engine, name: str, campaign_id: str) -> service.Decided:
    with write_transaction(engine) as connection:
        return service.refuse_candidate(connection, name, campaign_id, **SAID)


def decisions(engine: Engine, **options: Any) -> list[tuple[str, str, str]]:
    with reading(engine) as session:
        found, _ = service.list_aliases(session, **{"limit": 50, "offset": 0, **options})
    return [(row.alias.name_key, row.alias.decision, row.campaign_name) for row in found]


def test_an_accepted_name_links_all_its_spellings_but_not_what_was_linked_by_hand(shop: Engine) -> None:
    by_hand = {"is_resolved": True, "resolution_method": "manual", "ad_campaign_id": "c2"}
    add_touchpoints(
        shop,
        t1={"utm_campaign": "winter_letter", "utm_term": "men", "utm_content": "hero"},
        t2={"utm_campaign": "Winter%20Letter"},
        t3={"utm_campaign": "Winter Letter", **by_hand},
        t4={"utm_campaign": "winter letters"},
    )
    assert accept(shop, "Winter Letter", "c1") == service.Decided("winter-letter", 2)
    assert links(shop) == {"t1": "c1", "t2": "c1", "t3": "c2", "t4": None}
    with reading(shop) as session:
        table = TABLES["touchpoints"].c
        row = session.execute(
            select(table.ad_set_id, table.ad_id, table.resolution_method, table.resolution_confidence).where(
                table.id == "t1"
            )
        ).one()
    assert tuple(row) == ("s1", "a1", "exact_utm_match", 1.0)


def test_an_accepted_name_takes_its_touchpoints_from_another_campaign(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "cotton quilts"})
    run(shop)
    accept(shop, "Cotton Quilts", "c2")
    assert links(shop) == {"t1": "c2"}
    # Another decision takes the place of the one before.
    accept(shop, "cotton_quilts", "c1")
    assert links(shop) == {"t1": "c1"}
    assert decisions(shop) == [("cotton-quilts", "accepted", "Cotton Quilts")]


def test_what_came_after_a_decision_is_linked_by_it_too(shop: Engine) -> None:
    assert accept(shop, "winter letter", "c1").n_linked == 0
    add_touchpoints(shop, t1={"utm_campaign": "WINTER_LETTER"})
    run(shop)
    assert links(shop) == {"t1": "c1"}


def test_a_refused_name_is_unlinked_and_never_proposed_again(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "coton quilts"})
    run(shop)
    assert links(shop) == {"t1": "c1"}
    assert refuse(shop, "Coton Quilts", "c1") == service.Decided("coton-quilts", 0)
    run(shop)
    assert links(shop) == {"t1": None}
    [waiting], _ = proposals(shop, limit=50, offset=0, **SURE)
    assert waiting.candidates == []
    # A person may think better of it.
    accept(shop, "coton quilts", "c1")
    assert links(shop) == {"t1": "c1"}


def test_a_name_without_its_alias_is_resolved_anew(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "cotton quilts"}, t2={"utm_campaign": "winter letter"})
    accept(shop, "cotton quilts", "c2")
    accept(shop, "winter letter", "c2")
    with write_transaction(shop) as connection:
        assert service.remove_alias(connection, "cotton-quilts", **SURE).n_linked == 1
        assert service.remove_alias(connection, "winter-letter", campaign_id="c2", **SURE).n_linked == 0
    assert links(shop) == {"t1": "c1", "t2": None}
    assert decisions(shop) == []
    with write_transaction(shop) as connection, pytest.raises(NotFound, match="nothing was decided about 'winter-l"):
        service.remove_alias(connection, "winter-letter", **SURE)


def test_a_former_name_is_no_decision_of_people_and_stays(shop: Engine) -> None:
    row = {"name_key": "quilts", "campaign_id": "c1", "decision": "former_name", "name": "Quilts", "decided_at": NOON}
    with write_transaction(shop) as connection:
        connection.execute(TABLES["campaign_aliases"].insert().values(row))
    accept(shop, "quilts", "c2")
    with write_transaction(shop) as connection:
        service.remove_alias(connection, "quilts", **SURE)
    assert decisions(shop) == [("quilts", "former_name", "Cotton Quilts")]


def test_decisions_are_listed_the_latest_first(shop: Engine) -> None:
    accept(shop, "Letter", "c1")
    with write_transaction(shop) as connection:
        later = SAID | {"now": NOON + timedelta(hours=1)}
        service.refuse_candidate(connection, "Leaflet", "c2", **later)
    both = [("leaflet", "refused", "Bath Towels"), ("letter", "accepted", "Cotton Quilts")]
    assert decisions(shop) == both
    assert decisions(shop, limit=1, offset=1) == both[1:]
    assert decisions(shop, campaign_id="c2") == both[:1]
    assert decisions(shop, decision=AliasDecision.accepted) == both[1:]
    assert decisions(shop, search="leaf") == both[:1]
    with reading(shop) as session:
        [row], total = service.list_aliases(session, limit=1, offset=0)
    assert (row.alias.name, row.alias.decided_by, total) == ("Leaflet", "asha", 2)


@pytest.mark.parametrize("decide", [accept, refuse])
def test_a_decision_needs_a_word_and_a_campaign(shop: Engine, decide: Any) -> None:
    with pytest.raises(InvalidData, match="name: '- ' has no word"):
        decide(shop, "- ", "c1")
    with pytest.raises(NotFound, match="no campaign 'c9'"):
        decide(shop, "letter", "c9")
    assert decisions(shop) == []


def test_a_link_by_hand_is_kept_until_it_is_undone(shop: Engine) -> None:
    add_touchpoints(shop, t1={"utm_campaign": "cotton quilts"})
    with writing(shop) as session:
        linked = service.link_touchpoint(session, "t1", "c2", ad_id="a2")
        assert (linked.ad_campaign_id, linked.ad_set_id, linked.ad_id) == ("c2", "s2", "a2")
        assert (linked.is_resolved, linked.resolution_method, linked.resolution_confidence) == (True, "manual", 1.0)
    run(shop)
    accept(shop, "cotton quilts", "c1")
    assert links(shop) == {"t1": "c2"}
    with writing(shop) as session:
        undone = service.unlink_touchpoint(session, "t1")
        assert (undone.ad_campaign_id, undone.is_resolved, undone.resolution_method) == (None, False, "unresolved")
    run(shop)
    assert links(shop) == {"t1": "c1"}


@pytest.mark.parametrize(
    ("given", "refusal", "words"),
    [
        ({"campaign_id": "c9"}, NotFound, "campaign_id: there is no campaign 'c9'"),
        ({"campaign_id": "c1", "ad_set_id": "s9"}, NotFound, "ad_set_id: there is no ad set 's9'"),
        ({"campaign_id": "c1", "ad_id": "a9"}, NotFound, "ad_id: there is no ad 'a9'"),
        ({"campaign_id": "c1", "ad_set_id": "s2"}, InvalidData, "ad_set_id: the ad set 's2' is not of the campaign"),
        ({"campaign_id": "c1", "ad_id": "a2"}, InvalidData, "ad_set_id: the ad set 's2' is not of the campaign"),
        ({"campaign_id": "c1", "ad_set_id": "s1", "ad_id": "a2"}, InvalidData, "ad_id: the ad 'a2' is not of the ad"),
    ],
)
def test_a_link_by_hand_is_to_what_belongs_together(
    shop: Engine, given: dict[str, str], refusal: type[Exception], words: str
) -> None:
    add_touchpoints(shop, t1={})
    with writing(shop) as session, pytest.raises(refusal, match=words):
        service.link_touchpoint(session, "t1", **given)


def test_an_unknown_touchpoint_cannot_be_linked_or_unlinked(shop: Engine) -> None:
    with writing(shop) as session:
        with pytest.raises(NotFound, match="no touchpoint 't9'"):
            service.link_touchpoint(session, "t9", "c1")
        with pytest.raises(NotFound, match="no touchpoint 't9'"):
            service.unlink_touchpoint(session, "t9")
