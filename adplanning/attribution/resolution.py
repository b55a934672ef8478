"""Which campaign, ad set and ad a touchpoint means, and if none is sure, why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from adplanning.attribution.ad_parts import parts_of_campaign
from adplanning.attribution.campaign_ids import carried_ids, id_parameters
from adplanning.attribution.campaign_names import AS_ALIKE, MACRO, campaign_names, candidates, named_campaigns
from adplanning.core.frames import require_columns
from adplanning.core.names import with_name_key
from adplanning.core.vocabulary import AliasDecision, ResolutionMethod

NO_TAG = "it carries no UTM campaign and no id of a known campaign, ad set or ad"
UNREPLACED = "its UTM campaign is a macro that the ad platform has not replaced"
SAME_NAME = "several campaigns bear this name"
SEVERAL_IDS = "its ids belong to several campaigns"
UNKNOWN_ID = "it carries the id of a campaign that is not known here"
SEVERAL_ALIKE = "several campaigns are called much alike"
NONE_ALIKE = "no campaign is called like it"

_TAGS: Final = ("utm_campaign", "utm_term", "utm_content")
_LINK: Final = ("ad_campaign_id", *_TAGS, "id_parameters")


@dataclass(frozen=True)
class Advertised:
    """All that was advertised, and what its names are said to mean; the columns are the tables' own, `name_key` added
    to ad sets and ads, and the `campaign_id` to ads.
    """

    campaigns: pl.DataFrame
    ad_sets: pl.DataFrame
    ads: pl.DataFrame
    aliases: pl.DataFrame

    @property
    def names(self) -> pl.DataFrame:
        """See `campaign_names.campaign_names`."""
        return campaign_names(self.campaigns, self.aliases)

    @property
    def refused(self) -> pl.DataFrame:
        """The names of which people said that they do not mean a campaign: name_key, campaign_id."""
        decided = pl.col("decision") == AliasDecision.refused
        return self.aliases.filter(decided).select("name_key", "campaign_id")


def resolution(touchpoints: pl.DataFrame, advertised: Advertised, *, cutoff: float, margin: float) -> pl.DataFrame:
    """Find what each touchpoint means.

    Formula: the first of these that tells a campaign.

    1. The name that its UTM campaign is (`core.names.name_key`): one that people accepted for a campaign, else the name
       of a campaign, else a former name. When several campaigns bear it, the one of them that the ids tell, else none.
    2. The ids it carries (`campaign_ids.carried_ids`), of a campaign or of an ad set or ad in it, when all that are
       known are of one campaign.
    3. The one campaign that is allowed by `campaign_names.candidates`, unless it carries a campaign's id that is not
       known, or its UTM campaign is a number. Confidence is the likeness, otherwise 1.

    A macro that nobody replaced means nothing, unless people accepted it. Within the campaign, `ad_parts` tells the ad
    set and the ad. A touchpoint depends on its own tags alone: neither order nor number of the others matters.

    Parameters
    ----------
    touchpoints : one row each: id, ad_campaign_id (null while it is looked for), utm_campaign, utm_term, utm_content,
        entry_page (address or path with its query).
    advertised : all that was advertised.
    cutoff, margin : the settings `match_cutoff` (0.88) and `match_margin` (0.05).

    Returns
    -------
    One row per touchpoint: id, campaign_id, ad_set_id, ad_id, confidence, method (both null where the campaign was
    known before), reason (null where there is a campaign).

    Raises
    ------
    InvalidData : a column is missing.
    """
    require_columns(touchpoints, ["id", "ad_campaign_id", *_TAGS, "entry_page"], what="touchpoints")
    told = touchpoints.select(
        "id", "ad_campaign_id", *_TAGS, id_parameters(pl.col("entry_page")).alias("id_parameters")
    )
    links = told.select(_LINK).unique().with_row_index("link").with_columns(pl.col("link").cast(pl.Int64))
    ids = carried_ids(links)
    found = pl.concat(
        [
            _campaigns_of(links.filter(pl.col("ad_campaign_id").is_null()), ids, advertised, cutoff, margin),
            links.filter(pl.col("ad_campaign_id").is_not_null()).select("link", campaign_id="ad_campaign_id"),
        ],
        how="diagonal",
    )
    placed = found.filter(pl.col("campaign_id").is_not_null()).join(links, on="link")
    parts = parts_of_campaign(
        placed.select(
            "link",
            "campaign_id",
            *(
                pl.when(~pl.col(tag).str.contains(MACRO)).then(pl.col(tag)).alias(tag)
                for tag in ("utm_term", "utm_content")
            ),
        ),
        ids,
        advertised.ad_sets,
        advertised.ads,
    )
    whole = links.join(found.join(parts, on="link", how="left"), on="link")
    return told.join(whole, on=list(_LINK), nulls_equal=True).select(
        "id", "campaign_id", "ad_set_id", "ad_id", "confidence", "method", "reason"
    )


def _campaigns_of(
    links: pl.DataFrame, ids: pl.DataFrame, advertised: Advertised, cutoff: float, margin: float
) -> pl.DataFrame:
    """The campaign of each link, with confidence and method; or the reason why there is none."""
    names = advertised.names
    means_nothing = pl.col("utm_campaign").str.contains(MACRO).fill_null(value=False)
    carries_unknown = ids.filter(pl.col("level") == "campaign").select("link", carries_id=pl.lit(value=True)).unique()
    known = (
        with_name_key(links, "utm_campaign", into="name_key")
        .join(named_campaigns(names), on="name_key", how="left")
        .join(_campaigns_by_id(ids, advertised), on="link", how="left")
        .join(carries_unknown, on="link", how="left")
        # Only people may say what a macro means.
        .with_columns(named=pl.when(~means_nothing | (pl.col("rank") == 0)).then("named"))
        .with_columns(
            n_named=pl.col("named").list.len().cast(pl.Int64).fill_null(0),
            n_by_id=pl.col("by_id").list.len().cast(pl.Int64).fill_null(0),
            id_tells=pl.col("by_id").list.first(),
        )
        .with_columns(
            campaign_id=pl.when(pl.col("n_named") == 1)
            .then(pl.col("named").list.first())
            .when(
                (pl.col("n_by_id") == 1)
                & ((pl.col("n_named") == 0) | pl.col("named").list.contains(pl.col("id_tells")).fill_null(value=False))
            )
            .then("id_tells")
        )
    )
    nameless = (pl.col("name_key").is_null()) | (pl.col("name_key") == "")
    open_to_likeness = (
        (pl.col("n_named") == 0)
        & (pl.col("n_by_id") == 0)
        & pl.col("carries_id").is_null()
        & ~means_nothing
        & ~nameless
    )
    tags = known.filter(open_to_likeness)["name_key"]
    likest = candidates(tags, names, advertised.refused, cutoff=cutoff, margin=margin)
    allowed = likest.filter(pl.col("why_not").is_null()).select("name_key", alike_id="campaign_id", likeness="likeness")
    tied = likest.filter(pl.col("why_not") == AS_ALIKE).select("name_key", tied=pl.lit(value=True)).unique()
    return (
        known.with_columns(likened=pl.when(open_to_likeness).then("name_key"))
        .join(allowed, left_on="likened", right_on="name_key", how="left")
        .join(tied, left_on="likened", right_on="name_key", how="left")
        .select(
            "link",
            campaign_id=pl.coalesce("campaign_id", "alike_id"),
            confidence=pl.when(pl.col("campaign_id").is_not_null()).then(1.0).otherwise("likeness"),
            method=pl.when(pl.col("campaign_id").is_not_null())
            .then(pl.lit(ResolutionMethod.exact_utm_match.value))
            .when(pl.col("alike_id").is_not_null())
            .then(pl.lit(ResolutionMethod.fuzzy_name_match.value)),
            reason=pl.when(pl.coalesce("campaign_id", "alike_id").is_not_null())
            .then(pl.lit(None, pl.String))
            .when(pl.col("n_named") > 1)
            .then(pl.lit(SAME_NAME))
            .when(pl.col("n_by_id") > 1)
            .then(pl.lit(SEVERAL_IDS))
            .when(means_nothing)
            .then(pl.lit(UNREPLACED))
            .when(pl.col("carries_id").is_not_null())
            .then(pl.lit(UNKNOWN_ID))
            .when(nameless)
            .then(pl.lit(NO_TAG))
            .when(pl.col("tied").is_not_null())
            .then(pl.lit(SEVERAL_ALIKE))
            .otherwise(pl.lit(NONE_ALIKE)),
        )
    )


def _campaigns_by_id(ids: pl.DataFrame, advertised: Advertised) -> pl.DataFrame:
    """The campaigns that the ids of each link are of, or are in: link, `by_id` (campaign ids)."""
    owners = pl.concat(
        [
            objects.select("campaign_id", level=pl.lit(level), platform_id=f"platform_{level}_id")
            for level, objects in (
                ("campaign", advertised.campaigns),
                ("ad_set", advertised.ad_sets),
                ("ad", advertised.ads),
            )
        ]
    )
    return (
        ids.join(owners, on=["level", "platform_id"]).group_by("link").agg(by_id=pl.col("campaign_id").unique().sort())
    )
