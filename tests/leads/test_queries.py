"""The platform's numbers, and ours."""

from __future__ import annotations

from sqlalchemy import Engine

from adplanning.leads import queries
from adplanning.leads.arrivals import AdPlace
from adplanning.store.session import reading, writing
from adplanning.store.tables.ads import Campaign
from tests.leads.arrived import NOON, advertise


def test_each_level_names_those_above_it(engine: Engine) -> None:
    advertise(engine)
    with reading(engine) as session:
        assert queries.places_of_campaigns(session, ["c1", "c2"]) == {"c1": AdPlace("camp_1")}
        assert queries.places_of_ad_sets(session, ["s1", "s2"]) == {"s1": AdPlace("camp_1", "adset_1")}
        assert queries.places_of_ads(session, ["a1", "a2"]) == {"a1": AdPlace("camp_1", "adset_1", "ad_1")}


def test_of_two_campaigns_with_one_number_the_first_made_is_meant(engine: Engine) -> None:
    advertise(engine)
    with writing(engine) as session:
        later = Campaign(
            id="camp_2", ad_account_id="acct_1", platform_campaign_id="c1", name="X", name_key="x", status="ACTIVE",
            created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        session.add(later)
    with reading(engine) as session:
        assert queries.places_of_campaigns(session, ["c1"]) == {"c1": AdPlace("camp_1")}


def test_values_are_asked_for_once_each_and_in_parts() -> None:
    parts = list(queries.slices([str(n % 7000) for n in range(21_000)]))
    assert [len(part) for part in parts] == [5000, 2000]
    assert list(queries.slices([])) == []
