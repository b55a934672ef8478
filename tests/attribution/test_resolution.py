from __future__ import annotations

import csv
import os
import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.resolution import exact_matches
from adplanning.core.errors import InvalidData
from adplanning.core.names import name_key

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))

Campaign = tuple[str, str, str | None]


def told(*campaigns: Campaign) -> pl.DataFrame:
    """Campaigns of (campaign_id, name, platform_campaign_id)."""
    rows = [(campaign_id, name_key(name), platform_id) for campaign_id, name, platform_id in campaigns]
    names = ("campaign_id", "name_key", "platform_campaign_id")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def matched(tags: list[str | None], *campaigns: Campaign) -> dict[str, str]:
    found = exact_matches(pl.Series(tags, dtype=pl.String), told(*campaigns))
    assert found["utm_campaign"].is_unique().all()
    return dict(found.iter_rows())


def test_names_and_ids_find_their_campaigns_as_worked_by_hand() -> None:
    campaigns: list[Campaign] = [("c1", "Summer Sale", "120"), ("c2", "Família | CBO", "130"), ("c3", "Leads", None)]
    tags: list[str | None] = ["summer_sale", "Summer%20Sale", "Fam%C3%ADlia%20%7C%20CBO", "130", " 120 ", "summer"]
    # The keys are summer-sale, summer-sale, família-cbo, 130, 120 and summer; the last is nobody's name or id.
    assert matched(tags, *campaigns) == {
        "summer_sale": "c1",
        "Summer%20Sale": "c1",
        "Fam%C3%ADlia%20%7C%20CBO": "c2",
        "130": "c2",
        " 120 ": "c1",
    }


def test_campaigns_that_differ_in_one_digit_are_never_taken_for_each_other() -> None:
    quarters: list[Campaign] = [("c1", "Brand US Q1", "1"), ("c2", "Brand US Q2", "2")]
    assert matched(["brand_us_q1", "brand_us_q2", "brand_us_q3", "brand_us_q"], *quarters) == {
        "brand_us_q1": "c1",
        "brand_us_q2": "c2",
    }


def test_a_name_that_two_campaigns_share_names_neither() -> None:
    assert matched(["brand", "120"], ("c1", "Brand", "120"), ("c2", "brand", "130")) == {"120": "c1"}


def test_an_id_that_two_campaigns_share_names_neither() -> None:
    # Two platforms number their campaigns independently.
    assert matched(["120"], ("c1", "Summer", "120"), ("c2", "Winter", "120")) == {}


def test_a_name_goes_before_an_id() -> None:
    assert matched(["120"], ("c1", "Summer", "120"), ("c2", "120", "7")) == {"120": "c2"}


def test_a_shared_name_is_not_settled_by_an_id() -> None:
    # Two campaigns are called 120 and a third one is number 120: who wrote the tag may have meant any of them.
    assert matched(["120"], ("c1", "120", "1"), ("c2", "120", "2"), ("c3", "Summer", "120")) == {}


def test_a_campaign_whose_name_is_its_id_is_one_campaign() -> None:
    assert matched(["120"], ("c1", "120", "120")) == {"120": "c1"}


@pytest.mark.parametrize("macro", ["{{campaign.name}}", "{{campaign.id}}", "<campaign id>", "{campaignid}"])
def test_a_macro_that_nobody_expanded_names_no_campaign(macro: str) -> None:
    assert matched([macro], ("c1", "Campaign Name", "120"), ("c2", "Campaign id", None), ("c3", "", None)) == {}


@pytest.mark.parametrize("nothing", [None, "", " ", "---", "%20"])
def test_a_tag_without_a_word_names_nothing(nothing: str | None) -> None:
    # A campaign whose name has no word either is not meant by it.
    assert matched([nothing], ("c1", "-", None), ("c2", "Summer", None)) == {}


def test_no_tags_or_no_campaigns_keep_their_types() -> None:
    types = {"utm_campaign": pl.String, "campaign_id": pl.String}
    assert exact_matches(pl.Series([], dtype=pl.String), told(("c1", "Summer", "120"))).schema == types
    assert exact_matches(pl.Series([None], dtype=pl.String), told(("c1", "Summer", "120"))).schema == types
    assert exact_matches(pl.Series(["Summer"]), told()).schema == types


def test_campaigns_without_keys_are_refused() -> None:
    with pytest.raises(InvalidData, match="campaigns: column name_key is missing"):
        exact_matches(pl.Series(["Summer"]), told().drop("name_key"))


# Few words and numbers, so that names and ids meet; a name may be a number.
words = st.sampled_from(["sale", "Sale", "brand q1", "brand_q2", "1", "2", "3", " 1", "-"])
campaign_rows = st.lists(st.tuples(words, st.none() | st.sampled_from("123")), max_size=5).map(
    lambda rows: [(f"c{n}", *row) for n, row in enumerate(rows)]
)


@given(tags=st.lists(st.none() | words), campaigns=campaign_rows)
def test_a_tag_finds_the_only_campaign_it_can_mean(tags: list[str | None], campaigns: list[Campaign]) -> None:
    expected = {}
    for tag in {tag for tag in tags if tag and name_key(tag)}:
        by_name = [campaign for campaign, name, _ in campaigns if name_key(name) == name_key(tag)]
        by_id = [campaign for campaign, _, platform_id in campaigns if platform_id == tag.strip()]
        candidates = by_name or by_id
        if len(candidates) == 1:
            expected[tag] = candidates[0]
    assert matched(tags, *campaigns) == expected


@given(tags=st.lists(words), campaigns=campaign_rows, seed=st.randoms())
def test_neither_order_nor_repetition_matters(
    tags: list[str | None], campaigns: list[Campaign], seed: random.Random
) -> None:
    repeated = tags + tags
    shuffled = seed.sample(campaigns, len(campaigns))
    assert matched(seed.sample(repeated, len(repeated)), *shuffled) == matched(tags, *campaigns)


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_tags_in_the_wild_find_the_campaigns_that_their_readers_would_name() -> None:
    with (REAL / "utm_in_the_wild" / "utm_in_the_wild.tsv").open(encoding="utf-8", newline="") as file:
        tags: list[str | None] = [row["utm_campaign"] for row in csv.DictReader(file, delimiter="\t")]
    campaigns: list[Campaign] = [
        ("familia", "Família Restaurada | CBO", "1"),
        ("leads", "Leads", "120254116607430039"),
        ("brand", "Brand", "2"),
        ("pan", "Brand PAN Jan25", "3"),
        ("copied", "Q3_us weekly demo_copy_copy", "4"),
        ("original", "Q3_us weekly demo", "5"),
        ("next", "clin_mx_2026q4", "6"),
        ("launch", "Spring Launch", "7"),
        ("launch again", "spring-launch", "8"),
        ("macro", "campaign name", "9"),
    ]
    found = matched(tags, *campaigns)
    # Of the two that were launched in spring neither is meant surely, and the third quarter is not the fourth.
    assert found == {
        "Fam%C3%ADlia%20Restaurada%20%7C%20CBO": "familia",
        "120254116607430039": "leads",
        "brand": "brand",
        "Brand": "brand",
        "Brand-PAN-Jan25": "pan",
        "Q3_us%20weekly%20demo_copy_copy": "copied",
    }
