"""What happened, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adplanning.core.money import minor_digits, to_major
from adplanning.core.vocabulary import ConversionType, JourneyEventType

MAX_QUOTED: Final = 140

_STEPS: Final[Mapping[str, str]] = {
    JourneyEventType.form_submit: "Submitted a form",
    JourneyEventType.feedback: "Gave feedback",
    JourneyEventType.purchase: "Bought",
    JourneyEventType.page_view: "Viewed a page",
    JourneyEventType.social_engage: "Engaged on social media",
    JourneyEventType.lead_capture: "Left a lead form",
    JourneyEventType.email_open: "Opened a letter",
    JourneyEventType.email_click: "Clicked in a letter",
    JourneyEventType.ad_click: "Clicked an ad",
    JourneyEventType.support_ticket: "Asked the support desk",
    JourneyEventType.custom: "Did something of the shop's own",
}
_CONVERSIONS: Final[Mapping[str, str]] = {
    ConversionType.lead_form_submission: "Left a lead form",
    ConversionType.add_to_cart: "Put something into the cart",
    ConversionType.begin_checkout: "Went to the checkout",
    ConversionType.purchase: "Bought",
    ConversionType.page_engagement: "Was active on a page",
    ConversionType.scroll_depth: "Scrolled down a page",
    ConversionType.time_on_site: "Stayed on a page",
    ConversionType.custom: "Did something of the shop's own",
}


def step_in_words(event_type: str, name: str | None, page: str | None, campaign: str | None) -> str:
    """A journey event in words: what it was, then its name, else its page, else its campaign.

    >>> step_in_words("page_view", None, "/quilts", "Diwali"), step_in_words("ad_click", None, None, "Diwali")
    ('Viewed a page: /quilts', 'Clicked an ad: Diwali')
    """
    return _with(_STEPS[event_type], name or page or campaign)


def conversion_in_words(
    conversion_type: str, name: str | None, value_minor: int | None, currency: str, order_id: str | None
) -> str:
    """A conversion in words: what it was, for how much, its name or order.

    >>> conversion_in_words("purchase", None, 499900, "INR", "1001")
    'Bought for 4,999.00 INR: order 1001'
    >>> conversion_in_words("add_to_cart", "Quilt", None, "INR", None)
    'Put something into the cart: Quilt'
    """
    words = _CONVERSIONS[conversion_type]
    if value_minor is not None:
        words += f" for {to_major(value_minor, currency):,.{minor_digits(currency)}f} {currency}"
    return _with(words, name or (order_id and f"order {order_id}"))


def lead_in_words(form_name: str | None, campaign: str | None) -> str:
    """A lead in words: the form it was left in, else the campaign it came from.

    >>> lead_in_words("Catalogue", "Diwali")
    'Left a lead form: Catalogue'
    """
    return _with(_STEPS[JourneyEventType.lead_capture], form_name or campaign)


def feedback_in_words(rating: int | None, scale: str | None, content: str | None) -> str:
    """An opinion in words: its mark and its text.

    >>> feedback_in_words(9, "10", "Lovely"), feedback_in_words(None, None, "Late")
    ('Gave 9 of 10: Lovely', 'Gave feedback: Late')
    """
    words = (
        _STEPS[JourneyEventType.feedback] if rating is None else f"Gave {rating}" + (f" of {scale}" if scale else "")
    )
    return _with(words, content)


def _with(words: str, text: str | None) -> str:
    if not text:
        return words
    quoted = " ".join(text.split())
    return f"{words}: {quoted if len(quoted) <= MAX_QUOTED else quoted[: MAX_QUOTED - 1] + '…'}"
