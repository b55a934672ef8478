"""How far along the customer's way an event stands."""

from __future__ import annotations

from collections.abc import Mapping

from adplanning.core.vocabulary import JourneyEventType as Event
from adplanning.core.vocabulary import JourneyStage as Stage

# The table of the API's contract; events not named here are awareness.
STAGE_OF_EVENT: Mapping[str, Stage] = {
    Event.page_view: Stage.awareness,
    Event.ad_click: Stage.awareness,
    Event.social_engage: Stage.interest,
    Event.form_submit: Stage.consideration,
    Event.email_open: Stage.consideration,
    Event.email_click: Stage.intent,
    Event.lead_capture: Stage.intent,
    Event.purchase: Stage.conversion,
    Event.feedback: Stage.retention,
    Event.support_ticket: Stage.retention,
    Event.custom: Stage.awareness,
}


def stage_of_event(event_type: str) -> Stage:
    """The stage of an event whose sender named none.

    >>> stage_of_event("email_click").value, stage_of_event("custom").value
    ('intent', 'awareness')
    """
    return STAGE_OF_EVENT.get(event_type, Stage.awareness)
