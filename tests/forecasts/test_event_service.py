"""Planned events in the store, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, NotFound
from adplanning.forecasts import event_service as service
from adplanning.forecasts.fields import EventFields
from adplanning.store.session import reading, writing
from tests.forecasts.told import KOLKATA, NOW, advertised


def event(name: str, day: int, campaign_id: str | None = None, *, last: int = 28) -> EventFields:
    return EventFields(
        name=name,
        first_on=date(2026, 11, day),
        last_on=date(2026, 11, last),
        effect=None if campaign_id else 0.5,
        ad_campaign_id=campaign_id,
    )


def test_events_of_a_campaign_are_its_own_and_those_of_all(any_engine: Engine) -> None:
    advertised(any_engine, "camp_a", "camp_b")
    with writing(any_engine) as session:
        for one in (event("Sale", 5), event("Launch", 3, "camp_a"), event("Other", 4, "camp_b")):
            service.add_event(session, one, now=NOW)
    with reading(any_engine) as session:
        assert service.events_of(session, "camp_a").rows() == [
            ("Launch", date(2026, 11, 3), date(2026, 11, 28), None),
            ("Sale", date(2026, 11, 5), date(2026, 11, 28), 0.5),
        ]
        assert service.events_of(session, None)["name"].to_list() == ["Sale"]
    told = service.told_events(any_engine, "camp_a", zone=KOLKATA)
    assert told.select("name", "effect", "known_on").rows() == [
        ("Launch", None, date(2026, 11, 21)),
        ("Sale", 0.5, date(2026, 11, 21)),
    ]
    assert service.told_events(any_engine, None, zone=KOLKATA)["name"].to_list() == ["Sale"]
    with reading(any_engine) as session:
        found, count = service.list_events(session, "camp_a", limit=1, offset=0)
        assert ([one.name for one in found], count) == (["Sale"], 2)
        assert service.list_events(session, limit=9, offset=0)[1] == 3


def test_an_event_is_forgotten(engine: Engine) -> None:
    with writing(engine) as session:
        id_ = service.add_event(session, event("Sale", 5), now=NOW).id
        service.delete_event(session, id_)
        with pytest.raises(NotFound):
            service.delete_event(session, id_)
        assert service.all_events(session).is_empty()


def test_an_event_that_ends_before_it_begins_or_of_nobody_is_refused(engine: Engine) -> None:
    with writing(engine) as session:
        with pytest.raises(InvalidData, match="last_on"):
            service.add_event(session, event("Sale", 5, last=4), now=NOW)
        with pytest.raises(NotFound, match="camp_x"):
            service.add_event(session, event("Sale", 5, "camp_x"), now=NOW)
