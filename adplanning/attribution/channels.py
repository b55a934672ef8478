"""Which channel a touchpoint came through, told from its UTM tags."""

from __future__ import annotations

import polars as pl

from adplanning.core.vocabulary import PLATFORM_OF_SOURCE, Platform

# The first row that fits decides. Media of the usual UTM conventions; sources where the medium does not tell.
_PAID_MEDIA = r"^(.*cp[acmv].*|ppc|paid.*|retargeting|display|banner)$"
_SOCIAL_SOURCES = r"^(twitter|x|tiktok|linkedin|pinterest|snapchat|youtube|whatsapp|telegram|reddit|threads)(\.com)?$"
_SEARCH_SOURCES = r"^(bing|yahoo|duckduckgo|baidu|yandex|ecosia)(\.com)?$"
_OF_META = [source for source, platform in PLATFORM_OF_SOURCE.items() if platform is Platform.meta]
_OF_GOOGLE = [source for source, platform in PLATFORM_OF_SOURCE.items() if platform is Platform.google]


def plain(tag: str) -> pl.Expr:
    """A UTM tag without regard to case and surrounding space, null when blank."""
    text = pl.col(tag).str.strip_chars().str.to_lowercase()
    return pl.when(text != "").then(text)


def channel() -> pl.Expr:
    """The channel of a touchpoint from `utm_source`, `utm_medium` and `platform`.

    Formula: e-mail by medium or source; a paid medium, or a click id without any tags, is paid social on a social
    network and paid search at a search engine; then social, referral; nothing at all is direct, the rest is other.

    >>> tags = pl.DataFrame({
    ...     "utm_source": ["Facebook", "google", "newsletter", "instagram", "partner", None, "poster"],
    ...     "utm_medium": ["cpc", "cpc", "email", "social", "referral", None, "print"],
    ...     "platform": ["meta", "google", "generic", "meta", "generic", "direct", "generic"],
    ... })
    >>> tags.select(channel())["channel"].to_list()
    ['paid social', 'paid search', 'email', 'social', 'referral', 'direct', 'other']
    """
    source, medium = plain("utm_source"), plain("utm_medium")
    is_social = (pl.col("platform") == Platform.meta) | source.str.contains(_SOCIAL_SOURCES) | source.is_in(_OF_META)
    is_search = (
        (pl.col("platform") == Platform.google) | source.is_in(_OF_GOOGLE) | source.str.contains(_SEARCH_SOURCES)
    )
    by_click_id = source.is_null() & medium.is_null() & (pl.col("platform") != Platform.direct)
    is_paid = medium.str.contains(_PAID_MEDIA) | by_click_id
    return (
        pl.when(medium.is_in(["email", "e-mail", "newsletter"]) | source.is_in(["email", "newsletter"]))
        .then(pl.lit("email"))
        .when(is_paid & is_social)
        .then(pl.lit("paid social"))
        .when(is_paid & (is_search | by_click_id))
        .then(pl.lit("paid search"))
        .when(is_social | medium.is_in(["social", "social-media", "organic_social"]))
        .then(pl.lit("social"))
        .when(medium == "referral")
        .then(pl.lit("referral"))
        .when(source.is_null() & medium.is_null())
        .then(pl.lit("direct"))
        .otherwise(pl.lit("other"))
        .alias("channel")
    )
