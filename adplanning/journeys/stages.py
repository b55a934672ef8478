"""How far along the customer's way an event stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adplanning.core.vocabulary import ConversionType
from adplanning.core.vocabulary import JourneyEventType as Event
from adplanning.core.vocabulary import JourneyStage as Stage

STAGES: Final[tuple[str, ...]] = tuple(stage.value for stage in Stage)
"""All stages, in their order."""

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

STEP_OF_CONVERSION: Final[Mapping[str, tuple[str, Stage]]] = {
    ConversionType.purchase: (Event.purchase.value, Stage.conversion),
    ConversionType.lead_form_submission: (Event.lead_capture.value, Stage.intent),
    ConversionType.begin_checkout: (ConversionType.begin_checkout.value, Stage.intent),
    ConversionType.add_to_cart: (ConversionType.add_to_cart.value, Stage.intent),
    ConversionType.custom: (Event.custom.value, Stage.awareness),
}
"""Which step of a way a conversion is, and at which stage.

The others (page_engagement, scroll_depth, time_on_site) measure a page view, which is a step itself.
"""


def stage_of_event(event_type: str) -> Stage:
    """The stage of an event whose sender named none.

    >>> stage_of_event("email_click").value, stage_of_event("custom").value
    ('intent', 'awareness')
    """
    return STAGE_OF_EVENT.get(event_type, Stage.awareness)
