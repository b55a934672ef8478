"""Which channel a touchpoint came through, told from its tags, its click id and its referrer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from adplanning.core.click_ids import ALSO_UNPAID, CLICK_IDS
from adplanning.core.referrers import SEARCH_SITES, SOCIAL_SITES
from adplanning.core.vocabulary import PLATFORM_OF_SOURCE, Platform, TouchKind


def plain(tag: str) -> pl.Expr:
    """A UTM tag without regard to case and surrounding space, null when blank."""
    text = pl.col(tag).str.strip_chars().str.to_lowercase()
    return pl.when(text != "").then(text)


def _if_there(column: str) -> pl.Expr:
    """A column of text, null where the frame has none of that name."""
    return pl.coalesce(pl.col(f"^{column}$"), pl.lit(None, pl.String))


def _one_of(text: pl.Expr, *words: str) -> pl.Expr:
    return text.is_in(words).fill_null(value=False)


def _like(text: pl.Expr, pattern: str) -> pl.Expr:
    return text.str.contains(pattern).fill_null(value=False)


def _as_told(text: pl.Expr, meanings: Mapping[str, str]) -> pl.Expr:
    return text.replace_strict(meanings, default=None, return_dtype=pl.String)


_PAID_MEDIUM = r"^(.*cp[acmv].*|ppc|paid.*|retargeting|display|banner|expandable|interstitial)$"
_SOCIAL_SOURCE = r"^(twitter|x|tiktok|linkedin|pinterest|snapchat|youtube|whatsapp|telegram|reddit|threads)(\.com)?$"
_SEARCH_SOURCE = r"^(bing|yahoo|duckduckgo|baidu|yandex|ecosia)(\.com)?$"
_BY_PLATFORM: Mapping[str, str] = {"meta": "social", "google": "search", "generic": "search"}
_BY_SOURCE = {source: _BY_PLATFORM[platform] for source, platform in PLATFORM_OF_SOURCE.items()}

_SOURCE, _MEDIUM, _CLICK, _KIND = plain("utm_source"), plain("utm_medium"), _if_there("click_id"), _if_there("kind")
_FROM = _if_there("referrer_domain")
_UNTAGGED = _SOURCE.is_null() & _MEDIUM.is_null()
_SURELY_AD = _one_of(_CLICK, *(name for name in CLICK_IDS if name not in ALSO_UNPAID))

# On which network it was clicked. The ad platform's own click id is surer than what people wrote into tags; one that
# unpaid links carry too says less than the source. Without a source the referrer tells; touchpoints that name neither
# have their platform from a click id.
_NETWORK = pl.coalesce(
    pl.when(_SURELY_AD).then(_as_told(_CLICK, {name: click.network for name, click in CLICK_IDS.items()})),
    _as_told(_SOURCE, _BY_SOURCE),
    pl.when(_like(_SOURCE, _SOCIAL_SOURCE)).then(pl.lit("social")),
    pl.when(_like(_SOURCE, _SEARCH_SOURCE)).then(pl.lit("search")),
    _as_told(_CLICK, {name: CLICK_IDS[name].network for name in ALSO_UNPAID}),
    pl.when(_SOURCE.is_null() & _like(_FROM, SOCIAL_SITES)).then(pl.lit("social")),
    pl.when(_SOURCE.is_null() & _like(_FROM, SEARCH_SITES)).then(pl.lit("search")),
    pl.when(_SOURCE.is_null()).then(_as_told(pl.col("platform"), _BY_PLATFORM)),
)
_ON_SOCIAL, _ON_SEARCH = _one_of(_NETWORK, "social"), _one_of(_NETWORK, "search")
_PAID = (
    _SURELY_AD
    | _one_of(_KIND, TouchKind.ad_click)
    | _like(_MEDIUM, _PAID_MEDIUM)
    | (_UNTAGGED & (_CLICK.is_not_null() | (pl.col("platform") != Platform.direct)))
).fill_null(value=False)


def is_direct() -> pl.Expr:
    """Whether a touchpoint is a direct visit: a session without any tag, click id, campaign or referring site.

    Of `utm_…`, `platform`, `click_id`, `ad_campaign_id`, `referrer_domain` and `kind`, those are read that are there.

    >>> seen = pl.DataFrame({"utm_source": [None, None, "x"], "referrer_domain": ["", "t.co", ""]})
    >>> seen.select(is_direct()).to_series().to_list()
    [True, False, False]
    """
    told = pl.any_horizontal(pl.lit(value=False), pl.col("^utm_.*$").str.strip_chars() != "").fill_null(value=False)
    is_click = _KIND.fill_null(TouchKind.session.value) != TouchKind.session
    is_linked = _if_there("ad_campaign_id").is_not_null() | _CLICK.is_not_null() | (_FROM.fill_null("") != "")
    is_elsewhere = _if_there("platform").fill_null(Platform.direct.value) != Platform.direct
    return ~(told | is_click | is_linked | is_elsewhere).alias("is_direct")


CHANNELS: Final[tuple[tuple[str, pl.Expr], ...]] = (
    ("email", _one_of(_KIND, TouchKind.email_click) | _one_of(_MEDIUM, "email", "e-mail", "newsletter")),
    ("email", _one_of(_SOURCE, "email", "newsletter")),
    ("sms", _one_of(_MEDIUM, "sms") | _one_of(_SOURCE, "sms")),
    ("affiliate", _one_of(_MEDIUM, "affiliate", "affiliates")),
    ("paid social", _PAID & _ON_SOCIAL),
    ("display", _one_of(_MEDIUM, "display", "banner", "expandable", "interstitial", "cpm")),
    ("display", _one_of(_NETWORK, "display")),
    ("paid search", _PAID & _ON_SEARCH),
    ("social", _ON_SOCIAL | _one_of(_MEDIUM, "social", "social-media", "organic_social")),
    ("search", _one_of(_MEDIUM, "organic") | (_ON_SEARCH & _MEDIUM.is_null())),
    ("referral", _one_of(_MEDIUM, "referral") | (_UNTAGGED & (_FROM.fill_null("") != ""))),
    ("direct", pl.col("is_direct")),
)
"""What each channel is, in this order: the first that fits is it, and what fits none is `other`."""

_CHANNEL = pl.coalesce(*(pl.when(fits).then(pl.lit(name)) for name, fits in CHANNELS), pl.lit("other"))


# What the channel is told from; `is_direct` holds what further tags say.
_READ = ("utm_source", "utm_medium", "platform", "click_id", "referrer_domain", "kind", "is_direct")


def with_channel(touchpoints: pl.LazyFrame) -> pl.LazyFrame:
    """Add to touchpoints `is_direct` and `channel`, from `utm_source`, `utm_medium` and `platform`.

    Of `click_id`, `referrer_domain`, `kind` and what `is_direct` reads, those are read too that are there.

    Formula: the first of `CHANNELS`. A click id outranks referrer and tags, since the ad platform sets it by itself:
    clicks on ads that arrive as google / organic are paid search. Not so `fbclid`, which Meta adds to links in unpaid
    posts too: with a paid medium or without tags it is paid social, with others social.

    Source: Google Analytics Help, "[GA4] Default channel group", for media and order; Google Ads Help, "About
    auto-tagging", and Meta's documentation of fbclid for the click ids.

    >>> tags = pl.LazyFrame({
    ...     "utm_source": ["Facebook", "google", "newsletter", "instagram", "partner", None, "poster"],
    ...     "utm_medium": ["cpc", "organic", "email", "social", "referral", None, "print"],
    ...     "platform": ["meta", "google", "generic", "meta", "generic", "direct", "generic"],
    ...     "click_id": [None, "gclid", None, "fbclid", None, None, None],
    ... })
    >>> with_channel(tags).collect()["channel"].to_list()
    ['paid social', 'paid search', 'email', 'social', 'referral', 'direct', 'other']
    """
    told = touchpoints.with_columns(is_direct())
    read = [name for name in told.collect_schema().names() if name in _READ]
    # There are far fewer ways of being tagged than touchpoints.
    channels = told.select(read).unique().with_columns(_CHANNEL.alias("channel"))
    return told.join(channels, on=read, how="left", nulls_equal=True, maintain_order="left")
