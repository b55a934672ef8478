"""What a code looks like to a reader: its words, a colour that means something, and an icon beside it.

Colours: green good or purchase, blue lead form and Google, purple ads and Meta, orange waiting, red bad, grey the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adplanning.core.vocabulary import (
    AddedReason,
    AlertKind,
    AliasDecision,
    ConversionType,
    ExperimentStatus,
    ExperimentType,
    ForecastStatus,
    GoalType,
    JourneyEventType,
    JourneyStage,
    LeadStatus,
    Platform,
    PostStatus,
    ResolutionMethod,
    RiskLevel,
    ScoreType,
    SegmentType,
    SentimentLabel,
    StreamStatus,
    TextSource,
    Tier,
    TouchType,
    Trust,
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
    ResolutionMethod.exact_utm_match: Badge("Exact UTM match", "green", "mdi-check"),
    ResolutionMethod.fuzzy_name_match: Badge("Fuzzy name match", "orange", "mdi-approximately-equal"),
    ResolutionMethod.manual: Badge("Manual", "blue", "mdi-hand-back-right-outline"),
    ResolutionMethod.unresolved: Badge("Unresolved", "grey", "mdi-help"),
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
ACTIVE = Badge("Active", "green", "mdi-play-circle-outline")
PAUSED = Badge("Paused", "orange", "mdi-pause-circle-outline")
CAMPAIGN_STATUSES = {
    "ACTIVE": ACTIVE,
    "PAUSED": PAUSED,
    "ARCHIVED": Badge("Archived", "grey", "mdi-archive-outline"),
    "DELETED": Badge("Deleted", "grey", "mdi-delete-outline"),
    "IN_PROCESS": Badge("In process", "blue", "mdi-progress-clock"),
    "WITH_ISSUES": Badge("With issues", "red", "mdi-alert-circle-outline"),
    "UNKNOWN": Badge("Unknown", "grey", "mdi-help"),
}
STREAM_STATUSES = {
    StreamStatus.running: Badge("Running", "orange", "mdi-progress-clock"),
    StreamStatus.ok: Badge("Whole", "green", "mdi-check-circle-outline"),
    StreamStatus.partial: Badge("In part", "orange", "mdi-circle-half-full"),
    StreamStatus.throttled: Badge("Put off by the platform", "orange", "mdi-timer-sand"),
    StreamStatus.failed: Badge("Failed", "red", "mdi-alert-circle-outline"),
}
POST_STATUSES = {
    PostStatus.draft: Badge("Draft", "grey", "mdi-pencil-outline"),
    PostStatus.scheduled: Badge("Scheduled", "orange", "mdi-calendar-clock-outline"),
    PostStatus.posted: Badge("Posted", "green", "mdi-check-circle-outline"),
    PostStatus.failed: Badge("Failed", "red", "mdi-alert-circle-outline"),
}
NETWORKS = {
    "facebook": Badge("Facebook", "purple", "mdi-facebook"),
    "instagram": Badge("Instagram", "purple", "mdi-instagram"),
    "youtube": Badge("YouTube", "blue", "mdi-youtube"),
    "linkedin": Badge("LinkedIn", "grey", "mdi-linkedin"),
    "pinterest": Badge("Pinterest", "grey", "mdi-pinterest"),
    "tiktok": Badge("TikTok", "grey", "mdi-music-note"),
    "whatsapp": Badge("WhatsApp", "purple", "mdi-whatsapp"),
    "x": Badge("X", "grey", "mdi-twitter"),
}
LEAD_STATUSES = {
    LeadStatus.new: Badge("New", "orange", "mdi-account-clock-outline"),
    LeadStatus.contacted: Badge("Contacted", "blue", "mdi-phone-check-outline"),
    LeadStatus.qualified: Badge("Qualified", "purple", "mdi-account-star-outline"),
    LeadStatus.converted: Badge("Converted", "green", "mdi-check-circle-outline"),
    LeadStatus.unqualified: Badge("Unqualified", "grey", "mdi-account-cancel-outline"),
    LeadStatus.lost: Badge("Lost", "red", "mdi-close-circle-outline"),
    LeadStatus.archived: Badge("Archived", "grey", "mdi-archive-outline"),
}
EXPERIMENT_STATUSES = {
    ExperimentStatus.draft: Badge("Draft", "grey", "mdi-pencil-outline"),
    ExperimentStatus.running: Badge("Running", "green", "mdi-play-circle-outline"),
    ExperimentStatus.paused: Badge("Paused", "orange", "mdi-pause-circle-outline"),
    ExperimentStatus.completed: Badge("Completed", "blue", "mdi-flag-checkered"),
}
EXPERIMENT_TYPES = {
    ExperimentType.ad_creative: Badge("Ad creative", "purple", "mdi-image-outline"),
    ExperimentType.landing_page: Badge("Landing page", "blue", "mdi-page-layout-header"),
    ExperimentType.audience: Badge("Audience", "grey", "mdi-account-group-outline"),
    ExperimentType.budget: Badge("Budget", "grey", "mdi-wallet-outline"),
    ExperimentType.bidding: Badge("Bidding", "grey", "mdi-gavel"),
}
FORECAST_STATUSES = {
    ForecastStatus.pending: Badge("To come", "grey", "mdi-clock-outline"),
    ForecastStatus.active: Badge("Passing", "green", "mdi-play-circle-outline"),
    ForecastStatus.completed: Badge("Over", "blue", "mdi-flag-checkered"),
}
TRUST = {
    Trust.good: Badge("Good trust", "green", "mdi-check-circle-outline"),
    Trust.fair: Badge("Fair trust", "blue", "mdi-check-circle-outline"),
    Trust.low: Badge("Low trust", "orange", "mdi-alert-outline"),
    Trust.none: Badge("Nothing can be told", "red", "mdi-alert-circle-outline"),
}
JOURNEY_EVENTS = {
    JourneyEventType.page_view: Badge("Page view", "grey", "mdi-file-eye-outline"),
    JourneyEventType.ad_click: Badge("Ad click", "purple", "mdi-cursor-default-click-outline"),
    JourneyEventType.lead_capture: Badge("Lead captured", "orange", "mdi-account-plus-outline"),
    JourneyEventType.form_submit: Badge("Form submitted", "blue", "mdi-form-select"),
    JourneyEventType.purchase: Badge("Purchase", "green", "mdi-cart-check"),
    JourneyEventType.social_engage: Badge("Social engagement", "grey", "mdi-thumb-up-outline"),
    JourneyEventType.email_open: Badge("E-mail opened", "grey", "mdi-email-open-outline"),
    JourneyEventType.email_click: Badge("E-mail clicked", "blue", "mdi-email-outline"),
    JourneyEventType.feedback: Badge("Feedback given", "blue", "mdi-message-text-outline"),
    JourneyEventType.support_ticket: Badge("Support ticket", "orange", "mdi-lifebuoy"),
    JourneyEventType.custom: Badge("Other event", "grey", "mdi-shape-outline"),
}
# The steps of a way: events, and the conversions that are none of these.
STEPS: Mapping[Any, Badge] = {**CONVERSION_TYPES, **JOURNEY_EVENTS}
STAGES = {
    JourneyStage.awareness: Badge("Awareness", "grey", "mdi-eye-outline"),
    JourneyStage.interest: Badge("Interest", "grey", "mdi-star-outline"),
    JourneyStage.consideration: Badge("Consideration", "blue", "mdi-scale-balance"),
    JourneyStage.intent: Badge("Intent", "orange", "mdi-target"),
    JourneyStage.conversion: Badge("Conversion", "green", "mdi-check-circle-outline"),
    JourneyStage.retention: Badge("Retention", "green", "mdi-sync"),
    JourneyStage.advocacy: Badge("Advocacy", "green", "mdi-bullhorn-variant-outline"),
}
TIERS = {
    Tier.platinum: Badge("Platinum", "green", "mdi-medal-outline"),
    Tier.gold: Badge("Gold", "blue", "mdi-medal-outline"),
    Tier.silver: Badge("Silver", "orange", "mdi-medal-outline"),
    Tier.bronze: Badge("Bronze", "grey", "mdi-medal-outline"),
}
RISK_LEVELS = {
    RiskLevel.low: Badge("Low", "green", "mdi-shield-check-outline"),
    RiskLevel.medium: Badge("Medium", "orange", "mdi-shield-half-full"),
    RiskLevel.high: Badge("High", "red", "mdi-alert-outline"),
    RiskLevel.critical: Badge("Critical", "red", "mdi-alert-octagon-outline"),
}
# What a score's `tier` may say, by the score's type.
LEVELS: Mapping[ScoreType, Mapping[Any, Badge]] = {
    ScoreType.clv: TIERS,
    ScoreType.churn_risk: RISK_LEVELS,
    ScoreType.engagement: {
        "high": Badge("High", "green", "mdi-signal-cellular-3"),
        "medium": Badge("Medium", "blue", "mdi-signal-cellular-2"),
        "low": Badge("Low", "orange", "mdi-signal-cellular-1"),
        "inactive": Badge("Inactive", "grey", "mdi-signal-cellular-outline"),
    },
    ScoreType.nps: {
        "promoter": Badge("Promoter", "green", "mdi-emoticon-happy-outline"),
        "passive": Badge("Passive", "orange", "mdi-emoticon-neutral-outline"),
        "detractor": Badge("Detractor", "red", "mdi-emoticon-sad-outline"),
    },
}
SEGMENT_TYPES = {
    SegmentType.behavioral: Badge("Behavioral", "blue", "mdi-gesture-tap"),
    SegmentType.demographic: Badge("Demographic", "grey", "mdi-account-details-outline"),
    SegmentType.value_based: Badge("Value-based", "green", "mdi-cash-multiple"),
    SegmentType.engagement: Badge("Engagement", "orange", "mdi-heart-pulse"),
    SegmentType.rfm: Badge("RFM", "purple", "mdi-chart-scatter-plot"),
    SegmentType.custom: Badge("Custom", "grey", "mdi-shape-outline"),
}
ADDED_REASONS = {
    AddedReason.rule_match: Badge("Meets the rules", "green", "mdi-check"),
    AddedReason.manual: Badge("By hand", "blue", "mdi-hand-back-right-outline"),
    AddedReason.imported: Badge("From a file", "purple", "mdi-file-import-outline"),
}
DYNAMIC = Badge("Dynamic", "blue", "mdi-autorenew")
STATIC = Badge("Static", "grey", "mdi-pin-outline")
SENTIMENT_LABELS = {
    SentimentLabel.very_negative: Badge("Very negative", "red", "mdi-emoticon-angry-outline"),
    SentimentLabel.negative: Badge("Negative", "red", "mdi-emoticon-sad-outline"),
    SentimentLabel.neutral: Badge("Neutral", "grey", "mdi-emoticon-neutral-outline"),
    SentimentLabel.positive: Badge("Positive", "green", "mdi-emoticon-happy-outline"),
    SentimentLabel.very_positive: Badge("Very positive", "green", "mdi-emoticon-excited-outline"),
    SentimentLabel.mixed: Badge("Mixed", "orange", "mdi-emoticon-confused-outline"),
}
NOT_ANALYSED = Badge("Not analysed", "grey", "mdi-translate-off")
TEXT_SOURCES = {
    TextSource.feedback: Badge("Feedback", "blue", "mdi-message-text-outline"),
    TextSource.form_response: Badge("Form", "blue", "mdi-form-select"),
    TextSource.social_mention: Badge("Social mention", "purple", "mdi-at"),
    TextSource.social_comment: Badge("Social comment", "purple", "mdi-comment-outline"),
    TextSource.review: Badge("Review", "grey", "mdi-star-outline"),
}
ALERT_KINDS = {
    AlertKind.spend_without_conversions: Badge("Spend without conversions", "red", "mdi-cash-remove"),
    AlertKind.below: Badge("Below a bound", "orange", "mdi-arrow-collapse-down"),
    AlertKind.above: Badge("Above a bound", "orange", "mdi-arrow-collapse-up"),
    AlertKind.fell: Badge("Fell", "red", "mdi-trending-down"),
    AlertKind.rose: Badge("Rose", "blue", "mdi-trending-up"),
    AlertKind.sync_late: Badge("Sync is late", "orange", "mdi-timer-sand"),
}
WATCHING = Badge("Watching", "green", "mdi-eye-outline")
NOT_CHECKED = Badge("Not checked yet", "grey", "mdi-clock-outline")
NOT_ALL_KNOWN = Badge("Not all known", "orange", "mdi-help-circle-outline")
NOT_TOLD = Badge("Nobody yet", "grey", "mdi-bell-off-outline")
YES, NO = Badge("Yes", "green", "mdi-check"), Badge("No", "grey", "mdi-minus")


def status_badge(status: str | None) -> Badge:
    """The status of a campaign, an ad set or an ad; one that the platform has thought of since is shown in its words.

    >>> status_badge("PAUSED").words, status_badge("CAMPAIGN_PAUSED").words, status_badge(None).words
    ('Paused', 'Campaign paused', 'Unknown')
    """
    if not status:
        return CAMPAIGN_STATUSES["UNKNOWN"]
    return CAMPAIGN_STATUSES.get(status) or Badge(status.replace("_", " ").capitalize(), "grey", "mdi-circle-outline")


def network_badge(platform: str) -> Badge:
    """A social network; one that is not known goes by the name that it was given.

    >>> network_badge("facebook").words, network_badge("mastodon").words
    ('Facebook', 'mastodon')
    """
    return NETWORKS.get(platform) or Badge(platform, "grey", "mdi-web")


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
