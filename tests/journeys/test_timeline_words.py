from __future__ import annotations

import pytest

from adplanning.core.vocabulary import ConversionType, JourneyEventType
from adplanning.journeys.timeline_words import (
    MAX_QUOTED,
    conversion_in_words,
    feedback_in_words,
    lead_in_words,
    step_in_words,
)


@pytest.mark.parametrize("event_type", list(JourneyEventType))
def test_every_type_of_event_has_words(event_type: JourneyEventType) -> None:
    assert step_in_words(event_type, None, None, None)


@pytest.mark.parametrize("conversion_type", list(ConversionType))
def test_every_type_of_conversion_has_words(conversion_type: ConversionType) -> None:
    assert conversion_in_words(conversion_type, None, None, "INR", None)


def test_an_amount_has_the_decimals_of_its_currency() -> None:
    assert conversion_in_words("purchase", None, 2500, "JPY", "7") == "Bought for 2,500 JPY: order 7"
    assert conversion_in_words("purchase", "Quilt", 0, "INR", "7") == "Bought for 0.00 INR: Quilt"


def test_an_opinion_says_what_there_is_of_it() -> None:
    assert feedback_in_words(4, "5", None) == "Gave 4 of 5"
    assert feedback_in_words(4, None, None) == "Gave 4"
    assert feedback_in_words(None, None, None) == "Gave feedback"


def test_a_lead_without_a_form_names_its_campaign() -> None:
    assert lead_in_words(None, "Diwali") == "Left a lead form: Diwali"
    assert lead_in_words(None, None) == "Left a lead form"


def test_long_texts_are_cut_and_lines_are_joined() -> None:
    assert feedback_in_words(None, None, "one\n two") == "Gave feedback: one two"
    assert len(feedback_in_words(None, None, "x" * 9999)) == len("Gave feedback: ") + MAX_QUOTED
