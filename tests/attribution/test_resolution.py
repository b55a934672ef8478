from __future__ import annotations

import csv
import os
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution import resolution as reasons
from adplanning.attribution.resolution import Advertised, resolution
from adplanning.core.errors import InvalidData
from adplanning.core.names import name_key

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))

Campaign = tuple[str, str, str | None]
TOUCHPOINT = ("id", "ad_campaign_id", "utm_campaign", "utm_term", "utm_content", "entry_page")


def frame(rows: list[tuple[Any, ...]], *columns: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def told(
    *campaigns: Campaign,
    ad_sets: list[tuple[str, str, str, str]] = [],  # noqa: B006 - only read
    ads: list[tuple[str, str, str, str, str]] = [],  # noqa: B006 - only read
    aliases: list[tuple[str, str, str]] = [],  # noqa: B006 - only read
) -> Advertised:
    """Campaigns of (campaign_id, name, platform_campaign_id), and aliases of (name, campaign_id, decision)."""
    return Advertised(
        frame([(i, n, name_key(n), p) for i, n, p in campaigns],
              "campaign_id", "name", "name_key", "platform_campaign_id"),
        frame([(*row, name_key(row[3])) for row in ad_sets],
              "ad_set_id", "campaign_id", "platform_ad_set_id", "name", "name_key"),
        frame([(*row, name_key(row[4])) for row in ads],
              "ad_id", "ad_set_id", "campaign_id", "platform_ad_id", "name", "name_key"),
        frame([(name_key(n), i, d, n) for n, i, d in aliases], "name_key", "campaign_id", "decision", "name"),
    )  # fmt: skip


def touch(utm_campaign: str | None, page: str | None = None, **tags: str) -> tuple[str | None, ...]:
    return (tags.get("known"), utm_campaign, tags.get("term"), tags.get("content"), page)


def resolved(touches: list[tuple[str | None, ...]], advertised: Advertised, **options: float) -> list[dict[str, Any]]:
    touchpoints = frame([(f"t{n:03}", *row) for n, row in enumerate(touches)], *TOUCHPOINT)
    found = resolution(touchpoints, advertised, **{"cutoff": 0.88, "margin": 0.05, **options}).sort("id")
    assert found["id"].to_list() == touchpoints["id"].to_list()
    return found.to_dicts()


def matched(tags: list[str | None], *campaigns: Campaign) -> dict[str | None, str]:
    found = resolved([touch(tag) for tag in tags], told(*campaigns))
    return {tag: row["campaign_id"] for tag, row in zip(tags, found, strict=True) if row["campaign_id"]}


def one(touchpoint: tuple[str | None, ...], advertised: Advertised) -> dict[str, Any]:
    return resolved([touchpoint], advertised)[0]


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
    assert matched(["brand_us_q1", "brand_us_q2", "brand_us_q3", "brand_us_q", "brand_uk_q1"], *quarters) == {
        "brand_us_q1": "c1",
        "brand_us_q2": "c2",
    }


def test_a_name_that_two_campaigns_share_names_neither() -> None:
    campaigns = told(("c1", "Brand", "120"), ("c2", "brand", "130"))
    found = one(touch("brand"), campaigns)
    assert (found["campaign_id"], found["reason"]) == (None, reasons.SAME_NAME)
    # An id beside the name tells which of them.
    assert one(touch("brand", "/a?utm_id=130"), campaigns)["campaign_id"] == "c2"


def test_a_shared_name_is_not_settled_by_the_id_of_a_third_campaign() -> None:
    # Two campaigns are called 120 and a third one is number 120: who wrote the tag may have meant any of them.
    found = one(touch("120"), told(("c1", "120", "1"), ("c2", "120", "2"), ("c3", "Summer", "120")))
    assert (found["campaign_id"], found["reason"]) == (None, reasons.SAME_NAME)


def test_an_id_that_two_campaigns_share_names_neither() -> None:
    # Two platforms number their campaigns independently.
    found = one(touch("120"), told(("c1", "Summer", "120"), ("c2", "Winter", "120")))
    assert (found["campaign_id"], found["reason"]) == (None, reasons.SEVERAL_IDS)


def test_a_name_goes_before_an_id() -> None:
    assert matched(["120"], ("c1", "Summer", "120"), ("c2", "120", "7")) == {"120": "c2"}
    assert matched(["120"], ("c1", "120", "120")) == {"120": "c1"}
    assert one(touch("winter", "/a?utm_id=120"), told(("c1", "Summer", "120"), ("c2", "Winter", "7")))[
        "campaign_id"
    ] == "c2"  # fmt: skip


@pytest.mark.parametrize(
    "macro",
    ["{{campaign.name}}", "{{campaign.id}}", "<campaign id>", "{campaignid}", "__CAMPAIGN_NAME__",
     "%7B%7Bcampaign.name%7D%7D", "sale_{{adset.name}}"],
)  # fmt: skip
def test_a_macro_that_nobody_replaced_means_nothing_until_people_say_so(macro: str) -> None:
    campaigns: list[Campaign] = [("c1", "Campaign Name", "120"), ("c2", "Campaign id", None), ("c3", "campaignid", "1")]
    found = one(touch(macro), told(*campaigns))
    assert (found["campaign_id"], found["reason"]) == (None, reasons.UNREPLACED)
    assert one(touch(macro, "/a?utm_id=120"), told(*campaigns))["campaign_id"] == "c1"
    assert one(touch(macro), told(*campaigns, aliases=[(macro, "c3", "accepted")]))["campaign_id"] == "c3"


@pytest.mark.parametrize("nothing", [None, "", " ", "---", "%20"])
def test_a_tag_without_a_word_names_nothing(nothing: str | None) -> None:
    # A campaign whose name has no word either is not meant by it.
    found = one(touch(nothing), told(("c1", "-", None), ("c2", "Summer", None)))
    assert (found["campaign_id"], found["reason"]) == (None, reasons.NO_TAG)


def test_what_people_said_goes_before_every_name_and_id() -> None:
    campaigns: list[Campaign] = [("c1", "Summer", "120"), ("c2", "Winter", "130")]
    found = one(touch("summer", "/a?utm_id=120"), told(*campaigns, aliases=[("Summer", "c2", "accepted")]))
    assert (found["campaign_id"], found["confidence"], found["method"]) == ("c2", 1.0, "exact_utm_match")


def test_a_renamed_campaign_keeps_the_links_of_its_former_name() -> None:
    former = [("Summer", "c1", "former_name")]
    assert one(touch("summer"), told(("c1", "Monsoon", "1"), aliases=former))["campaign_id"] == "c1"
    # Unless another campaign is called so now, or two were.
    assert one(touch("summer"), told(("c1", "Monsoon", "1"), ("c2", "Summer", "2"), aliases=former))[
        "campaign_id"
    ] == "c2"  # fmt: skip
    twice = told(("c1", "Monsoon", "1"), ("c2", "Winter", "2"), aliases=[*former, ("Summer", "c2", "former_name")])
    assert one(touch("summer"), twice)["reason"] == reasons.SAME_NAME


def test_the_id_of_an_ad_or_ad_set_tells_its_campaign() -> None:
    advertised = told(
        ("c1", "Summer", "120"),
        ("c2", "Winter", "130"),
        ad_sets=[("s1", "c1", "500001", "Men"), ("s2", "c2", "500002", "Men")],
        ads=[("a1", "s1", "c1", "600001", "Hero"), ("a2", "s2", "c2", "600002", "Hero")],
    )
    for touchpoint, expected in {
        touch("unknown tag", "/a?adset_id=500002"): ("c2", "s2", None),
        touch("{{campaign.name}}", "/a?ad_id=600001"): ("c1", "s1", "a1"),
        touch(None, "/a?gad_campaignid=130", term="men", content="hero"): ("c2", "s2", "a2"),
        touch("winter", term="500002", content="600002"): ("c2", "s2", "a2"),
        touch("unknown tag", content="600002"): ("c2", "s2", "a2"),
        touch("summer", term="{{adset.name}}", content="__CID_NAME__"): ("c1", None, None),
        touch("summer", known="c2", term="men"): ("c2", "s2", None),
    }.items():
        found = one(touchpoint, advertised)
        assert (found["campaign_id"], found["ad_set_id"], found["ad_id"]) == expected, touchpoint
    against = one(touch("unknown tag", "/a?campaign_id=120&ad_id=600002"), advertised)
    assert (against["campaign_id"], against["reason"]) == (None, reasons.SEVERAL_IDS)


def test_likeness_proposes_with_its_confidence() -> None:
    found = one(touch("cotton_quilt"), told(("c1", "Cotton Quilts", "1"), ("c2", "Towels", "2")))
    # One letter of 25 is missing.
    assert (found["campaign_id"], found["confidence"], found["method"]) == ("c1", 0.96, "fuzzy_name_match")


def test_likeness_does_not_go_against_an_id() -> None:
    quilts = told(("c1", "Cotton Quilts", "1"))
    found = one(touch("cotton_quilt", "/a?gad_campaignid=99"), quilts)
    assert (found["campaign_id"], found["reason"]) == (None, reasons.UNKNOWN_ID)


def test_two_campaigns_that_are_alike_leave_the_touchpoint_unresolved() -> None:
    found = one(
        touch("cotton quilts velvet"),
        told(("c1", "Cotton Quilts Velvet Anna", "1"), ("c2", "Cotton Quilts Velvet Otto", "2")),
    )
    assert (found["campaign_id"], found["reason"]) == (None, reasons.SEVERAL_ALIKE)


def test_what_people_refused_is_never_proposed_again() -> None:
    refused = [("cotton quilt", "c1", "refused"), ("Towels", "c2", "refused")]
    advertised = told(("c1", "Cotton Quilts", "1"), ("c2", "Towels", "2"), aliases=refused)
    found = one(touch("Cotton-Quilt"), advertised)
    assert (found["campaign_id"], found["reason"]) == (None, reasons.NONE_ALIKE)
    assert one(touch("towels"), advertised)["campaign_id"] is None
    assert one(touch("cotton quilts"), advertised)["campaign_id"] == "c1"


def test_no_touchpoints_or_no_campaigns_keep_their_types() -> None:
    types = dict.fromkeys(("id", "campaign_id", "ad_set_id", "ad_id", "confidence", "method", "reason"), pl.String)
    types |= {"confidence": pl.Float64}
    for touches, campaigns in (([], told(("c1", "Summer", "120"))), ([touch(None)], told()), ([touch("Sale")], told())):
        touchpoints = frame([(f"t{n}", *row) for n, row in enumerate(touches)], *TOUCHPOINT)
        assert resolution(touchpoints, campaigns, cutoff=0.88, margin=0.05).schema == types


def test_touchpoints_without_their_page_are_refused() -> None:
    with pytest.raises(InvalidData, match="touchpoints: column entry_page is missing"):
        resolution(frame([], *TOUCHPOINT[:-1]), told(), cutoff=0.88, margin=0.05)


# Few words and numbers, so that names and ids meet; a name may be a number.
words = st.sampled_from(["quilts", "Quilts", "brand q1", "brand_q2", "quiltss", "1", "2", "3", " 1", "-", "{{x}}"])
campaign_rows = st.lists(st.tuples(words, st.none() | st.sampled_from("123")), max_size=5).map(
    lambda rows: [(f"c{n}", *row) for n, row in enumerate(rows)]
)
pages = st.sampled_from([None, "/a?utm_id=1", "/a?utm_id=9"])
touches_of = st.lists(st.tuples(st.none(), st.none() | words, st.none(), st.none(), pages), max_size=6)


@settings(max_examples=40, deadline=None)
@given(touches=touches_of, campaigns=campaign_rows)
def test_an_exact_name_or_id_finds_the_only_campaign_it_can_mean(
    touches: list[tuple[str | None, ...]], campaigns: list[Campaign]
) -> None:
    for touchpoint, found in zip(touches, resolved(touches, told(*campaigns)), strict=True):
        _, tag, _, _, page = touchpoint
        by_name = {c for c, name, _ in campaigns if tag and name_key(tag) and name_key(name) == name_key(tag)}
        by_name = set() if tag == "{{x}}" else by_name
        ids = {tag.strip() if tag else None, page[-1] if page else None}
        by_id = {c for c, _, platform_id in campaigns if platform_id in ids - {None}}
        expected = by_name & by_id if len(by_name) > 1 else by_name or by_id
        exact = found["campaign_id"] if found["method"] == "exact_utm_match" else None
        assert exact == (next(iter(expected)) if len(expected) == 1 and (by_name or len(by_id) == 1) and
                         (len(by_name) <= 1 or len(by_id) == 1) else None), touchpoint  # fmt: skip
        assert (found["campaign_id"] is None) == (found["reason"] is not None) == (found["confidence"] is None)
        assert (found["method"] == "fuzzy_name_match") == (found["confidence"] not in (None, 1.0))


@settings(max_examples=40, deadline=None)
@given(touches=touches_of, campaigns=campaign_rows, seed=st.randoms())
def test_neither_order_nor_repetition_matters(
    touches: list[tuple[str | None, ...]], campaigns: list[Campaign], seed: random.Random
) -> None:
    def means(given: list[tuple[str | None, ...]], advertised: Advertised) -> set[tuple[Any, ...]]:
        found = resolved(given, advertised)
        return {(touchpoint, row["campaign_id"], row["confidence"], row["reason"]) for touchpoint, row in
                zip(given, found, strict=True)}  # fmt: skip

    shuffled = seed.sample(touches * 2, len(touches) * 2)
    assert means(shuffled, told(*seed.sample(campaigns, len(campaigns)))) == means(touches, told(*campaigns))


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_tags_in_the_wild_find_the_campaigns_that_their_readers_would_name() -> None:
    with (REAL / "utm_in_the_wild" / "utm_in_the_wild.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    campaigns: list[Campaign] = [
        ("familia", "Família Restaurada | CBO", "1"),
        ("leads", "Leads", "120254116607430039"),
        ("brand", "Brand", "2"),
        ("pan", "Brand PAN Jan25", "22175835974"),
        ("copied", "Q3_us weekly demo_copy_copy", "4"),
        ("original", "Q3_us weekly demo", "5"),
        ("next", "clin_mx_2026q4", "6"),
        ("launch", "Spring Launch", "7"),
        ("launch again", "spring-launch", "8"),
        ("macro", "campaign name", "9"),
        ("captacao", "Captação 2019", "10"),
        ("consorcio", "Consórcio Carro", "11"),
        ("wave", "Wave 4", "12"),
        ("summer", "Sumer Sale", "13"),
        ("september", "Endospheres Octubre", "14"),
        ("cold", "TM Cold 2024 Q2", "15"),
        ("issue", "Weekly Digest Issue 43", "16"),
        ("spring", "Sprint", "17"),
        ("uwiq", "uwiqs", "18"),
        ("festive", "Festive 2025", "19"),
        ("keywords", "Brands Keyword", "20"),
        ("shopping", "AW - Dynamic Serch Ads Whole Site", "21"),
        ("gold", "Autunno Gestionali", "22"),
    ]
    found = resolved(
        [touch(row["utm_campaign"], f"/a?{row['other']}") for row in rows],
        told(*campaigns),
    )
    means = {
        row["utm_campaign"]: is_["campaign_id"] for row, is_ in zip(rows, found, strict=True) if is_["campaign_id"]
    }
    # Of the two that were launched in spring neither is meant surely; quarters, issues, waves and months differ.
    assert means == {
        "Fam%C3%ADlia%20Restaurada%20%7C%20CBO": "familia",
        "120254116607430039": "leads",
        "brand": "brand",
        "Brand": "brand",
        "Brand-PAN-Jan25": "pan",
        "Q3_us%20weekly%20demo_copy_copy": "copied",
        "captacao2019": "captacao",
        "consorcio-carro": "consorcio",
        "summer_sale": "summer",
        "gestionali-autunno": "gold",
        "AW - Dynamic Search Ads Whole Site": "shopping",
    }
