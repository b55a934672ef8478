"""Which campaigns a name means: what people said, what campaigns are called, what they were called, what is alike."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.attribution.likeness import alike
from adplanning.core.vocabulary import AliasDecision

LESS_ALIKE, AS_ALIKE = "less alike than the cutoff", "another campaign is about as alike, or more"
# What is said of a name, the strongest first.
_ACCEPTED, _CALLED, _FORMERLY_CALLED = 0, 1, 2
# A macro that nobody replaced, also percent-encoded: {{campaign.name}}, {campaignid}, <campaign id>, __CAMPAIGN_NAME__.
MACRO: Final = r"(?i:\{|%7B)[\w. :|-]+(?i:\}|%7D)|<[A-Za-z][A-Za-z._ ]*>|__[A-Z]+(?:_[A-Z]+)*__"


def campaign_names(campaigns: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Every name with the campaigns that it may mean.

    Parameters
    ----------
    campaigns : campaign_id, name, name_key.
    aliases : name_key, campaign_id, decision, name; see `store.tables.attribution.CampaignAlias`.

    Returns
    -------
    name_key, campaign_id, name, rank: 0 accepted by people, 1 its name, 2 a name it had. What people refused is left
    out, and so are names without a word.
    """
    decided = {
        decision: aliases.filter(pl.col("decision") == decision).select("name_key", "campaign_id", "name")
        for decision in AliasDecision
    }
    ranked = [
        (decided[AliasDecision.accepted], _ACCEPTED),
        (campaigns.select("name_key", "campaign_id", "name"), _CALLED),
        (decided[AliasDecision.former_name], _FORMERLY_CALLED),
    ]
    names = pl.concat([frame.with_columns(rank=pl.lit(rank, pl.Int8)) for frame, rank in ranked])
    refused = decided[AliasDecision.refused]
    return names.filter(pl.col("name_key") != "").join(refused, on=["name_key", "campaign_id"], how="anti")


def named_campaigns(names: pl.DataFrame) -> pl.DataFrame:
    """The campaigns that each name means exactly: those of its strongest rank.

    Returns
    -------
    name_key, `named` (their campaign ids, sorted: more than one is a tie), rank.

    >>> names = pl.DataFrame({
    ...     "name_key": ["sale", "sale", "sale"], "campaign_id": ["c1", "c2", "c3"], "rank": [1, 2, 1],
    ... })
    >>> named_campaigns(names).rows()
    [('sale', ['c1', 'c3'], 1)]
    """
    strongest = names.filter(pl.col("rank") == pl.col("rank").min().over("name_key"))
    return strongest.group_by("name_key").agg(
        pl.col("campaign_id").unique().sort().alias("named"), pl.col("rank").min()
    )


def candidates(
    tags: pl.Series,
    names: pl.DataFrame,
    refused: pl.DataFrame,
    *,
    cutoff: float,
    margin: float,
    shown_from: float | None = None,
) -> pl.DataFrame:
    """The campaigns that are called like a tag, with what forbids each.

    Formula: a campaign is as alike to a tag as its likest name that nothing forbids, else as its likest name
    (`likeness.alike`). Allowed is a campaign that nothing forbids, at least as alike as `cutoff`, and more alike by
    `margin` or more than every other campaign that nothing forbids. So at most one is allowed.

    Parameters
    ----------
    tags : name keys.
    names : see `campaign_names`.
    refused : name_key of a tag, campaign_id: what people said it does not mean is no candidate.
    cutoff, margin : the settings `match_cutoff` and `match_margin`.
    shown_from : with a likeness, all campaigns that are as alike are answered, whatever forbids them; without, those
        that may be allowed and their rivals. Which one is allowed does not depend on it.

    Returns
    -------
    name_key (the tag's), campaign_id, name, likeness, why_not (null for the one that is allowed), the likest first.

    >>> names = pl.DataFrame({
    ...     "name_key": ["brand-us-q1", "brand-us-q2"], "campaign_id": ["c1", "c2"], "name": ["US Q1", "US Q2"],
    ... })
    >>> found = candidates(
    ...     pl.Series(["braand-us-q1"]), names, pl.DataFrame(schema={"name_key": pl.String, "campaign_id": pl.String}),
    ...     cutoff=0.88, margin=0.05, shown_from=0.8,
    ... )
    >>> found.select("name", "likeness", "why_not").rows()
    [('US Q1', 0.9565, None), ('US Q2', 0.8696, 'the number differs: q1 against q2')]
    """
    pairs = alike(
        tags.unique().to_list(),
        names["name_key"].unique().to_list(),
        # As far as rivals of what is allowed reach.
        at_least=min(cutoff - margin, 1.0 if shown_from is None else shown_from),
        forbidden=shown_from is not None,
    )
    likest = (
        pairs.join(names, left_on="name", right_on="name_key")
        .select("campaign_id", "likeness", name_key="tag", name="name_right", why_not="difference")
        .join(refused, on=["name_key", "campaign_id"], how="anti")
        .sort(pl.col("why_not").is_not_null(), -pl.col("likeness"), "name")
        .unique(["name_key", "campaign_id"], keep="first", maintain_order=True)
    )
    free = pl.col("likeness").filter(pl.col("why_not").is_null())
    # Rounded as likenesses are, so that a lead of exactly the margin is one.
    lead = (pl.col("likeness") - free.top_k(2).min().over("name_key")).round(4)
    rivals = free.len().over("name_key") > 1
    return likest.with_columns(
        why_not=pl.when(pl.col("why_not").is_not_null())
        .then("why_not")
        .when(pl.col("likeness") < cutoff)
        .then(pl.lit(LESS_ALIKE))
        .when(rivals & ((lead < margin) | (lead <= 0)))
        .then(pl.lit(AS_ALIKE))
    ).sort("name_key", pl.col("why_not").is_not_null(), -pl.col("likeness"), "campaign_id")
