"""The stage of an event."""

from __future__ import annotations

from adplanning.core.vocabulary import JourneyEventType, JourneyStage
from adplanning.journeys.stages import STAGE_OF_EVENT, stage_of_event


def test_every_event_type_has_a_stage() -> None:
    assert set(STAGE_OF_EVENT) == set(JourneyEventType)


def test_an_event_type_of_the_future_is_awareness() -> None:
    assert stage_of_event("hologram") is JourneyStage.awareness
