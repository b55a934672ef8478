"""Which campaign a UTM campaign means."""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.names import with_name_key


def exact_matches(utm_campaigns: pl.Series, campaigns: pl.DataFrame) -> pl.DataFrame:
    """Find the campaign of each UTM campaign that names exactly one.

    Formula: the campaign whose `name_key` the tag's key equals; when no campaign has that name, the one whose id at its
    platform the tag equals. What several campaigns share names none of them.

    Parameters
    ----------
    utm_campaigns : tags as they came, repeated or not; null and blank ones name nothing.
    campaigns : one row per campaign: campaign_id, name_key, platform_campaign_id (null when it has none).

    Returns
    -------
    One row per tag that was matched: utm_campaign, campaign_id.

    >>> told = pl.DataFrame({
    ...     "campaign_id": ["camp_1", "camp_2", "camp_3"], "name_key": ["summer-sale", "brand", "brand"],
    ...     "platform_campaign_id": ["120", "130", None],
    ... })
    >>> exact_matches(pl.Series(["Summer_Sale", "130", "Brand", "summer"]), told).sort("utm_campaign").rows()
    [('130', 'camp_2'), ('Summer_Sale', 'camp_1')]
    """
    require_columns(campaigns, ["campaign_id", "name_key", "platform_campaign_id"], what="campaigns")
    tags = pl.DataFrame({"utm_campaign": utm_campaigns.drop_nulls().unique()}, schema={"utm_campaign": pl.String})
    keyed = with_name_key(tags, "utm_campaign", into="name_key").filter(pl.col("name_key") != "")
    by_name = keyed.join(campaigns, on="name_key")
    by_id = (
        keyed.join(campaigns, on="name_key", how="anti")
        .with_columns(pl.col("utm_campaign").str.strip_chars().alias("platform_campaign_id"))
        .join(campaigns, on="platform_campaign_id")
    )
    found = pl.concat([by_name.select("utm_campaign", "campaign_id"), by_id.select("utm_campaign", "campaign_id")])
    return found.filter(pl.len().over("utm_campaign") == 1)
