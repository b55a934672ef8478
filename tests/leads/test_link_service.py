"""What a lead is linked with, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from adplanning.core.vocabulary import ResolutionMethod
from adplanning.leads.arrivals import AdPlace
from adplanning.leads.link_service import link_leads, mark_touchpoints, places_of, platform_ids, step_of
from adplanning.store.session import reading, writing
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.leads import Lead
from tests.leads.arrived import ASHA, NOON, advertise, one, received

UNNUMBERED = replace(ASHA, platform_campaign_id=None, platform_ad_set_id=None, platform_ad_id=None)


def test_a_name_of_two_campaigns_tells_neither(any_engine: Engine) -> None:
    advertise(any_engine)
    with reading(any_engine) as session:
        assert places_of(session, [UNNUMBERED, ASHA]) == [AdPlace("camp_1"), AdPlace("camp_1", "adset_1", "ad_1")]
    with writing(any_engine) as session:
        twin = Campaign(
            id="camp_2", ad_account_id="acct_1", name="DIWALI", name_key="diwali", status="PAUSED", created_at=NOON,
            updated_at=NOON,
        )  # fmt: skip
        session.add(twin)
    with reading(any_engine) as session:
        assert places_of(session, [UNNUMBERED]) == [None]


def test_a_link_that_somebody_made_by_hand_stays(any_engine: Engine) -> None:
    received(any_engine, ASHA)
    advertise(any_engine)
    with writing(any_engine) as session:
        session.get_one(Conversion, one(any_engine, Conversion).id).ad_campaign_id = "camp_9"
        session.get_one(Touchpoint, one(any_engine, Touchpoint).id).ad_campaign_id = "camp_9"
    with writing(any_engine) as session:
        assert link_leads(session) == 1
    assert one(any_engine, Lead).ad_campaign_id == "camp_1"
    for table in (Conversion, Touchpoint):
        linked: Any = one(any_engine, table)
        assert (linked.ad_campaign_id, linked.ad_set_id, linked.ad_id) == ("camp_9", None, None)


def test_a_touchpoint_that_the_platform_has_told_is_resolved_for_sure(engine: Engine) -> None:
    received(engine, ASHA)
    step_id = step_of(one(engine, Conversion).id)
    with writing(engine) as session:
        mark_touchpoints(session, {step_id: AdPlace("camp_1", "adset_1"), "jour_x": AdPlace("camp_2")})
    touchpoint = one(engine, Touchpoint)
    assert (touchpoint.ad_campaign_id, touchpoint.ad_set_id, touchpoint.ad_id) == ("camp_1", "adset_1", None)
    assert (touchpoint.is_resolved, touchpoint.resolution_confidence) == (True, 1.0)
    assert touchpoint.resolution_method == ResolutionMethod.manual


def test_only_the_numbers_that_the_platform_told_are_kept() -> None:
    assert platform_ids(UNNUMBERED) == {"form_id": "6"}
    assert platform_ids(ASHA).keys() == {"form_id", "platform_campaign_id", "platform_ad_set_id", "platform_ad_id"}
