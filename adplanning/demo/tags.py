"""How the links to the shop are tagged: as strangers write UTM tags, not as the manual says."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import numpy as np
import polars as pl

from adplanning.core.names import name_key
from adplanning.core.vocabulary import platform_of_source
from adplanning.demo.campaigns import Advertised, Plan
from adplanning.demo.paths import CHANNELS
from adplanning.demo.season import Season

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
# What each ad's link was tagged with, in turn; some of its sessions are tagged plainly all the same.
_STYLES = ("plain", "upper", "plain", "encoded", "plain", "copy", "macro", "plus", "plain", "id", "click_id_only")
_PLAIN_ANYWAY = 0.3
# An ad that two campaigns share was tagged with what their names have in common.
_CUT = "Weavers"
_SOURCES = {
    "meta": {"facebook": 0.42, "fb": 0.2, "FB": 0.07, "Facebook": 0.06, "ig": 0.14, "instagram": 0.08, "meta": 0.03},
    "google": {"google": 0.86, "Google": 0.08, "adwords": 0.06},
    "email": {"newsletter": 0.8, "Newsletter": 0.12, "email": 0.08},
    "social": {"instagram": 0.55, "pinterest": 0.25, "youtube": 0.12, "IG": 0.08},
    "referral": {"thecraftdiary": 0.6, "slowhomeblog": 0.4},
}
_MEDIA = {
    "meta": {"paid_social": 0.45, "cpc": 0.3, "paid-social": 0.12, "paid": 0.1, "{{placement}}": 0.03},
    "google": {"cpc": 0.9, "ppc": 0.1},
    "email": {"email": 0.9, "Email": 0.1},
    "social": {"social": 0.9, "organic_social": 0.1},
    "referral": {"referral": 1.0},
}
_KEYWORDS = ("cotton+bedsheet", "block+print+bedsheet", "jaipuri%20razai", "indigo+loom", "bath+towels", "{keyword}")


def tagged(
    sessions: pl.DataFrame, plans: tuple[Plan, ...], told: Advertised, season: Season, rng: np.random.Generator
) -> pl.DataFrame:
    """Add the utm_* tags and the click id as they stand in the address, and the platform that they tell.

    Sessions that came by themselves have none of them; a few that an ad brought have a click id only.
    """
    n = sessions.height
    frame = sessions.hstack(_links_of(sessions, plans, told, rng)).with_columns(
        utm_source=_drawn(_SOURCES, n, rng),
        utm_medium=_drawn(_MEDIA, n, rng),
        keyword=pl.Series(rng.choice(_KEYWORDS, n)),
        clicked=pl.Series(rng.random(n)),
        week=(pl.col("at") - season.start) // (7 * 86_400_000_000) + 1,
        number=pl.int_range(n) * 2_654_435_761 % 2**40 + 2**40,
    )
    bare = pl.col("style") == "click_id_only"
    brought_by = {name: pl.col("way") == name for name in _SOURCES}
    return (
        frame.with_columns(
            utm_campaign=pl.when(brought_by["email"])
            .then(pl.format("loom_letter_{}", "week"))
            .when(brought_by["social"] & (pl.col("clicked") < 0.6))
            .then(pl.lit("bio_link"))
            .otherwise("utm_campaign"),
            utm_term=pl.when(brought_by["google"]).then("keyword").otherwise("utm_term"),
            click_id=pl.when(brought_by["meta"] & (bare | (pl.col("clicked") < 0.85)))
            .then(pl.format("fbclid=IwAR{}", "number"))
            .when(brought_by["google"] & (bare | (pl.col("clicked") < 0.92)))
            .then(pl.format("gclid=Cj0K{}", "number")),
        )
        .with_columns(pl.when(~bare.fill_null(value=False)).then(pl.col(name)).alias(name) for name in UTM)
        .with_columns(platform=_platform())
        .drop("style", "keyword", "clicked", "week", "number")
    )


def _platform() -> pl.Expr:
    # A click id says more than a missing source.
    by_click = pl.when(pl.col("click_id").str.starts_with("fbclid")).then(pl.lit("meta")).otherwise(pl.lit("google"))
    names = {source: platform_of_source(source).value for options in _SOURCES.values() for source in options}
    by_source = pl.col("utm_source").replace_strict(names, default="direct")
    return (
        pl.when(pl.col("utm_source").is_null() & pl.col("click_id").is_not_null()).then(by_click).otherwise(by_source)
    )


def _drawn(options: dict[str, dict[str, float]], n: int, rng: np.random.Generator) -> pl.Expr:
    """One of the words of the way by which each session came; null for those that came by themselves."""
    words = {way: pl.Series(rng.choice(list(shares), n, p=list(shares.values()))) for way, shares in options.items()}
    return pl.coalesce(pl.when(pl.col("way") == way).then(pl.lit(word)) for way, word in words.items())


def _links_of(
    sessions: pl.DataFrame, plans: tuple[Plan, ...], told: Advertised, rng: np.random.Generator
) -> pl.DataFrame:
    """The way, style and tags of the link behind each session, from one row per ad and style, and one per channel."""
    ads = told.ads.join(told.ad_sets, left_on="ad_set_id", right_on="id", suffix="_of_set", maintain_order="left").join(
        told.campaigns, left_on="campaign_id", right_on="id", suffix="_of_campaign", maintain_order="left"
    )
    way_of = {campaign: plan.platform.value for campaign, plan in zip(told.campaigns["id"], plans, strict=True)}
    rows: list[dict[str, str | None]] = [
        {"way": way_of[ad["campaign_id"]], "style": style, **_tags(style, ad)}
        for number, ad in enumerate(ads.iter_rows(named=True))
        for style in ("cut" if ad["name"] == _CUT else _STYLES[number % len(_STYLES)], "plain")
    ]
    rows += [{"way": channel if channel in _SOURCES else None} for channel in CHANNELS]
    links = pl.DataFrame(rows, schema=dict.fromkeys(("way", "style", *UTM[2:]), pl.String))
    ad, source = sessions["ad"].to_numpy(), sessions["source"].to_numpy()
    plain = rng.random(sessions.height) < _PLAIN_ANYWAY
    return links[np.where(ad >= 0, 2 * ad + plain, 2 * ads.height + source - len(plans))]


def _tags(style: str, ad: Mapping[str, str]) -> dict[str, str]:
    campaign = ad["name_of_campaign"]
    plain = name_key(campaign).replace("-", "_")
    spelled = {
        "upper": plain.upper(),
        "encoded": quote(campaign),
        "plus": campaign.replace(" ", "+"),
        "copy": f"{plain}_copy",
        "macro": "{{campaign.name}}",
        "id": ad["platform_campaign_id"],
        "cut": plain.rsplit("_", 1)[0],
    }
    macros = {"utm_term": "{{adset.name}}", "utm_content": "{{ad.name}}"}
    names = {"utm_term": quote(ad["name_of_set"]), "utm_content": quote(ad["name"])}
    return {"utm_campaign": spelled.get(style, plain), **(macros if style == "macro" else names)}
