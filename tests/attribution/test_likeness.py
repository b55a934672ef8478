from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adplanning.attribution.likeness import MOST_ALIKE, alike, difference, is_typo, name_of
from adplanning.core.names import name_key

MEANT = [
    ("summmer_sale", "Summer Sale"),
    ("Summer-Bedshetes", "summer bedsheets"),
    ("quilts_sumer", "Summer Quilts"),
    ("sale summer", "summer sale"),
    ("summersale", "Summer Sale"),
    ("festive2026_offers", "festive offers 2026"),
    ("captacao2019", "captação 2019"),
    ("brand_us_q1_cotton_quilt", "Brand US Q1 Cotton Quilts"),
    ("retargetting-cotton-quilts", "Retargeting Cotton Quilts"),
    ("diwali_razai_festive_copy", "Diwali Razai Festive"),
]
REFUSED = [
    ("brand_us_q1", "brand_us_q2", "number"),
    ("brand_us_q1", "brand_uk_q1", "short code"),
    ("brand_us_q1", "brand_us", "number"),
    ("cotton_quilts_2026", "cotton_quilts_2025", "number"),
    ("us_2026_01_02", "us_2026_02_01", "another order"),
    ("hook1_video2_quilts", "video1_hook2_quilts", "number"),
    ("hook_1_video_2_quilts", "video_1_hook_2_quilts", "another order"),
    ("sale_1_11", "sale_11_1", "another order"),
    ("sale_111_quilts", "sale_11_1_quilts", "number"),
    ("quilts_june_sale", "quilts_july_sale", "date"),
    ("cotton_summer_sale", "cotton_winter_sale", "date"),
    ("cotton_quilts_usa", "cotton_quilts_uae", "country"),
    ("cotton_quilts_austria", "cotton_quilts_australia", "country"),
    ("cotton_quilts_emea", "cotton_quilts_apac", "region"),
    ("cotton_quilts_north", "cotton_quilts_south", "region"),
    ("cotton_quilts_men", "cotton_quilts_women", "audience"),
    ("men_shoes_women_bags", "women_shoes_men_bags", "another order"),
    ("prospecting_quilts", "retargeting_quilts", "audience"),
    ("cotton_quilts_new", "cotton_quilts", "audience"),
    ("cotton_quilts_test", "cotton_quilts_control", "variant"),
    ("cotton_quilts_a", "cotton_quilts_b", "short code"),
    ("google_search_non_brand", "google_search_brand", "kind of traffic"),
    ("google_search_nonbrand", "google_search_brand", "kind of traffic"),
    ("cotton_quilts_video", "cotton_quilts_image", "kind of traffic"),
    ("summer_shirts_launch", "summer_skirts_launch", "words"),
    ("subscribed_customers_letter", "unsubscribed_customers_letter", "words"),
    ("active_customers_letter", "inactive_customers_letter", "words"),
    ("夏季大促销活动春场", "夏季大促销活动秋场", "words"),
    ("夏季大促销活动一期", "夏季大促销活动二期", "number"),
    ("???", "!!!", "no word"),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "name"), MEANT)
def test_a_slip_another_order_or_an_accent_is_the_same_name(tag: str, name: str) -> None:
    found = alike([name_key(tag)], [name_key(name)], at_least=0.88).to_dicts()
    assert [row["difference"] for row in found] == [None]
    assert found[0]["likeness"] < 1


@pytest.mark.parametrize(("tag", "name", "what"), REFUSED)
def test_names_of_different_campaigns_are_never_one_however_alike(tag: str, name: str, what: str) -> None:
    there, back = (difference(name_of(name_key(one)), name_of(name_key(other))) for one, other in
                   ((tag, name), (name, tag)))  # fmt: skip
    assert what in str(there)
    assert back is not None


def test_a_word_that_other_campaigns_use_is_no_slip() -> None:
    assert difference(name_of("cotton-planes"), name_of("cotton-plane")) is None
    used = {"cotton", "plane", "planes"}
    assert difference(name_of("cotton-planes"), name_of("cotton-plane"), used) == "planes is a word of other campaigns"
    # Neither is one that the tag has more: the other campaign may be meant.
    extra = difference(name_of("cotton-quilts-jaipur"), name_of("cotton-quilts"), {"cotton", "quilts", "jaipur"})
    assert extra == "jaipur is a word of other campaigns"


def test_the_likeness_of_two_names_as_worked_by_hand() -> None:
    # "cotton-quilt" (12 letters) lacks one letter of "cotton-quilts" (13): 1 − 1/25.
    assert alike(["cotton-quilt"], ["cotton-quilts"], at_least=0.9)["likeness"].item() == 0.96
    # The words sorted are the same: alike, but not the same name.
    assert alike(["quilts-cotton"], ["cotton-quilts"], at_least=0.9)["likeness"].item() == MOST_ALIKE
    assert alike(["cotton-quilts"], ["cotton-quilts"], at_least=0.9)["likeness"].item() == 1


def test_a_pair_exactly_at_the_cutoff_is_kept() -> None:
    assert alike(["cotton-quilt"], ["cotton-quilts"], at_least=0.96).height == 1
    assert alike(["cotton-quilt"], ["cotton-quilts"], at_least=0.9601).height == 0


def test_pairs_of_other_numbers_may_be_left_out() -> None:
    tags, names = ["cotton-quilt-q1", "cotton-quilt-us"], ["cotton-quilts-q1", "cotton-quilts-q2", "cotton-quilts-us"]
    every = alike(tags, names, at_least=0.8).filter(pl.col("difference").is_null()).sort("tag")
    assert every.rows() == alike(tags, names, at_least=0.8, forbidden=False).sort("tag").rows()
    assert every["name"].to_list() == ["cotton-quilts-q1", "cotton-quilts-us"]


@pytest.mark.parametrize(("tags", "names"), [([], ["quilts"]), (["quilts"], []), ([], [])])
def test_nothing_is_like_nothing(tags: list[str], names: list[str]) -> None:
    found = alike(tags, names, at_least=0)
    assert (found.height, found.columns) == (0, ["tag", "name", "likeness", "difference"])


@pytest.mark.parametrize(
    ("word", "other", "expected"),
    [
        ("quilts", "quilts", True),
        ("quilts", "qulits", False),  # swapped in six letters: 1 − 2/12
        ("bedsheets", "bedshetes", True),
        ("quilts", "quiltss", True),
        ("sale", "sael", False),
        ("sale", "sales", False),
        ("bedsheets", "bedshts", False),
    ],
)
def test_a_typo_is_one_slip_in_a_word_that_is_long_enough(word: str, other: str, expected: bool) -> None:
    assert is_typo(word, other) is expected
    assert is_typo(other, word) is expected


@pytest.mark.parametrize(
    ("tag", "name", "is_meant"),
    [
        ("summer-slae", "summer-sale", True),
        ("summer-sales", "summer-sale", True),
        ("cotton-bags", "cotton-bag", False),
        ("sales", "sale", False),
        ("winter-coat", "winter-coast", False),
        ("summer-tale", "summer-sale", False),
    ],
)
def test_a_short_word_is_misspelt_only_beside_others_and_by_swapped_letters_or_one_at_the_end(
    tag: str, name: str, is_meant: bool
) -> None:
    assert (difference(name_of(tag), name_of(name)) is None) is is_meant


words = st.sampled_from(["brand", "quilts", "us", "q1", "2026", "sale", "men", "v12", "26", "may26"])
names = st.lists(words, min_size=1, max_size=5)


@given(name=names, data=st.data())
def test_a_name_with_another_digit_is_another_campaign(name: list[str], data: st.DataObject) -> None:
    key = "-".join(name)
    places = [match.start() for match in re.finditer(r"\d", key)]
    assume(places)
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda other: other != key[place]))
    assert difference(name_of(key[:place] + digit + key[place + 1 :]), name_of(key)) is not None


@given(name=names, more=words)
def test_a_name_with_a_mark_more_is_another_campaign(name: list[str], more: str) -> None:
    assume(more not in ("quilts", "sale"))
    assert difference(name_of("-".join([*name, more])), name_of("-".join(name))) is not None


@given(name=names, other=names)
def test_who_is_like_whom_does_not_matter(name: list[str], other: list[str]) -> None:
    one, two = name_of("-".join(name)), name_of("-".join(other))
    assert (difference(one, two) is None) == (difference(two, one) is None)
    assert difference(one, one) is None
