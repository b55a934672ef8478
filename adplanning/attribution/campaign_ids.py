"""Which ids of ad platforms a touchpoint carries, and what they are the ids of."""

from __future__ import annotations

from typing import Final

import polars as pl

# The parameters that put an id into a link, by what it is the id of. Sources: GA4, "URL builders" (utm_id); Google Ads,
# auto-tagging (gad_campaignid) and ValueTrack (campaignid, adgroupid, creative); HubSpot, ad tracking (hsa_…); Meta,
# URL parameters, whose dynamic ids people call campaign_id, adset_id and ad_id.
ID_PARAMETERS: Final = {
    "campaign": (
        "utm_id",
        "campaign_id",
        "campaignid",
        "gad_campaignid",
        "hsa_cam",
        "utm_campaign_id",
        "fb_campaign_id",
    ),
    "ad_set": ("adset_id", "adsetid", "ad_set_id", "adgroup_id", "adgroupid", "hsa_grp", "utm_adset_id", "fb_adset_id"),
    "ad": ("ad_id", "adid", "creative", "hsa_ad", "utm_ad_id", "fb_ad_id"),
}
# A shorter number in utm_term or utm_content is rather a size, a year or a position than an id.
MIN_ID_DIGITS: Final = 6
_LEVEL_OF: Final = {name: level for level, names in ID_PARAMETERS.items() for name in names}
_PARAMETER: Final = rf"[?&](?:{'|'.join(_LEVEL_OF)})=[0-9]+(?:[&#]|$)"


def id_parameters(address: pl.Expr) -> pl.Expr:
    """The parameters of an address that carry an id, run together as `name=digits&…`; empty when there is none.

    An id is digits only: a macro that nobody replaced carries none.

    >>> pages = pl.DataFrame({"page": ["/a?utm_id=12&x=1&ad_id=34#top", "/b?utm_id={{campaign.id}}", None]})
    >>> pages.select(id_parameters(pl.col("page")))["page"].to_list()
    ['utm_id=12&ad_id=34&', '', '']
    """
    # The mark that ends one parameter begins the next: doubled, each has its own.
    doubled = address.str.replace_all("&", "&&", literal=True)
    found = doubled.str.extract_all(_PARAMETER)
    return found.list.eval(pl.element().str.extract(r"([a-z_]+=[0-9]+)") + "&").list.join("").fill_null("")


def carried_ids(links: pl.DataFrame) -> pl.DataFrame:
    """The ids that each link carries.

    Formula: the value of each parameter of `ID_PARAMETERS`; a UTM campaign of digits may be a campaign's id, a UTM term
    or content of at least `MIN_ID_DIGITS` digits an ad set's or an ad's. Ids are texts: never rounded, never folded.

    Parameters
    ----------
    links : one row per link: link, utm_campaign, utm_term, utm_content, id_parameters (see `id_parameters`).

    Returns
    -------
    link, level (campaign, ad_set or ad), platform_id; each once.

    >>> links = pl.DataFrame({
    ...     "link": [1], "utm_campaign": ["120"], "utm_term": ["men"], "utm_content": ["777888"],
    ...     "id_parameters": ["hsa_grp=55&"],
    ... })
    >>> carried_ids(links).sort("level", "platform_id").rows()
    [(1, 'ad', '777888'), (1, 'ad_set', '55'), (1, 'ad_set', '777888'), (1, 'campaign', '120')]
    """
    by_parameter = (
        links.filter(pl.col("id_parameters") != "")
        .select("link", pl.col("id_parameters").str.strip_suffix("&").str.split("&").alias("one"))
        .explode("one")
        .select(
            "link",
            level=pl.col("one").str.extract("^([a-z_]+)=").replace_strict(_LEVEL_OF, return_dtype=pl.String),
            platform_id=pl.col("one").str.extract("=([0-9]+)$"),
        )
    )
    in_tags = [
        links.select("link", level=pl.lit(level), platform_id=pl.col(tag).str.strip_chars()).filter(
            pl.col("platform_id").str.contains(rf"^[0-9]{{{least},}}$")
        )
        for tag, level, least in (
            ("utm_campaign", "campaign", 1),
            ("utm_term", "ad_set", MIN_ID_DIGITS),
            ("utm_term", "ad", MIN_ID_DIGITS),
            ("utm_content", "ad_set", MIN_ID_DIGITS),
            ("utm_content", "ad", MIN_ID_DIGITS),
        )
    ]
    return pl.concat([by_parameter, *in_tags]).unique()
