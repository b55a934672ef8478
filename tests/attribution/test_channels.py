from __future__ import annotations

import csv
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.channels import channel, plain
from adplanning.core.vocabulary import platform_of_source

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
CHANNELS = {"email", "paid social", "paid search", "social", "referral", "direct", "other"}


def channels(*tags: tuple[str | None, str | None, str]) -> list[str | None]:
    """The channels of (source, medium, platform)."""
    names = ("utm_source", "utm_medium", "platform")
    frame = pl.DataFrame(tags, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.select(channel())["channel"].to_list()


def channel_of(source: str | None, medium: str | None) -> str | None:
    return channels((source, medium, platform_of_source(source).value))[0]


@pytest.mark.parametrize(
    ("source", "medium", "expected"),
    [
        ("facebook", "cpc", "paid social"),
        ("ig", "paid_social", "paid social"),
        ("meta", "display", "paid social"),
        ("tiktok", "cpm", "paid social"),
        ("linkedin.com", "paid", "paid social"),
        ("google", "ppc", "paid search"),
        ("adwords", "cpc", "paid search"),
        ("yandex", "cpc", "paid search"),
        ("bing", "paid-search", "paid search"),
        ("partner", "email", "email"),
        ("newsletter", None, "email"),
        ("facebook", "organic", "social"),
        ("pinterest", None, "social"),
        ("forum", "social", "social"),
        ("blog", "referral", "referral"),
        ("poster", "print", "other"),
        ("partner", "cpc", "other"),
        (None, None, "direct"),
    ],
)
def test_source_and_medium_tell_the_channel(source: str | None, medium: str | None, expected: str) -> None:
    assert channel_of(source, medium) == expected


def test_the_first_rule_that_fits_decides() -> None:
    # E-mail goes before paid, paid before social, social before referral.
    assert channel_of("facebook", "email") == "email"
    assert channel_of("newsletter", "cpc") == "email"
    assert channel_of("facebook", "referral") == "social"


def test_a_click_id_without_any_tags_was_paid_for() -> None:
    # Without tags only the click id can have told the platform: fbclid meta, gclid google, msclkid generic.
    assert channels((None, None, "meta"), (None, None, "google"), (None, None, "generic")) == [
        "paid social",
        "paid search",
        "paid search",
    ]


def test_a_click_id_beside_tags_leaves_the_word_to_the_tags() -> None:
    # Facebook adds fbclid to every link that leaves it, paid or not.
    assert channels((None, "organic", "meta"), ("facebook", None, "meta")) == ["social", "social"]


def test_blank_tags_are_no_tags() -> None:
    assert channels((" ", "", "direct"), ("", "\t", "meta")) == ["direct", "paid social"]


def test_tags_that_begin_like_a_known_one_are_others() -> None:
    # x and ppc are words of their own, not beginnings.
    assert channel_of("xerox", None) == "other"
    assert channel_of("google", "ppcx") == "other"
    assert channel_of("google", "unpaid") == "other"
    assert channel_of("emailer", None) == "other"


def test_a_macro_that_nobody_expanded_names_no_channel() -> None:
    assert channel_of("{{site_source_name}}", "{{placement}}") == "other"
    # The source still tells what it can.
    assert channel_of("facebook", "{{placement}}") == "social"


def test_a_tag_is_plain_without_case_and_surrounding_space() -> None:
    tags = pl.DataFrame({"utm_source": [" FB ", "", "  ", None, "a b"]})
    assert tags.select(plain("utm_source")).to_series().to_list() == ["fb", None, None, None, "a b"]


def test_no_touchpoints_have_channels_of_the_right_type() -> None:
    none = pl.DataFrame(schema=dict.fromkeys(("utm_source", "utm_medium", "platform"), pl.String))
    assert none.select(channel()).schema == {"channel": pl.String}


KNOWN = ["facebook", "google", "tiktok", "bing", "newsletter", "cpc", "paid_social", "email", "referral", "poster"]
tags = st.none() | st.sampled_from(KNOWN) | st.text(max_size=8)


@given(source=tags, medium=tags, platform=st.sampled_from(["meta", "google", "generic", "direct"]))
def test_every_touchpoint_has_exactly_one_of_the_channels(
    source: str | None, medium: str | None, platform: str
) -> None:
    assert set(channels((source, medium, platform))) <= CHANNELS


@given(source=st.sampled_from(KNOWN), medium=st.sampled_from(KNOWN), pad=st.text(" \t", max_size=2))
def test_case_and_surrounding_space_never_matter(source: str, medium: str, pad: str) -> None:
    assert channel_of(pad + source.upper(), medium.title() + pad) == channel_of(source, medium)


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_tags_in_the_wild_come_through_the_channels_that_their_readers_would_say() -> None:
    with (REAL / "utm_in_the_wild" / "utm_in_the_wild.tsv").open(encoding="utf-8", newline="") as file:
        pairs = {(row["utm_source"], row["utm_medium"]) for row in csv.DictReader(file, delimiter="\t")}
    found = {pair: channel_of(*pair) for pair in pairs}
    assert set(found.values()) <= CHANNELS
    on_meta = {pair for pair in pairs if pair[0].lower() in ("facebook", "fb", "instagram", "meta")}
    assert len(on_meta) == 10
    assert {found[pair] for pair in on_meta} == {"paid social"}
    assert {pair for pair in pairs if found[pair] == "paid search"} == {
        ("google", "cpc"),
        ("yandex", "cpc"),
        ("baidu", "cpc"),
    }
    assert {pair for pair in pairs if found[pair] == "email"} == {("newsletter", "email"), ("Newsletter", "email")}
    assert {found[pair] for pair in pairs if pair[1] == "{{placement}}"} == {"other"}
