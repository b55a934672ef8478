"""The words of the field that the API, the store and the pages share, each list written once."""

from __future__ import annotations

from enum import StrEnum


class ConversionType(StrEnum):
    """What a visitor did that counts."""

    lead_form_submission = "lead_form_submission"
    add_to_cart = "add_to_cart"
    begin_checkout = "begin_checkout"
    purchase = "purchase"
    page_engagement = "page_engagement"
    scroll_depth = "scroll_depth"
    time_on_site = "time_on_site"
    custom = "custom"


class Platform(StrEnum):
    """Where the traffic came from, coarsely."""

    meta = "meta"
    google = "google"
    generic = "generic"
    direct = "direct"


class AttributionModel(StrEnum):
    """How credit is split along a conversion path."""

    last_click = "last_click"
    first_click = "first_click"
    linear = "linear"
    time_decay = "time_decay"
    position_based = "position_based"
    markov = "markov"
    shapley = "shapley"


class TouchType(StrEnum):
    """Where in its path a touchpoint stands; a single touch is reported as last."""

    first = "first"
    middle = "middle"
    last = "last"


class ResolutionMethod(StrEnum):
    """How a touchpoint found its campaign."""

    exact_utm_match = "exact_utm_match"
    fuzzy_name_match = "fuzzy_name_match"
    manual = "manual"
    unresolved = "unresolved"


class GoalType(StrEnum):
    """Which events a goal listens to."""

    lead_form = "lead_form"
    purchase = "purchase"
    add_to_cart = "add_to_cart"
    page_view = "page_view"
    time_on_page = "time_on_page"
    scroll_depth = "scroll_depth"
    custom_event = "custom_event"


class JourneyEventType(StrEnum):
    """What happened on a customer's way."""

    form_submit = "form_submit"
    feedback = "feedback"
    purchase = "purchase"
    page_view = "page_view"
    social_engage = "social_engage"
    lead_capture = "lead_capture"
    email_open = "email_open"
    email_click = "email_click"
    ad_click = "ad_click"
    support_ticket = "support_ticket"
    custom = "custom"


class JourneyChannel(StrEnum):
    """Over which way it happened."""

    web = "web"
    social = "social"
    email = "email"
    sms = "sms"
    phone = "phone"
    in_person = "in_person"
    ad = "ad"


class JourneyStage(StrEnum):
    """How far along a customer is, in this order."""

    awareness = "awareness"
    interest = "interest"
    consideration = "consideration"
    intent = "intent"
    conversion = "conversion"
    retention = "retention"
    advocacy = "advocacy"


class Role(StrEnum):
    """What a key may do: a viewer reads, an analyst also writes, an admin also manages keys and deletes."""

    viewer = "viewer"
    analyst = "analyst"
    admin = "admin"


class Origin(StrEnum):
    """Which way in a record took; `web` is claimed by a browser, `admin` and `import` are the shop's own word."""

    web = "web"
    admin = "admin"
    imported = "import"


class PublicRevenue(StrEnum):
    """Whether purchases that only a browser has claimed count as revenue."""

    counted = "counted"
    confirmed_only = "confirmed_only"


class DirectCredit(StrEnum):
    """Whether a direct visit earns credit on a path that holds others too."""

    only_alone = "only_alone"
    always = "always"


class TouchKind(StrEnum):
    """What brought a touchpoint about: a visit, a click in an ad or a letter, or a lead form."""

    session = "session"
    ad_click = "ad_click"
    email_click = "email_click"
    lead = "lead"


class AliasDecision(StrEnum):
    """What is known of a name: people say that it means a campaign or does not, or the campaign bore it once."""

    accepted = "accepted"
    refused = "refused"
    former_name = "former_name"


class LeadStatus(StrEnum):
    """How far a lead has come; the first four are the pipeline, the others its ends."""

    new = "new"
    contacted = "contacted"
    qualified = "qualified"
    converted = "converted"
    unqualified = "unqualified"
    lost = "lost"
    archived = "archived"


class PostStatus(StrEnum):
    """Where a social post stands."""

    draft = "draft"
    scheduled = "scheduled"
    posted = "posted"
    failed = "failed"


class Stream(StrEnum):
    """What is synchronised with an ad platform, one kind of facts each."""

    token = "token"  # noqa: S105 - the word, not one
    accounts = "accounts"
    campaigns = "campaigns"
    ad_sets = "ad_sets"
    ads = "ads"
    campaign_insights = "campaign_insights"
    ad_insights = "ad_insights"
    lead_forms = "lead_forms"
    leads = "leads"
    posts = "posts"


class StreamStatus(StrEnum):
    """How the last synchronisation of a stream ended: all of it, a part, put off by the platform, or not."""

    running = "running"
    ok = "ok"
    partial = "partial"
    throttled = "throttled"
    failed = "failed"


class StreamFault(StrEnum):
    """Why a stream did not end well."""

    throttled = "throttled"
    transient = "transient"
    needs_reauthorisation = "needs_reauthorisation"
    permission = "permission"
    bad_request = "bad_request"
    rows = "rows"
    unexpected = "unexpected"


class RemoteState(StrEnum):
    """Whether the platform's last complete listing held an object."""

    present = "present"
    missing = "missing"


class ScoreType(StrEnum):
    """What a score of a customer says."""

    nps = "nps"
    engagement = "engagement"
    clv = "clv"
    churn_risk = "churn_risk"


class Tier(StrEnum):
    """How much a customer is expected to be worth, the best first."""

    platinum = "platinum"
    gold = "gold"
    silver = "silver"
    bronze = "bronze"


class RiskLevel(StrEnum):
    """How likely a customer is to be lost, the safest first."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class SentimentLabel(StrEnum):
    """How a text sounds."""

    very_negative = "very_negative"
    negative = "negative"
    neutral = "neutral"
    positive = "positive"
    very_positive = "very_positive"
    mixed = "mixed"


class TextSource(StrEnum):
    """Where a text was said."""

    feedback = "feedback"
    form_response = "form_response"
    social_mention = "social_mention"
    social_comment = "social_comment"
    review = "review"


class SegmentType(StrEnum):
    """What a segment goes by."""

    behavioral = "behavioral"
    demographic = "demographic"
    value_based = "value-based"
    engagement = "engagement"
    rfm = "rfm"
    custom = "custom"


class AddedReason(StrEnum):
    """Why somebody is in a segment."""

    rule_match = "rule_match"
    manual = "manual"
    imported = "import"


class ExperimentStatus(StrEnum):
    """Where an experiment stands."""

    draft = "draft"
    running = "running"
    paused = "paused"
    completed = "completed"


class ExperimentType(StrEnum):
    """What an experiment changes."""

    ad_creative = "ad_creative"
    landing_page = "landing_page"
    audience = "audience"
    budget = "budget"
    bidding = "bidding"


class PrimaryMetric(StrEnum):
    """What an experiment is decided by."""

    conversion_rate = "conversion_rate"
    ctr = "ctr"
    cpc = "cpc"
    roas = "roas"
    leads = "leads"
    revenue = "revenue"


class ExperimentSource(StrEnum):
    """Where an experiment takes its subjects from: they are told, or found in the store."""

    observations = "observations"
    campaigns = "campaigns"
    ad_sets = "ad_sets"
    landing_pages = "landing_pages"


class ForecastStatus(StrEnum):
    """Whether the days of a forecast are to come, are passing, or are over."""

    pending = "pending"
    active = "active"
    completed = "completed"


class Trust(StrEnum):
    """How far a forecast is to be trusted, the best first."""

    good = "good"
    fair = "fair"
    low = "low"
    none = "none"


class BudgetTarget(StrEnum):
    """What a plan of budgets must reach."""

    roas = "roas"
    cpa = "cpa"


_META_SOURCES = frozenset({"facebook", "fb", "instagram", "ig", "meta"})
_GOOGLE_SOURCES = frozenset({"google", "adwords", "googleads"})
PLATFORM_OF_SOURCE = dict.fromkeys(_META_SOURCES, Platform.meta) | dict.fromkeys(_GOOGLE_SOURCES, Platform.google)

# The journey events that are touchpoints by themselves, not as part of a visit.
KIND_OF_EVENT = {
    JourneyEventType.ad_click: TouchKind.ad_click,
    JourneyEventType.email_click: TouchKind.email_click,
    JourneyEventType.lead_capture: TouchKind.lead,
}


def platform_of_source(utm_source: str | None) -> Platform:
    """Tell the platform from a UTM source; case and surrounding space do not matter.

    >>> [platform_of_source(s).value for s in ("FB", "adwords", "newsletter", None)]
    ['meta', 'google', 'generic', 'direct']
    """
    if utm_source is None or not utm_source.strip():
        return Platform.direct
    return PLATFORM_OF_SOURCE.get(utm_source.strip().lower(), Platform.generic)


class AlertKind(StrEnum):
    """When a rule gives an alert."""

    spend_without_conversions = "spend_without_conversions"
    below = "below"
    above = "above"
    fell = "fell"
    rose = "rose"
    sync_late = "sync_late"
