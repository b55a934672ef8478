"""What a code looks like to a reader: its words, a colour that means something, and an icon beside it.

Colours: green good or purchase, blue lead form and Google, purple ads and Meta, orange waiting, red bad, grey the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adplanning.core.vocabulary import (
    AliasDecision,
    ConversionType,
    GoalType,
    Platform,
    ResolutionMethod,
    TouchType,
    platform_of_source,
)


@dataclass(frozen=True)
class Badge:
    """Words, colour and icon."""

    words: str
    colour: str = "grey"
    icon: str = ""

    def cell(self) -> dict[str, Any]:
        """The badge as a table shows it."""
        return {"text": self.words, "colour": self.colour, "icon": self.icon}


CONVERSION_TYPES = {
    ConversionType.purchase: Badge("Purchase", "green", "mdi-cart-check"),
    ConversionType.lead_form_submission: Badge("Lead form", "blue", "mdi-form-select"),
    ConversionType.add_to_cart: Badge("Add to cart", "orange", "mdi-cart-plus"),
    ConversionType.begin_checkout: Badge("Begin checkout", "orange", "mdi-cart-arrow-right"),
    ConversionType.page_engagement: Badge("Page engagement", "grey", "mdi-gesture-tap"),
    ConversionType.scroll_depth: Badge("Scroll depth", "grey", "mdi-arrow-collapse-down"),
    ConversionType.time_on_site: Badge("Time on site", "grey", "mdi-timer-outline"),
    ConversionType.custom: Badge("Custom", "grey", "mdi-shape-outline"),
}
PLATFORMS = {
    Platform.meta: Badge("Meta", "purple", "mdi-bullhorn-outline"),
    Platform.google: Badge("Google", "blue", "mdi-google"),
    Platform.generic: Badge("Other", "grey", "mdi-web"),
    Platform.direct: Badge("Direct", "grey", "mdi-arrow-right-thin"),
}
GOAL_TYPES = {
    GoalType.lead_form: Badge("Lead form", "blue", "mdi-form-select"),
    GoalType.purchase: Badge("Purchase", "green", "mdi-cart-check"),
    GoalType.add_to_cart: Badge("Add to cart", "orange", "mdi-cart-plus"),
    GoalType.page_view: Badge("Page view", "grey", "mdi-file-eye-outline"),
    GoalType.time_on_page: Badge("Time on page", "grey", "mdi-timer-outline"),
    GoalType.scroll_depth: Badge("Scroll depth", "grey", "mdi-arrow-collapse-down"),
    GoalType.custom_event: Badge("Custom event", "grey", "mdi-shape-outline"),
}
RESOLUTION_METHODS = {
    ResolutionMethod.exact_utm_match: Badge("Matched by exact name", "green", "mdi-check"),
    ResolutionMethod.fuzzy_name_match: Badge("Matched by similar name", "orange", "mdi-approximately-equal"),
    ResolutionMethod.manual: Badge("Chosen by hand", "blue", "mdi-hand-back-right-outline"),
    ResolutionMethod.unresolved: Badge("Not matched", "grey", "mdi-help"),
}
ALIAS_DECISIONS = {
    AliasDecision.accepted: Badge("Means this campaign", "green", "mdi-check"),
    AliasDecision.refused: Badge("Does not mean it", "red", "mdi-close"),
    AliasDecision.former_name: Badge("Former name", "grey", "mdi-history"),
}
TOUCH_TYPES = {
    TouchType.first: Badge("First", "blue", "mdi-ray-start"),
    TouchType.middle: Badge("Middle", "grey", "mdi-ray-vertex"),
    TouchType.last: Badge("Last", "green", "mdi-ray-end"),
}
MODELS = {
    "last_click": "Last click",
    "first_click": "First click",
    "linear": "Linear",
    "time_decay": "Time decay",
    "position_based": "Position based",
    "markov": "Markov",
    "shapley": "Shapley",
}
RUN_STATUSES = {
    "succeeded": Badge("Succeeded", "green", "mdi-check-circle-outline"),
    "running": Badge("Running", "orange", "mdi-progress-clock"),
    "failed": Badge("Failed", "red", "mdi-alert-circle-outline"),
}
YES, NO = Badge("Yes", "green", "mdi-check"), Badge("No", "grey", "mdi-minus")


def source_badge(utm_source: str | None) -> dict[str, Any]:
    """A UTM source: Google blue, Facebook, Instagram and Meta purple, e-mail green; none at all is direct.

    >>> source_badge("Instagram")["colour"], source_badge("newsletter")["colour"], source_badge(None)["text"]
    ('purple', 'green', 'Direct')
    """
    if utm_source is None:
        return PLATFORMS[Platform.direct].cell()
    known = PLATFORMS[platform_of_source(utm_source)]
    colour = "green" if utm_source.strip().lower() in _LETTERS else known.colour
    icon = "mdi-email-outline" if colour == "green" else known.icon
    return Badge(utm_source, colour, icon).cell()


_LETTERS = frozenset({"email", "e-mail", "mail", "newsletter", "klaviyo", "mailchimp"})
