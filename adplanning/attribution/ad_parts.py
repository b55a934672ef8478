"""Which ad set and which ad of a campaign a link means."""

from __future__ import annotations

import polars as pl

from adplanning.core.names import with_name_key

_PARTS = ("ad_set_id", "ad_id")


def parts_of_campaign(links: pl.DataFrame, ids: pl.DataFrame, ad_sets: pl.DataFrame, ads: pl.DataFrame) -> pl.DataFrame:
    """The ad set and the ad of each link whose campaign is known.

    Formula: the ad of the campaign whose platform id the link carries, and the ad set it belongs to; else the ad set of
    the campaign by its platform id or by its name in utm_term, and in it, or in the campaign when no ad set is found,
    the ad by its name in utm_content. Names are compared by their keys and never by likeness; what two bear names none.
    A link whose ids are those of an ad and of another ad set has neither.

    Parameters
    ----------
    links : one row per link: link, campaign_id, utm_term, utm_content.
    ids : see `campaign_ids.carried_ids`.
    ad_sets : ad_set_id, campaign_id, platform_ad_set_id, name_key.
    ads : ad_id, ad_set_id, campaign_id, platform_ad_id, name_key.

    Returns
    -------
    link, ad_set_id, ad_id (null when only the ad set is found); only links of which something is found.

    >>> links = pl.DataFrame({"link": [1], "campaign_id": ["c"], "utm_term": ["Men 25+"], "utm_content": ["hero"]})
    >>> ids = pl.DataFrame(schema={"link": pl.Int64, "level": pl.String, "platform_id": pl.String})
    >>> ad_sets = pl.DataFrame({
    ...     "ad_set_id": ["s"], "campaign_id": ["c"], "platform_ad_set_id": ["1"], "name_key": ["men-25"]
    ... })
    >>> ads = pl.DataFrame({
    ...     "ad_id": ["a"], "ad_set_id": ["s"], "campaign_id": ["c"], "platform_ad_id": ["2"], "name_key": ["hero"]
    ... })
    >>> parts_of_campaign(links, ids, ad_sets, ads).rows()
    [(1, 's', 'a')]
    """
    keyed = with_name_key(with_name_key(links, "utm_term", into="set_key"), "utm_content", into="ad_key")
    sets_by_id = _by_id(keyed, ids, ad_sets, "ad_set", ["ad_set_id"])
    ads_by_id = _by_id(keyed, ids, ads, "ad", [*_PARTS])
    sets_by_name = _only(
        keyed.filter(pl.col("set_key") != "").join(
            ad_sets, left_on=["campaign_id", "set_key"], right_on=["campaign_id", "name_key"]
        ),
        ["ad_set_id"],
    )
    sets = pl.concat([sets_by_id, sets_by_name.join(sets_by_id, on="link", how="anti")])
    named = (
        keyed.filter(pl.col("ad_key") != "")
        .join(ads, left_on=["campaign_id", "ad_key"], right_on=["campaign_id", "name_key"])
        .join(sets.rename({"ad_set_id": "found_set"}), on="link", how="left")
        .filter(pl.col("found_set").is_null() | (pl.col("found_set") == pl.col("ad_set_id")))
    )
    found = pl.concat([ads_by_id, _only(named, [*_PARTS]).join(ads_by_id, on="link", how="anti")])
    both = sets.join(found, on="link", how="full", coalesce=True, suffix="_of_ad")
    contradicts = both.join(sets_by_id, on="link", suffix="_by_id").filter(
        pl.col("ad_set_id_of_ad").is_not_null() & (pl.col("ad_set_id_of_ad") != pl.col("ad_set_id_by_id"))
    )
    return both.join(contradicts, on="link", how="anti").select(
        "link", ad_set_id=pl.coalesce("ad_set_id_of_ad", "ad_set_id"), ad_id="ad_id"
    )


def _by_id(links: pl.DataFrame, ids: pl.DataFrame, objects: pl.DataFrame, level: str, kept: list[str]) -> pl.DataFrame:
    carried = ids.filter(pl.col("level") == level)
    told = carried.join(objects, left_on="platform_id", right_on=f"platform_{level}_id")
    return _only(links.join(told, on=["link", "campaign_id"]), kept)


def _only(matches: pl.DataFrame, kept: list[str]) -> pl.DataFrame:
    """Of the links that match one object only, what is kept of it."""
    distinct = matches.select("link", *kept).unique()
    return distinct.filter(pl.len().over("link") == 1)
